import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const script = join(__dirname, '../../tools/toolchain.mjs');

/** Does what the builds need of go: writes the file after `-o`, and notes each call. Waits, or fails, when the build is of the module named so. */
const go = `#!/bin/sh
echo "\${PWD##*/}" >> "$CALLS"
[ "\${PWD##*/}" = "$SLOW" ] && exec sleep 60
[ "\${PWD##*/}" = "$BROKEN" ] && { echo 'dial tcp: lookup proxy.example: no such host' >&2; exit 1; }
while [ "$1" != -o ]; do shift; done
echo built > "$2"
`;

describe('npm run toolchain', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stagegate-toolchain-'));
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin/go'), go);
    chmodSync(join(folder, 'bin/go'), 0o755);
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const environment = (own: Record<string, string> = {}): NodeJS.ProcessEnv => ({
    PATH: `${join(folder, 'bin')}:/usr/bin:/bin`,
    HOME: folder,
    XDG_CACHE_HOME: join(folder, 'cache'),
    CALLS: join(folder, 'calls'),
    ...own,
  });
  const run = (args: readonly string[], own: Record<string, string> = {}) =>
    spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', env: environment(own) });
  const cached = (): string[] => {
    const root = join(folder, 'cache/stagegate/toolchain');
    return existsSync(root) ? readdirSync(root).map((name) => name.replace(/-[0-9a-f]{16}/, '')) : [];
  };
  const calls = (): string[] => (existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') : []);

  test('lists every program with its version, its state and what it is for, and builds nothing', () => {
    const { status, stdout } = run(['--list']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^kube-apiserver +v1\.36\.3 +missing +the API server$/m);
    expect(stdout).toMatch(/^argocd +v3\.2\.11 +missing/m);
    expect(stdout.trim().split('\n')).toHaveLength(14);
    expect(calls()).toEqual([]);
  });

  test('builds a program once, prints one line for it, and tells where it is', () => {
    const first = run(['--only', 'etcd', '--only', 'actionlint']);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toMatch(/^\[1\/2\] etcd v3\.6\.14 … \d+ s\n\[2\/2\] actionlint v1\.7\.12 … \d+ s\nprograms are in /);
    expect(run(['--only', 'etcd']).stdout).toContain('1 of 1 programs are there already');
    expect(calls()).toEqual(['etcd', 'actionlint']);

    const places = JSON.parse(run(['--where', '--json']).stdout) as Record<string, string | null>;
    expect(readFileSync(join(places.etcd ?? '', 'etcd'), 'utf8')).toBe('built\n');
    expect(places.kwok).toBeNull();
  });

  test('goes on after it was killed, without building again what was there, and clears what was half done', async () => {
    const killed = spawn(process.execPath, [script, '--only', 'etcd', '--only', 'kwok'], {
      env: environment({ SLOW: 'kwok' }),
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    let printed = '';
    for await (const chunk of killed.stdout) {
      printed += String(chunk);
      if (printed.includes('kwok')) break;
    }
    while (!calls().includes('kwok')) await new Promise((resolve) => setTimeout(resolve, 20));
    process.kill(-(killed.pid ?? 0), 'SIGKILL');
    await once(killed, 'exit');
    expect(cached().sort()).toEqual(['etcd', expect.stringMatching(/^kwok\.unfinished-\d+$/)]);

    expect(run(['--only', 'etcd', '--only', 'kwok']).status).toBe(0);
    expect(cached().sort()).toEqual(['etcd', 'kwok']);
    expect(calls()).toEqual(['etcd', 'kwok', 'kwok']);
  });

  test('ends the build and clears what was half done when it is interrupted', async () => {
    const child = spawn(process.execPath, [script, '--only', 'kwok'], {
      env: environment({ SLOW: 'kwok' }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    while (!calls().includes('kwok')) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([130, null]);
    expect(cached()).toEqual([]);
  });

  test('exits with 3 and the last words of a build that fails, keeping the programs before it', () => {
    const { status, stderr, stdout } = run(['--only', 'etcd', '--only', 'kwok'], { BROKEN: 'kwok' });
    expect(status).toBe(3);
    expect(stdout).toMatch(/kwok v0\.8\.0 … failed/);
    expect(stderr).toContain('no such host');
    expect(stderr).not.toContain('at ');
    expect(cached()).toEqual(['etcd']);
  });

  test('exits with 3 and says what to install when go or python3 is missing', () => {
    rmSync(join(folder, 'bin/go'));
    const alone = { PATH: join(folder, 'bin') };
    expect(run(['--only', 'etcd'], alone)).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/^go is not on the PATH\. Install Go 1\.26/),
    });
    expect(run(['--only', 'crds'], alone)).toMatchObject({ status: 3, stderr: expect.stringContaining('go is not on the PATH') });
    expect(run(['--only', 'zizmor'], alone)).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/^python3 is not on the PATH\. Install Python/),
    });
    expect(cached()).toEqual([]);
  });

  test('exits with 2 on an unknown option or program', () => {
    expect(run(['--jobs', '4'])).toMatchObject({ status: 2, stderr: expect.stringContaining('usage: npm run toolchain') });
    expect(run(['--only', 'redis'])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^no program named redis; there are etcd, /),
    });
  });

  test('pins every module by version and checksum', () => {
    const programs = join(dirname(script), 'programs');
    for (const name of readdirSync(programs)) {
      const files = readdirSync(join(programs, name));
      if (files.includes('requirements.txt')) {
        const lines = readFileSync(join(programs, name, 'requirements.txt'), 'utf8')
          .trim()
          .split('\n');
        expect(lines.filter((line) => !/^[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+$/.test(line))).toEqual([]);
      } else {
        expect(files).toEqual(expect.arrayContaining(['go.mod', 'go.sum']));
      }
    }
  });
});

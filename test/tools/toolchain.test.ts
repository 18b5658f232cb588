import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

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
  const where = (own: Record<string, string> = {}): Record<string, { folder: string; from: string; version: string } | null> =>
    JSON.parse(run(['--where', '--json'], own).stdout);
  /** A program that says its version, and nothing else. */
  const place = (path: string, says: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `#!/bin/sh\necho '${says}'\n`);
    chmodSync(join(folder, path), 0o755);
  };
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
    expect(stdout.trim().split('\n')).toHaveLength(18);
    expect(calls()).toEqual([]);
  });

  test('builds a program once, prints one line for it, and tells where it is', () => {
    const first = run(['--only', 'etcd', '--only', 'actionlint']);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toMatch(/^\[1\/2\] etcd v3\.6\.14 … \d+ s\n\[2\/2\] actionlint v1\.7\.12 … \d+ s\nprograms are in /);
    expect(run(['--only', 'etcd']).stdout).toContain('1 of 1 programs are there already');
    expect(calls()).toEqual(['etcd', 'actionlint']);

    const { etcd, kwok } = where();
    expect(etcd).toMatchObject({ from: 'toolchain', version: 'v3.6.14' });
    expect(readFileSync(join(etcd?.folder ?? '', 'etcd'), 'utf8')).toBe('built\n');
    expect(kwok).toBeNull();
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
      stderr: expect.stringMatching(/^no program named redis; there are pulumi, /),
    });
  });

  test('takes a Pulumi of the PATH that is of the same major and new enough, and does not build one', () => {
    place('bin/pulumi', 'v3.301.0');
    expect(run(['--only', 'pulumi'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`pulumi v3.301.0 of ${join(folder, 'bin')} is taken\n1 of 1 programs are there already`),
    });
    expect(calls()).toEqual([]);
    expect(where().pulumi).toEqual({ folder: join(folder, 'bin'), from: 'PATH', version: 'v3.301.0' });
    expect(run(['--list']).stdout).toMatch(/^pulumi +v3\.301\.0 +PATH +the Pulumi command line/m);
    expect(run(['--where']).stdout).toMatch(new RegExp(`^pulumi +PATH +${join(folder, 'bin')}$`, 'm'));
  });

  test.each(['v3.99.0', 'v4.0.0', 'v2.300.0', 'unknown'])('builds Pulumi when the one of the PATH says %s', (says) => {
    place('bin/pulumi', says);
    expect(where().pulumi).toBeNull();
    expect(run(['--only', 'pulumi']).status).toBe(0);
    expect(calls()).toEqual(['pulumi']);
    expect(where().pulumi).toMatchObject({ from: 'toolchain', version: 'v3.259.0' });
  });

  test('looks through the whole PATH for a good version', () => {
    place('bin/pulumi', 'v3.1.0');
    place('other/pulumi', 'v3.260.0');
    const PATH = [join(folder, 'bin'), join(folder, 'other'), '/usr/bin', '/bin'].join(delimiter);
    expect(where({ PATH }).pulumi).toMatchObject({ folder: join(folder, 'other') });
  });

  test('takes other programs of the PATH in the very version that would be built alone', () => {
    place('bin/etcd', 'etcd Version: 3.6.14\nGo Version: go1.24.1');
    place('bin/kubectl', 'Client Version: v1.36.2\nKustomize Version: v1.36.3');
    expect(where()).toMatchObject({ etcd: { from: 'PATH', version: 'v3.6.14' }, kubectl: null });
  });

  test('takes the GitHub provider of the plugins of Pulumi before one of the PATH', () => {
    place('bin/pulumi-resource-github', '6.15.0');
    expect(where()).toMatchObject({ 'pulumi-resource-github': { from: 'PATH' } });
    place('.pulumi/plugins/resource-github-v6.15.0/pulumi-resource-github', '6.15.0');
    expect(where()).toMatchObject({ 'pulumi-resource-github': { from: 'plugins' } });
    const PULUMI_HOME = join(folder, 'elsewhere');
    place('elsewhere/plugins/resource-github-v6.15.0/pulumi-resource-github', '6.15.0');
    expect(where({ PULUMI_HOME })['pulumi-resource-github']?.folder).toBe(join(PULUMI_HOME, 'plugins/resource-github-v6.15.0'));
  });

  test('asks a plugin that has no option for it as the engine does, and says which plugins have a stand-in', () => {
    expect(run(['--list']).stdout).toMatch(/^pulumi-resource-kubernetes +v4\.34\.2 +stand-in /m);
    place('bin/pulumi-language-nodejs', 'no port');
    expect(where()).toMatchObject({ 'pulumi-language-nodejs': null, 'pulumi-resource-kubernetes': null });
    for (const [name, version] of [
      ['pulumi-resource-kubernetes', '4.34.2'],
      ['pulumi-language-nodejs', '3.270.0'],
    ] as const) {
      const launcher = `exec "${process.execPath}" "${join(__dirname, 'plugin.cjs')}" ${version}`;
      writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${launcher}\n`);
      chmodSync(join(folder, 'bin', name), 0o755);
    }
    expect(where()).toMatchObject({
      'pulumi-resource-kubernetes': { from: 'PATH', version: 'v4.34.2' },
      'pulumi-language-nodejs': { from: 'PATH', version: 'v3.270.0' },
    });
    expect(run(['--only', 'pulumi-resource-kubernetes'])).toMatchObject({ status: 0 });
    expect(calls()).toEqual([]);
  });

  test('has the providers in the versions of the packages that speak to them', () => {
    const list = run(['--list']).stdout;
    const { devDependencies }: { devDependencies: Record<string, string> } = JSON.parse(
      readFileSync(join(__dirname, '../../package.json'), 'utf8'),
    );
    expect(list).toMatch(new RegExp(`^pulumi-resource-github +v${devDependencies['@pulumi/github']} `, 'm'));
    expect(list).toMatch(new RegExp(`^pulumi-resource-kubernetes +v${devDependencies['@pulumi/kubernetes']} `, 'm'));
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

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtPackage } from '../built-package';

const built = builtPackage();
const folder = mkdtempSync(join(tmpdir(), 'stagegate-completion-'));
afterAll(() => {
  built.remove();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...argv: readonly string[]) => spawnSync(process.execPath, [built.cli, ...argv], { encoding: 'utf8' });
const words = (...argv: readonly string[]): string[] =>
  run('complete', '--', ...argv)
    .stdout.split('\n')
    .filter((line) => line !== '' && !line.startsWith(':'))
    .map((line) => line.split('\t')[0] ?? '');

test('commands, subcommands, options and choices are completed', () => {
  expect(words('rel')).toEqual(['release', 'release-hold']);
  expect(words('release', '')).toEqual(expect.arrayContaining(['create', 'store', 'list', 'show']));
  expect(words('rollback', 'prod', '--ac')).toEqual(['--across-bootstrap']);
  expect(words('graph', '--format', '')).toEqual(['text', 'mermaid', 'svg', 'dot']);
});

test('each shell gets a script that it accepts, as far as it is installed', () => {
  for (const shell of ['bash', 'zsh', 'fish', 'powershell']) {
    const { status, stdout, stderr } = run('completion', shell);
    expect({ shell, status, stderr }).toEqual({ shell, status: 0, stderr: '' });
    expect(stdout).toMatch(/^#(compdef stagegate| \w+ completion for stagegate)/);
    expect(stdout).toMatch(/\bcomplete\b.+--/);
  }
  expect(spawnSync('bash', ['-n'], { input: run('completion', 'bash').stdout, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
});

test('bash completes by the script', () => {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'stagegate'), `#!/bin/sh\nexec '${process.execPath}' '${built.cli}' "$@"\n`, { mode: 0o755 });
  const script = `
    _get_comp_words_by_ref() { words=("\${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur="\${COMP_WORDS[COMP_CWORD]}"; prev="\${COMP_WORDS[COMP_CWORD-1]}"; }
    source <(stagegate completion bash)
    COMP_WORDS=(stagegate quar); COMP_CWORD=1
    __stagegate_complete 2>/dev/null
    echo "\${COMPREPLY[@]}"`;
  const { stdout } = spawnSync('bash', ['-c', script], { encoding: 'utf8', env: { ...process.env, PATH: `${bin}:${process.env.PATH}` } });
  expect(stdout.trim()).toMatch(/^quarantine/);
});

test('another shell is refused', () => {
  expect(run('completion', 'csh')).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining('there is no completion for csh'),
  });
});

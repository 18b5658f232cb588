import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtPackage } from '../built-package';

jest.setTimeout(180_000);

const root = join(__dirname, '..', '..');
const built = builtPackage();
const folder = mkdtempSync(join(tmpdir(), 'stagegate-docs-'));
afterAll(() => {
  built.remove();
  rmSync(folder, { recursive: true, force: true });
});

const blocks = (document: string): string[] =>
  [...readFileSync(join(root, 'docs', document), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');

/** Runs the shell blocks of documents one after the other, as a reader does; stops at the first that fails. */
function read(name: string, documents: readonly string[]) {
  const place = join(folder, name);
  mkdirSync(join(place, 'repository', 'dist', 'cli'), { recursive: true });
  symlinkSync(built.cli, join(place, 'repository', 'dist', 'cli', 'main.js'));
  const script = ['set -e', ...documents.flatMap(blocks)].join('\n');
  writeFileSync(join(place, 'script.sh'), script);
  return spawnSync('bash', ['script.sh'], {
    cwd: place,
    encoding: 'utf8',
    env: { ...process.env, STAGEGATE_REPOSITORY: join(place, 'repository') },
  });
}

test('a reader of getting-started and then of the guides comes to a release in production, and back', () => {
  const { status, stdout, stderr } = read('shop', [
    'getting-started.md',
    join('guides', 'add-an-environment.md'),
    join('guides', 'add-a-gate.md'),
    join('guides', 'roll-back.md'),
    join('guides', 'several-images.md'),
  ]);
  expect({ status, tail: status === 0 ? '' : `${stdout.slice(-1500)}\n${stderr.slice(-1500)}` }).toEqual({ status: 0, tail: '' });
  expect(stdout).toMatch(/^shop: 0 errors/m);
  expect(stdout).toMatch(/^prod: merged #\d+, /m);
  expect(stdout).toMatch(/^prod: healthy, /m);
  expect(stdout).toMatch(/image: docker\.io\/acme\/agent@sha256:3{64}$/m);
  expect(stdout).toMatch(/^dev: back from release [0-9a-f]{16} to release [0-9a-f]{16}$/m);
});

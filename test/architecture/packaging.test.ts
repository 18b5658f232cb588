import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './source-files';

interface Manifest {
  readonly exports: Readonly<
    Record<string, string | Readonly<Record<'import' | 'require', Readonly<Record<'types' | 'default', string>>>>>
  >;
  readonly typesVersions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const manifest: Manifest = JSON.parse(read('package.json'));
const doors = Object.entries(manifest.exports).flatMap(([name, target]) => (typeof target === 'string' ? [] : [{ name, target }]));
const sourceOf = (built: string) => built.replace(/^(?:\.\/)?dist\//, 'lib/').replace(/(?:\.d\.ts|\.js)$/, '.ts');

test('the lock file names no registry host', () => {
  const lock: { packages: Record<string, { resolved?: string }> } = JSON.parse(read('package-lock.json'));
  expect(Object.keys(lock.packages).length).toBeGreaterThan(100);
  expect(Object.entries(lock.packages).filter(([, entry]) => entry.resolved?.includes('://'))).toEqual([]);
});

test('the lock file holds the packages of every platform, since `npm ci` refuses one that does not', () => {
  const lock: { packages: Record<string, { version?: string; optionalDependencies?: Record<string, string> }> } = JSON.parse(
    read('package-lock.json'),
  );
  const locked = new Set(Object.keys(lock.packages).map((path) => path.split('node_modules/').pop()));
  const wanted = Object.values(lock.packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  expect(wanted.length).toBeGreaterThan(10);
  expect(wanted.filter((name) => !locked.has(name))).toEqual([]);
});

test('every dependency has one exact version, and every peer a caret range', () => {
  const installed = { ...manifest.dependencies, ...manifest.devDependencies };
  expect(Object.entries(installed).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  expect(Object.entries(manifest.peerDependencies).filter(([, range]) => !/^\^\d+\.\d+\.\d+$/.test(range))).toEqual([]);
});

test('constructs is the only peer that everyone has to install', () => {
  const required = Object.keys(manifest.peerDependencies).filter((name) => !manifest.peerDependenciesMeta[name]?.optional);
  expect(required).toEqual(['constructs']);
});

test('docs/dependencies.md has an entry for each dependency, and for nothing else', () => {
  const described = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]);
  const declared = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies });
  expect(described.sort()).toEqual(declared.sort());
});

test('each door names its types first, for those who import it and for those who require it, and has an index file in lib/', () => {
  expect(doors.map((door) => door.name)).toContain('.');
  for (const { target } of doors) {
    expect(Object.keys(target)).toEqual(['import', 'require']);
    expect(Object.keys(target.import)).toEqual(['types', 'default']);
    expect(Object.keys(target.require)).toEqual(['types', 'default']);
    expect(target.import.types.replace(/\.d\.mts$/, '')).toBe(target.import.default.replace(/\.mjs$/, ''));
    expect(sourceOf(target.require.types)).toBe(sourceOf(target.require.default));
    expect(existsSync(join(root, sourceOf(target.require.default)))).toBe(true);
  }
});

test('compilers with the old `node` resolution find the types of each door but the main one', () => {
  const expected = Object.fromEntries(
    doors.filter(({ name }) => name !== '.').map(({ name, target }) => [name.slice(2), [target.require.types.slice(2)]]),
  );
  expect(manifest.typesVersions?.['*'] ?? {}).toEqual(expected);
});

test('each program of the package has its source in lib/, which starts with a line for node', () => {
  for (const program of Object.values(manifest.bin)) expect(read(sourceOf(program))).toMatch(/^#!\/usr\/bin\/env node\n/);
});

/** Folders that the command line enters by one file; nothing of them is promised to users. */
const internalDoors = ['./delivery', './github'];

test('a folder of lib/ has an index file only if it is a public door, or one of the named internal ones', () => {
  const withIndex = readdirSync(join(root, 'lib'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, 'lib', entry.name, 'index.ts')))
    .map((entry) => `./${entry.name}`)
    .filter((name) => !internalDoors.includes(name));
  expect(doors.map((door) => door.name).filter((name) => name !== '.')).toEqual(withIndex);
});

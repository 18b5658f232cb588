import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { LEDGER, writeFolder } from '../../lib/render/write-folder';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stagegate-render-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const files = (entries: Readonly<Record<string, string>>): Map<string, string> => new Map(Object.entries(entries));
const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
const all = (): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

test('files are written once and left alone when they are the same', () => {
  expect(writeFolder(folder, files({ 'b/c.yaml': 'c\n', a: 'a\n' }))).toEqual({
    written: ['a', 'b/c.yaml'],
    unchanged: [],
    removed: [],
    kept: [],
  });
  const before = statSync(join(folder, 'a')).mtimeMs;
  expect(writeFolder(folder, files({ a: 'a\n', 'b/c.yaml': 'd\n' }))).toEqual({
    written: ['b/c.yaml'],
    unchanged: ['a'],
    removed: [],
    kept: [],
  });
  expect(statSync(join(folder, 'a')).mtimeMs).toBe(before);
  expect(read('b/c.yaml')).toBe('d\n');
});

test('what an earlier run wrote and no longer renders is removed with its folder, and what somebody else put there stays', () => {
  writeFolder(folder, files({ 'old/x.yaml': 'x', 'old/deep/y.yaml': 'y', keep: 'k' }));
  writeFileSync(join(folder, 'notes.md'), 'mine');
  expect(writeFolder(folder, files({ keep: 'k' })).removed).toEqual(['old/deep/y.yaml', 'old/x.yaml']);
  expect(all()).toEqual([LEDGER, 'keep', 'notes.md']);
  expect(existsSync(join(folder, 'old'))).toBe(false);
});

test('after any sequence of runs the folder holds what the last one rendered and what others put there', () => {
  const path = fc.constantFrom('a', 'b', 'c/d', 'c/e/f', 'g/h');
  const rendered = fc.dictionary(path, fc.constantFrom('1', '2'));
  fc.assert(
    fc.property(fc.array(rendered, { minLength: 1, maxLength: 5 }), (runs) => {
      const place = mkdtempSync(join(folder, 'run-'));
      writeFileSync(join(place, 'mine'), 'mine');
      for (const run of runs) writeFolder(place, files(run));
      const found = readdirSync(place, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name !== LEDGER);
      const held = Object.fromEntries(
        found.map((entry) => [
          join(entry.parentPath, entry.name).slice(place.length + 1),
          readFileSync(join(entry.parentPath, entry.name), 'utf8'),
        ]),
      );
      expect(held).toEqual({ ...runs.at(-1), mine: 'mine' });
    }),
    { numRuns: 50 },
  );
});

test('a file that is no longer rendered and that somebody changed is kept and named', () => {
  writeFolder(folder, files({ a: 'a', b: 'b' }));
  writeFileSync(join(folder, 'b'), 'changed');
  expect(writeFolder(folder, files({ a: 'a' }))).toMatchObject({ removed: [], kept: ['b'] });
  expect(read('b')).toBe('changed');
});

test('rendering one part leaves what was rendered of the others, and a later run still knows it', () => {
  writeFolder(folder, files({ 'dev/a': '1', 'dev/b': '1', 'prod/a': '1' }));
  expect(writeFolder(folder, files({ 'dev/a': '2' }), 'dev/')).toMatchObject({ written: ['dev/a'], removed: ['dev/b'] });
  expect(read('prod/a')).toBe('1');
  expect(writeFolder(folder, files({ 'dev/a': '2' })).removed).toEqual(['prod/a']);
});

test('a list that points out of the folder removes nothing there', () => {
  writeFolder(folder, files({ 'inner/a': 'a' }));
  const list = read(LEDGER);
  mkdirSync(join(folder, 'inner2'));
  writeFileSync(join(folder, 'outside'), 'a');
  writeFileSync(join(folder, 'inner2', LEDGER), list.replace('inner/a', '../outside'));
  writeFolder(join(folder, 'inner2'), files({ b: 'b' }));
  expect(read('outside')).toBe('a');
});

test('a failure leaves the files as they were', () => {
  writeFolder(folder, files({ a: 'old', z: 'old' }));
  mkdirSync(join(folder, 'is-a-folder'));
  expect(() => writeFolder(folder, files({ a: 'new', 'is-a-folder': 'x', z: 'new' }))).toThrow('EISDIR');
  expect([read('a'), read('z')]).toEqual(['old', 'old']);
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('a folder that cannot be made is an error of the file system', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => writeFolder(join(folder, 'file'), files({ a: 'a' }))).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/ENOTDIR|EEXIST/) }),
  );
});

const isRoot = process.getuid?.() === 0;

(isRoot ? test.skip : test)('a folder without the right to write is an error and holds nothing new', () => {
  chmodSync(folder, 0o555);
  expect(() => writeFolder(folder, files({ a: 'a' }))).toThrow(expect.objectContaining({ code: 'EACCES' }));
  expect(readdirSync(folder)).toEqual([]);
  chmodSync(folder, 0o755);
});

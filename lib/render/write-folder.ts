import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RenderedFiles } from './environment-files';

/** Lists what was written, so that the next run removes what is no longer rendered and nothing else. */
export const LEDGER = '.stagegate-rendered';

/** What writing did, each a list of paths in order. */
export interface WrittenFolder {
  readonly written: readonly string[];
  readonly unchanged: readonly string[];
  readonly removed: readonly string[];
  /** Files that are no longer rendered but were changed by somebody since; they stay. */
  readonly kept: readonly string[];
}

/**
 * Writes files below a folder. All are written beside their place first and then put there, so that a failure leaves what was before; files
 * of an earlier run that are no longer rendered are removed, unless somebody changed them; nothing else is touched.
 *
 * @param part only what lies below this folder, ending in `/`, is rendered: the rest of an earlier run stays
 * @throws the error of the file system when the folder cannot be written.
 */
export function writeFolder(folder: string, files: RenderedFiles, part = ''): WrittenFolder {
  const before = readLedger(folder);
  const paths = [...files.keys()].sort();
  const unchanged = paths.filter((path) => existsSync(join(folder, path)) && readFileSync(join(folder, path), 'utf8') === files.get(path));
  const written = paths.filter((path) => !unchanged.includes(path));
  const gone = [...before.keys()].filter((path) => path.startsWith(part) && !files.has(path) && existsSync(join(folder, path)));
  const removed = gone.filter((path) => hashOf(readFileSync(join(folder, path), 'utf8')) === before.get(path));

  const listed = new Map([...before].filter(([path]) => !path.startsWith(part)));
  for (const [path, content] of files) listed.set(path, hashOf(content));
  const ledger = [...listed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, hash]) => `${hash}  ${path}\n`);
  const changed = new Map(written.map((path) => [path, files.get(path) ?? '']));
  replaceFiles(folder, changed.set(LEDGER, ledger.join('')));
  for (const path of removed) {
    rmSync(join(folder, path));
    removeEmptyFolders(folder, dirname(join(folder, path)));
  }
  return { written, unchanged, removed, kept: gone.filter((path) => !removed.includes(path)) };
}

/** How a folder differs from what is rendered, each a list of paths in order. */
export interface FolderDrift {
  readonly missing: readonly string[];
  readonly changed: readonly string[];
  /** Written by an earlier run and no longer rendered. */
  readonly stale: readonly string[];
}

/** What `writeFolder` would do with the same arguments; writes nothing. */
export function folderDrift(folder: string, files: RenderedFiles, part = ''): FolderDrift {
  const there = (path: string): boolean => existsSync(join(folder, path));
  const paths = [...files.keys()].sort();
  return {
    missing: paths.filter((path) => !there(path)),
    changed: paths.filter((path) => there(path) && readFileSync(join(folder, path), 'utf8') !== files.get(path)),
    stale: [...readLedger(folder).keys()].filter((path) => path.startsWith(part) && !files.has(path) && there(path)).sort(),
  };
}

function readLedger(folder: string): Map<string, string> {
  const file = join(folder, LEDGER);
  if (!existsSync(file)) return new Map();
  const entries = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => /^([0-9a-f]{64}) {2}(.+)$/.exec(line))
    .filter((match) => match !== null && !match[2]?.split('/').includes('..'));
  return new Map(entries.map((match) => [match?.[2] as string, match?.[1] as string]));
}

function replaceFiles(folder: string, files: ReadonlyMap<string, string>): void {
  mkdirSync(folder, { recursive: true });
  const temporary = join(folder, `${LEDGER}.${process.pid}.tmp`);
  const entries = [...files].map(([path, content], index) => ({
    target: join(folder, path),
    content,
    beside: join(temporary, String(index)),
  }));
  try {
    mkdirSync(temporary);
    for (const { target, content, beside } of entries) {
      writeFileSync(beside, content);
      mkdirSync(dirname(target), { recursive: true });
      if (existsSync(target) && statSync(target).isDirectory())
        throw Object.assign(new Error(`EISDIR: ${target} is a folder`), { code: 'EISDIR' });
    }
    for (const { target, beside } of entries) renameSync(beside, target);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function removeEmptyFolders(root: string, folder: string): void {
  for (let current = folder; current.length > root.length && readdirSync(current).length === 0; current = dirname(current))
    rmdirSync(current);
}

function hashOf(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

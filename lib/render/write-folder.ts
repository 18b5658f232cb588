import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
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
 * Writes files below a folder. Each file is replaced whole; files of an earlier run that are no longer rendered are removed,
 * unless somebody changed them; nothing else is touched.
 *
 * @throws the error of the file system when the folder cannot be written.
 */
export function writeFolder(folder: string, files: RenderedFiles): WrittenFolder {
  const before = readLedger(folder);
  const result = { written: [] as string[], unchanged: [] as string[], removed: [] as string[], kept: [] as string[] };
  mkdirSync(folder, { recursive: true });
  for (const [path, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const target = join(folder, path);
    if (existsSync(target) && readFileSync(target, 'utf8') === content) {
      result.unchanged.push(path);
      continue;
    }
    replaceFile(target, content);
    result.written.push(path);
  }
  for (const [path, hash] of before) {
    const target = join(folder, path);
    if (files.has(path) || !existsSync(target)) continue;
    if (hashOf(readFileSync(target, 'utf8')) !== hash) {
      result.kept.push(path);
      continue;
    }
    rmSync(target);
    result.removed.push(path);
    removeEmptyFolders(folder, dirname(target));
  }
  const ledger = [...files].map(([path, content]) => `${hashOf(content)}  ${path}\n`).sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1));
  replaceFile(join(folder, LEDGER), ledger.join(''));
  return result;
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

function replaceFile(target: string, content: string): void {
  mkdirSync(dirname(target), { recursive: true });
  const temporary = `${target}.${process.pid}.tmp`;
  writeFileSync(temporary, content);
  renameSync(temporary, target);
}

function removeEmptyFolders(root: string, folder: string): void {
  for (let current = folder; current.length > root.length && readdirSync(current).length === 0; current = dirname(current)) rmdirSync(current);
}

function hashOf(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

import { randomUUID } from 'node:crypto';
import { link, lstat, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Git holds the lock of a ref for milliseconds; one that is older than this, in milliseconds, was left by a killed process. */
export const STALE_AFTER = 10_000;

/**
 * Removes `*.lock` files that killed git processes left among the refs of a repository; returns how many.
 * A lock that turns out to be fresh is put back.
 */
export async function removeStaleLocks(gitDir: string): Promise<number> {
  const oldest = Date.now() - STALE_AFTER;
  const candidates = [
    ...(await locksIn(gitDir, false)),
    ...(await locksIn(join(gitDir, 'refs'), true)),
    ...(await locksIn(join(gitDir, 'logs'), true)),
  ];
  const removed = await Promise.all(candidates.map((lock) => removeIfOlder(lock, oldest)));
  return removed.filter((done) => done).length;
}

async function locksIn(folder: string, recursive: boolean): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile() && entry.name.endsWith('.lock')).map((entry) => join(entry.parentPath, entry.name));
}

async function removeIfOlder(lock: string, oldest: number): Promise<boolean> {
  const seen = await lstat(lock).catch(() => undefined);
  if (seen === undefined || seen.mtimeMs > oldest) return false;
  const aside = `${lock}-${randomUUID()}`;
  try {
    await rename(lock, aside);
  } catch {
    return false;
  }
  const taken = await lstat(aside);
  const stale = taken.ino === seen.ino;
  if (!stale) await link(aside, lock).catch(() => undefined);
  await rm(aside, { force: true });
  return stale;
}

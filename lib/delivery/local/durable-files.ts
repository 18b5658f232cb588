import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Ends the names of files that are being written; a reader never looks at one. */
const WRITING = '.writing';

/** A file that is being written is abandoned when it is older than this, in milliseconds. */
const ABANDONED_AFTER = 60 * 60 * 1000;

/**
 * Creates a file that must not exist yet, with all of its content or not at all, whenever the process is killed; false when it exists.
 * The content is on the disk when this returns. It is written in the folder `workshop`, of the same file system.
 */
export async function tryCreateFile(path: string, content: string, workshop = dirname(path)): Promise<boolean> {
  await makeFolder(dirname(path));
  const writing = await written(workshop, basename(path), content);
  try {
    await link(writing, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(writing, { force: true });
  }
  await settle(dirname(path));
  return true;
}

/** Replaces a file, or creates it: a reader sees the old content or the new one. The content is on the disk when this returns. */
export async function replaceFile(path: string, content: string, mode = 0o666): Promise<void> {
  const writing = await written(dirname(path), basename(path), content, mode);
  try {
    await rename(writing, path);
  } catch (error) {
    await rm(writing, { force: true });
    throw error;
  }
  await settle(dirname(path));
}

/** Removes what killed processes left half-written in a folder. */
export async function removeAbandoned(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const oldest = Date.now() - ABANDONED_AFTER;
  for (const name of names.filter((one) => one.endsWith(WRITING))) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found !== undefined && found.mtimeMs < oldest) await rm(join(folder, name), { force: true });
  }
}

async function written(workshop: string, name: string, content: string, mode = 0o666): Promise<string> {
  await makeFolder(workshop);
  const writing = join(workshop, `${name}.${randomUUID()}${WRITING}`);
  const file = await open(writing, 'wx', mode);
  try {
    await file.writeFile(content, 'utf8');
    await file.sync();
  } finally {
    await file.close();
  }
  return writing;
}

async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await settle(dirname(made));
}

/** The name of a file is on the disk when its folder is. */
async function settle(folder: string): Promise<void> {
  const opened = await open(folder, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

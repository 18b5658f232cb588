import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { outside } from '../error';

/** A ref and the object that it names, which may be an annotated tag. */
export interface RefObject {
  readonly ref: string;
  readonly id: string;
}

const ID = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** Deepest chain of symbolic refs that git follows. */
const DEEPEST = 5;

/**
 * Whether the refs of a repository are files that {@link tryReadRef} can read: not those of a linked work tree, which lie elsewhere, nor a
 * table of refs, which has a format of its own.
 */
export async function refsAreFiles(gitDir: string): Promise<boolean> {
  const others = await Promise.all(['commondir', 'reftable'].map((name) => stat(join(gitDir, name)).catch(() => undefined)));
  return others.every((found) => found === undefined);
}

/**
 * The object that a ref of this full name leads to. Like git it looks for a file of that name first, and in `packed-refs` after; unlike
 * git's commands it reads a name as nothing but this name.
 *
 * @see https://git-scm.com/docs/gitrepository-layout
 * @throws DeliveryError when the ref is damaged.
 */
export async function tryReadRef(gitDir: string, ref: string, depth = 0): Promise<string | undefined> {
  if (!/^(HEAD|refs\/.+)$/.test(ref) || ref.split('/').some((part) => part === '' || part.startsWith('.'))) return undefined;
  const content = await tryRead(join(gitDir, ref));
  if (content === undefined) return (await packedRefs(gitDir)).get(ref);
  const target = tryTarget(content);
  if (target !== undefined) return depth < DEEPEST ? tryReadRef(gitDir, target, depth + 1) : undefined;
  if (!ID.test(content.trim())) return outside(`the ref ${ref} of ${gitDir} is damaged`, 'run git fsck there, and restore the ref');
  return content.trim();
}

/** The refs below a folder such as `refs/heads/`, in order of name. */
export async function readRefs(gitDir: string, folder: string): Promise<readonly RefObject[]> {
  const below = join(gitDir, folder);
  const entries = await readdir(below, { recursive: true, withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  const loose = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.lock'))
    .map((entry) => `${folder}${join(entry.parentPath, entry.name).slice(join(below, '/').length)}`);
  const packed = [...(await packedRefs(gitDir)).keys()].filter((ref) => ref.startsWith(folder));
  const names = [...new Set([...loose, ...packed])].sort();
  const found = await Promise.all(names.map(async (ref) => ({ ref, id: await tryReadRef(gitDir, ref) })));
  return found.flatMap(({ ref, id }) => (id === undefined ? [] : [{ ref, id }]));
}

/** The branch that HEAD names, whether it exists or not. */
export async function tryReadHead(gitDir: string): Promise<string | undefined> {
  const target = tryTarget((await tryRead(join(gitDir, 'HEAD'))) ?? '');
  return target?.startsWith('refs/heads/') ? target.slice('refs/heads/'.length) : undefined;
}

function tryTarget(content: string): string | undefined {
  return /^ref: (\S+)\s*$/.exec(content)?.[1];
}

async function packedRefs(gitDir: string): Promise<ReadonlyMap<string, string>> {
  const lines = ((await tryRead(join(gitDir, 'packed-refs'))) ?? '').split('\n');
  return new Map(
    lines.flatMap((line) => (/^[#^]|^$/.test(line) ? [] : [[line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]])),
  );
}

async function tryRead(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'EISDIR' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
}

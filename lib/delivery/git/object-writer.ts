import { createInterface } from 'node:readline';
import type { Files } from '../store';
import { type GitCall, git, gitFailure, startGit } from './git-process';

/**
 * Writes blobs in one process; returns their ids in the order given.
 *
 * @throws DeliveryError when the repository cannot be written.
 */
export async function writeBlobs(contents: readonly string[], call: GitCall): Promise<readonly string[]> {
  if (contents.length === 0) return [];
  const stream: Buffer[] = [];
  contents.forEach((content, index) => {
    const bytes = Buffer.from(content, 'utf8');
    stream.push(Buffer.from(`blob\nmark :${index + 1}\ndata ${bytes.length}\n`), bytes, Buffer.from(`\nget-mark :${index + 1}\n`));
  });
  stream.push(Buffer.from('done\n'));
  const printed = await git(['fast-import', '--quiet', '--done'], { ...call, input: Buffer.concat(stream) });
  const ids = printed.split('\n').filter((line) => line !== '');
  if (ids.length !== contents.length) throw new Error(`git fast-import wrote ${ids.length} of ${contents.length} blobs`);
  return ids;
}

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly blobs: Map<string, string>;
  /** Whole trees that are put in, by name. */
  readonly trees: Map<string, string>;
}

function emptyFolder(): Folder {
  return { folders: new Map(), blobs: new Map(), trees: new Map() };
}

/** The parts of a relative path. @throws Error for a path that git would not take or that leads out of the tree. */
export function pathParts(path: string): readonly string[] {
  const parts = path.split('/');
  const wrong = parts.some((part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git' || /[\0\n]/.test(part));
  if (wrong)
    throw new Error(`path ${JSON.stringify(path)} is not relative, normal and free of .git; given to a tree of a delivery repository`);
  return parts;
}

/**
 * Writes a tree made of files and of whole trees, in two processes however many files there are; returns its id.
 *
 * @throws Error when two entries claim one path, or a path is not a relative one.
 */
export async function writeTree(files: Files, grafts: ReadonlyMap<string, string>, call: GitCall): Promise<string> {
  const paths = [...files.keys()];
  const blobs = await writeBlobs([...files.values()], call);
  const root = emptyFolder();
  for (const [index, path] of paths.entries()) put(root, path, 'blobs', blobs[index] as string);
  for (const [path, tree] of grafts) put(root, path, 'trees', tree);
  return makeTrees(root, call);
}

function put(root: Folder, path: string, kind: 'blobs' | 'trees', id: string): void {
  const parts = pathParts(path);
  const name = parts[parts.length - 1] as string;
  let folder = root;
  for (const part of parts.slice(0, -1)) {
    if (folder.blobs.has(part) || folder.trees.has(part))
      throw new Error(`path ${path} lies under ${part}, which is a file or a whole tree already`);
    const next = folder.folders.get(part) ?? emptyFolder();
    folder.folders.set(part, next);
    folder = next;
  }
  if (folder.blobs.has(name) || folder.trees.has(name) || folder.folders.has(name)) throw new Error(`path ${path} is given twice`);
  folder[kind].set(name, id);
}

/** Trees from the leaves up, in one `git mktree` process that answers each with its id. */
async function makeTrees(root: Folder, call: GitCall): Promise<string> {
  const args = ['mktree', '--batch', '-z'];
  const child = startGit(args, call);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  child.stdin.on('error', () => undefined);
  const closed = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 128));
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function make(folder: Folder): Promise<string | undefined> {
    const entries: string[] = [];
    for (const [name, child] of folder.folders) {
      const id = await make(child);
      if (id === undefined) return undefined;
      entries.push(`040000 tree ${id}\t${name}\0`);
    }
    for (const [name, id] of folder.trees) entries.push(`040000 tree ${id}\t${name}\0`);
    for (const [name, id] of folder.blobs) entries.push(`100644 blob ${id}\t${name}\0`);
    child.stdin.write(`${entries.join('')}\0`);
    const answer = await lines.next();
    return answer.done === true ? undefined : answer.value;
  }

  const id = await make(root);
  child.stdin.end();
  const code = await closed;
  if (id === undefined || code !== 0) throw gitFailure(args, { code, stderr });
  return id;
}

/** What git takes as the name of a person; the characters that end a name are left out. */
function identity(name: string): string {
  const clean = name.replace(/[<>\n\0]/g, '').trim();
  if (clean === '') throw new Error('a commit needs the name of its author');
  return `${clean} <${clean.replace(/[^A-Za-z0-9._+[\]-]/g, '-')}@users.noreply.invalid>`;
}

/**
 * Writes a commit; author and committer are the one name, at the time given, in UTC, so that the id depends on nothing else.
 * Git keeps whole seconds: milliseconds are cut off.
 */
export async function writeCommit(
  commit: {
    readonly tree: string;
    readonly parents: readonly string[];
    readonly author: string;
    readonly committer?: string;
    readonly message: string;
    readonly at: number;
  },
  call: GitCall,
): Promise<string> {
  const time = `${Math.floor(commit.at / 1000)} +0000`;
  const message = commit.message.endsWith('\n') ? commit.message : `${commit.message}\n`;
  const content = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${identity(commit.author)} ${time}`,
    `committer ${identity(commit.committer ?? commit.author)} ${time}`,
    '',
    message,
  ].join('\n');
  return (await git(['hash-object', '-t', 'commit', '-w', '--stdin'], { ...call, input: content })).trim();
}

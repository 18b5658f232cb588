import { outside } from '../error';
import type { Files, StoredCommit } from '../store';
import { type GitCall, git, gitFailure, tryGit } from './git-process';
import { type GitObject, type ObjectReader, openObjectReader } from './object-reader';
import { writeCommit, writeTree } from './object-writer';
import { readRefs, refsAreFiles, tryReadHead, tryReadRef } from './ref-files';

/** A ref and the commit that it leads to, through annotated tags. */
export interface RefCommit {
  readonly ref: string;
  readonly commit: string;
}

/** How two commits merge: the tree, or the paths that both changed. */
export type MergedTree =
  | { readonly kind: 'clean'; readonly tree: string }
  | { readonly kind: 'conflict'; readonly paths: readonly string[] };

/** Commits that are kept in memory at most. */
const MOST_COMMITS = 10_000;

/** Ancestors that are looked at one by one before git is asked, which reads a long history faster. */
const NEAR = 256;

const ID = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** Reads and writes the objects of one git repository on this machine, and reads its refs. Nothing here changes a ref. */
export class GitRepository {
  readonly gitDir: string;
  private readonly call: GitCall;
  private readonly reader: ObjectReader;
  /** Commits that were read, which never change. */
  private readonly commits = new Map<string, StoredCommit>();
  private refsAreFiles: Promise<boolean> | undefined;

  constructor(gitDir: string, environment?: NodeJS.ProcessEnv) {
    this.gitDir = gitDir;
    this.call = environment === undefined ? { gitDir } : { gitDir, environment };
    this.reader = openObjectReader(this.call);
  }

  async tryRef(ref: string): Promise<string | undefined> {
    if (!(await this.filed())) return (await this.listed(ref)).find((found) => found.ref === ref)?.commit;
    const id = await tryReadRef(this.gitDir, ref);
    return id === undefined ? undefined : this.peeled(ref, id);
  }

  /** Refs whose full name starts with the prefix, in order of name. */
  async refs(prefix: string): Promise<readonly RefCommit[]> {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    if (!folder.startsWith('refs/') || !(await this.filed()))
      return (await this.listed(folder)).filter(({ ref }) => ref.startsWith(prefix));
    const found = (await readRefs(this.gitDir, folder)).filter(({ ref }) => ref.startsWith(prefix));
    return Promise.all(found.map(async ({ ref, id }) => ({ ref, commit: await this.peeled(ref, id) })));
  }

  /** Reading the files of refs costs a hundredth of a process. */
  private filed(): Promise<boolean> {
    this.refsAreFiles ??= refsAreFiles(this.gitDir);
    return this.refsAreFiles;
  }

  /** The ref of this name, or the refs below it. */
  private async listed(name: string): Promise<readonly RefCommit[]> {
    const listed = lines(await git(['for-each-ref', '--format=%(refname) %(objectname)', ...(name === '' ? [] : [name])], this.call));
    const found = listed.map((line) => line.split(' ') as [ref: string, id: string]);
    return Promise.all(found.map(async ([ref, id]) => ({ ref, commit: await this.peeled(ref, id) })));
  }

  /** What lies behind annotated tags, which only refs outside of `refs/heads/` lead to. */
  private async peeled(ref: string, id: string): Promise<string> {
    if (ref.startsWith('refs/heads/')) return id;
    const found = await this.reader.tryRead(id);
    const target = found?.type === 'tag' ? /^object ([0-9a-f]+)$/m.exec(found.content.toString('utf8'))?.[1] : undefined;
    return target === undefined ? id : this.peeled(ref, target);
  }

  /** The branch that HEAD names, whether it exists or not. */
  async defaultBranch(): Promise<string> {
    return (await tryReadHead(this.gitDir)) ?? (await git(['symbolic-ref', '--short', 'HEAD'], this.call)).trim();
  }

  async has(id: string): Promise<boolean> {
    return ID.test(id) && (await this.reader.tryRead(id)) !== undefined;
  }

  async tryCommit(id: string): Promise<StoredCommit | undefined> {
    const known = this.commits.get(id);
    if (known !== undefined || !ID.test(id)) return known;
    const found = await this.reader.tryRead(id);
    if (found?.type !== 'commit') return undefined;
    const commit = parseCommit(found);
    if (this.commits.size >= MOST_COMMITS) this.commits.clear();
    this.commits.set(id, commit);
    return commit;
  }

  /** @throws DeliveryError when there is no such commit. */
  async commit(id: string): Promise<StoredCommit> {
    return (await this.tryCommit(id)) ?? outside(`there is no commit ${id} in ${this.gitDir}`, 'fetch it, or name another');
  }

  /** The address that a commit gives for its author; empty when it gives none. @throws DeliveryError when there is no such commit. */
  async authorAddress(id: string): Promise<string> {
    await this.commit(id);
    const { headers } = splitCommit((await this.reader.tryRead(id)) as GitObject);
    return /^author .*<([^<>]*)> \d+ [+-]\d{4}$/.exec(headers.find((line) => line.startsWith('author ')) ?? '')?.[1] ?? '';
  }

  async firstParents(id: string, limit: number): Promise<readonly StoredCommit[]> {
    const line: StoredCommit[] = [];
    for (let next: string | undefined = id; next !== undefined && line.length < limit; next = line[line.length - 1]?.parents[0]) {
      line.push(await this.commit(next));
    }
    return line;
  }

  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    const known = await Promise.all([this.tryCommit(ancestor), this.tryCommit(descendant)]);
    if (known.includes(undefined)) return false;
    const near = await this.tryNearAncestor(ancestor, descendant);
    if (near !== undefined) return near;
    const args = ['merge-base', '--is-ancestor', ancestor, descendant];
    const result = await tryGit(args, this.call);
    if (result.code > 1) throw gitFailure(args, result);
    return result.code === 0;
  }

  /** The answer that the nearest commits give, which are read in no time; undefined when history is longer. */
  private async tryNearAncestor(ancestor: string, descendant: string): Promise<boolean | undefined> {
    const seen = new Set([descendant]);
    for (const id of seen) {
      if (id === ancestor) return true;
      if (seen.size > NEAR) return undefined;
      const commit = await this.tryCommit(id);
      // A shallow copy ends here, which git knows how to read.
      if (commit === undefined) return undefined;
      for (const parent of commit.parents) seen.add(parent);
    }
    return false;
  }

  /** The best common ancestor; undefined for unrelated histories. */
  async tryMergeBase(one: string, other: string): Promise<string | undefined> {
    const args = ['merge-base', one, other];
    const result = await tryGit(args, this.call);
    if (result.code > 1) throw gitFailure(args, result);
    return result.code === 0 ? result.stdout.toString('utf8').trim() : undefined;
  }

  /** Commits reachable from `to` but not from `from`, newest first, children before their parents. */
  async between(from: string | undefined, to: string, limit: number): Promise<readonly StoredCommit[]> {
    await this.commit(to);
    if (from !== undefined) await this.commit(from);
    const range = from === undefined ? [to] : [to, `^${from}`];
    const listed = await git(['rev-list', '--date-order', `--max-count=${limit}`, ...range], this.call);
    return Promise.all(lines(listed).map((id) => this.commit(id)));
  }

  /** What a ref gains when it moves: commits that `to` reaches and `from` does not; for a new ref, those that no other ref reaches. */
  async gained(
    from: string | undefined,
    to: string,
  ): Promise<readonly { readonly commit: string; readonly parents: number; readonly signed: boolean }[]> {
    const listed = lines(await git(['rev-list', to, '--not', from ?? '--all'], this.call));
    return Promise.all(
      listed.map(async (id) => {
        const { headers } = splitCommit((await this.reader.tryRead(id)) as GitObject);
        return {
          commit: id,
          parents: (await this.commit(id)).parents.length,
          signed: headers.some((line) => /^gpgsig(-sha256)? /.test(line)),
        };
      }),
    );
  }

  async tryTree(commit: string, path: string): Promise<string | undefined> {
    const found = await this.reader.tryRead(path === '' ? `${commit}^{tree}` : `${commit}:${path}`);
    return found?.type === 'tree' ? found.id : undefined;
  }

  /** @throws DeliveryError when the file is not text in UTF-8. */
  async tryFile(commit: string, path: string): Promise<string | undefined> {
    const found = await this.reader.tryRead(`${commit}:${path}`);
    return found?.type === 'blob' ? text(found, `${commit}:${path}`) : undefined;
  }

  /**
   * Files under a path of a commit or tree, their paths relative to it; none when there is no such folder.
   *
   * @throws DeliveryError when an entry is not a regular file of text: a symbolic link or a submodule would not survive being written again.
   */
  async files(commit: string, path: string): Promise<Files> {
    const tree = await this.tryTree(commit, path);
    if (tree === undefined) return new Map();
    const found: [path: string, text: Promise<string>][] = [];
    await this.collect(tree, '', `${commit}:${path}`, found);
    return new Map(await Promise.all(found.map(async ([name, content]): Promise<[string, string]> => [name, await content])));
  }

  private async collect(tree: string, under: string, where: string, found: [path: string, text: Promise<string>][]): Promise<void> {
    const object = await this.reader.tryRead(tree);
    if (object?.type !== 'tree') return outside(`${where}/${under} is no tree in ${this.gitDir}`, 'run git fsck there');
    for (const { mode, name, id } of treeEntries(object)) {
      const path = `${under}${name}`;
      if (mode === '40000') await this.collect(id, `${path}/`, where, found);
      else if (mode === '100644' || mode === '100755') found.push([path, this.blob(id, `${where}/${path}`)]);
      else outside(`${where}/${path} is no regular file (mode ${mode})`, 'a tree of releases holds regular files only');
    }
  }

  private async blob(id: string, where: string): Promise<string> {
    const blob = await this.reader.tryRead(id);
    return blob?.type === 'blob' ? text(blob, where) : outside(`${where} has no content in ${this.gitDir}`, 'run git fsck there');
  }

  /** Paths of the files that differ between two commits. */
  async changedPaths(from: string, to: string): Promise<readonly string[]> {
    const listed = await git(['diff-tree', '-r', '-z', '--name-only', '--no-renames', from, to], this.call);
    return listed.split('\0').filter((path) => path !== '');
  }

  writeTree(files: Files, grafts: ReadonlyMap<string, string> = new Map()): Promise<string> {
    return writeTree(files, grafts, this.call);
  }

  writeCommit(commit: Omit<StoredCommit, 'id'> & { readonly committer?: string }): Promise<string> {
    return writeCommit(commit, this.call);
  }

  /** The tree of `head` merged onto `base`. */
  async mergedTree(base: string, head: string): Promise<MergedTree> {
    if (await this.isAncestor(base, head)) return { kind: 'clean', tree: (await this.commit(head)).tree };
    const args = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', base, head];
    const result = await tryGit(args, this.call);
    if (result.code > 1) throw gitFailure(args, result);
    const [tree, ...paths] = result.stdout
      .toString('utf8')
      .split('\0')
      .filter((part) => part !== '');
    return result.code === 0 ? { kind: 'clean', tree: tree as string } : { kind: 'conflict', paths };
  }
}

export function lines(printed: string): readonly string[] {
  return printed.split('\n').filter((line) => line !== '');
}

/** Entries of a tree as git stores them: mode, name and the bytes of the id. */
function treeEntries({ id, content }: GitObject): readonly { readonly mode: string; readonly name: string; readonly id: string }[] {
  const entries: { readonly mode: string; readonly name: string; readonly id: string }[] = [];
  const length = id.length / 2;
  for (let at = 0; at < content.length; ) {
    const end = content.indexOf(0, at);
    const [mode, ...name] = content.subarray(at, end).toString('utf8').split(' ');
    entries.push({ mode: mode as string, name: name.join(' '), id: content.subarray(end + 1, end + 1 + length).toString('hex') });
    at = end + 1 + length;
  }
  return entries;
}

function text(object: GitObject, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(object.content);
  } catch {
    return outside(`${where} is not text in UTF-8`, 'keep such files out of what delivery reads');
  }
}

function splitCommit(object: GitObject): { readonly headers: readonly string[]; readonly message: string } {
  const content = object.content.toString('utf8');
  const end = content.indexOf('\n\n');
  return { headers: (end < 0 ? content : content.slice(0, end)).split('\n'), message: end < 0 ? '' : content.slice(end + 2) };
}

function parseCommit(object: GitObject): StoredCommit {
  const { headers, message } = splitCommit(object);
  const value = (name: string): readonly string[] =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  const author = /^(.*?) ?<.*> (\d+) [+-]\d{4}$/.exec(value('author')[0] ?? '');
  return {
    id: object.id,
    tree: value('tree')[0] as string,
    parents: value('parent'),
    author: author?.[1] ?? '',
    message: message.replace(/\n+$/, ''),
    at: Number(author?.[2] ?? 0) * 1000,
  };
}

import type { Files, StoredCommit } from '../store';
import { type GitCall, git, gitFailure, tryGit } from './git-process';
import { type GitObject, type ObjectReader, openObjectReader } from './object-reader';
import { writeCommit, writeTree } from './object-writer';

/** A ref and the commit that it leads to, through annotated tags. */
export interface RefCommit {
  readonly ref: string;
  readonly commit: string;
}

/** How two commits merge: the tree, or the paths that both changed. */
export type MergedTree =
  | { readonly kind: 'clean'; readonly tree: string }
  | { readonly kind: 'conflict'; readonly paths: readonly string[] };

const ID = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** Reads and writes the objects of one git repository on this machine, and reads its refs. Nothing here changes a ref. */
export class GitRepository {
  readonly gitDir: string;
  private readonly call: GitCall;
  private readonly reader: ObjectReader;

  constructor(gitDir: string, environment?: NodeJS.ProcessEnv) {
    this.gitDir = gitDir;
    this.call = environment === undefined ? { gitDir } : { gitDir, environment };
    this.reader = openObjectReader(this.call);
  }

  async tryRef(ref: string): Promise<string | undefined> {
    return (await this.listed(ref)).find((found) => found.ref === ref)?.commit;
  }

  /** Refs whose full name starts with the prefix, in order of name. */
  async refs(prefix: string): Promise<readonly RefCommit[]> {
    return (await this.listed(prefix.slice(0, prefix.lastIndexOf('/') + 1))).filter(({ ref }) => ref.startsWith(prefix));
  }

  /** The ref of this name, or the refs below it. */
  private async listed(name: string): Promise<readonly RefCommit[]> {
    const format = '--format=%(refname)%00%(objectname)%00%(*objectname)';
    return parseRefs(await git(['for-each-ref', format, ...(name === '' ? [] : [name])], this.call));
  }

  /** The branch that HEAD names, whether it exists or not. */
  async defaultBranch(): Promise<string> {
    return (await git(['symbolic-ref', '--short', 'HEAD'], this.call)).trim();
  }

  async has(id: string): Promise<boolean> {
    return ID.test(id) && (await this.reader.tryRead(id)) !== undefined;
  }

  async tryCommit(id: string): Promise<StoredCommit | undefined> {
    if (!ID.test(id)) return undefined;
    const found = await this.reader.tryRead(id);
    return found?.type === 'commit' ? parseCommit(found) : undefined;
  }

  /** @throws Error when there is no such commit. */
  async commit(id: string): Promise<StoredCommit> {
    const found = await this.tryCommit(id);
    if (found === undefined) throw new Error(`there is no commit ${id} in ${this.gitDir}`);
    return found;
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
    if (ancestor === descendant) return true;
    const args = ['merge-base', '--is-ancestor', ancestor, descendant];
    const result = await tryGit(args, this.call);
    if (result.code > 1) throw gitFailure(args, result);
    return result.code === 0;
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

  /** @throws Error when the file is not text in UTF-8. */
  async tryFile(commit: string, path: string): Promise<string | undefined> {
    const found = await this.reader.tryRead(`${commit}:${path}`);
    return found?.type === 'blob' ? text(found, `${commit}:${path}`) : undefined;
  }

  /**
   * Files under a path of a commit or tree, their paths relative to it; none when there is no such folder.
   *
   * @throws Error when an entry is not a regular file of text: a symbolic link or a submodule would not survive being written again.
   */
  async files(commit: string, path: string): Promise<Files> {
    const tree = await this.tryTree(commit, path);
    if (tree === undefined) return new Map();
    const listed = await git(['ls-tree', '-r', '-z', tree], this.call);
    const entries = listed.split('\0').filter((entry) => entry !== '');
    const read = entries.map(async (entry): Promise<readonly [string, string]> => {
      const [mode, , id, name] = parseEntry(entry);
      if (mode !== '100644' && mode !== '100755') throw new Error(`${commit}:${path}/${name} is no regular file (mode ${mode})`);
      const blob = await this.reader.tryRead(id);
      if (blob === undefined) throw new Error(`${commit}:${path}/${name} has no content; the repository ${this.gitDir} is damaged`);
      return [name, text(blob, `${commit}:${path}/${name}`)];
    });
    return new Map(await Promise.all(read));
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

function parseRefs(listed: string): readonly RefCommit[] {
  return lines(listed).map((line) => {
    const [ref, id, peeled] = line.split('\0') as [string, string, string];
    return { ref, commit: peeled === '' ? id : peeled };
  });
}

export function lines(printed: string): readonly string[] {
  return printed.split('\n').filter((line) => line !== '');
}

function parseEntry(entry: string): readonly [mode: string, type: string, id: string, name: string] {
  const tab = entry.indexOf('\t');
  const [mode, type, id] = entry.slice(0, tab).split(' ') as [string, string, string];
  return [mode, type, id, entry.slice(tab + 1)];
}

function text(object: GitObject, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(object.content);
  } catch {
    throw new Error(`${where} is not text in UTF-8`);
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

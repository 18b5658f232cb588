import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { wrongUse } from '../error';
import type { RefUpdate, Store } from '../store';
import { ensureBareRepository } from './bare-repository';
import { git, gitEnvironment, gitFailure, tryGit, withoutCredentials } from './git-process';
import { GitRepository, lines, type RefCommit } from './git-repository';
import { movedTo, push } from './push';
import { removeStaleLocks } from './stale-locks';

export interface GitStoreProps {
  /** Path or URL of the repository that holds the refs; usually a bare one. */
  readonly remote: string;
  /**
   * Folder for a copy of the objects, made when absent; only used for a URL.
   *
   * @default a folder of the user's cache, named by the URL
   */
  readonly cache?: string;
  /** Identity on whose behalf refs are moved, as a local host reads it. */
  readonly as: string;
}

/** Where the refs are read, and the repository that has their objects. */
export interface Backing {
  readonly repository: GitRepository;
  readonly remote: string;
  readonly tryRef: (ref: string) => Promise<string | undefined>;
  readonly refs: (prefix: string) => Promise<readonly RefCommit[]>;
  /** Makes these commits readable, where the remote has them. */
  readonly obtain: (commits: readonly string[]) => Promise<void>;
  readonly unlock: () => Promise<void>;
}

/**
 * A Store on a git repository. A path is read where it is, and objects are written there; a URL is read through a cache, whose objects are
 * fetched when a ref first leads to them. Refs always come from the repository itself and move by a push, so that its hooks decide.
 *
 * @throws DeliveryError when there is no repository at the path.
 */
export async function openGitStore(props: GitStoreProps): Promise<Store> {
  const backing = isUrl(props.remote)
    ? await throughCache(props.remote, props.cache ?? defaultCache(props.remote))
    : backedBy(new GitRepository(await gitDirOf(props.remote)));
  const pushed = (ref: string, to: string | undefined, expect: string | undefined): Promise<RefUpdate> =>
    push({
      gitDir: backing.repository.gitDir,
      remote: backing.remote,
      as: props.as,
      ref,
      to,
      expect,
      find: () => backing.tryRef(ref),
      unlock: backing.unlock,
    });
  return storeOver(backing, {
    moveRef: async (ref, to, expect, force = false) => (await tryAnswer(backing, { ref, to, expect, force })) ?? pushed(ref, to, expect),
    deleteRef: (ref, expect) => pushed(ref, undefined, expect),
  });
}

function isUrl(remote: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(remote) || /^[^/\\]+@[^/\\]+:/.test(remote);
}

function defaultCache(url: string): string {
  const root = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return join(root, 'stagegate', 'repositories', createHash('sha256').update(withoutCredentials(url)).digest('hex').slice(0, 24));
}

/** A repository that is read where it is, and written there. */
export function backedBy(repository: GitRepository): Backing {
  return {
    repository,
    remote: repository.gitDir,
    tryRef: (ref) => repository.tryRef(ref),
    refs: (prefix) => repository.refs(prefix),
    obtain: () => Promise.resolve(),
    unlock: async () => {
      await removeStaleLocks(repository.gitDir);
    },
  };
}

const NO_REPOSITORY = 'name the folder of a repository, or its URL';

async function gitDirOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isDirectory())
    return wrongUse(`there is no git repository at ${resolve(path)}: no such folder`, NO_REPOSITORY);
  const args = ['-C', path, 'rev-parse', '--absolute-git-dir'];
  const result = await tryGit(args, { environment: gitEnvironment({ GIT_CEILING_DIRECTORIES: resolve(path, '..') }) });
  if (result.code !== 0) return wrongUse(`there is no git repository at ${resolve(path)}: ${result.stderr.trim()}`, NO_REPOSITORY);
  return result.stdout.toString('utf8').trim();
}

async function throughCache(url: string, folder: string): Promise<Backing> {
  await ensureBareRepository(folder, { defaultBranch: 'main' });
  const repository = new GitRepository(folder);
  const obtain = async (commits: readonly string[]): Promise<void> => {
    if (await hasAll(repository, commits)) return;
    await fetch(folder, url, ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']);
    if (await hasAll(repository, commits)) return;
    await fetch(
      folder,
      url,
      commits.filter((commit) => COMMIT_ID.test(commit)),
    );
  };
  const advertised = async (pattern: string): Promise<readonly RefCommit[]> => {
    const found = parseAdvertised(await git(['ls-remote', url, pattern], { gitDir: folder }));
    await obtain(found.map(({ commit }) => commit));
    return found;
  };
  return {
    repository,
    remote: url,
    // The trailing `*` lets the remote name the commit behind an annotated tag, as `<tag>^{}`.
    tryRef: async (ref) => (await advertised(`${ref}*`)).find((found) => found.ref === ref)?.commit,
    refs: async (prefix) => (await advertised(`${prefix}*`)).filter(({ ref }) => ref.startsWith(prefix)),
    obtain,
    unlock: async () => {
      await removeStaleLocks(folder);
    },
  };
}

async function hasAll(repository: GitRepository, commits: readonly string[]): Promise<boolean> {
  for (const commit of commits) if (!(await repository.has(commit))) return false;
  return true;
}

const COMMIT_ID = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** Fetches into the cache what the remote has; a cache that another process writes at the same time, or whose lock the dead hold, is tried again. */
async function fetch(folder: string, url: string, refspecs: readonly string[]): Promise<void> {
  const args = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', url, ...refspecs];
  for (let attempt = 1; ; attempt += 1) {
    const result = await tryGit(args, { gitDir: folder });
    if (result.code === 0 || refspecs.length === 0 || /not our ref|couldn't find remote ref/.test(result.stderr)) return;
    if (attempt >= 30 || !/\.lock|cannot lock ref|unable to update local ref/.test(result.stderr)) throw gitFailure(args, result);
    await removeStaleLocks(folder);
    await new Promise((done) => setTimeout(done, 100 + Math.random() * 900));
  }
}

function parseAdvertised(listed: string): readonly RefCommit[] {
  const found = new Map<string, string>();
  for (const line of lines(listed)) {
    const [id, name] = line.split('\t') as [string, string];
    // An annotated tag is followed by the commit that it leads to.
    found.set(name.replace(/\^\{\}$/, ''), id);
  }
  return [...found].map(([ref, commit]) => ({ ref, commit })).sort((a, b) => (a.ref < b.ref ? -1 : 1));
}

/** A Store whose refs and objects come from a backing, and whose refs change by the two calls given. */
export function storeOver(backing: Backing, changes: Pick<Store, 'moveRef' | 'deleteRef'>): Store {
  /** The repository, with this commit in it if the remote has it. */
  async function holding(commit: string): Promise<GitRepository> {
    await backing.obtain([commit]);
    return backing.repository;
  }
  return {
    tryRef: (ref) => backing.tryRef(ref),
    refs: (prefix) => backing.refs(prefix),
    commit: async (id) => (await holding(id)).commit(id),
    firstParents: async (id, limit) => (await holding(id)).firstParents(id, limit),
    isAncestor: async (ancestor, descendant) => (await holding(descendant)).isAncestor(ancestor, descendant),
    between: async (from, to, limit) => (await holding(to)).between(from, to, limit),
    tryTree: async (commit, path) => (await holding(commit)).tryTree(commit, path),
    tryFile: async (commit, path) => (await holding(commit)).tryFile(commit, path),
    files: async (commit, path) => (await holding(commit)).files(commit, path),
    writeTree: (files, grafts) => backing.repository.writeTree(files, grafts),
    writeCommit: (commit) => backing.repository.writeCommit(commit),
    ...changes,
  };
}

/** The answer before a ref is moved, if there is one: it is elsewhere, there already, or would drop commits. */
export async function tryAnswer(
  backing: Pick<Backing, 'tryRef' | 'repository'>,
  move: { readonly ref: string; readonly to: string; readonly expect: string | undefined; readonly force: boolean },
): Promise<RefUpdate | undefined> {
  const { ref, to, expect, force } = move;
  const found = await backing.tryRef(ref);
  if (found !== expect) return movedTo(found);
  if (to === expect) return { kind: 'done' };
  if (force || expect === undefined || (await backing.repository.isAncestor(expect, to))) return undefined;
  return { kind: 'refused', reason: `${ref} is at ${expect}, which ${to} does not contain: the move would not be a fast-forward` };
}

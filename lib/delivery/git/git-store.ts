import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { wrongUse } from '../error';
import type { RefUpdate, Store } from '../store';
import { type Backing, backedBy } from './backing';
import { cachedRepository } from './cached-repository';
import { gitEnvironment, IDENTITY_VARIABLE, tryGit } from './git-process';
import { GitRepository } from './git-repository';
import { movedTo, push } from './push';
import type { RemoteCall } from './remote-git';

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

/**
 * A Store on a git repository. A path is read where it is, and objects are written there; a URL is read through a cache, whose objects are
 * fetched when a ref first leads to them. Refs always come from the repository itself and move by a push, so that its hooks decide.
 *
 * @throws DeliveryError when there is no repository at the path.
 */
export async function openGitStore(props: GitStoreProps): Promise<Store> {
  const backing = isUrl(props.remote)
    ? await cachedRepository({ url: props.remote, ...(props.cache !== undefined && { folder: props.cache }) })
    : backedBy(new GitRepository(await gitDirOf(props.remote)));
  return pushingStore(backing, { environment: async () => ({ [IDENTITY_VARIABLE]: props.as }) });
}

/** A Store over a backing whose refs move by a push. */
export function pushingStore(backing: Backing, call: RemoteCall): Store {
  const pushed = (ref: string, to: string | undefined, expect: string | undefined): Promise<RefUpdate> =>
    push({
      gitDir: backing.repository.gitDir,
      remote: backing.remote,
      ...call,
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

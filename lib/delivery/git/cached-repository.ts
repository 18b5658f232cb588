import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Backing } from './backing';
import { ensureBareRepository } from './bare-repository';
import { gitFailure, withoutCredentials } from './git-process';
import { GitRepository, lines, type RefCommit } from './git-repository';
import { type RemoteCall, remoteGit, tryRemoteGit } from './remote-git';
import { removeStaleLocks } from './stale-locks';

export interface CachedRepositoryProps extends RemoteCall {
  readonly url: string;
  /**
   * Folder of the copy, made when absent.
   *
   * @default a folder of the user's cache, named by the URL
   */
  readonly folder?: string;
}

/**
 * A repository behind a URL. Its refs are asked for each time; its objects come from a copy on this machine, into which they are fetched when
 * a ref first leads to them. Several processes may use one copy.
 *
 * @throws DeliveryError when the copy cannot be written.
 */
export async function cachedRepository(props: CachedRepositoryProps): Promise<Backing> {
  const { url, folder = copyOf(url), ...call } = props;
  await ensureBareRepository(folder, { defaultBranch: 'main' });
  const repository = new GitRepository(folder);
  const obtain = async (commits: readonly string[]): Promise<void> => {
    if (await hasAll(repository, commits)) return;
    await fetch(folder, url, ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'], call);
    if (await hasAll(repository, commits)) return;
    const named = commits.filter((commit) => COMMIT_ID.test(commit));
    if (named.length > 0) await fetch(folder, url, named, call);
  };
  const advertised = async (pattern: string): Promise<readonly RefCommit[]> => {
    const kind = /^refs\/heads\//.test(pattern) ? ['--heads'] : /^refs\/tags\//.test(pattern) ? ['--tags'] : [];
    const found = parseAdvertised(await remoteGit(['ls-remote', ...kind, url, pattern], { gitDir: folder, ...call }));
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

/** The folder of the user's cache in which a repository is copied. */
export function copyOf(url: string): string {
  const root = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return join(root, 'stagegate', 'repositories', createHash('sha256').update(withoutCredentials(url)).digest('hex').slice(0, 24));
}

async function hasAll(repository: GitRepository, commits: readonly string[]): Promise<boolean> {
  for (const commit of commits) if (!(await repository.has(commit))) return false;
  return true;
}

const COMMIT_ID = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** Fetches into the copy what the remote has; one that another process writes at the same time, or whose lock the dead hold, is tried again. */
async function fetch(folder: string, url: string, refspecs: readonly string[], call: RemoteCall): Promise<void> {
  // What is gone is pruned: a branch could not be fetched beside one that had the name of its folder.
  const args = ['fetch', '--quiet', '--prune', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', url, ...refspecs];
  for (let attempt = 1; ; attempt += 1) {
    const result = await tryRemoteGit(args, { gitDir: folder, ...call });
    if (result.code === 0 || /not our ref|couldn't find remote ref/.test(result.stderr)) return;
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

import type { GitHubClient } from '../../github';
import { DeliveryError } from '../error';
import { cachedRepository, copyOf } from '../git/cached-repository';
import { pushingStore } from '../git/git-store';
import type { Store } from '../store';
import { authorLogins } from './author-logins';
import { gitCredentials } from './git-credentials';
import { gitHubRepository } from './github-repository';

export interface GitHubStoreProps {
  readonly client: GitHubClient;
  /** `owner/name`. */
  readonly repository: string;
  /**
   * Folder for a copy of the objects, made when absent.
   *
   * @default a folder of the user's cache, named by the address of the repository
   */
  readonly cache?: string;
  /** Milliseconds that a second of waiting takes; tests shorten it. @default 1000 */
  readonly second?: number;
}

/**
 * Git refs and trees of a repository on GitHub, as the identity of the client. Refs are read from GitHub each time and move by a push that
 * holds only if they are where the caller saw them; rulesets decide on it there. Authors of commits are logins.
 *
 * @throws DeliveryError when the name is not `owner/name`, or the copy cannot be written.
 */
export async function gitHubStore(props: GitHubStoreProps): Promise<Store> {
  const { client, cache, second } = props;
  const github = gitHubRepository(client, props.repository);
  const call = { environment: () => gitCredentials(client), ...(second !== undefined && { second }) };
  const backing = await cachedRepository({ url: urlOf(client, github.name), ...(cache !== undefined && { folder: cache }), ...call });
  const store = pushingStore(backing, call);
  const named = authorLogins(github, backing.repository);
  const all = async (commits: Promise<Awaited<ReturnType<Store['between']>>>): ReturnType<Store['between']> =>
    Promise.all((await commits).map(named));
  return explaining(client, github.name, {
    ...store,
    commit: async (id) => named(await store.commit(id)),
    firstParents: (id, limit) => all(store.firstParents(id, limit)),
    between: (from, to, limit) => all(store.between(from, to, limit)),
  });
}

/** The folder in which a store without `cache` copies a repository. */
export function gitHubCopy(client: GitHubClient, repository: string): string {
  return copyOf(urlOf(client, repository));
}

function urlOf(client: GitHubClient, repository: string): string {
  return `${client.address.web}/${repository}.git`;
}

/** The store with failures of git told without secrets, and with what GitHub means by those about credentials. */
function explaining(client: GitHubClient, repository: string, store: Store): Store {
  const told = (error: unknown): unknown => {
    if (!DeliveryError.is(error) || error.kind !== 'outside') return error;
    const message = client.withoutSecrets(error.message);
    const denied = /Authentication failed|could not read Username|returned error: 40[13]|[Rr]epository .*not found/.test(message);
    const remedy = `look whether ${repository} is the right name, and whether the credentials may read its contents, and write them`;
    if (!denied && message === error.message) return error;
    return new DeliveryError('outside', message, denied ? remedy : error.remedy);
  };
  const entries = Object.entries(store).map(([name, call]: [string, (...args: readonly never[]) => Promise<unknown>]) => [
    name,
    (...args: readonly never[]) =>
      call(...args).catch((error: unknown) => {
        throw told(error);
      }),
  ]);
  return Object.fromEntries(entries) as Store;
}

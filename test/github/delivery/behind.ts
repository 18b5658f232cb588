import type { Host, Store } from '../../../lib/delivery';
import { DeliveryError } from '../../../lib/delivery';
import { GitRepository } from '../../../lib/delivery/git/git-repository';
import { openLocalHost } from '../../../lib/delivery/local';
import { hostFolder } from '../../../lib/delivery/local/host-folder';
import { openHostRecords } from '../../../lib/delivery/local/pull-request-log';
import type { Receiving } from '../../../lib/delivery/local/receive';
import { authenticated, type Needed, repositoryOf } from '../access';
import { nameOf } from '../principals';
import { ApiError, type ApiRequest, forbidden } from '../route';
import type { Repository } from '../world';

/** The local host behind a repository: it keeps and enforces what this interface shows. */
export interface Behind {
  readonly repository: Repository;
  readonly at: Receiving;
  /** Host and store as somebody. */
  as(login: string): Promise<{ readonly host: Host; readonly store: Store }>;
}

/** A repository of a request with what is behind it, and the caller's own host and store. */
export interface Called extends Behind {
  /** Login of a person or slug of an app. */
  readonly caller: string;
  readonly host: Host;
  readonly store: Store;
}

const opened = new WeakMap<Repository, Promise<Behind>>();

export function behind(repository: Repository): Promise<Behind> {
  const known = opened.get(repository) ?? open(repository);
  opened.set(repository, known);
  return known;
}

async function open(repository: Repository): Promise<Behind> {
  const root = await repository.hostFolder;
  const folder = hostFolder(root);
  const at = { folder, repository: new GitRepository(folder.repository), records: openHostRecords(folder.data) };
  const hosts = new Map<string, Promise<{ readonly host: Host; readonly store: Store }>>();
  return {
    repository,
    at,
    as(login) {
      const known = hosts.get(login) ?? openLocalHost(root, { as: login, clock: repository.world.clock });
      hosts.set(login, known);
      return known;
    },
  };
}

/** What is behind the repository of a request, for whoever may only look. */
export function looking(request: ApiRequest, permission: string): Promise<Behind> {
  return behind(repositoryOf(request, { role: 'read', app: [permission, 'read'] }));
}

/** The repository of a request as its caller, if he may do this to it. */
export async function acting(request: ApiRequest, needed: Needed): Promise<Called> {
  const own = await behind(repositoryOf(request, needed));
  const caller = nameOf(authenticated(request));
  return { ...own, caller, ...(await own.as(caller)) };
}

/** Runs a call of the local host; what it refuses is told as GitHub tells it. */
export async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!DeliveryError.is(error)) throw error;
    if (error.kind === 'refused') return forbidden(error.message);
    throw new ApiError(422, 'Validation Failed', [error.message]);
  }
}

/** The time as GitHub writes it: whole seconds. */
export function timeText(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** A number that is always the same for the same words. */
export function numberOf(...words: readonly (string | number)[]): number {
  let found = 7;
  for (const character of words.join(' ')) found = (found * 31 + character.charCodeAt(0)) % 2 ** 47;
  return found;
}

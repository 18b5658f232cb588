import type { Actor } from '../../../lib/delivery';
import { roleIsAtLeast } from '../../../lib/delivery/local/people';
import { simpleUser } from '../accounts';
import type { Repository, World } from '../world';

/** An actor of the local host as GitHub shows him; null for somebody who is gone. */
export function userOf(world: World, { kind, login }: Actor): Readonly<Record<string, unknown>> | null {
  const account = world.tryAccount(kind === 'app' ? `${login}[bot]` : login);
  return account === undefined ? null : simpleUser(world, account);
}

/** What somebody is to a repository. */
export function associationOf(repository: Repository, { kind, login }: Actor): string {
  const role = kind === 'person' ? repository.tryRole(login) : undefined;
  if (role === undefined) return kind === 'app' ? 'CONTRIBUTOR' : 'NONE';
  if (repository.owner.login === login) return 'OWNER';
  return roleIsAtLeast(role, 'read') ? 'MEMBER' : 'NONE';
}

/** The account that GitHub links a commit with, by its author's address. */
export function tryAuthor(world: World, name: string, address: string): Readonly<Record<string, unknown>> | null {
  const login = world.addresses.get(address.toLowerCase()) ?? /^(?:\d+\+)?([^@]+)@users\.noreply\.github\.com$/.exec(address)?.[1];
  const own = /@users\.noreply\.invalid$/.test(address) ? name : undefined;
  const account = world.tryAccount(login ?? own ?? '') ?? world.tryAccount(`${own ?? ''}[bot]`);
  return account === undefined ? null : simpleUser(world, account);
}

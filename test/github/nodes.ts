import { accountNodeId } from './accounts';
import { type BranchProtection, protectionNodeId } from './branch-protection';
import { teamNodeId } from './teams';
import type { Account, Repository, World } from './world';

/** What an id of a node leads to. */
export type Node =
  | { readonly kind: 'repository'; readonly repository: Repository }
  | { readonly kind: 'account'; readonly account: Account }
  | { readonly kind: 'team'; readonly slug: string }
  | { readonly kind: 'app'; readonly slug: string }
  | { readonly kind: 'protection'; readonly repository: Repository; readonly protection: BranchProtection };

export function tryNode(world: World, id: string): Node | undefined {
  const repository = world.repositories().find(({ nodeId }) => nodeId === id);
  if (repository !== undefined) return { kind: 'repository', repository };
  for (const one of world.repositories()) {
    const protection = [...one.protections.values()].find((candidate) => protectionNodeId(candidate) === id);
    if (protection !== undefined) return { kind: 'protection', repository: one, protection };
  }
  const number = Number(/^[A-Z]+_(\d+)$/.exec(id)?.[1]);
  const account = world.tryAccountById(number);
  if (account !== undefined && accountNodeId(account) === id) return { kind: 'account', account };
  const slug = Object.keys(world.people.teams).find((team) => teamNode(world, team) === id);
  if (slug !== undefined) return { kind: 'team', slug };
  const app = Object.keys(world.people.apps).find((one) => appNode(world, one) === id);
  return app === undefined ? undefined : { kind: 'app', slug: app };
}

/** The id of a person's node. */
export function personNode(world: World, login: string): string | undefined {
  const account = world.tryAccount(login);
  return account === undefined ? undefined : accountNodeId(account);
}

export function teamNode(world: World, slug: string): string | undefined {
  const team = Object.hasOwn(world.people.teams, slug) ? world.people.teams[slug] : undefined;
  return team === undefined ? undefined : teamNodeId(team.id);
}

export function appNode(world: World, slug: string): string | undefined {
  const app = Object.hasOwn(world.people.apps, slug) ? world.people.apps[slug] : undefined;
  return app === undefined ? undefined : `A_${app.id}`;
}

import { accountNodeId } from './accounts';
import { protectionFields } from './branch-protection-fields';
import { commitFields } from './delivery/commit-fields';
import { connection, GraphQlFailure, type GraphQlField } from './graphql-field';
import { type Node, teamNode, tryNode } from './nodes';
import { nameOf } from './principals';
import { type Account, actionsApp, type Repository, type World } from './world';

/** Looks things up by id or by name. */
export const lookupFields: Readonly<Record<string, GraphQlField>> = {
  node: ({ id }, { world }) => {
    const node = tryNode(world, String(id));
    // Never null without an error: clients take that for a node without fields.
    return node === undefined ? missing(`Could not resolve to a node with the global id of '${id}'`) : nodeFields(world, node);
  },
  repository: ({ owner, name }, { world }) => {
    const repository = world.tryRepository(String(owner), String(name));
    if (repository === undefined) return missing(`Could not resolve to a Repository with the name '${owner}/${name}'.`);
    return repositoryFields(repository);
  },
  organization: ({ login }, { world }) => {
    const account = world.tryAccount(String(login));
    if (account?.type !== 'Organization') return missing(`Could not resolve to an Organization with the login of '${login}'.`);
    return {
      ...accountFields(account),
      team: ({ slug }: { readonly slug: string }) => (teamNode(world, slug) === undefined ? null : teamFields(world, slug)),
    };
  },
  user: ({ login }, { world }) => {
    const account = world.tryAccount(String(login));
    return account?.type === 'User' ? accountFields(account) : missing(`Could not resolve to a User with the login of '${login}'.`);
  },
  viewer: (_, { world, caller }) => {
    const login = caller.kind === 'person' ? caller.login : `${nameOf(caller)}[bot]`;
    const account = world.tryAccount(login);
    return account === undefined ? missing('Could not resolve the viewer.') : accountFields(account);
  },
};

function missing(message: string): never {
  throw new GraphQlFailure('NOT_FOUND', message);
}

export function nodeFields(world: World, node: Node): Readonly<Record<string, unknown>> {
  switch (node.kind) {
    case 'repository':
      return repositoryFields(node.repository);
    case 'account':
      return accountFields(node.account);
    case 'team':
      return teamFields(world, node.slug);
    case 'app':
      return appFields(world, node.slug);
    case 'protection':
      return protectionFields(node.repository, node.protection);
  }
}

export function repositoryFields(repository: Repository): Readonly<Record<string, unknown>> {
  return {
    __typename: 'Repository',
    id: repository.nodeId,
    databaseId: repository.id,
    name: repository.name,
    nameWithOwner: repository.fullName,
    isPrivate: repository.visibility !== 'public',
    object: ({ oid }: { readonly oid: string }) => commitFields(repository, oid),
    branchProtectionRules: () => connection([...repository.protections.values()].map((one) => protectionFields(repository, one))),
  };
}

function accountFields(account: Account): Readonly<Record<string, unknown>> {
  return { __typename: account.type, id: accountNodeId(account), databaseId: account.id, login: account.login, name: account.login };
}

function teamFields(world: World, slug: string): Readonly<Record<string, unknown>> {
  return { __typename: 'Team', id: teamNode(world, slug), databaseId: world.people.teams[slug]?.id, slug, name: slug };
}

function appFields(world: World, slug: string): Readonly<Record<string, unknown>> {
  const id = slug === actionsApp.slug ? actionsApp.id : world.people.apps[slug]?.id;
  return { __typename: 'App', id: `A_${id}`, databaseId: id, slug, name: slug };
}

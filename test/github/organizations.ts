import { authenticated } from './access';
import { accountNodeId, simpleUser } from './accounts';
import { page } from './pagination';
import { type ApiRequest, notFound, ok, type Route } from './route';
import type { Account, World } from './world';

export function organizationOf({ params, world }: ApiRequest): Account {
  const account = world.tryAccount(params.org ?? '');
  return account?.type === 'Organization' ? account : notFound();
}

export const organizationRoutes: readonly Route[] = [
  { method: 'GET', path: '/orgs/{org}', handle: (request) => ok(organizationBody(request.world, organizationOf(request))) },
  {
    method: 'GET',
    path: '/orgs/{org}/members',
    handle: (request) => {
      organizationOf(request);
      authenticated(request);
      const { items, headers } = page(request, Object.keys(request.world.people.people));
      return {
        ...ok(items.flatMap((login) => request.world.tryAccount(login) ?? []).map((account) => simpleUser(request.world, account))),
        headers,
      };
    },
  },
  {
    method: 'GET',
    path: '/orgs/{org}/memberships/{username}',
    handle: (request) => {
      const organization = organizationOf(request);
      authenticated(request);
      const { world, params } = request;
      const person = world.people.people[params.username ?? ''];
      const account = world.tryAccount(params.username ?? '');
      if (person === undefined || account === undefined) notFound();
      const url = `${world.url}api/v3/orgs/${organization.login}`;
      return ok({
        url: `${url}/memberships/${account.login}`,
        state: 'active',
        role: person.owner ? 'admin' : 'member',
        organization_url: url,
        organization: organizationSimple(world, organization),
        user: simpleUser(world, account),
      });
    },
  },
];

export function organizationSimple(world: World, account: Account): Readonly<Record<string, unknown>> {
  const url = `${world.url}api/v3/orgs/${account.login}`;
  return {
    login: account.login,
    id: account.id,
    node_id: accountNodeId(account),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${world.url}avatars/${account.id}`,
    description: null,
  };
}

export function organizationBody(world: World, account: Account): Readonly<Record<string, unknown>> {
  const born = new Date(0).toISOString();
  return {
    ...organizationSimple(world, account),
    name: account.login,
    has_organization_projects: true,
    has_repository_projects: true,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    html_url: `${world.url}${account.login}`,
    type: 'Organization',
    created_at: born,
    updated_at: born,
    archived_at: null,
    plan: { name: world.planOf(account), space: 976562499, private_repos: 9999, filled_seats: 1, seats: 100 },
  };
}

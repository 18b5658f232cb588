import { authenticated } from './access';
import { simpleUser } from './accounts';
import { organizationBody, organizationOf } from './organizations';
import { page } from './pagination';
import { type ApiRequest, forbidden, notFound, ok, type Route } from './route';
import type { World } from './world';

/** Teams are looked up: who is in which team is said when the GitHub is started. */
export const teamRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/orgs/{org}/teams',
    handle: (request) => {
      const organization = organizationOf(request);
      seenByMembers(request);
      const { items, headers } = page(request, Object.keys(request.world.people.teams));
      return { ...ok(items.map((slug) => teamBody(request.world, organization.login, slug))), headers };
    },
  },
  {
    method: 'GET',
    path: '/orgs/{org}/teams/{team_slug}',
    handle: (request) => {
      const organization = organizationOf(request);
      seenByMembers(request);
      const body = teamBody(request.world, organization.login, slugOf(request));
      return ok({ ...body, organization: organizationBody(request.world, organization) });
    },
  },
  {
    method: 'GET',
    path: '/orgs/{org}/teams/{team_slug}/members',
    handle: (request) => {
      organizationOf(request);
      seenByMembers(request);
      const { items, headers } = page(request, request.world.people.teams[slugOf(request)]?.members ?? []);
      return {
        ...ok(items.flatMap((login) => request.world.tryAccount(login) ?? []).map((account) => simpleUser(request.world, account))),
        headers,
      };
    },
  },
];

function slugOf({ params, world }: ApiRequest): string {
  const slug = params.team_slug ?? '';
  return Object.hasOwn(world.people.teams, slug) ? slug : notFound();
}

/** Teams are for members of the organisation, and for apps that may read its members. */
function seenByMembers(request: ApiRequest): void {
  const caller = authenticated(request);
  if (caller.kind === 'installation' && caller.permissions.members === undefined) forbidden('Resource not accessible by integration');
}

export function teamNodeId(id: number): string {
  return `T_${id}`;
}

export function teamBody(world: World, organization: string, slug: string): Readonly<Record<string, unknown>> {
  const team = world.people.teams[slug];
  const id = team?.id ?? 0;
  const url = `${world.url}api/v3/organizations/${world.tryAccount(organization)?.id}/team/${id}`;
  const born = new Date(0).toISOString();
  return {
    id,
    node_id: teamNodeId(id),
    url,
    html_url: `${world.url}orgs/${organization}/teams/${slug}`,
    name: slug,
    slug,
    description: null,
    privacy: 'closed',
    notification_setting: 'notifications_enabled',
    permission: 'pull',
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    parent: null,
    type: 'organization',
    members_count: team?.members.length ?? 0,
    repos_count: 0,
    created_at: born,
    updated_at: born,
  };
}

import { randomUUID } from 'node:crypto';
import { authenticated } from './access';
import { simpleUser } from './accounts';
import { page } from './pagination';
import type { AppPrincipal } from './principals';
import { repositoryBody } from './repositories';
import { ApiError, type ApiRequest, created, forbidden, noContent, notFound, ok, type Route } from './route';
import { type Account, actionsApp, clientId, type Repository, type World } from './world';

/** How long the token of an installation lives, in milliseconds. */
const TOKEN_LIFE = 60 * 60 * 1000;

/** Every app is installed for every owner of repositories. */
export const appRoutes: readonly Route[] = [
  { method: 'GET', path: '/app', handle: (request) => ok(appBody(request.world, asApp(request).slug)) },
  {
    method: 'GET',
    path: '/apps/{app_slug}',
    handle: ({ params, world }) => {
      const slug = params.app_slug ?? '';
      return slug === actionsApp.slug || Object.hasOwn(world.people.apps, slug) ? ok(appBody(world, slug)) : notFound();
    },
  },
  {
    method: 'GET',
    path: '/app/installations',
    handle: (request) => {
      const { slug } = asApp(request);
      const { items, headers } = page(request, owners(request.world));
      return { ...ok(items.map((owner) => installationBody(request.world, slug, owner))), headers };
    },
  },
  {
    method: 'GET',
    path: '/app/installations/{installation_id}',
    handle: (request) => {
      const { slug } = asApp(request);
      return ok(installationBody(request.world, slug, ownerOf(request, slug)));
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/installation',
    handle: (request) => {
      const { slug } = asApp(request);
      const { world, params } = request;
      const repository = world.tryRepository(params.owner ?? '', params.repo ?? '') ?? notFound();
      return ok(installationBody(world, slug, repository.owner));
    },
  },
  ...(['/orgs/{org}/installation', '/users/{username}/installation'] as const).map(
    (path): Route => ({
      method: 'GET',
      path,
      handle: (request) => {
        const { slug } = asApp(request);
        const login = request.params.org ?? request.params.username ?? '';
        const owner = owners(request.world).find((one) => one.login.toLowerCase() === login.toLowerCase()) ?? notFound();
        return ok(installationBody(request.world, slug, owner));
      },
    }),
  ),
  { method: 'POST', path: '/app/installations/{installation_id}/access_tokens', handle: giveToken },
  {
    method: 'GET',
    path: '/installation/repositories',
    handle: (request) => {
      const caller = authenticated(request);
      if (caller.kind !== 'installation') forbidden('You must authenticate with an installation access token');
      const covered = request.world
        .repositories()
        .filter(({ fullName }) => caller.repositories === undefined || caller.repositories.includes(fullName.toLowerCase()));
      const { items, headers } = page(request, covered);
      return { ...ok({ total_count: covered.length, repositories: items.map((one) => repositoryBody(one, caller)) }), headers };
    },
  },
  {
    method: 'DELETE',
    path: '/installation/token',
    handle: (request) => {
      const caller = authenticated(request);
      if (caller.kind !== 'installation') forbidden('You must authenticate with an installation access token');
      request.world.credentials.revoke(caller);
      return noContent;
    },
  },
];

/** A token of an installation, with no more than the app may and for no more repositories than it is installed in. */
function giveToken(request: ApiRequest): ReturnType<Route['handle']> {
  const { slug } = asApp(request);
  const owner = ownerOf(request, slug);
  const { world, body } = request;
  const own = world.permissionsOf(slug);
  const wanted = (body.permissions ?? own) as Readonly<Record<string, string>>;
  const tooMuch = Object.entries(wanted).find(([name, level]) => own[name] !== level && own[name] !== 'write');
  if (tooMuch !== undefined) throw new ApiError(422, 'The permissions requested are not granted to this installation.');
  const covered = coveredRepositories(world, owner, body);
  const expiresAt = world.clock() + TOKEN_LIFE;
  const token = world.credentials.grant(
    `installation-token-${randomUUID()}`,
    {
      kind: 'installation',
      slug,
      permissions: { ...wanted, metadata: 'read' },
      repositories: covered.repositories.map(({ fullName }) => fullName.toLowerCase()),
    },
    expiresAt,
  );
  return created({
    token,
    expires_at: new Date(expiresAt).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    permissions: { ...wanted, metadata: 'read' },
    repository_selection: covered.selected ? 'selected' : 'all',
    ...(covered.selected ? { repositories: covered.repositories.map((one) => repositoryBody(one, undefined)) } : {}),
  });
}

function coveredRepositories(
  world: World,
  owner: Account,
  body: ApiRequest['body'],
): { readonly selected: boolean; readonly repositories: readonly Repository[] } {
  const all = world.repositories().filter((repository) => repository.owner === owner);
  const names = body.repositories as readonly string[] | undefined;
  const ids = body.repository_ids as readonly number[] | undefined;
  if (names === undefined && ids === undefined) return { selected: false, repositories: all };
  const chosen = all.filter(({ name, id }) => names?.includes(name) || ids?.includes(id));
  if (chosen.length < (names?.length ?? 0) + (ids?.length ?? 0)) {
    throw new ApiError(422, 'There is at least one repository that does not exist or is not accessible to the parent installation.');
  }
  return { selected: true, repositories: chosen };
}

function asApp(request: ApiRequest): AppPrincipal {
  const caller = authenticated(request);
  if (caller.kind !== 'app') throw new ApiError(401, 'A JSON web token could not be decoded');
  return caller;
}

function owners(world: World): readonly Account[] {
  return [...new Set(world.repositories().map(({ owner }) => owner))];
}

function ownerOf({ params, world }: ApiRequest, slug: string): Account {
  return owners(world).find((owner) => installationId(world, slug, owner) === Number(params.installation_id)) ?? notFound();
}

function idOf(world: World, slug: string): number {
  return slug === actionsApp.slug ? actionsApp.id : (world.people.apps[slug]?.id ?? 0);
}

export function installationId(world: World, slug: string, owner: Account): number {
  return idOf(world, slug) * 10_000 + owner.id;
}

export function appBody(world: World, slug: string): Readonly<Record<string, unknown>> {
  const born = new Date(0).toISOString();
  const owner = owners(world)[0];
  return {
    id: idOf(world, slug),
    slug,
    node_id: `A_${idOf(world, slug)}`,
    client_id: clientId(slug),
    owner: owner === undefined ? null : simpleUser(world, owner),
    name: slug,
    description: '',
    external_url: `${world.url}apps/${slug}`,
    html_url: `${world.url}apps/${slug}`,
    created_at: born,
    updated_at: born,
    permissions: slug === actionsApp.slug ? { metadata: 'read' } : world.permissionsOf(slug),
    events: [],
  };
}

function installationBody(world: World, slug: string, owner: Account): Readonly<Record<string, unknown>> {
  const born = new Date(0).toISOString();
  const id = installationId(world, slug, owner);
  return {
    id,
    account: simpleUser(world, owner),
    repository_selection: 'all',
    access_tokens_url: `${world.url}api/v3/app/installations/${id}/access_tokens`,
    repositories_url: `${world.url}api/v3/installation/repositories`,
    html_url: `${world.url}organizations/${owner.login}/settings/installations/${id}`,
    app_id: idOf(world, slug),
    client_id: clientId(slug),
    app_slug: slug,
    target_id: owner.id,
    target_type: owner.type,
    permissions: world.permissionsOf(slug),
    events: [],
    created_at: born,
    updated_at: born,
    single_file_name: null,
    suspended_by: null,
    suspended_at: null,
  };
}

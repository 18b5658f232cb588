import { authenticated } from './access';
import { privateUser, publicUser } from './accounts';
import { forbidden, notFound, ok, type Route } from './route';

const limit = { limit: 5000, used: 1, remaining: 4999 };

/** What is not about any repository: the root, the limits, who one is. */
export const metaRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/',
    handle: ({ world }) => ok(Object.fromEntries(rootUrls.map((name) => [name, `${world.url}api/v3/${name.replace(/_url$/, '')}`]))),
  },
  {
    method: 'GET',
    path: '/rate_limit',
    handle: ({ world }) => {
      const resource = { ...limit, reset: Math.floor(world.clock() / 1000) + 3600 };
      return ok({ resources: { core: resource, graphql: resource, search: resource }, rate: resource });
    },
  },
  {
    method: 'GET',
    path: '/user',
    handle: (request) => {
      const caller = authenticated(request);
      if (caller.kind !== 'person') forbidden('Resource not accessible by integration');
      const account = request.world.tryAccount(caller.login);
      return account === undefined ? notFound() : ok(privateUser(request.world, account));
    },
  },
  {
    method: 'GET',
    path: '/users/{username}',
    handle: ({ params, world }) => {
      const account = world.tryAccount(params.username ?? '');
      return account === undefined ? notFound() : ok(publicUser(world, account));
    },
  },
  {
    method: 'GET',
    path: '/user/{account_id}',
    handle: ({ params, world }) => {
      const account = world.tryAccountById(Number(params.account_id));
      return account === undefined ? notFound() : ok(publicUser(world, account));
    },
  },
];

const rootUrls = [
  'current_user_url',
  'current_user_authorizations_html_url',
  'authorizations_url',
  'code_search_url',
  'commit_search_url',
  'emails_url',
  'emojis_url',
  'events_url',
  'feeds_url',
  'followers_url',
  'following_url',
  'gists_url',
  'issue_search_url',
  'issues_url',
  'keys_url',
  'label_search_url',
  'notifications_url',
  'organization_url',
  'organization_repositories_url',
  'organization_teams_url',
  'public_gists_url',
  'rate_limit_url',
  'repository_url',
  'repository_search_url',
  'current_user_repositories_url',
  'starred_url',
  'starred_gists_url',
  'user_url',
  'user_organizations_url',
  'user_repositories_url',
  'user_search_url',
];

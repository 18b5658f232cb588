import type { Account, World } from './world';

/** An account as other answers name it. */
export function simpleUser(world: World, account: Account): Readonly<Record<string, unknown>> {
  const url = `${world.url}api/v3/users/${encodeURIComponent(account.login)}`;
  return {
    login: account.login,
    id: account.id,
    node_id: accountNodeId(account),
    avatar_url: `${world.url}avatars/${account.id}`,
    gravatar_id: '',
    url,
    html_url: `${world.url}${account.type === 'Bot' ? `apps/${account.login.replace('[bot]', '')}` : account.login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    user_view_type: 'public',
    site_admin: false,
  };
}

export function accountNodeId(account: Account): string {
  return `${account.type === 'Organization' ? 'O' : account.type === 'Bot' ? 'BOT' : 'U'}_${account.id}`;
}

/** The public profile of a person or an app. */
export function publicUser(world: World, account: Account): Readonly<Record<string, unknown>> {
  const born = new Date(0).toISOString();
  return {
    ...simpleUser(world, account),
    ...Object.fromEntries(['name', 'company', 'blog', 'location', 'email', 'hireable', 'bio'].map((field) => [field, null])),
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: born,
    updated_at: born,
  };
}

/** One's own profile. */
export function privateUser(world: World, account: Account): Readonly<Record<string, unknown>> {
  return {
    ...publicUser(world, account),
    user_view_type: 'private',
    private_gists: 0,
    total_private_repos: 0,
    owned_private_repos: 0,
    disk_usage: 0,
    collaborators: 0,
    two_factor_authentication: true,
  };
}

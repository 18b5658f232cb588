import { accountNamed, accountOf, type GitHubAccount } from './account';
import type { GitHubClient } from './client';
import { answered } from './error';

/**
 * Who a client calls as. A token of an installation may not ask for its user, and only GraphQL says whose it is.
 *
 * @throws GitHubError
 */
export async function gitHubViewer(client: GitHubClient): Promise<GitHubAccount> {
  const slug = await client.trySlug();
  if (slug !== undefined) return { kind: 'app', login: slug };
  try {
    return accountOf((await client.request('GET /user', {})).data);
  } catch (error) {
    if (!answered(error, 403)) throw error;
  }
  const { viewer } = await client.graphql<{ readonly viewer: { readonly login: string } }>('query { viewer { login } }');
  return accountNamed(viewer.login);
}

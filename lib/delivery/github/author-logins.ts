import { accountNamed, answered } from '../../github';
import type { GitRepository } from '../git/git-repository';
import type { StoredCommit } from '../store';
import type { GitHubRepository } from './github-repository';

/** The address under which this package writes the commits of a login. */
const OWN_ADDRESS = /@users\.noreply\.invalid$/;

/**
 * Gives commits the login of their author in place of the name that git has, so that reviews and commits name people alike. GitHub knows an
 * author by the address of the commit: its own addresses say whose they are, and any other one is asked for once.
 */
export function authorLogins(github: GitHubRepository, repository: GitRepository): (commit: StoredCommit) => Promise<StoredCommit> {
  const byAddress = new Map<string, Promise<string | undefined>>();

  async function tryLogin(commit: StoredCommit): Promise<string | undefined> {
    const address = await repository.authorAddress(commit.id);
    if (OWN_ADDRESS.test(address)) return undefined;
    const own = /^(?:\d+\+)?([^@]+)@users\.noreply\.[^@]+$/.exec(address)?.[1];
    if (own !== undefined) return accountNamed(own).login;
    const known = byAddress.get(address) ?? asked(commit.id);
    byAddress.set(address, known);
    known.catch(() => byAddress.delete(address));
    return known;
  }

  async function asked(id: string): Promise<string | undefined> {
    try {
      const { author } = (await github.client.request('GET /repos/{owner}/{repo}/commits/{ref}', { ...github.at, ref: id, per_page: 1 }))
        .data;
      return author !== null && 'login' in author && typeof author.login === 'string' ? accountNamed(author.login).login : undefined;
    } catch (error) {
      // A commit that was not pushed yet has no author there.
      if (answered(error, 404, 422)) return undefined;
      throw error;
    }
  }

  return async (commit) => {
    const login = await tryLogin(commit);
    return login === undefined ? commit : { ...commit, author: login };
  };
}

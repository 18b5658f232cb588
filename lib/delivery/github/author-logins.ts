import { accountNamed, answered } from '../../github';
import type { GitRepository } from '../git/git-repository';
import type { StoredCommit } from '../store';
import type { GitHubRepository } from './github-repository';

/** The address under which this package writes the commits of a login. */
const OWN_ADDRESS = /@users\.noreply\.invalid$/;

const CO_AUTHORS = /^co-authored-by:/im;

/** The author comes first, then the co-authors that the message names. */
const AUTHORS = `query ($owner: String!, $name: String!, $oid: GitObjectID!) {
  repository(owner: $owner, name: $name) {
    object(oid: $oid) { ... on Commit { authors(first: 100) { nodes { user { login } } } } }
  }
}`;

interface CommitAuthors {
  readonly repository: {
    readonly object: {
      readonly authors?: { readonly nodes: readonly ({ readonly user: { readonly login: string } | null } | null)[] };
    } | null;
  } | null;
}

/**
 * Gives commits the logins of their author and co-authors in place of the name that git has, so that reviews and commits name people alike.
 * GitHub knows an author by the address of the commit, which is asked for once. Its own addresses are no exception: they keep the login that
 * an account had when it wrote, and only their number says whose they are.
 */
export function authorLogins(github: GitHubRepository, repository: GitRepository): (commit: StoredCommit) => Promise<StoredCommit> {
  const byAddress = new Map<string, Promise<string | undefined>>();
  const named = new Map<string, StoredCommit>();

  async function tryLogin(commit: StoredCommit): Promise<string | undefined> {
    const address = await repository.authorAddress(commit.id);
    if (OWN_ADDRESS.test(address)) return undefined;
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

  /** GraphQL alone tells who the co-authors of a commit are; nothing of a commit that was not pushed yet. */
  async function coAuthors(id: string): Promise<readonly string[]> {
    const { repository: found } = await github.client.graphql<CommitAuthors>(AUTHORS, {
      owner: github.at.owner,
      name: github.at.repo,
      oid: id,
    });
    const [, ...others] = found?.object?.authors?.nodes ?? [];
    return others.flatMap((other) => (other?.user ? [accountNamed(other.user.login).login] : []));
  }

  return async (commit) => {
    const known = named.get(commit.id);
    if (known !== undefined) return known;
    const [login, others] = [await tryLogin(commit), CO_AUTHORS.test(commit.message) ? await coAuthors(commit.id) : []];
    const told = { ...commit, ...(login !== undefined && { author: login }), ...(others.length > 0 && { coAuthors: others }) };
    named.set(commit.id, told);
    return told;
  };
}

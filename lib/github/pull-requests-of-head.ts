import { repositoryName } from './authentication';
import type { GitHubClient } from './client';

/** An open pull request, as far as it is found by its head. */
export interface HeadedPullRequest {
  readonly number: number;
  readonly headCommit: string;
  readonly base: string;
  /** `owner/name` of the repository that the head lies in: another one for a fork, and absent when that is gone. */
  readonly headRepository?: string;
}

/**
 * The open pull requests whose head is this commit, those from forks included. GitHub lists pull requests by commit only where the commit
 * lies in the repository itself, and a run that a fork started names none, so that all open ones are looked at.
 *
 * @throws GitHubError
 */
export async function pullRequestsOfHead(client: GitHubClient, repository: string, commit: string): Promise<readonly HeadedPullRequest[]> {
  const parameters = { ...repositoryName(repository), state: 'open', sort: 'updated', direction: 'desc', per_page: 100 } as const;
  const open = await client.paginate('GET /repos/{owner}/{repo}/pulls', parameters);
  return open
    .filter(({ head }) => head.sha === commit)
    .map(({ number, head, base }) => ({
      number,
      headCommit: head.sha,
      base: base.ref,
      ...(head.repo !== null && { headRepository: head.repo.full_name }),
    }));
}

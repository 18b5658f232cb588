import { type GitHubClient, pullRequestsOfHead, repositoryName } from '../github';
import type { HeadOfEvent } from './actions-run';

/** An open pull request with what it compares, as GitHub has it now. */
export interface OpenPullRequest {
  readonly number: number;
  readonly url: string;
  readonly base: { readonly branch: string };
  readonly head: HeadOfEvent;
  /** Whether the head lies in another repository. */
  readonly isFork: boolean;
}

/** A pull request by its number; undefined when it is not open. @throws GitHubError when there is none */
export async function tryOpenPullRequest(client: GitHubClient, repository: string, number: number): Promise<OpenPullRequest | undefined> {
  const { data } = await client.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', {
    ...repositoryName(repository),
    pull_number: number,
  });
  if (data.state !== 'open') return undefined;
  // GitHub's description knows no head without repository; there is one when a fork is gone.
  const fork = data.head.repo as { readonly full_name: string } | null;
  return {
    number,
    url: data.html_url,
    base: { branch: data.base.ref },
    head: { commit: data.head.sha, branch: data.head.ref, ...(fork === null ? {} : { repository: fork.full_name }) },
    isFork: fork?.full_name.toLowerCase() !== repository.toLowerCase(),
  };
}

/**
 * The open pull request whose head a run has compared: that very commit, of that branch, of that repository, onto that base. A run that a
 * fork started names none, and what it hands over proves nothing. Undefined when the pull request is closed or has moved on.
 *
 * @throws GitHubError
 */
export async function tryPullRequestOf(
  client: GitHubClient,
  repository: string,
  head: HeadOfEvent,
  base: string,
): Promise<OpenPullRequest | undefined> {
  const same = (await pullRequestsOfHead(client, repository, head.commit)).filter(
    (one) => one.base === base && one.headRepository?.toLowerCase() === head.repository?.toLowerCase(),
  );
  for (const { number } of same) {
    const found = await tryOpenPullRequest(client, repository, number);
    if (found?.head.commit === head.commit && found.head.branch === head.branch) return found;
  }
  return undefined;
}

/** Where a head has left its base. @throws GitHubError when GitHub does not know one of the two */
export async function mergeBase(client: GitHubClient, repository: string, base: string, head: string): Promise<string> {
  const parameters = { ...repositoryName(repository), basehead: `${base}...${head}`, per_page: 1 };
  return (await client.request('GET /repos/{owner}/{repo}/compare/{basehead}', parameters)).data.merge_base_commit.sha;
}

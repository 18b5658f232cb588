import { accountOf, type GitHubAccount, sameAccount } from './account';
import { repositoryName } from './authentication';
import type { GitHubClient } from './client';
import { answered } from './error';
import { madeOnce } from './made-once';
import { gitHubViewer } from './viewer';

/** A comment on an issue or pull request. */
export interface IssueComment {
  readonly id: number;
  readonly author: GitHubAccount;
  readonly body: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Its page. */
  readonly url: string;
}

interface Answered {
  readonly id: number | bigint;
  readonly user: { readonly login: string } | null;
  readonly body?: string;
  readonly created_at: string;
  readonly html_url: string;
}

/** All comments of an issue or pull request, oldest first. @throws GitHubError */
export async function issueComments(client: GitHubClient, repository: string, number: number): Promise<readonly IssueComment[]> {
  const parameters = { ...repositoryName(repository), issue_number: number, per_page: 100 };
  return (await client.paginate('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', parameters)).map(commentOf);
}

/**
 * Writes a comment, once whatever fails on the way: when nobody knows whether it was written, it is if it is the caller's last one.
 *
 * @throws GitHubError
 */
export async function createIssueComment(client: GitHubClient, repository: string, number: number, body: string): Promise<IssueComment> {
  const parameters = { ...repositoryName(repository), issue_number: number, body };
  return madeOnce(
    client,
    async () => commentOf((await client.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', parameters)).data),
    async () => {
      const own = await gitHubViewer(client);
      const last = (await issueComments(client, repository, number)).findLast(({ author }) => sameAccount(author, own));
      return last?.body === body ? last : undefined;
    },
  );
}

/** Replaces the text of a comment. @throws GitHubError */
export async function updateIssueComment(client: GitHubClient, repository: string, id: number, body: string): Promise<IssueComment> {
  const parameters = { ...repositoryName(repository), comment_id: id, body };
  return commentOf((await client.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', parameters)).data);
}

/** Deletes a comment, if it is there. @throws GitHubError */
export async function deleteIssueComment(client: GitHubClient, repository: string, id: number): Promise<void> {
  try {
    await client.request('DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}', { ...repositoryName(repository), comment_id: id });
  } catch (error) {
    if (!answered(error, 404)) throw error;
  }
}

function commentOf({ id, user, body, created_at: at, html_url: url }: Answered): IssueComment {
  return { id: Number(id), author: accountOf(user), body: body ?? '', at: Date.parse(at), url };
}

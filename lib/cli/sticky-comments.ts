import {
  createIssueComment,
  deleteIssueComment,
  type GitHubAccount,
  type GitHubClient,
  gitHubViewer,
  issueComments,
  updateIssueComment,
} from '../github';
import { type CommentPlan, ownComments, type PostedComment, planComments, type Shown } from '../report/sticky-comment';

/** What became of the comments of a pull request. */
export type Posted =
  | { readonly kind: 'superseded'; readonly by: Shown }
  | { readonly kind: 'moved-on' }
  | { readonly kind: 'nothing-to-say' }
  | { readonly kind: 'created' | 'updated' | 'unchanged'; readonly comments: readonly { readonly id: number; readonly url: string }[] };

export interface StickyComments {
  readonly repository: string;
  readonly number: number;
  readonly parts: readonly string[];
  readonly shown: Shown;
  /** Whether comments are made where there are none. */
  readonly isNew: boolean;
  /** Asked when the comments are known, right before anything is written. */
  readonly isPresent: () => Promise<boolean>;
}

/**
 * Brings the comments of this tool on a pull request to these parts: edits what is there, adds what is missing, deletes what is too much.
 * What others wrote is left alone, and so is what a later run has written.
 *
 * @throws GitHubError
 */
export async function postComments(client: GitHubClient, wanted: StickyComments): Promise<Posted> {
  const { repository, number } = wanted;
  const author = accountText(await gitHubViewer(client));
  const plan = (posted: readonly PostedComment[]): CommentPlan =>
    planComments(posted, author, wanted.parts, wanted.shown, { isNew: wanted.isNew });
  const before = await commented(client, repository, number);
  const first = plan(before);
  if (first.kind === 'superseded') return first;
  const { update, create, remove } = first;
  if (update.length + create.length + remove.length === 0) return outcome('unchanged', ownComments(before, author));
  if (!(await wanted.isPresent())) return { kind: 'moved-on' };
  await carryOut(client, wanted, first);
  if (create.length === 0) return outcome('updated', without(ownComments(before, author), remove));
  // Another run may have made the same comments at the same time: whoever looks last sees both, and keeps the first.
  const after = await commented(client, repository, number);
  const again = plan(after);
  const doubled = again.kind === 'superseded' ? [] : again.remove;
  for (const id of doubled) await deleteIssueComment(client, repository, id);
  const own = without(ownComments(after, author), doubled);
  return outcome(create.length === own.length ? 'created' : 'updated', own);
}

function outcome(kind: 'created' | 'updated' | 'unchanged', own: readonly { readonly id: number; readonly url: string }[]): Posted {
  return own.length === 0 ? { kind: 'nothing-to-say' } : { kind, comments: own.map(({ id, url }) => ({ id, url })) };
}

function without<C extends { readonly id: number }>(comments: readonly C[], ids: readonly number[]): readonly C[] {
  return comments.filter(({ id }) => !ids.includes(id));
}

async function carryOut(
  client: GitHubClient,
  { repository, number }: StickyComments,
  plan: Extract<CommentPlan, { kind: 'write' }>,
): Promise<void> {
  for (const { id, body } of plan.update) await updateIssueComment(client, repository, id, body);
  for (const body of plan.create) await createIssueComment(client, repository, number, body);
  for (const id of plan.remove) await deleteIssueComment(client, repository, id);
}

async function commented(
  client: GitHubClient,
  repository: string,
  number: number,
): Promise<readonly (PostedComment & { readonly url: string })[]> {
  return (await issueComments(client, repository, number)).map(({ id, author, body, url }) => ({
    id,
    author: accountText(author),
    body,
    url,
  }));
}

function accountText({ kind, login }: GitHubAccount): string {
  return `${kind} ${login.toLowerCase()}`;
}

import type { Actor } from '../../../lib/delivery';
import type { LoadedPullRequest } from '../../../lib/delivery/local/pull-request-state';
import { simpleUser } from '../accounts';
import type { Principal } from '../principals';
import { repositoryBody } from '../repositories';
import { type Behind, numberOf, timeText } from './behind';
import { apiOf, pageOf } from './commits';
import { associationOf, userOf } from './people';

/** A pull request as lists show it. */
export async function pullRequestSimple(
  own: Behind,
  loaded: LoadedPullRequest,
  caller: Principal | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const { repository, at } = own;
  const { world } = repository;
  const { pullRequest, events } = loaded;
  const { number, head, base, headCommit, author, state, mergeCommit } = pullRequest;
  const [url, html] = [`${apiOf(own)}/pulls/${number}`, `${pageOf(own)}/pull/${number}`];
  const issue = `${apiOf(own)}/issues/${number}`;
  const statuses = `${apiOf(own)}/statuses/${headCommit}`;
  const links = {
    self: url,
    html,
    issue,
    comments: `${issue}/comments`,
    review_comments: `${url}/comments`,
    review_comment: `${apiOf(own)}/pulls/comments{/number}`,
    commits: `${url}/commits`,
    statuses,
  };
  const merged = mergeCommit === undefined ? undefined : mergeOf(loaded, await tryTime(own, mergeCommit));
  const closed = events.findLast((event) => event.kind === 'closed');
  const ended = merged?.at ?? (state === 'open' ? undefined : (closed?.at ?? pullRequest.createdAt));
  const touched = Math.max(pullRequest.createdAt, ...events.flatMap((event) => ('at' in event ? [event.at] : [])), ended ?? 0);
  const side = async (branch: string, sha: string): Promise<Readonly<Record<string, unknown>>> => ({
    label: `${repository.owner.login}:${branch}`,
    ref: branch,
    sha,
    user: simpleUser(world, repository.owner),
    repo: repositoryBody(repository, caller),
  });
  return {
    url,
    id: numberOf(repository.id, number),
    node_id: `PR_${repository.id}_${number}`,
    number,
    state: state === 'open' ? 'open' : 'closed',
    locked: false,
    title: pullRequest.title,
    body: pullRequest.body === '' ? null : pullRequest.body,
    user: userOf(world, author) ?? simpleUser(world, repository.owner),
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    comments_url: links.comments,
    statuses_url: statuses,
    created_at: timeText(pullRequest.createdAt),
    updated_at: timeText(touched),
    closed_at: ended === undefined ? null : timeText(ended),
    merged_at: merged === undefined ? null : timeText(merged.at),
    merge_commit_sha: mergeCommit ?? null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: [],
    milestone: null,
    draft: false,
    head: await side(head, headCommit),
    base: await side(base, (await at.repository.tryRef(`refs/heads/${base}`)) ?? headCommit),
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    author_association: associationOf(repository, author),
    auto_merge: null,
    active_lock_reason: null,
  };
}

/** What GitHub adds when one pull request is asked for. */
export function pullRequestDetails(
  own: Behind,
  loaded: LoadedPullRequest,
  mergeability: { readonly mergeable: boolean | null; readonly state: string },
): Readonly<Record<string, unknown>> {
  const { pullRequest, events } = loaded;
  const merged = pullRequest.mergeCommit === undefined ? undefined : mergeOf(loaded, pullRequest.createdAt);
  return {
    merged: merged !== undefined,
    mergeable: mergeability.mergeable,
    mergeable_state: mergeability.state,
    rebaseable: mergeability.mergeable,
    merged_by: merged?.by === undefined ? null : userOf(own.repository.world, merged.by),
    comments: events.filter(({ kind }) => kind === 'commented').length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: 1,
    additions: 0,
    deletions: 0,
    changed_files: 1,
  };
}

function mergeOf({ pullRequest, events }: LoadedPullRequest, otherwise: number): { readonly at: number; readonly by?: Actor } {
  const made = events.findLast((event) => event.kind === 'merging' && event.commit === pullRequest.mergeCommit);
  return made?.kind === 'merging' ? { at: made.at, by: made.by } : { at: otherwise };
}

async function tryTime({ at }: Behind, commit: string): Promise<number> {
  return (await at.repository.commit(commit)).at;
}

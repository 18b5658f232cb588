import type { GitRepository } from '../git/git-repository';
import type { PullRequest, Review } from '../host';
import type { Recorded } from './event-log';
import type { HostRecords, Opened, PullRequestEvent } from './pull-request-log';

/** A pull request and the events it was read from; the next event has the number `next`. */
export interface LoadedPullRequest {
  readonly pullRequest: PullRequest;
  readonly events: readonly PullRequestEvent[];
  readonly next: number;
}

/**
 * A pull request as its records and the repository have it: an open one has the head of its branch, one whose branch is gone is closed,
 * and it is merged when the base contains what a merge was about to put there, or, by a push, the head itself.
 */
export async function loadPullRequest(
  opened: Recorded<Opened>,
  records: HostRecords,
  repository: GitRepository,
  tryBranch = (branch: string): Promise<string | undefined> => repository.tryRef(`refs/heads/${branch}`),
): Promise<LoadedPullRequest> {
  const recorded = await records.pullRequest(opened.number).read();
  const events = recorded.map(({ event }) => event);
  const { at, ...rest } = opened.event;
  const begun: PullRequest = { number: opened.number, ...rest, ...edits(events), state: 'open', createdAt: at };
  const next = (recorded.at(-1)?.number ?? 0) + 1;
  const merged = await tryMerged(events, begun.base, repository);
  if (merged !== undefined) {
    return { pullRequest: { ...begun, state: 'merged', headCommit: merged.head, mergeCommit: merged.commit }, events, next };
  }
  const closed = events.findLast((event) => event.kind === 'closed');
  if (closed !== undefined) return { pullRequest: { ...begun, state: 'closed', headCommit: closed.headCommit }, events, next };
  const headCommit = await tryBranch(begun.head);
  if (headCommit === undefined) return { pullRequest: { ...begun, state: 'closed' }, events, next };
  const base = await tryBranch(begun.base);
  const contained = base !== undefined && (await repository.isAncestor(headCommit, base));
  const pullRequest: PullRequest = contained
    ? { ...begun, state: 'merged', headCommit, mergeCommit: headCommit }
    : { ...begun, headCommit };
  return { pullRequest, events, next };
}

/** The reviews among the events of a pull request, as they were given. */
export function givenReviews(events: readonly PullRequestEvent[]): readonly Review[] {
  return events.flatMap((event) =>
    event.kind === 'reviewed' ? [{ author: event.by, state: event.state, commit: event.commit, at: event.at }] : [],
  );
}

function edits(events: readonly PullRequestEvent[]): { readonly title?: string; readonly body?: string } {
  const changes = events.filter((event) => event.kind === 'edited');
  const title = changes.findLast((event) => event.title !== undefined)?.title;
  const body = changes.findLast((event) => event.body !== undefined)?.body;
  return { ...(title === undefined ? {} : { title }), ...(body === undefined ? {} : { body }) };
}

async function tryMerged(
  events: readonly PullRequestEvent[],
  base: string,
  repository: GitRepository,
): Promise<{ readonly head: string; readonly commit: string } | undefined> {
  const certain = events.find((event) => event.kind === 'merged');
  if (certain !== undefined) return certain;
  const attempts = events.filter((event) => event.kind === 'merging');
  if (attempts.length === 0) return undefined;
  const now = await repository.tryRef(`refs/heads/${base}`);
  if (now === undefined) return undefined;
  for (const attempt of attempts) if (await repository.isAncestor(attempt.commit, now)) return attempt;
  return undefined;
}

import { ApiError, type ApiRequest, type ApiResponse, noContent, notFound, ok, type Route } from '../route';
import type { Repository } from '../world';
import { acting, looking, translated } from './behind';
import { loaded, openOrRefuse } from './pull-requests';
import { ruleViolations } from './refs';

const merging = { role: 'write', app: ['contents', 'write'] } as const;

export const mergeRoutes: readonly Route[] = [
  {
    method: 'PUT',
    path: '/repos/{owner}/{repo}/pulls/{pull_number}/merge',
    async handle(request) {
      const { repository } = await acting(request, merging);
      return inTurn(repository, () => merge(request));
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/pulls/{pull_number}/merge',
    async handle(request) {
      const own = await looking(request, 'pull_requests');
      return (await loaded(own, request)).pullRequest.state === 'merged' ? noContent : notFound();
    },
  },
];

const turns = new WeakMap<Repository, Promise<unknown>>();

/** Merges of one repository come one after the other. */
function inTurn<T>(repository: Repository, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(repository) ?? Promise.resolve()).then(work, work);
  turns.set(
    repository,
    turn.catch(() => undefined),
  );
  return turn;
}

async function merge(request: ApiRequest): Promise<ApiResponse> {
  const own = await acting(request, merging);
  const { pullRequest } = await openOrRefuse(own, request, 405, 'Pull Request is not mergeable');
  const { sha, merge_method: method = 'merge', commit_title: title, commit_message: text } = request.body;
  if (sha !== undefined && sha !== pullRequest.headCommit)
    throw new ApiError(409, 'Head branch was modified. Review and try the merge again.');
  const subject =
    title ?? (method === 'squash' ? `${pullRequest.title} (#${pullRequest.number})` : `Merge pull request #${pullRequest.number}`);
  const message = [subject, text].filter((part) => typeof part === 'string' && part !== '').join('\n\n');
  const outcome = await translated(() =>
    own.host.merge(pullRequest.number, { method: method as 'squash' | 'merge' | 'rebase', head: pullRequest.headCommit, message }),
  );
  switch (outcome.kind) {
    case 'merged':
      return ok({ sha: outcome.commit, merged: true, message: 'Pull Request successfully merged' });
    case 'moved':
      // GitHub says of a head that is behind what it says of one whose checks have not run.
      if (/^refs\/heads\//.test(outcome.reason)) throw new ApiError(405, ruleViolations(['All required status checks are expected.']));
      throw new ApiError(409, 'Head branch was modified. Review and try the merge again.');
    case 'refused':
      throw new ApiError(405, /^conflicts with the base/.test(outcome.reason) ? 'Pull Request is not mergeable' : refusal(outcome.reason));
  }
}

function refusal(reason: string): string {
  return /^refs\/heads\//.test(reason) ? ruleViolations(reason.split('\n')) : reason;
}

import { accountOf, answered, type GitHubItem, madeOnce, sameAccount } from '../../github';
import { wrongUse } from '../error';
import type { Host, Status, StatusState } from '../host';
import type { GitHubRepository } from './github-repository';

/** Most characters that GitHub takes as the description of a status. */
const LONGEST_DESCRIPTION = 140;

/** All statuses of a commit, oldest first; none of a commit that GitHub does not have. */
export async function statuses(repository: GitHubRepository, commit: string): Promise<readonly Status[]> {
  const { client, at } = repository;
  return ofKnown(repository, async () => {
    const found = await client.paginate('GET /repos/{owner}/{repo}/commits/{ref}/statuses', { ...at, ref: commit, per_page: 100 });
    // GitHub lists the newest first: one that is posted meanwhile pushes another one to a second page.
    return [...new Map(found.map((one) => [one.id, one])).values()].reverse().map((one) => ({
      context: one.context,
      state: one.state as StatusState,
      description: one.description ?? '',
      ...(one.target_url && { targetUrl: one.target_url }),
      creator: accountOf(one.creator),
      at: Date.parse(one.created_at),
    }));
  });
}

/**
 * The check runs of a commit as statuses of the apps that made them, oldest first: jobs of GitHub Actions, and of other apps that report by
 * GitHub's Checks. What was skipped, or is neutral, has not succeeded.
 */
export async function checkRuns(repository: GitHubRepository, commit: string): Promise<readonly Status[]> {
  const { client, at } = repository;
  return ofKnown(repository, async () => {
    const parameters = { ...at, ref: commit, filter: 'all', per_page: 100 } as const;
    const found = await client.paginate('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', parameters);
    return found.map(statusOf).sort((one, other) => one.at - other.at);
  });
}

function statusOf(run: GitHubItem<'GET /repos/{owner}/{repo}/commits/{ref}/check-runs'>): Status {
  const state =
    run.status !== 'completed' ? 'pending' : run.conclusion === 'success' ? 'success' : isUnknown(run.conclusion) ? 'error' : 'failure';
  return {
    context: run.name,
    state,
    description: (run.output.title ?? run.conclusion ?? run.status).slice(0, LONGEST_DESCRIPTION),
    ...(run.html_url && { targetUrl: run.html_url }),
    creator: { kind: 'app', login: run.app?.slug ?? '' },
    at: Date.parse(run.completed_at ?? run.started_at ?? '') || 0,
  };
}

/** Conclusions that say nothing about what was checked. */
function isUnknown(conclusion: string | null): boolean {
  return conclusion === null || ['neutral', 'skipped', 'stale', 'cancelled'].includes(conclusion);
}

/** GitHub answers so of commits that were not pushed, and so of repositories that one may not see, which is an error. */
async function ofKnown(repository: GitHubRepository, read: () => Promise<readonly Status[]>): Promise<readonly Status[]> {
  try {
    return await read();
  } catch (error) {
    if (!answered(error, 404, 422)) throw error;
    if (answered(error, 404)) await repository.client.request('GET /repos/{owner}/{repo}', repository.at);
    return [];
  }
}

export async function setStatus(repository: GitHubRepository, commit: string, status: Parameters<Host['setStatus']>[1]): Promise<void> {
  const { context, state, description, targetUrl } = status;
  if (context === '') wrongUse('a status needs a context', 'name the check that it reports');
  if (description.length > LONGEST_DESCRIPTION)
    wrongUse(`the description of status ${context} has ${description.length} characters`, `give at most ${LONGEST_DESCRIPTION}`);
  const { client, at } = repository;
  const parameters = { ...at, sha: commit, state, context, description, ...(targetUrl !== undefined && { target_url: targetUrl }) };
  await madeOnce(
    client,
    async () => {
      await client.request('POST /repos/{owner}/{repo}/statuses/{sha}', parameters);
      return true;
    },
    async () => {
      const own = await repository.actor();
      const last = (await statuses(repository, commit)).findLast((one) => one.context === context && sameAccount(one.creator, own));
      return last?.state === state && last.description === description && last.targetUrl === targetUrl ? true : undefined;
    },
  );
}

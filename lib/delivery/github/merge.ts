import { answered, type GitHubError, type GitHubResponse, mayHaveHappened } from '../../github';
import type { Host, MergeOutcome, PullRequest } from '../host';
import type { GitHubRepository } from './github-repository';
import { pullRequestOf } from './pull-requests';

export type MergeRequest = Parameters<Host['merge']>[1];

/** A pull request, and what GitHub found out about merging it. */
interface Mergeability {
  readonly pullRequest: PullRequest;
  /** `behind`: strict checks ask for a head that contains the base; `dirty`: it conflicts. */
  readonly state: string;
}

/** Seconds that are waited at most for GitHub to find out whether a pull request can be merged. */
const LONGEST_WAIT = 10;

/**
 * Merges by GitHub's own call, which holds the head to the one that was seen; strict checks of a ruleset hold the base. What a refusal means,
 * and whether a call without an answer merged, is read from the pull request afterwards: GitHub's words for both differ and change.
 *
 * @throws DeliveryError
 */
export async function mergePullRequest(repository: GitHubRepository, number: number, how: MergeRequest): Promise<MergeOutcome> {
  const before = tryDecided((await settled(repository, number)).pullRequest, how);
  if (before !== undefined) return before;
  const { client, at } = repository;
  const [title = '', ...rest] = how.message.split('\n');
  try {
    const { data } = await client.request('PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge', {
      ...at,
      pull_number: number,
      sha: how.head,
      merge_method: how.method,
      ...(how.method !== 'rebase' && { commit_title: title, commit_message: rest.join('\n').trim() }),
    });
    return { kind: 'merged', commit: data.sha };
  } catch (error) {
    if (mayHaveHappened(error)) {
      const after = tryDecided((await settled(repository, number)).pullRequest, how);
      if (after?.kind === 'merged') return after;
      throw error;
    }
    if (!answered(error, 403, 404, 405, 409, 422)) throw error;
    return refusal(repository, number, how, error);
  }
}

/** The outcome that a pull request as it is leaves no choice about. */
function tryDecided({ number, state, headCommit, mergeCommit }: PullRequest, { head }: MergeRequest): MergeOutcome | undefined {
  const moved = { kind: 'moved', reason: `the head of #${number} is ${headCommit}, not ${head}` } as const;
  if (state === 'merged') return headCommit === head && mergeCommit !== undefined ? { kind: 'merged', commit: mergeCommit } : moved;
  if (state === 'closed') return { kind: 'refused', reason: `pull request #${number} is closed` };
  return headCommit === head ? undefined : moved;
}

async function refusal(repository: GitHubRepository, number: number, how: MergeRequest, error: GitHubError): Promise<MergeOutcome> {
  const { httpStatus, said = error.message } = error.failure;
  if (httpStatus === 403 || httpStatus === 404) return { kind: 'refused', reason: `${error.message}; ${error.remedy}` };
  const { pullRequest, state } = await settled(repository, number);
  const decided = tryDecided(pullRequest, how);
  if (decided !== undefined) return decided;
  const moved = httpStatus === 409 || state === 'behind' || /(base|head) branch was modified/i.test(said);
  return { kind: moved || (await lacksTheBase(repository, pullRequest)) ? 'moved' : 'refused', reason: said };
}

/** The pull request, once GitHub knows whether it can be merged, or has thought about it for long enough. */
async function settled({ client, at }: GitHubRepository, number: number): Promise<Mergeability> {
  for (let waited = 0; ; waited += 1) {
    const { data }: GitHubResponse<'GET /repos/{owner}/{repo}/pulls/{pull_number}'> = await client.request(
      'GET /repos/{owner}/{repo}/pulls/{pull_number}',
      { ...at, pull_number: number },
    );
    if (data.state !== 'open' || data.mergeable !== null || waited >= LONGEST_WAIT)
      return { pullRequest: pullRequestOf(data), state: data.mergeable_state };
    await client.pause(1);
  }
}

/**
 * Whether the head lacks commits of its base while a ruleset asks for them. GitHub does not say so: it tells of a check which succeeded on
 * such a head that it is expected still.
 */
async function lacksTheBase({ client, at }: GitHubRepository, { base, headCommit }: PullRequest): Promise<boolean> {
  const compared = { ...at, basehead: `${base}...${headCommit}`, per_page: 1 };
  if ((await client.request('GET /repos/{owner}/{repo}/compare/{basehead}', compared)).data.behind_by === 0) return false;
  const rules = await client.paginate('GET /repos/{owner}/{repo}/rules/branches/{branch}', { ...at, branch: base, per_page: 100 });
  return rules.some((rule) => rule.type === 'required_status_checks' && rule.parameters?.strict_required_status_checks_policy === true);
}

import { accountOf, answered, type GitHubItem, madeOnce, sameAccount } from '../../github';
import { refuseDelivery, wrongUse } from '../error';
import type { Host, PullRequest, PullRequestState } from '../host';
import type { GitHubRepository } from './github-repository';

/** What every answer of GitHub says of a pull request. */
type Answered = Pick<
  GitHubItem<'GET /repos/{owner}/{repo}/pulls'>,
  'number' | 'title' | 'body' | 'user' | 'state' | 'merged_at' | 'merge_commit_sha' | 'created_at'
> & {
  readonly head: {
    readonly ref: string;
    readonly sha: string;
    readonly label?: string | null;
    readonly repo: { readonly id: unknown } | null;
  };
  readonly base: { readonly ref: string; readonly repo: { readonly id: unknown } };
};

export function pullRequestOf(answer: Answered): PullRequest {
  const state = answer.merged_at !== null ? 'merged' : answer.state === 'open' ? 'open' : 'closed';
  return {
    number: answer.number,
    title: answer.title,
    // Whoever edits it in a browser sends line ends of his own.
    body: (answer.body ?? '').replaceAll('\r\n', '\n'),
    head: headOf(answer),
    base: answer.base.ref,
    headCommit: answer.head.sha,
    author: accountOf(answer.user),
    state,
    // Of an open pull request it is the commit that GitHub tries the merge with.
    ...(state === 'merged' && answer.merge_commit_sha !== null && { mergeCommit: answer.merge_commit_sha }),
    createdAt: Date.parse(answer.created_at),
  };
}

/** The branch; that of a fork with its owner before it, as no branch of the repository itself is called, however the fork calls its own. */
function headOf({ head, base }: Answered): string {
  if (head.repo !== null && String(head.repo.id) === String(base.repo.id)) return head.ref;
  return head.label?.includes(':') ? head.label : `unknown:${head.ref}`;
}

/** @throws DeliveryError when there is none of this number. */
export async function pullRequest({ client, at, name }: GitHubRepository, number: number): Promise<PullRequest> {
  try {
    return pullRequestOf((await client.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', { ...at, pull_number: number })).data);
  } catch (error) {
    if (!answered(error, 404)) throw error;
    return wrongUse(`there is no pull request #${number} in ${name}, or these credentials may not see it`, 'list the pull requests');
  }
}

export async function pullRequests(
  { client, at }: GitHubRepository,
  filter: { readonly base?: string; readonly head?: string; readonly state?: PullRequestState },
): Promise<readonly PullRequest[]> {
  const found = await client.paginate('GET /repos/{owner}/{repo}/pulls', {
    ...at,
    state: filter.state === undefined ? 'all' : filter.state === 'open' ? 'open' : 'closed',
    ...(filter.base !== undefined && { base: filter.base }),
    ...(filter.head !== undefined && { head: `${at.owner}:${filter.head}` }),
    sort: 'created',
    direction: 'asc',
    per_page: 100,
  });
  const wanted = ({ head, base, state }: PullRequest): boolean =>
    (filter.state === undefined || state === filter.state) &&
    (filter.head === undefined || head === filter.head) &&
    (filter.base === undefined || base === filter.base);
  // A pull request that is opened or closed while pages are read may be on two of them.
  return [...new Map(found.map((one) => [one.number, pullRequestOf(one)])).values()].filter(wanted);
}

export async function openPullRequest(repository: GitHubRepository, request: Parameters<Host['openPullRequest']>[0]): Promise<PullRequest> {
  const { client, at } = repository;
  const { head, base, title, body } = request;
  const tryOpen = async (): Promise<PullRequest | undefined> => (await pullRequests(repository, { head, base, state: 'open' }))[0];
  const open = await tryOpen();
  if (open !== undefined) return ownOf(repository, open);
  try {
    return await madeOnce(
      client,
      async () => pullRequestOf((await client.request('POST /repos/{owner}/{repo}/pulls', { ...at, head, base, title, body })).data),
      tryOpen,
    );
  } catch (error) {
    // Somebody opened it at the same time.
    const other = answered(error, 422) ? await tryOpen() : undefined;
    if (other === undefined) throw error;
    return ownOf(repository, other);
  }
}

async function ownOf(repository: GitHubRepository, open: PullRequest): Promise<PullRequest> {
  if (sameAccount(open.author, await repository.actor())) return open;
  return wrongUse(
    `pull request #${open.number} from ${open.head} into ${open.base} is open already, by ${open.author.login}`,
    'use that one, or close it first',
  );
}

export async function closePullRequest(repository: GitHubRepository, number: number): Promise<void> {
  const { state, mergeCommit } = await pullRequest(repository, number);
  if (state === 'merged') refuseDelivery(`pull request #${number} was merged, as ${mergeCommit}`, 'nothing is left to close');
  if (state === 'closed') return;
  const { client, at } = repository;
  await client.request('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', { ...at, pull_number: number, state: 'closed' });
}

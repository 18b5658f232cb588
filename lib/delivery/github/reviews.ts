import { accountOf, madeOnce, sameAccount } from '../../github';
import { refuseDelivery } from '../error';
import type { Host, Review } from '../host';
import type { GitHubRepository } from './github-repository';
import { pullRequest } from './pull-requests';

const states: Readonly<Record<string, Review['state']>> = {
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'changes-requested',
  DISMISSED: 'dismissed',
  COMMENTED: 'commented',
};

/** The reviews of a pull request in order; one that its author has not sent off is none yet. */
export async function reviews({ client, at }: GitHubRepository, number: number): Promise<readonly Review[]> {
  const parameters = { ...at, pull_number: number, per_page: 100 };
  const found = await client.paginate('GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews', parameters);
  return found.flatMap((one) => {
    const state = states[one.state];
    if (state === undefined || one.submitted_at === undefined) return [];
    return [{ author: accountOf(one.user), state, commit: one.commit_id ?? '', at: Date.parse(one.submitted_at) }];
  });
}

/** Reviews the head that was seen, as whoever calls; GitHub would take a review of an older one too. */
export async function review(repository: GitHubRepository, number: number, given: Parameters<Host['review']>[1]): Promise<void> {
  const { state, commit, body } = given;
  const seen = await pullRequest(repository, number);
  if (seen.state !== 'open') refuseDelivery(`pull request #${number} is ${seen.state}`, 'only open pull requests are reviewed');
  if (seen.headCommit !== commit)
    refuseDelivery(`the head of #${number} is ${seen.headCommit}, not ${commit}`, 'look at the new head, then review that');
  const { client, at } = repository;
  const text = body ?? (state === 'approved' ? undefined : 'Changes are needed.');
  const parameters = {
    ...at,
    pull_number: number,
    commit_id: commit,
    event: state === 'approved' ? 'APPROVE' : 'REQUEST_CHANGES',
    ...(text !== undefined && { body: text }),
  } as const;
  await madeOnce(
    client,
    async () => {
      await client.request('POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews', parameters);
      return true;
    },
    async () => {
      const own = await repository.actor();
      const last = (await reviews(repository, number)).findLast(({ author }) => sameAccount(author, own));
      return last?.state === state && last.commit === commit ? true : undefined;
    },
  );
}

import { outside } from '../delivery/error';
import {
  answered,
  createIssueComment,
  deleteIssueComment,
  type GitHubAccount,
  type GitHubClient,
  gitHubViewer,
  issueComments,
  updateIssueComment,
} from '../github';
import { isSame, ownComments, type PostedComment, planComments, type Shown } from '../report/sticky-comment';

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
  let kind: 'created' | 'updated' | 'unchanged' = 'unchanged';
  // Other runs may write at the same time: it is over when what is there is as it should be.
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const posted = await commented(client, repository, number);
    const own = ownComments(posted, author);
    const plan = planComments(posted, author, wanted.parts, wanted.shown, { isNew: wanted.isNew });
    if (plan.kind === 'superseded') {
      for (const id of plan.remove) await deleteIssueComment(client, repository, id);
      return { kind: 'superseded', by: plan.by };
    }
    // What this run has written stays, although GitHub may give it back in another form.
    const update = plan.update.filter(({ id }) => round === 0 || !own.some((one) => one.id === id && isSame(one.shown, wanted.shown)));
    if (update.length + plan.create.length + plan.remove.length === 0) return outcome(kind, own);
    if (!(await wanted.isPresent())) return { kind: 'moved-on' };
    for (const { id, body } of update) await updateIfThere(client, repository, id, body);
    for (const body of plan.create) await createIssueComment(client, repository, number, body);
    for (const id of plan.remove) await deleteIssueComment(client, repository, id);
    if (kind === 'unchanged') kind = own.length === 0 ? 'created' : 'updated';
  }
  return outside(
    `the comments on #${number} are changed by others all the time`,
    'look at which programs write there, and repeat the command',
  );
}

/** Times that the comments are looked at before it is given up. */
const MOST_ROUNDS = 6;

/** One that another run has deleted is made anew in the next round. */
async function updateIfThere(client: GitHubClient, repository: string, id: number, body: string): Promise<void> {
  try {
    await updateIssueComment(client, repository, id, body);
  } catch (error) {
    if (!answered(error, 404)) throw error;
  }
}

function outcome(kind: 'created' | 'updated' | 'unchanged', own: readonly { readonly id: number; readonly url: string }[]): Posted {
  return own.length === 0 ? { kind: 'nothing-to-say' } : { kind, comments: own.map(({ id, url }) => ({ id, url })) };
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

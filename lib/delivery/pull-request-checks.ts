import { programDemands } from '../desired/program-demands';
import { patternMatches } from '../desired/ref-pattern';
import { approverGroups, authorsOf, countApprovals, login, reviewsAt, strangersAmong } from './approvals';
import { branchRef, type Delivery, isDeliveryApp, statusText } from './delivery';
import type { PullRequest, StatusState } from './host';

/** What policy a commit of the program branch's history, or of a pull request into it, declares. */
export type DeclaredPolicy =
  /** The digest of everything that a release's way to production depends on. */
  | { readonly kind: 'declared'; readonly digest: string }
  /** The program there does not compile. */
  | { readonly kind: 'broken'; readonly reason: string }
  /** The program was not run: whatever changes counts as a change of policy. */
  | { readonly kind: 'unread'; readonly reason: string };

/** Compiles the program of a commit, without credentials, and says what policy it declares. */
export type PolicyReader = (commit: string) => Promise<DeclaredPolicy>;

/** A check that was judged on an open pull request. */
export interface PullRequestCheck {
  readonly pullRequest: number;
  readonly context: string;
  readonly state: StatusState;
  readonly reason: string;
}

interface Judgement {
  readonly context: string;
  readonly state: StatusState;
  readonly reason: string;
}

/** Commits of a pull request that are looked at for their authors. */
const COMMITS_LIMIT = 1000;

/**
 * Judges the pull requests of people that the delivery app has a say in, and posts what changed: whether the head branch may be merged into
 * the base, and, on the program branch, whether a change of policy has the approvals that the policy as it is demands. Without a reader
 * every change of the program branch counts as a change of policy.
 */
export async function checkPullRequests(delivery: Delivery, policyOf?: PolicyReader): Promise<readonly PullRequestCheck[]> {
  const { desired, host } = delivery;
  const rules = new Map(
    desired.headRules.filter((rule) => rule.repository === desired.repository).map((rule) => [rule.branch, rule.onlyFrom]),
  );
  const checks: PullRequestCheck[] = [];
  for (const base of new Set([...rules.keys(), desired.programBranch])) {
    for (const pull of await host.pullRequests({ base, state: 'open' })) {
      const judgements: Judgement[] = [];
      const onlyFrom = rules.get(base);
      if (onlyFrom !== undefined) judgements.push({ context: desired.headContext, ...judgeHead(pull, onlyFrom) });
      if (base === desired.programBranch)
        judgements.push({ context: desired.policyContext, ...(await judgePolicy(delivery, pull, policyOf)) });
      for (const judgement of judgements) {
        await post(delivery, pull.headCommit, judgement);
        checks.push({ pullRequest: pull.number, ...judgement });
      }
    }
  }
  return checks;
}

function judgeHead(pull: PullRequest, onlyFrom: readonly string[]): Omit<Judgement, 'context'> {
  return onlyFrom.some((pattern) => patternMatches(pattern, pull.head))
    ? { state: 'success', reason: `${pull.head} may be merged into ${pull.base}` }
    : { state: 'failure', reason: `only ${onlyFrom.join(' or ')} may be merged into ${pull.base}, not ${pull.head}` };
}

async function judgePolicy(delivery: Delivery, pull: PullRequest, policyOf: PolicyReader | undefined): Promise<Omit<Judgement, 'context'>> {
  const base = await delivery.store.tryRef(branchRef(pull.base));
  if (base === undefined) return { state: 'error', reason: `${pull.base} does not exist` };
  let what = 'the policy changes';
  if (policyOf !== undefined) {
    const [before, after] = [await policyOf(base), await policyOf(pull.headCommit)];
    if (after.kind === 'broken') return { state: 'failure', reason: `the program does not compile: ${after.reason}` };
    if (after.kind === 'unread') what = `whether the policy changes is ${after.reason}`;
    else if (before.kind === 'declared' && before.digest === after.digest) return { state: 'success', reason: 'the policy stays as it is' };
  }
  const demand = programDemands(delivery.desired);
  const groups = await approverGroups(delivery.host, demand.groups);
  if (typeof groups === 'string') return { state: 'failure', reason: groups };
  const commits = await delivery.store.between(base, pull.headCommit, COMMITS_LIMIT);
  if (commits.length === COMMITS_LIMIT)
    return { state: 'failure', reason: `more than ${COMMITS_LIMIT} commits: their authors cannot be told` };
  const authors = new Set([pull.author.login, ...commits.flatMap(authorsOf)].map(login));
  const { approved } = reviewsAt(await delivery.host.reviews(pull.number), pull.headCommit);
  const strangers = await strangersAmong(delivery.host, approved, groups);
  const approvers = approved
    .map((review) => review.author.login)
    .filter((name) => !authors.has(login(name)) && !strangers.has(login(name)));
  const { enough, missing } = countApprovals({ total: demand.approvals, groups, distinct: true }, approvers);
  return enough
    ? { state: 'success', reason: `${what}; approved by ${approvers.join(', ')}` }
    : { state: 'pending', reason: `${what}: approval needed of ${missing.join(', ')} who pushed nothing to it` };
}

/** Posts a judgement unless the app's last word on this commit says the same: hosts keep a limited number of statuses. */
async function post({ desired, host }: Delivery, commit: string, { context, state, reason }: Judgement): Promise<void> {
  const description = statusText(reason);
  const last = (await host.statuses(commit))
    .filter((status) => status.context === context && isDeliveryApp(desired, status.creator))
    .at(-1);
  if (last?.state === state && last.description === description) return;
  await host.setStatus(commit, { context, state, description });
}

import type { DesiredBypassActor, DesiredRule, DesiredRuleset } from '../../desired/desired-state';
import type { Review, Status } from '../host';
import { mayWrite, type People, type Principal, roleIsAtLeast, tryPrincipal } from './people';
import { conditionCovers } from './ref-patterns';

/** A rule that holds for a ref and somebody, with the ruleset it comes from. */
export interface ApplicableRule {
  readonly ruleset: string;
  readonly rule: DesiredRule;
}

/** A rule that a change breaks. */
export interface Violation {
  readonly ruleset: string;
  readonly rule: DesiredRule['type'];
  /** One sentence, lower case, no full stop. */
  readonly message: string;
  /** The head lacks commits of the base: a new head, not a review or a check, is what it takes. */
  readonly behind?: true;
}

/** Roles by the numbers that rulesets name them with. */
const roleIds: Readonly<Record<number, 'maintain' | 'write' | 'admin'>> = { 2: 'maintain', 4: 'write', 5: 'admin' };

/**
 * The rules that hold when somebody changes a ref: those of every active ruleset that covers the ref and that he does not bypass. A bypass
 * skips all rules of its own ruleset and nothing else; `pull_request` bypasses only a merge.
 */
export function applicableRules(
  rulesets: readonly DesiredRuleset[],
  change: { readonly ref: string; readonly defaultBranch: string; readonly by: Principal; readonly way: 'push' | 'pull-request' },
): readonly ApplicableRule[] {
  return rulesets
    .filter(
      (ruleset) => ruleset.enforcement === 'active' && change.ref.startsWith(ruleset.target === 'branch' ? 'refs/heads/' : 'refs/tags/'),
    )
    .filter((ruleset) => conditionCovers(ruleset.conditions.ref_name, change.ref, change.defaultBranch))
    .filter((ruleset) => !ruleset.bypass_actors.some((actor) => bypasses(actor, change.by, change.way)))
    .flatMap((ruleset) => ruleset.rules.map((rule) => ({ ruleset: ruleset.name, rule })));
}

function bypasses(actor: DesiredBypassActor, who: Principal, way: 'push' | 'pull-request'): boolean {
  if (actor.bypass_mode === 'pull_request' && way === 'push') return false;
  switch (actor.actor_type) {
    case 'Integration':
      return who.kind === 'app' && who.id === actor.actor_id;
    case 'Team':
      return who.kind === 'person' && who.teams.some(({ id }) => id === actor.actor_id);
    case 'RepositoryRole': {
      const least = roleIds[actor.actor_id as number];
      return who.kind === 'person' && least !== undefined && (who.owner || roleIsAtLeast(who.role, least));
    }
    case 'OrganizationAdmin':
      return who.kind === 'person' && who.owner;
  }
}

/** What a push does to one ref. */
export interface PushFacts {
  readonly kind: 'creation' | 'update' | 'deletion';
  /** The new commit contains the old one. */
  readonly fastForward: boolean;
  /** New commits with more than one parent. */
  readonly merges: readonly string[];
  /** New commits without a signature. */
  readonly unsigned: readonly string[];
  /** Statuses of the new commit. */
  readonly statuses: readonly Status[];
}

/** Which facts of a push the rules ask about; the others may be left empty. */
export function factsAskedFor(rules: readonly ApplicableRule[]): ReadonlySet<'fastForward' | 'merges' | 'unsigned' | 'statuses'> {
  const asked = {
    non_fast_forward: 'fastForward',
    required_linear_history: 'merges',
    required_signatures: 'unsigned',
    required_status_checks: 'statuses',
  } as const;
  return new Set(rules.flatMap(({ rule }) => (rule.type in asked ? [asked[rule.type as keyof typeof asked]] : [])));
}

/** The rules that a push to a ref breaks. */
export function pushViolations(rules: readonly ApplicableRule[], push: PushFacts, people: People): readonly Violation[] {
  return rules.flatMap(({ ruleset, rule }) => brokenByPush(rule, push, people).map((message) => ({ ruleset, rule: rule.type, message })));
}

function brokenByPush(rule: DesiredRule, push: PushFacts, people: People): readonly string[] {
  switch (rule.type) {
    case 'creation':
      return push.kind === 'creation' ? ['creation is restricted'] : [];
    case 'deletion':
      return push.kind === 'deletion' ? ['deletion is restricted'] : [];
    case 'update':
      return push.kind === 'update' ? ['update is restricted'] : [];
    case 'non_fast_forward':
      return push.kind === 'update' && !push.fastForward
        ? ['the new commit does not contain the old one, and force pushes are blocked']
        : [];
    case 'required_linear_history':
      return push.merges.map((commit) => `${short(commit)} is a merge commit, and history must be linear`);
    case 'required_signatures':
      return push.unsigned.map((commit) => `${short(commit)} is not signed`);
    case 'pull_request':
      return push.kind === 'update' ? ['changes must be made through a pull request'] : [];
    case 'required_status_checks': {
      const { required_status_checks: checks, do_not_enforce_on_create: free } = rule.parameters;
      if (push.kind === 'deletion' || (push.kind === 'creation' && free)) return [];
      return checks.flatMap((check) => missingCheck(check, push.statuses, people));
    }
  }
}

export type MergeMethod = 'squash' | 'merge' | 'rebase';

/** What a merge of a pull request does to its base. */
export interface MergeFacts {
  readonly method: MergeMethod;
  readonly headCommit: string;
  /** Login or slug. */
  readonly author: string;
  /** The head contains the head of the base. */
  readonly upToDate: boolean;
  /** Statuses of the head. */
  readonly statuses: readonly Status[];
  readonly reviews: readonly Review[];
  /** Who pushed the head; absent when nobody knows. */
  readonly lastPusher?: string;
  /** Owners whose review each changed file asks for, once for every set of owners. */
  readonly codeOwners: readonly { readonly path: string; readonly owners: readonly string[] }[];
}

/** The rules that a merge breaks. */
export function mergeViolations(rules: readonly ApplicableRule[], merge: MergeFacts, people: People): readonly Violation[] {
  return rules.flatMap(({ ruleset, rule }) =>
    brokenByMerge(rule, merge, people).map((broken) => ({ ruleset, rule: rule.type, ...broken })),
  );
}

type Broken = Pick<Violation, 'message' | 'behind'>;

function brokenByMerge(rule: DesiredRule, merge: MergeFacts, people: People): readonly Broken[] {
  switch (rule.type) {
    case 'creation':
    case 'deletion':
    case 'non_fast_forward':
    // The host makes the merged commit and answers for it.
    case 'required_signatures':
      return [];
    case 'update':
      return [{ message: 'update is restricted' }];
    case 'required_linear_history':
      return merge.method === 'merge' ? [{ message: 'history must be linear; merge by squash or rebase' }] : [];
    case 'pull_request':
      return brokenReviews(rule.parameters, merge, people).map((message) => ({ message }));
    case 'required_status_checks': {
      const { required_status_checks: checks, strict_required_status_checks_policy: strict } = rule.parameters;
      const missing = checks.flatMap((check) => missingCheck(check, merge.statuses, people)).map((message) => ({ message }));
      const behind = {
        message: 'the head is behind the base, and required checks must have run on an up-to-date head',
        behind: true,
      } as const;
      return strict && !merge.upToDate ? [...missing, behind] : missing;
    }
  }
}

type PullRequestParameters = Extract<DesiredRule, { readonly type: 'pull_request' }>['parameters'];

function brokenReviews(rule: PullRequestParameters, merge: MergeFacts, people: People): readonly string[] {
  const broken: string[] = [];
  if (!rule.allowed_merge_methods.includes(merge.method)) {
    broken.push(`merge method ${merge.method} is not allowed; allowed: ${rule.allowed_merge_methods.join(', ')}`);
  }
  const standing = standingReviews(merge, rule.dismiss_stale_reviews_on_push, people);
  const approvals = standing.filter(({ state }) => state === 'approved');
  const needed = rule.required_approving_review_count;
  if (approvals.length < needed)
    broken.push(`${needed} approving review${needed === 1 ? ' is' : 's are'} required, ${approvals.length} given`);
  const against = standing.filter(({ state }) => state === 'changes-requested').map(({ author }) => author.login);
  if (needed > 0 && against.length > 0) broken.push(`changes were requested by ${against.join(', ')}`);
  if (
    rule.require_last_push_approval &&
    !approvals.some(({ author, commit }) => commit === merge.headCommit && author.login !== merge.lastPusher)
  ) {
    broken.push(`the last push must be approved by somebody other than ${merge.lastPusher ?? 'its author'}`);
  }
  if (rule.require_code_owner_review) broken.push(...missingOwners(merge, approvals, people));
  return broken;
}

/** The last word of everybody whose review counts: not the author's, and of those who may write. A comment takes nothing back. */
function standingReviews(merge: MergeFacts, dismissStale: boolean, people: People): readonly Review[] {
  const last = new Map<string, Review>();
  for (const review of merge.reviews) {
    if (review.state !== 'commented') last.set(review.author.login, review);
  }
  return [...last.values()].filter((review) => {
    const reviewer = tryPrincipal(people, review.author.login);
    if (reviewer === undefined || !mayWrite(reviewer) || review.author.login === merge.author) return false;
    if (review.state === 'dismissed') return false;
    return !(dismissStale && review.state === 'approved' && review.commit !== merge.headCommit);
  });
}

function missingOwners(merge: MergeFacts, approvals: readonly Review[], people: People): readonly string[] {
  return merge.codeOwners
    .filter(({ owners }) => !owners.some((owner) => approvals.some(({ author }) => isOwner(owner, author.login, people))))
    .map(({ path, owners }) => `${path} needs the review of a code owner: ${owners.join(', ')}`);
}

function isOwner(owner: string, login: string, people: People): boolean {
  const [, organisation, team] = /^@([^/]+)(?:\/(.+))?$/.exec(owner) ?? [];
  if (organisation === undefined) return false;
  if (team === undefined) return organisation === login;
  return Object.hasOwn(people.teams, team) && (people.teams[team]?.members.includes(login) ?? false);
}

/** A check passes by its last status; one that names an app passes by the last status that this app created. */
function missingCheck(
  check: { readonly context: string; readonly integration_id?: number | string },
  statuses: readonly Status[],
  people: People,
): readonly string[] {
  const { context, integration_id: app } = check;
  const last = statuses.findLast((status) => status.context === context && (app === undefined || isApp(status, app, people)));
  if (last?.state === 'success') return [];
  const by = app === undefined ? '' : ` by the app ${slugOf(app, people)}`;
  if (last !== undefined) return [`required check ${context}${by} is ${last.state}`];
  const others = statuses.filter((status) => status.context === context).map(({ creator }) => creator.login);
  return [
    `required check ${context}${by} was not posted${others.length === 0 ? '' : `; the status of ${[...new Set(others)].join(', ')} does not count`}`,
  ];
}

function isApp(status: Status, id: number | string, people: People): boolean {
  const creator = status.creator.kind === 'app' ? tryPrincipal(people, status.creator.login) : undefined;
  return creator?.kind === 'app' && creator.id === id;
}

function slugOf(id: number | string, people: People): string {
  return Object.entries(people.apps).find(([, app]) => app.id === id)?.[0] ?? `with the id ${id}`;
}

function short(commit: string): string {
  return commit.slice(0, 12);
}

/** A violation as it is told to whoever is refused. */
export function describeViolation(ref: string, violation: Violation): string {
  return `${ref}: ${violation.message} (ruleset ${JSON.stringify(violation.ruleset)}, rule ${violation.rule})`;
}

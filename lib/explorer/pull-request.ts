import type { DesiredRepository, DesiredState } from '../desired/desired-state';
import { ownersOf } from './codeowners';
import {
  ADMINISTRATOR,
  counts,
  DEVELOPER,
  deliveryApp,
  FOREIGN_APP,
  groupName,
  MAINTAINER,
  memberOf,
  mergeDemands,
  namesIn,
  type Principal,
  type ReportedCheck,
  workflowToken,
} from './github';
import { refMatches } from './ref-pattern';
import type { PullRequestEvent } from './trace';

/** An open pull request with all that happened to it. Its head counts up with every push. */
export interface PullRequest {
  readonly repository: DesiredRepository;
  readonly base: string;
  readonly head: string;
  readonly files: readonly string[];
  /** Who pushed each version of the head; the first one is the author. */
  readonly pushers: readonly Principal[];
  readonly reviews: readonly { readonly by: Principal; readonly version: number }[];
  readonly reports: readonly (ReportedCheck & { readonly version: number })[];
  /** Whether the base has moved since the head was made. */
  readonly behind: boolean;
}

/** What a step came to: the pull request as it is now, `merged` when it is no more, or why the event cannot happen. */
export type PullRequestStep =
  | { readonly kind: 'open'; readonly pull: PullRequest }
  | { readonly kind: 'merged'; readonly by: Principal; readonly pull: PullRequest }
  | { readonly kind: 'refused'; readonly reason: string };

/** The principal of a trace's name, `member 2 of engineers` for instance. */
export function principalOf(desired: DesiredState, name: string): Principal {
  const member = /^member(?: \d+)? of (.+)$/.exec(name);
  if (member) return { ...memberOf(member[1] as string), name };
  if (/^developer(?: \d+)?$/.test(name)) return { ...DEVELOPER, name };
  if (name === 'administrator') return ADMINISTRATOR;
  if (name === 'maintainer') return MAINTAINER;
  const app = /^app (.+)$/.exec(name);
  if (app) return { name, person: false, role: 'write', teams: [], app: app[1] as string };
  const found = [workflowToken(desired), deliveryApp(desired), FOREIGN_APP].find((principal) => principal.name === name);
  if (!found) throw new RangeError(`no principal is called "${name}"`);
  return found;
}

/** Executes one event on a pull request, as GitHub and the delivery app would. */
export function pullRequestStep(desired: DesiredState, pull: PullRequest | undefined, event: PullRequestEvent): PullRequestStep {
  const by = principalOf(desired, event.by);
  if (event.kind === 'open') {
    const repository = desired.repositories.find(({ name }) => name === event.repository);
    if (!repository) return { kind: 'refused', reason: `there is no repository ${event.repository}` };
    return {
      kind: 'open',
      pull: { repository, base: event.base, head: event.head, files: event.files, pushers: [by], reviews: [], reports: [], behind: false },
    };
  }
  if (!pull) return { kind: 'refused', reason: 'no pull request is open' };
  const version = pull.pushers.length;
  switch (event.kind) {
    case 'amend':
      return { kind: 'open', pull: { ...pull, pushers: [...pull.pushers, by] } };
    case 'outdate':
      return { kind: 'open', pull: { ...pull, behind: true } };
    case 'review':
      if (by.name === pull.pushers[0]?.name) return { kind: 'refused', reason: 'nobody approves their own pull request' };
      if (!by.person) return { kind: 'refused', reason: 'only people review' };
      return { kind: 'open', pull: { ...pull, reviews: [...pull.reviews, { by, version }] } };
    case 'status': {
      const reason = reportRefusal(desired, pull, by, event.context);
      if (reason !== undefined) return { kind: 'refused', reason };
      const report = { context: event.context, ...(by.app === undefined ? {} : { app: by.app }), version };
      return { kind: 'open', pull: { ...pull, reports: [...pull.reports, report] } };
    }
    case 'merge': {
      const reason = mergeRefusal(pull, by, event.method);
      return reason === undefined ? { kind: 'merged', by, pull } : { kind: 'refused', reason };
    }
  }
}

/** Why this success is not reported: a workflow that does not exist, or a delivery app that does its work. */
function reportRefusal(desired: DesiredState, pull: PullRequest, by: Principal, context: string): string | undefined {
  const { delivery } = desired;
  if (by.app === String(delivery.apps.actions.id) && !reportedByWorkflow(pull.repository, context, pull.base)) {
    return `no workflow of ${pull.repository.name} reports ${context} for a pull request onto ${pull.base}`;
  }
  if (by.app !== String(delivery.apps.delivery.id)) return undefined;
  if (context === delivery.headContext) {
    const rule = delivery.headRules.find(({ repository, branch }) => repository === pull.repository.name && branch === pull.base);
    if (!rule) return `the delivery app has no rule on head branches of ${pull.base}`;
    return rule.onlyFrom.some((pattern) => refMatches(pattern, pull.head, ''))
      ? undefined
      : `${pull.head} may not be merged into ${pull.base}`;
  }
  if (context === delivery.policyContext) return policyRefusal(desired, pull);
  if (context === delivery.gatesContext && pull.head.startsWith(delivery.promotionBranchPrefix)) return undefined;
  return `the delivery app reports no ${context} on ${pull.base}`;
}

/**
 * The policy as it is judges the change. A change that renders the same today passes, whatever it does tomorrow, so the check is taken to ask
 * only for what GitHub's own reviews cannot: every group of the edges into production, with its count, where CODEOWNERS is content with any one,
 * and approvals of people who pushed nothing, where GitHub looks at the last pusher alone.
 */
function policyRefusal(desired: DesiredState, pull: PullRequest): string | undefined {
  const production = new Set(desired.delivery.environments.filter(({ tier }) => tier === 'production').map(({ name }) => name));
  const gates = desired.delivery.edges.flatMap((edge) => (production.has(edge.to) ? edge.gates : []));
  const approvals = gates.filter((gate) => gate.kind === 'approvals');
  const groups = new Map(approvals.flatMap((gate) => gate.including).map((group) => [groupName(group), group.count]));
  const total = Math.max(0, ...approvals.map((gate) => gate.total));
  if (groups.size < 2 && total < 2 && ![...groups.values()].some((count) => count > 1)) return undefined;
  const approvers = approversOf(pull, pull.pushers.length, pull.pushers);
  if (approvers.length < total) return `a change of the program needs ${total} approvals of people who pushed nothing to it`;
  const lacking = [...groups].find(([name, count]) => membersAmong(approvers, name) < count);
  return lacking && `a change of the program needs the approval of ${lacking[0]}`;
}

/** Whether a job of this name runs for pull requests onto the branch. */
export function reportedByWorkflow(repository: DesiredRepository, context: string, base: string): boolean {
  return repository.workflows.some((workflow) => {
    const trigger = workflow.on.pull_request;
    if (trigger === undefined) return false;
    const branches = trigger !== null && typeof trigger === 'object' && 'branches' in trigger ? trigger.branches : undefined;
    const runs = !Array.isArray(branches) || branches.some((pattern) => refMatches(String(pattern), base, repository.defaultBranch));
    return runs && Object.values(workflow.jobs).some((job) => job.name === context);
  });
}

/** People other than the excepted ones who approved this version or a later one, each once. */
export function approversOf(pull: PullRequest, since: number, except: readonly Principal[]): readonly Principal[] {
  const found = new Map<string, Principal>();
  for (const { by, version } of pull.reviews) {
    if (version >= since && !except.some(({ name }) => name === by.name)) found.set(by.name, by);
  }
  return [...found.values()];
}

export function membersAmong(people: readonly Principal[], team: string): number {
  return people.filter(({ teams }) => teams.includes(team) || namesIn(team).some((name) => teams.includes(name))).length;
}

/** Why GitHub refuses the merge, or undefined. */
function mergeRefusal(pull: PullRequest, by: Principal, method: 'merge' | 'squash' | 'rebase'): string | undefined {
  const demands = mergeDemands(pull.repository, by, pull.base);
  const version = pull.pushers.length;
  const author = pull.pushers.slice(0, 1);
  if (demands.closed !== undefined) return demands.closed;
  if (!demands.methods.includes(method)) return `${method} is not allowed on ${pull.base}`;
  if (demands.upToDate && pull.behind) return `${pull.base} has moved on`;
  const approvers = approversOf(pull, demands.dismissStale ? version : 1, author);
  if (approvers.length < demands.approvals) return `${pull.base} needs ${demands.approvals} approvals`;
  if (demands.lastPushApproval && demands.approvals > 0) {
    const others = approversOf(pull, version, [...author, ...pull.pushers.slice(-1)]);
    if (others.length === 0) return `the last push onto ${pull.head} needs the approval of somebody else`;
  }
  if (demands.codeOwners) {
    const unowned = pull.files.find((file) => {
      const owners = ownersOf(pull.repository, file);
      return (
        owners.length > 0 && !approvers.some(({ name, teams }) => owners.includes(name) || teams.some((team) => owners.includes(team)))
      );
    });
    if (unowned !== undefined) return `an owner of ${unowned} must approve`;
  }
  const reported = pull.reports.filter((report) => report.version === version);
  const missing = demands.checks.find((check) => !counts(check, reported));
  return missing === undefined ? undefined : `${missing.context} has not succeeded`;
}

import type { DesiredBypassActor, DesiredRepository, DesiredRuleset, DesiredState, DesiredStatusCheck } from '../desired/desired-state';
import type { Intent } from './intent';
import { refMatches } from './ref-pattern';

/** GitHub's ids of its built-in roles; 5 administrates. */
const MAINTAIN = '2';
const WRITE = '4';

/** Somebody who acts on GitHub. People with equal rights are one principal. */
export interface Principal {
  readonly name: string;
  readonly person: boolean;
  readonly role: 'write' | 'maintain' | 'admin';
  /** Slugs, or the text of their ids, of the teams whose member this is. */
  readonly teams: readonly string[];
  /** Id of the GitHub App, as number or as the text of its slot. */
  readonly app?: string;
}

export const DEVELOPER: Principal = { name: 'developer', person: true, role: 'write', teams: [] };
export const FOREIGN_APP: Principal = { name: 'foreign app', person: false, role: 'write', teams: [], app: 'foreign' };
export const MAINTAINER: Principal = { name: 'maintainer', person: true, role: 'maintain', teams: [] };
export const ADMINISTRATOR: Principal = { name: 'administrator', person: true, role: 'admin', teams: [] };

export function workflowToken(desired: DesiredState): Principal {
  return { name: 'workflow token', person: false, role: 'write', teams: [], app: String(desired.delivery.apps.actions.id) };
}

export function deliveryApp(desired: DesiredState): Principal {
  return { name: 'delivery app', person: false, role: 'write', teams: [], app: String(desired.delivery.apps.delivery.id) };
}

export function memberOf(team: string): Principal {
  return { name: `member of ${team}`, person: true, role: 'write', teams: [...new Set([team, ...namesIn(team)])] };
}

/** Everybody but the delivery app, those with the fewest rights first. */
export function attackers(desired: DesiredState, intent: Intent): readonly Principal[] {
  const teams = new Set<string>(intent.program.including.map(groupName));
  for (const edge of intent.edges) {
    for (const gate of edge.gates) if (gate.kind === 'approvals') for (const group of gate.including) teams.add(groupName(group));
  }
  const apps = new Set<string>();
  let maintainers = false;
  for (const repository of desired.repositories) {
    for (const ruleset of repository.rulesets) {
      for (const actor of ruleset.bypass_actors) {
        if (actor.actor_type === 'Team') teams.add(teamName(actor));
        if (actor.actor_type === 'Integration') apps.add(String(actor.actor_id));
        if (actor.actor_type === 'RepositoryRole' && String(actor.actor_id) === MAINTAIN) maintainers = true;
      }
    }
  }
  const known = [String(desired.delivery.apps.delivery.id), String(desired.delivery.apps.actions.id)];
  return [
    DEVELOPER,
    ...[...teams].sort().map(memberOf),
    workflowToken(desired),
    FOREIGN_APP,
    ...[...apps]
      .filter((app) => !known.includes(app))
      .sort()
      .map((app): Principal => ({ name: `app ${app}`, person: false, role: 'write', teams: [], app })),
    ...(maintainers ? [MAINTAINER] : []),
    ADMINISTRATOR,
  ];
}

/** The team, or the named people, of a group. */
export function groupName(group: { readonly team: string } | { readonly people: readonly string[] }): string {
  return 'team' in group ? group.team : [...group.people].sort().join(' or ');
}

/** The people of a group of named people, or the one team that it is. */
export function namesIn(group: string): readonly string[] {
  return group.split(' or ');
}

function teamName(actor: DesiredBypassActor): string {
  return /^\{\{slot:team\/(.+)\}\}$/.exec(String(actor.actor_id))?.[1] ?? String(actor.actor_id);
}

/** The active rulesets of a repository that match a full ref. All of them apply; there is no priority. They cover branches and tags alone. */
export function rulesetsOf(repository: DesiredRepository, ref: string): readonly DesiredRuleset[] {
  if (!ref.startsWith('refs/heads/') && !ref.startsWith('refs/tags/')) return [];
  const target = ref.startsWith('refs/tags/') ? 'tag' : 'branch';
  return repository.rulesets.filter((ruleset) => {
    const { include, exclude } = ruleset.conditions.ref_name;
    const matches = (pattern: string) => refMatches(pattern, ref, repository.defaultBranch);
    return ruleset.enforcement === 'active' && ruleset.target === target && include.some(matches) && !exclude.some(matches);
  });
}

/** Whether a principal is exempt from one ruleset: from all of its rules, and from no other ruleset. */
function exempt(ruleset: DesiredRuleset, principal: Principal, way: 'push' | 'pull_request'): boolean {
  return ruleset.bypass_actors.some((actor) => (actor.bypass_mode === 'always' || way === 'pull_request') && isMeant(actor, principal));
}

function isMeant(actor: DesiredBypassActor, principal: Principal): boolean {
  switch (actor.actor_type) {
    case 'Integration':
      return principal.app !== undefined && principal.app === String(actor.actor_id);
    case 'Team':
      return principal.teams.includes(teamName(actor));
    case 'OrganizationAdmin':
      return principal.role === 'admin';
    case 'RepositoryRole':
      return principal.app === undefined && roleCovers(principal, String(actor.actor_id));
  }
}

/** Whether a person has a built-in role of GitHub, by its id; who may do more also has the lesser role. */
function roleCovers({ role }: Principal, id: string): boolean {
  if (id === WRITE) return true;
  return id === MAINTAIN ? role !== 'write' : role === 'admin';
}

/** What a push does to a ref: makes it, brings new commits, moves it back to a commit that it had, or removes it. */
export type Change = 'create' | 'update' | 'force' | 'delete';

/**
 * Why GitHub refuses a push, or undefined when it takes it. Each rule is taken to refuse only what it is named after: `update` a fast-forward,
 * `non_fast_forward` a forced update, which brings no commit that could need a pull request or a check. The default branch stays, whatever
 * the rules. `passed` are the contexts that succeeded on the pushed commit, with the app that reported them.
 */
export function pushRefusal(
  repository: DesiredRepository,
  principal: Principal,
  ref: string,
  change: Change,
  passed: readonly ReportedCheck[] = [],
): string | undefined {
  if (change === 'delete' && ref === `refs/heads/${repository.defaultBranch}`) return 'the default branch cannot be deleted';
  for (const ruleset of rulesetsOf(repository, ref)) {
    if (exempt(ruleset, principal, 'push')) continue;
    for (const rule of ruleset.rules) {
      const refused = (why: string) => `${ruleset.name}: ${why}`;
      if (rule.type === 'creation' && change === 'create') return refused('creation is restricted');
      if (rule.type === 'update' && change === 'update') return refused('updates are restricted');
      if (rule.type === 'deletion' && change === 'delete') return refused('deletion is restricted');
      if (rule.type === 'non_fast_forward' && change === 'force') return refused('force pushes are blocked');
      if (rule.type === 'pull_request' && change === 'update') return refused('a pull request is required');
      if (
        rule.type === 'required_status_checks' &&
        (change === 'update' || (change === 'create' && !rule.parameters.do_not_enforce_on_create))
      ) {
        const missing = rule.parameters.required_status_checks.find((check) => !counts(check, passed));
        if (missing) return refused(`${missing.context} is required`);
      }
    }
  }
  return undefined;
}

/** A context that succeeded on a commit. */
export interface ReportedCheck {
  readonly context: string;
  /** Id of the app that reported it; absent for a person's token. */
  readonly app?: string;
}

/** Whether a required check is fulfilled: by its app when it names one, else by anybody. */
export function counts(required: DesiredStatusCheck, reported: readonly ReportedCheck[]): boolean {
  return reported.some(
    ({ context, app }) =>
      context === required.context && (required.integration_id === undefined || String(required.integration_id) === app),
  );
}

/** What all rulesets together ask of a merge by one principal: they add up, and the strictest wins. */
export interface MergeDemands {
  /** Why this principal cannot merge at all. */
  readonly closed?: string;
  readonly approvals: number;
  readonly dismissStale: boolean;
  readonly codeOwners: boolean;
  readonly lastPushApproval: boolean;
  readonly methods: readonly MergeMethod[];
  readonly checks: readonly DesiredStatusCheck[];
  readonly upToDate: boolean;
}

export type MergeMethod = 'merge' | 'squash' | 'rebase';

export function mergeDemands(repository: DesiredRepository, principal: Principal, branch: string): MergeDemands {
  const demands = {
    closed: undefined as string | undefined,
    approvals: 0,
    dismissStale: false,
    codeOwners: false,
    lastPushApproval: false,
    methods: ['merge', 'squash', 'rebase'] as readonly MergeMethod[],
    checks: [] as DesiredStatusCheck[],
    upToDate: false,
  };
  for (const ruleset of rulesetsOf(repository, `refs/heads/${branch}`)) {
    if (exempt(ruleset, principal, 'pull_request')) continue;
    for (const rule of ruleset.rules) {
      if (rule.type === 'update') demands.closed ??= `${ruleset.name}: updates are restricted`;
      if (rule.type === 'required_linear_history') demands.methods = demands.methods.filter((method) => method !== 'merge');
      if (rule.type === 'required_status_checks') {
        demands.checks.push(...rule.parameters.required_status_checks);
        demands.upToDate ||= rule.parameters.strict_required_status_checks_policy;
      }
      if (rule.type === 'pull_request') {
        const given = rule.parameters;
        demands.approvals = Math.max(demands.approvals, given.required_approving_review_count);
        demands.dismissStale ||= given.dismiss_stale_reviews_on_push;
        demands.codeOwners ||= given.require_code_owner_review;
        demands.lastPushApproval ||= given.require_last_push_approval;
        demands.methods = demands.methods.filter((method) => given.allowed_merge_methods.includes(method));
      }
    }
  }
  return demands;
}

import type { DesiredBypassActor, DesiredDelivery, DesiredRule, DesiredRuleset, DesiredStatusCheck } from '../../desired/desired-state';
import { programDemands } from '../../desired/program-demands';
import type { BypassModel, CheckModel, PlatformModel, ProtectionModel, SourceModel } from '../../model/platform-model';
import { refuse } from '../../values/diagnostic';
import { appSlot, slotToken } from '../../values/slot';
import { codeOwners } from './codeowners';
import { branches, tags } from './delivery-rulesets';
import { branchRef, tagRef } from './ref-patterns';

/** GitHub's ids of its built-in roles. */
const ROLE_IDS = { maintain: 2, write: 4, admin: 5 } as const;

const MERGE_METHODS = ['merge', 'squash', 'rebase'] as const;

type PullRequestRule = Extract<DesiredRule, { type: 'pull_request' }>['parameters'];

/** What a branch demands of a merge. */
interface Demands {
  readonly pullRequest: PullRequestRule;
  readonly checks: readonly DesiredStatusCheck[];
  readonly strict: boolean;
}

/**
 * The rulesets of the branches and tags of a repository that people write: declared protections, the program branch at least as strong as
 * its strictest edge demands, and refs from which releases are born or wanted, whose history stays even if nothing is declared for them.
 *
 * @throws InvalidValueError SG041 when a protection asks of tags what GitHub can only ask of branches.
 */
export function protectionRulesets(model: PlatformModel, delivery: DesiredDelivery, repository: string): DesiredRuleset[] {
  const declared = model.protections.filter((protection) => protection.ref.repository === repository);
  const names = new Set<string>();
  const result = declared.flatMap((protection) => {
    const { kind, pattern } = protection.ref;
    const taken = names.has(`${kind} ${pattern}`);
    names.add(`${kind} ${pattern}`);
    if (kind === 'tags') return tagRulesets(subject(protection.ref, taken ? protection.name : undefined), protection);
    const program = repository === delivery.repository && pattern === delivery.programBranch && !taken;
    return branchRulesets(subject(protection.ref, taken ? protection.name : undefined), protection, model, delivery, program);
  });
  if (repository === delivery.repository && !names.has(`branch ${delivery.programBranch}`)) {
    names.add(`branch ${delivery.programBranch}`);
    const include = [branchRef(delivery.programBranch)];
    result.push(branches(`branch ${delivery.programBranch}`, include, [], [...rulesOf(programRules(delivery, true)), ...HISTORY]));
  }
  for (const source of releaseRefs(model).filter((ref) => ref.repository === repository)) {
    if (names.has(`${source.kind} ${source.pattern}`)) continue;
    names.add(`${source.kind} ${source.pattern}`);
    if (source.kind === 'branch') result.push(branches(subject(source), [branchRef(source.pattern)], [], HISTORY));
    else result.push(...releaseTagRulesets(subject(source), source.pattern, [role('admin'), role('maintain')]));
  }
  return result;
}

const HISTORY: readonly DesiredRule[] = [{ type: 'deletion' }, { type: 'non_fast_forward' }];

/** Refs from which releases are born, and refs that say which release a production tier wants. */
function releaseRefs(model: PlatformModel): SourceModel[] {
  return [...model.environments.flatMap(({ source }) => source ?? []), ...model.policies.flatMap(({ on }) => on ?? [])];
}

function subject(ref: SourceModel, distinguish?: string): string {
  return `${ref.kind === 'branch' ? 'branch' : 'tags'} ${ref.pattern}${distinguish === undefined ? '' : ` (${distinguish})`}`;
}

function branchRulesets(
  name: string,
  protection: ProtectionModel,
  model: PlatformModel,
  delivery: DesiredDelivery,
  program: boolean,
): DesiredRuleset[] {
  const include = [branchRef(protection.ref.pattern)];
  const declared = declaredRules(protection, model, delivery);
  const demanded = program ? programRules(delivery, protection.onlyFrom.length === 0) : undefined;
  const history: DesiredRule[] = [...HISTORY, ...(protection.linearHistory ? [{ type: 'required_linear_history' } as const] : [])];
  if (protection.bypass.length === 0) {
    return [branches(name, include, [], [...rulesOf(demanded === undefined ? declared : strongest(declared, demanded)), ...history])];
  }
  // Who is exempt is exempt from reviews and checks that were declared; never from what keeps the history, nor from what the program demands.
  return [
    branches(name, include, bypassActors(protection.bypass), rulesOf(declared)),
    branches(`${name}, history`, include, [], [...(demanded === undefined ? [] : rulesOf(demanded)), ...history]),
  ];
}

function declaredRules(protection: ProtectionModel, model: PlatformModel, delivery: DesiredDelivery): Demands {
  const head = { context: delivery.headContext, integration_id: delivery.apps.delivery.id };
  return {
    pullRequest: {
      required_approving_review_count: protection.approvals,
      dismiss_stale_reviews_on_push: protection.dismissStale && (protection.approvals > 0 || protection.codeOwners),
      require_code_owner_review: protection.codeOwners,
      require_last_push_approval: protection.lastPushApproval,
      required_review_thread_resolution: false,
      allowed_merge_methods: protection.mergeMethods,
    },
    checks: [...protection.checks.map((check) => statusCheck(check, model)), ...(protection.onlyFrom.length > 0 ? [head] : [])],
    strict: false,
  };
}

/**
 * Native reviews are looked at when GitHub merges, the app's check knows teams, initiators and authors of commits: both are needed. The
 * branch must be up to date, so that a policy is judged by the one it replaces; not where only long-lived branches may be merged, which
 * would have to be merged back after each release.
 */
function programRules(delivery: DesiredDelivery, strict: boolean): Demands {
  return {
    pullRequest: {
      required_approving_review_count: programDemands(delivery).approvals,
      dismiss_stale_reviews_on_push: true,
      require_code_owner_review: codeOwners(delivery).length > 0,
      require_last_push_approval: true,
      required_review_thread_resolution: false,
      allowed_merge_methods: MERGE_METHODS,
    },
    checks: [{ context: delivery.policyContext, integration_id: delivery.apps.delivery.id }],
    strict,
  };
}

function strongest(a: Demands, b: Demands): Demands {
  return {
    pullRequest: {
      required_approving_review_count: Math.max(
        a.pullRequest.required_approving_review_count,
        b.pullRequest.required_approving_review_count,
      ),
      dismiss_stale_reviews_on_push: a.pullRequest.dismiss_stale_reviews_on_push || b.pullRequest.dismiss_stale_reviews_on_push,
      require_code_owner_review: a.pullRequest.require_code_owner_review || b.pullRequest.require_code_owner_review,
      require_last_push_approval: a.pullRequest.require_last_push_approval || b.pullRequest.require_last_push_approval,
      required_review_thread_resolution: a.pullRequest.required_review_thread_resolution || b.pullRequest.required_review_thread_resolution,
      allowed_merge_methods: a.pullRequest.allowed_merge_methods.filter((method) => b.pullRequest.allowed_merge_methods.includes(method)),
    },
    checks: [...a.checks, ...b.checks],
    strict: a.strict || b.strict,
  };
}

function rulesOf({ pullRequest, checks, strict }: Demands): DesiredRule[] {
  const rules: DesiredRule[] = [{ type: 'pull_request', parameters: pullRequest }];
  if (checks.length === 0) return rules;
  return [
    ...rules,
    {
      type: 'required_status_checks',
      parameters: { required_status_checks: checks, strict_required_status_checks_policy: strict, do_not_enforce_on_create: true },
    },
  ];
}

function statusCheck(check: CheckModel, model: PlatformModel): DesiredStatusCheck {
  if (check.kind === 'run') return { context: check.name, integration_id: model.apps.actions.id };
  const known = Object.values(model.apps).find((app) => app.slug === check.app);
  return { context: check.name, integration_id: known?.id ?? slotToken(appSlot(check.app)) };
}

function tagRulesets(name: string, protection: ProtectionModel): DesiredRuleset[] {
  const { approvals, checks, codeOwners, onlyFrom, linearHistory } = protection;
  const merging = protection.bypass.some((actor) => actor.mode === 'pull_request');
  if (approvals > 0 || checks.length > 0 || codeOwners || onlyFrom.length > 0 || linearHistory || merging) {
    refuse({
      code: 'SG041',
      name: 'protection-not-for-tags',
      path: protection.path,
      message: 'tags are not merged: reviews, checks, head branches and merge methods belong to branches',
      given: `approvals ${approvals}, ${checks.length} checks, ${onlyFrom.length} head branches${merging ? ', bypass for pull requests' : ''}`,
      expected: 'bypass alone, always: who may create the tags',
      remedy: 'protect the branch whose commits are tagged, and name in bypass who may tag',
    });
  }
  return releaseTagRulesets(name, protection.ref.pattern, bypassActors(protection.bypass));
}

/** Whoever is named may create the tags; nobody moves or deletes them. Creation alone would leave them movable. */
function releaseTagRulesets(name: string, pattern: string, creators: readonly DesiredBypassActor[]): DesiredRuleset[] {
  const include = [tagRef(pattern)];
  return [
    tags(`${name}, creation`, include, creators, [{ type: 'creation' }]),
    tags(`${name}, history`, include, [], [{ type: 'update' }, { type: 'deletion' }, { type: 'non_fast_forward' }]),
  ];
}

function role(name: keyof typeof ROLE_IDS, bypass_mode: DesiredBypassActor['bypass_mode'] = 'always'): DesiredBypassActor {
  return { actor_type: 'RepositoryRole', actor_id: ROLE_IDS[name], bypass_mode };
}

/** Sorted and each once, as GitHub gives them back; another order would look like drift. */
function bypassActors(bypass: readonly BypassModel[]): DesiredBypassActor[] {
  const actors = new Map(
    bypass.map(bypassActor).map((actor) => [`${actor.actor_type} ${String(actor.actor_id ?? '')} ${actor.bypass_mode}`, actor]),
  );
  return [...actors].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, actor]) => actor);
}

function bypassActor(bypass: BypassModel): DesiredBypassActor {
  switch (bypass.kind) {
    case 'app':
      return { actor_type: 'Integration', actor_id: bypass.id, bypass_mode: bypass.mode };
    case 'team':
      return { actor_type: 'Team', actor_id: slotToken(`team/${bypass.slug}`), bypass_mode: bypass.mode };
    case 'role':
      return role(bypass.role, bypass.mode);
    case 'organization-admin':
      return { actor_type: 'OrganizationAdmin', bypass_mode: bypass.mode };
  }
}

import type { DesiredBypassActor, DesiredDelivery, DesiredRuleset } from '../../desired/desired-state';
import { branchRef, everythingBelow, tagRef } from './ref-patterns';

/** Folder of branches in which every environment has its own. */
const ENVIRONMENT_BRANCHES = 'env/';

/**
 * The rulesets that carry deliveries. GitHub adds up all that match a ref, and who is exempt from one is exempt from all of its rules and
 * of no other ruleset: therefore what the delivery app may do and what not even it may do are apart.
 */
export function deliveryRulesets(delivery: DesiredDelivery): DesiredRuleset[] {
  const app: DesiredBypassActor = { actor_type: 'Integration', actor_id: delivery.apps.delivery.id, bypass_mode: 'always' };
  const promotions = branchRef(everythingBelow(delivery.promotionBranchPrefix));
  const state = branchRef(delivery.stateBranch);
  const releases = [tagRef(everythingBelow(delivery.releaseTagPrefix))];
  const environments = delivery.environments.map((environment) => branchRef(environment.branch));
  return [
    // `update` also refuses merges by people: a check that an interrupted run left green is of no use to them. `creation` holds the
    // branches of environments that do not exist yet, forged heads of promotions, and a forged state.
    branches(
      'delivery',
      [branchRef(everythingBelow(ENVIRONMENT_BRANCHES)), promotions, state],
      [app],
      [{ type: 'creation' }, { type: 'update' }],
    ),
    // Whoever could delete or rewrite the state would lift a quarantine. The app remakes heads of promotions when their base moves.
    branches('delivery, history', [promotions, state], [app], [{ type: 'deletion' }, { type: 'non_fast_forward' }]),
    ...(environments.length === 0 ? [] : [environmentBranches(delivery, environments)]),
    tags('releases, creation', releases, [app], [{ type: 'creation' }]),
    tags('releases, history', releases, [], [{ type: 'update' }, { type: 'deletion' }, { type: 'non_fast_forward' }]),
  ];
}

/**
 * What holds on the branches of environments for everybody, the delivery app included: one squashed commit per release, whose gates the
 * app found to hold on exactly this base. `deletion` keeps the branch from being made anew, `non_fast_forward` from going back to a
 * commit that it already has, which needs no pull request. A branch that is created has no checks yet.
 */
function environmentBranches(delivery: DesiredDelivery, include: readonly string[]): DesiredRuleset {
  return branches(
    'environments',
    include,
    [],
    [
      {
        type: 'pull_request',
        parameters: {
          // The app counts approvals: native ones know neither initiators nor lanes.
          required_approving_review_count: 0,
          dismiss_stale_reviews_on_push: false,
          require_code_owner_review: false,
          require_last_push_approval: false,
          required_review_thread_resolution: false,
          allowed_merge_methods: ['squash'],
        },
      },
      {
        type: 'required_status_checks',
        parameters: {
          required_status_checks: [{ context: delivery.gatesContext, integration_id: delivery.apps.delivery.id }],
          strict_required_status_checks_policy: true,
          do_not_enforce_on_create: true,
        },
      },
      { type: 'deletion' },
      { type: 'non_fast_forward' },
    ],
  );
}

/** An active ruleset on branches. */
export function branches(
  name: string,
  include: readonly string[],
  bypass_actors: DesiredRuleset['bypass_actors'],
  rules: DesiredRuleset['rules'],
): DesiredRuleset {
  return ruleset('branch', name, include, bypass_actors, rules);
}

/** An active ruleset on tags. */
export function tags(
  name: string,
  include: readonly string[],
  bypass_actors: DesiredRuleset['bypass_actors'],
  rules: DesiredRuleset['rules'],
): DesiredRuleset {
  return ruleset('tag', name, include, bypass_actors, rules);
}

function ruleset(
  target: DesiredRuleset['target'],
  name: string,
  include: readonly string[],
  bypass_actors: DesiredRuleset['bypass_actors'],
  rules: DesiredRuleset['rules'],
): DesiredRuleset {
  return {
    name: `stagegate: ${name}`,
    target,
    enforcement: 'active',
    bypass_actors,
    conditions: { ref_name: { include, exclude: [] } },
    rules,
  };
}

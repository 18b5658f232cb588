import type { DesiredBypassActor, DesiredRule, DesiredRuleset } from '../desired/desired-state';
import type { Json } from '../model/platform-model';

type Inputs = Readonly<Record<string, Json>>;

/** Type token of a resource of the GitHub provider, by the name of its class. */
export function githubType(kind: string): string {
  return `github:index/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`;
}

/**
 * A ruleset by the provider's names. Values stay as GitHub has them: the SDK's documentation writes `pullRequest`, the provider takes
 * `pull_request`. An empty list of bypass actors is said, or those that somebody added would stay.
 */
export function rulesetInputs(ruleset: DesiredRuleset, repository: string): Inputs {
  const { include, exclude } = ruleset.conditions.ref_name;
  return {
    name: ruleset.name,
    repository,
    target: ruleset.target,
    enforcement: ruleset.enforcement,
    bypassActors: bypassActors(ruleset.bypass_actors),
    conditions: { refName: { includes: [...include], excludes: [...exclude] } },
    rules: Object.assign({}, ...ruleset.rules.map(ruleInputs)),
  };
}

/** Each once and in one order, which the provider compares. Administrators of the organisation have no id: one that is given looks like drift. */
function bypassActors(actors: readonly DesiredBypassActor[]): Json[] {
  const unique = new Map(
    actors.map((actor) => {
      const id = actor.actor_id;
      const inputs = { ...(id === undefined ? {} : { actorId: id }), actorType: actor.actor_type, bypassMode: actor.bypass_mode };
      return [`${actor.actor_type} ${String(id)} ${actor.bypass_mode}`, inputs] as const;
    }),
  );
  return [...unique].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, actor]) => actor);
}

function ruleInputs(rule: DesiredRule): Inputs {
  switch (rule.type) {
    case 'creation':
      return { creation: true };
    case 'deletion':
      return { deletion: true };
    case 'non_fast_forward':
      return { nonFastForward: true };
    case 'required_linear_history':
      return { requiredLinearHistory: true };
    case 'required_signatures':
      return { requiredSignatures: true };
    case 'update':
      return {
        update: true,
        ...(rule.parameters === undefined ? {} : { updateAllowsFetchAndMerge: rule.parameters.update_allows_fetch_and_merge }),
      };
    case 'pull_request': {
      const { parameters } = rule;
      return {
        pullRequest: {
          allowedMergeMethods: [...parameters.allowed_merge_methods],
          dismissStaleReviewsOnPush: parameters.dismiss_stale_reviews_on_push,
          requireCodeOwnerReview: parameters.require_code_owner_review,
          requireLastPushApproval: parameters.require_last_push_approval,
          requiredApprovingReviewCount: parameters.required_approving_review_count,
          requiredReviewThreadResolution: parameters.required_review_thread_resolution,
        },
      };
    }
    case 'required_status_checks': {
      const { parameters } = rule;
      return {
        requiredStatusChecks: {
          doNotEnforceOnCreate: parameters.do_not_enforce_on_create,
          requiredChecks: parameters.required_status_checks.map(({ context, integration_id }) => ({
            context,
            ...(integration_id === undefined ? {} : { integrationId: integration_id }),
          })),
          strictRequiredStatusChecksPolicy: parameters.strict_required_status_checks_policy,
        },
      };
    }
  }
}

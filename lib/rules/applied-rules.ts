import type {
  DesiredApp,
  DesiredBypassActor,
  DesiredRepository,
  DesiredRule,
  DesiredRuleset,
  DesiredState,
  DesiredStatusCheck,
} from '../desired/desired-state';

/** A rule that holds for a ref, with the ruleset that carries it. */
export interface AppliedRule<T extends DesiredRule['type'] = DesiredRule['type']> {
  readonly ruleset: DesiredRuleset;
  readonly rule: Extract<DesiredRule, { readonly type: T }>;
}

/** All rules of one type that hold for a ref. They add up: GitHub applies the strictest. */
export function rulesOf<T extends DesiredRule['type']>(rulesets: readonly DesiredRuleset[], type: T): AppliedRule<T>[] {
  return rulesets.flatMap((ruleset) =>
    ruleset.rules
      .filter((rule): rule is Extract<DesiredRule, { readonly type: T }> => rule.type === type)
      .map((rule) => ({ ruleset, rule })),
  );
}

/** What pull requests onto a ref need, over all its rulesets; undefined when none is needed. */
export interface PullRequestRule {
  readonly approvals: number;
  readonly dismissStale: boolean;
  readonly codeOwners: boolean;
  readonly lastPushApproval: boolean;
}

export function tryPullRequestRule(rulesets: readonly DesiredRuleset[]): PullRequestRule | undefined {
  const rules = rulesOf(rulesets, 'pull_request').map(({ rule }) => rule.parameters);
  if (rules.length === 0) return undefined;
  return {
    approvals: Math.max(...rules.map((rule) => rule.required_approving_review_count)),
    dismissStale: rules.some((rule) => rule.dismiss_stale_reviews_on_push),
    codeOwners: rules.some((rule) => rule.require_code_owner_review),
    lastPushApproval: rules.some((rule) => rule.require_last_push_approval),
  };
}

/** A required check, and whether the branch must be up to date with its base. */
export interface RequiredCheck {
  readonly check: DesiredStatusCheck;
  readonly strict: boolean;
  readonly ruleset: DesiredRuleset;
}

export function requiredChecks(rulesets: readonly DesiredRuleset[]): RequiredCheck[] {
  return rulesOf(rulesets, 'required_status_checks').flatMap(({ rule, ruleset }) =>
    rule.parameters.required_status_checks.map((check) => ({
      check,
      strict: rule.parameters.strict_required_status_checks_policy,
      ruleset,
    })),
  );
}

/** Whether a bypass actor is this app. */
export function isApp(actor: DesiredBypassActor, app: DesiredApp): boolean {
  return actor.actor_type === 'Integration' && String(actor.actor_id) === String(app.id);
}

const ROLES: Readonly<Record<string, string>> = { 2: 'maintainers', 4: 'writers', 5: 'administrators' };

/** A bypass actor in words. */
export function actorText(actor: DesiredBypassActor, desired: DesiredState): string {
  const name = (): string => {
    switch (actor.actor_type) {
      case 'OrganizationAdmin':
        return 'organisation administrators';
      case 'RepositoryRole':
        return ROLES[String(actor.actor_id)] ?? `repository role ${actor.actor_id}`;
      case 'Team':
        return `team ${String(actor.actor_id).replace(/^\{\{slot:(?:team\/)?|\}\}$/g, '')}`;
      case 'Integration': {
        const app = Object.values(desired.delivery.apps).find((candidate) => isApp(actor, candidate));
        return `app ${app?.slug ?? actor.actor_id}`;
      }
    }
  };
  return actor.bypass_mode === 'pull_request' ? `${name()} (in pull requests)` : name();
}

export function deliveryRepository(desired: DesiredState): DesiredRepository | undefined {
  return tryRepository(desired, desired.delivery.repository);
}

export function tryRepository(desired: DesiredState, name: string): DesiredRepository | undefined {
  return desired.repositories.find((repository) => repository.name === name);
}

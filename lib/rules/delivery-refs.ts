import type { DesiredRuleset, DesiredState } from '../desired/desired-state';
import { rulesetsOf } from '../explorer/github';
import { deliveryRepository, isApp, requiredChecks, rulesOf, tryPullRequestRule } from './applied-rules';

/** A ref that only the delivery app may write. */
export interface DeliveryRef {
  readonly ref: string;
  /** The environment whose deployments it carries; absent for refs that serve all. */
  readonly environment?: string;
  readonly kind: 'environment' | 'promotion' | 'state' | 'release' | 'unborn';
}

/** Stands for the id of any release. */
const RELEASE = '0b5e55ed0b5e55ed';

/** The refs that carry deliveries: a name stands for the many of its kind. */
export function deliveryRefs(desired: DesiredState): DeliveryRef[] {
  const { environments, stateBranch, promotionBranchPrefix, releaseTagPrefix } = desired.delivery;
  const present = environments.filter(({ lifecycle }) => lifecycle !== 'retired');
  return [
    ...present.map(({ branch, name }): DeliveryRef => ({ ref: `refs/heads/${branch}`, environment: name, kind: 'environment' })),
    ...present.map(
      ({ name }): DeliveryRef => ({ ref: `refs/heads/${promotionBranchPrefix}${name}/${RELEASE}`, environment: name, kind: 'promotion' }),
    ),
    // Whoever makes the branch of an environment before it is declared chooses what runs there first.
    { ref: 'refs/heads/env/unborn', kind: 'unborn' },
    { ref: `refs/heads/${stateBranch}`, kind: 'state' },
    { ref: `refs/tags/${releaseTagPrefix}${RELEASE}`, kind: 'release' },
  ];
}

/** A ref as messages name it: `env/prod`, `promote/prod/…`. */
export function deliveryRefText({ ref, kind }: DeliveryRef): string {
  const name = ref.replace(/^refs\/(heads|tags)\//, '');
  return kind === 'unborn' ? 'env/…' : name.replace(RELEASE, '…');
}

/** What is missing on a ref that only the delivery app may write: `lacks` completes "nothing …". */
export interface MissingRule {
  readonly lacks: string;
  readonly given: string;
  readonly expected: string;
}

/** Everything that the compiled rulesets lack on a delivery ref; bypass actors are another rule's. */
export function missingRules(desired: DesiredState, deliveryRef: DeliveryRef): MissingRule[] {
  const repository = deliveryRepository(desired);
  const rulesets = repository === undefined ? [] : rulesetsOf(repository, deliveryRef.ref);
  const has = (type: 'creation' | 'update' | 'deletion' | 'non_fast_forward'): boolean => rulesOf(rulesets, type).length > 0;
  const missing: MissingRule[] = [];
  const given = rulesets.length === 0 ? 'no active ruleset matches it' : `rulesets ${rulesets.map(({ name }) => `'${name}'`).join(', ')}`;
  const need = (holds: boolean, lacks: string, expected: string): void => {
    if (!holds) missing.push({ lacks, given, expected });
  };
  need(
    has('creation'),
    'keeps others than the delivery app from creating it',
    'rule creation, with the delivery app as the only bypass actor',
  );
  if (deliveryRef.kind === 'unborn') return missing;
  need(
    has('update'),
    'keeps others than the delivery app from pushing to it',
    'rule update, with the delivery app as the only bypass actor',
  );
  need(has('deletion'), 'keeps it from being deleted', 'rule deletion');
  need(has('non_fast_forward'), 'keeps its history from being rewritten', 'rule non_fast_forward');
  if (deliveryRef.kind === 'environment') {
    need(tryPullRequestRule(rulesets) !== undefined, 'demands a pull request', 'rule pull_request');
    missing.push(...missingGates(desired, rulesets, given));
  }
  return missing;
}

function missingGates(desired: DesiredState, rulesets: readonly DesiredRuleset[], given: string): MissingRule[] {
  const { gatesContext, apps } = desired.delivery;
  const required = requiredChecks(rulesets).filter(({ check }) => check.context === gatesContext);
  if (required.length === 0)
    return [{ lacks: `requires ${gatesContext}`, given, expected: `rule required_status_checks with ${gatesContext}` }];
  const bound = required.filter(({ check }) => String(check.integration_id) === String(apps.delivery.id));
  if (bound.length === 0) {
    const reporter = required[0]?.check.integration_id;
    return [
      {
        lacks: `binds ${gatesContext} to the delivery app`,
        given: reporter === undefined ? `${gatesContext} from anybody` : `${gatesContext} from app ${reporter}`,
        expected: `${gatesContext} from app ${apps.delivery.slug}`,
      },
    ];
  }
  if (!bound.some(({ strict }) => strict)) {
    return [
      {
        lacks: 'demands a head that is up to date with its base',
        given: `${gatesContext}, not strict`,
        expected: `${gatesContext} with strict_required_status_checks_policy`,
      },
    ];
  }
  if (bound.every(({ ruleset }) => ruleset.bypass_actors.some((actor) => isApp(actor, apps.delivery)))) {
    return [
      {
        lacks: `holds the delivery app itself to ${gatesContext}`,
        given: `ruleset '${bound[0]?.ruleset.name}' with the delivery app as bypass actor`,
        expected: 'no bypass actor on the ruleset that requires it',
      },
    ];
  }
  return [];
}

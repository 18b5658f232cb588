import { conditionCovers } from '../delivery/local/ref-patterns';
import { revisionOfBranch } from '../desired/application-revision';
import type { DesiredRule, DesiredRuleset, DesiredState } from '../desired/desired-state';
import { gateText } from '../render/graph';

/** A demand, and what of the compiled settings enforces it. */
export interface Enforcement {
  /** Edge, branch or environment. */
  readonly subject: string;
  readonly demand: string;
  /** Rulesets and settings by name; empty when nothing enforces it. */
  readonly by: string;
}

/** Who enforces what, read from the compiled rulesets and Applications, not from what was declared. */
export function enforcements(desired: DesiredState): readonly Enforcement[] {
  return [...gateRows(desired), ...branchRows(desired), ...deliveryRows(desired), ...syncRows(desired)];
}

interface Found {
  readonly ruleset: DesiredRuleset;
  readonly rule: DesiredRule;
}

/** Rules of active rulesets that cover a ref of the delivery repository. */
function rulesOn(desired: DesiredState, ref: string): readonly Found[] {
  const repository = desired.repositories.find(({ name }) => name === desired.delivery.repository);
  const target = ref.startsWith('refs/tags/') ? 'tag' : 'branch';
  return (repository?.rulesets ?? [])
    .filter((ruleset) => ruleset.enforcement === 'active' && ruleset.target === target)
    .filter((ruleset) => conditionCovers(ruleset.conditions.ref_name, ref, repository?.defaultBranch ?? ''))
    .flatMap((ruleset) => ruleset.rules.map((rule) => ({ ruleset, rule })));
}

function gateRows(desired: DesiredState): readonly Enforcement[] {
  const { delivery } = desired;
  return delivery.edges.flatMap(({ from, to, on, gates }) => {
    const branch = delivery.environments.find(({ name }) => name === to)?.branch ?? '';
    const required = rulesOn(desired, `refs/heads/${branch}`).find(
      ({ ruleset, rule }) =>
        ruleset.bypass_actors.length === 0 &&
        rule.type === 'required_status_checks' &&
        rule.parameters.required_status_checks.some(
          ({ context, integration_id }) => context === delivery.gatesContext && integration_id === delivery.apps.delivery.id,
        ),
    );
    const by =
      required === undefined
        ? ''
        : `${delivery.gatesContext} by app ${delivery.apps.delivery.slug}, required on ${branch} by "${required.ruleset.name}"`;
    const demands = [...(on === undefined ? [] : [`${on.kind === 'tags' ? 'tagged' : 'merged to'} ${on.pattern}`]), ...gates.map(gateText)];
    return demands.map((demand) => ({ subject: `${from} → ${to}`, demand, by }));
  });
}

function branchRows(desired: DesiredState): readonly Enforcement[] {
  const { delivery } = desired;
  const sources = [...delivery.environments.flatMap(({ source }) => source ?? []), ...delivery.edges.flatMap(({ on }) => on ?? [])];
  const branches = new Set([
    delivery.programBranch,
    ...sources.filter(({ kind, repository }) => kind === 'branch' && repository === delivery.repository).map(({ pattern }) => pattern),
  ]);
  return [...branches].sort().flatMap((branch) =>
    rulesOn(desired, `refs/heads/${branch}`).flatMap(({ ruleset, rule }): Enforcement[] => {
      const row = (demand: string): Enforcement => ({ subject: branch, demand, by: `"${ruleset.name}"${bypassText(ruleset)}` });
      if (rule.type === 'pull_request') {
        const { required_approving_review_count: count, require_code_owner_review: owners } = rule.parameters;
        return [
          row(`pull request${count === 0 ? '' : `, ${count} ${count === 1 ? 'review' : 'reviews'}`}${owners ? ', code owners' : ''}`),
        ];
      }
      if (rule.type === 'required_status_checks')
        return [row(`checks ${rule.parameters.required_status_checks.map(({ context }) => context).join(', ')}`)];
      return [];
    }),
  );
}

function bypassText({ bypass_actors: actors }: DesiredRuleset): string {
  return actors.length === 0 ? '' : `, bypassed by ${actors.length === 1 ? 'one actor' : `${actors.length} actors`}`;
}

/** Refs that only the delivery app may write. */
function deliveryRows(desired: DesiredState): readonly Enforcement[] {
  const { delivery } = desired;
  const app = delivery.apps.delivery;
  const ownRef = (subject: string, ref: string, kind: 'creation' | 'update'): Enforcement => {
    const found = rulesOn(desired, ref).find(
      ({ ruleset, rule }) =>
        rule.type === kind &&
        ruleset.bypass_actors.every(({ actor_type, actor_id }) => actor_type === 'Integration' && actor_id === app.id),
    );
    return { subject, demand: `${kind} by app ${app.slug} alone`, by: found === undefined ? '' : `"${found.ruleset.name}"` };
  };
  return [
    ownRef('env/*', `refs/heads/${delivery.environments[0]?.branch ?? ''}`, 'update'),
    ownRef(`${delivery.promotionBranchPrefix}*`, `refs/heads/${delivery.promotionBranchPrefix}any/0`, 'update'),
    ownRef(`${delivery.releaseTagPrefix}*`, `refs/tags/${delivery.releaseTagPrefix}0`, 'creation'),
  ];
}

function syncRows(desired: DesiredState): readonly Enforcement[] {
  return desired.delivery.environments.flatMap(({ name, application, branch, sync }) => {
    const object = desired.environments
      .find((environment) => environment.name === name)
      ?.bootstrap.find(({ kind, metadata }) => kind === 'Application' && metadata.name === application?.name);
    const spec = object?.spec as
      | { readonly source?: { readonly targetRevision?: string }; readonly syncPolicy?: { readonly automated?: object } }
      | undefined;
    if (spec === undefined) return [];
    const isAutomatic = spec.syncPolicy?.automated !== undefined;
    const agrees = spec.source?.targetRevision === revisionOfBranch(branch) && isAutomatic === (sync === 'automatic');
    const demand = sync === 'automatic' ? `what ${branch} says runs` : `runs only when a person syncs`;
    const setting = isAutomatic ? 'syncs by itself, heals itself' : 'has no automated sync';
    return [{ subject: name, demand, by: agrees ? `Application ${object?.metadata.name} ${setting}` : '' }];
  });
}

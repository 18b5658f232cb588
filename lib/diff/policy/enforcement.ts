import type { DesiredRepository, DesiredState } from '../../desired/desired-state';
import { correspondenceOf, type Side } from './correspondence';
import type { Demand } from './demand';
import { conditionDemands } from './gate-demands';
import { gatesHold, refDemands } from './ref-demands';
import { branchesOnTheWay } from './ref-grounds';
import { syncDemands } from './sync-demands';
import { listed } from './words';

/** A demand, and what of the compiled settings enforces it. */
export interface Enforcement {
  /** Edge, branch or environment. */
  readonly subject: string;
  readonly demand: string;
  /** Rulesets and settings by name; empty when nothing enforces it. */
  readonly by: string;
}

/**
 * Who enforces what on the way to each environment, read from the compiled rulesets and Applications, not from what was declared: gates, the
 * branches that releases come from, the refs that carry deliveries, syncs. A gate that somebody is exempt from is not enforced.
 */
export function enforcements(desired: DesiredState): readonly Enforcement[] {
  const side = correspondenceOf(desired, desired).head;
  const repository = desired.repositories.find(({ name }) => name === desired.delivery.repository);
  return [
    ...gateRows(side),
    ...(repository === undefined ? [] : [...branchRows(side, repository), ...deliveryRows(side, repository)]),
    ...syncRows(desired),
  ];
}

function gateRows(side: Side): Enforcement[] {
  return side.desired.delivery.edges.flatMap((edge) => {
    const { by = '', except } = gatesHold(side.desired, edge.to);
    return conditionDemands(side, edge)
      .filter(({ topic }) => topic !== 'select')
      .map(({ text }) => ({ subject: `${edge.from} → ${edge.to}`, demand: text, by: except === undefined ? by : '' }));
  });
}

const REVIEWS = ['pull request', 'approvals', 'code owners'];

function branchRows(side: Side, repository: DesiredRepository): Enforcement[] {
  return branchesOnTheWay(side.desired).flatMap((branch) => {
    const demands = refDemands(side, repository, `refs/heads/${branch}`);
    const rows = [demands.filter(({ topic }) => REVIEWS.includes(topic)), demands.filter(({ topic }) => topic.startsWith('check '))];
    return rows
      .filter((row) => row.length > 0)
      .map((row) => ({ subject: branch, demand: row.map(({ text }) => text).join(', '), by: byText(row) }));
  });
}

function byText(demands: readonly Demand[]): string {
  const except = [...new Set(demands.flatMap((demand) => demand.except ?? []))];
  return `${listed([...new Set(demands.flatMap(({ by }) => by ?? []))])}${except.length === 0 ? '' : `, except for ${listed(except)}`}`;
}

/** Refs that only the delivery app may write. */
function deliveryRows(side: Side, repository: DesiredRepository): Enforcement[] {
  const { environments, promotionBranchPrefix, releaseTagPrefix, apps } = side.desired.delivery;
  const app = `app ${apps.delivery.slug}`;
  const ownRef = (subject: string, ref: string, topic: 'creation' | 'update'): Enforcement => {
    const demand = refDemands(side, repository, ref).find((one) => one.topic === topic);
    const alone = demand?.except === undefined || demand.except.join() === app;
    return { subject, demand: `${topic} by ${app} alone`, by: alone ? (demand?.by ?? '') : '' };
  };
  return [
    ownRef('env/*', `refs/heads/${environments[0]?.branch ?? ''}`, 'update'),
    ownRef(`${promotionBranchPrefix}*`, `refs/heads/${promotionBranchPrefix}any/0`, 'update'),
    ownRef(`${releaseTagPrefix}*`, `refs/tags/${releaseTagPrefix}0`, 'creation'),
  ];
}

function syncRows(desired: DesiredState): Enforcement[] {
  return desired.delivery.environments.flatMap((environment): Enforcement[] => {
    if (environment.application === undefined) return [];
    const bootstrap = desired.environments.find(({ name }) => name === environment.name)?.bootstrap ?? [];
    const demands = syncDemands(environment, bootstrap);
    const [sync, heal, revision] = ['sync', 'self-heal', 'revision'].map((topic) => demands.find((demand) => demand.topic === topic));
    const followed = revision?.claims.some((claim) => claim.kind === 'only' && claim.admitted.length === 0) ?? false;
    const kept = environment.sync === 'manual' ? sync : sync === undefined ? heal : undefined;
    const holds = followed && (kept?.claims.length ?? 0) > 0;
    return [
      {
        subject: environment.name,
        demand: environment.sync === 'manual' ? 'runs only when a person syncs' : `what ${environment.branch} says runs`,
        by: holds ? `${kept?.by}${environment.sync === 'manual' ? '' : ', which syncs and heals itself'}` : '',
      },
    ];
  });
}

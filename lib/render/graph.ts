import type { DeliveryEdge, DeliveryEnvironment, DesiredDelivery } from '../desired/desired-state';
import { durationText } from '../values/duration';

/** A ref where releases are born, or an environment where they run. */
export type GraphNode =
  | { readonly kind: 'ref'; readonly id: string; readonly name: string; readonly repository: string; readonly isTag: boolean }
  | {
      readonly kind: 'environment';
      readonly id: string;
      readonly name: string;
      readonly tier: DeliveryEnvironment['tier'];
      readonly details: readonly string[];
    };

/** A way that releases take. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** Name of the policy; absent where a push builds a release. */
  readonly policy?: string;
  /** What has to hold, one short phrase each. */
  readonly conditions: readonly string[];
}

/** The ways of releases through the environments of a platform. Nodes come before the ones that they lead to. */
export interface PromotionGraph {
  readonly platform: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** The promotion graph of what is compiled. */
export function promotionGraph(platform: string, delivery: DesiredDelivery): PromotionGraph {
  const refs = new Map<string, GraphNode>();
  const edges: GraphEdge[] = [];
  for (const { name, source } of delivery.environments) {
    if (source === undefined) continue;
    const isTag = source.kind === 'tags';
    const id = `${source.repository} ${isTag ? 'tags' : 'branch'} ${source.pattern}`;
    refs.set(id, { kind: 'ref', id, name: source.pattern, repository: source.repository, isTag });
    edges.push({ from: id, to: name, conditions: [isTag ? 'a tag makes a release' : 'a push makes a release'] });
  }
  const environments = inOrder(delivery).map(
    (environment): GraphNode => ({
      kind: 'environment',
      id: environment.name,
      name: environment.name,
      tier: environment.tier,
      details: detailsOf(environment),
    }),
  );
  for (const edge of delivery.edges) edges.push({ from: edge.from, to: edge.to, policy: edge.policy, conditions: conditionsOf(edge) });
  return { platform, nodes: [...refs.values(), ...environments], edges };
}

/** Environments upstream first; those in a circle, which the rules refuse, in order of name after the others. */
function inOrder({ environments, edges }: DesiredDelivery): readonly DeliveryEnvironment[] {
  const left = new Map(environments.map((environment) => [environment.name, environment]));
  const sorted: DeliveryEnvironment[] = [];
  while (left.size > 0) {
    const free = [...left.values()].filter(
      ({ name }) => !edges.some((edge) => edge.to === name && edge.from !== name && left.has(edge.from)),
    );
    const next = free.length > 0 ? free : [...left.values()];
    for (const environment of next) {
      sorted.push(environment);
      left.delete(environment.name);
    }
  }
  return sorted;
}

function detailsOf({ host, sync, lifecycle }: DeliveryEnvironment): readonly string[] {
  const synced = { automatic: 'syncs by itself', manual: 'a person syncs', pulumi: 'applied by Pulumi' }[sync];
  return [host, synced, ...(lifecycle === 'active' ? [] : [lifecycle])];
}

function conditionsOf({ on, gates }: DeliveryEdge): readonly string[] {
  const merged = on === undefined ? [] : [on.kind === 'tags' ? `tagged ${on.pattern}` : `merged to ${on.pattern}`];
  return [...merged, ...gates.map(gateText)];
}

/** A gate in a few words. */
export function gateText(gate: DeliveryEdge['gates'][number]): string {
  switch (gate.kind) {
    case 'healthy':
      return 'healthy';
    case 'soak':
      return `soak ${durationText(gate.seconds)}`;
    case 'verified':
      return `verified by ${gate.suite}`;
    case 'approvals': {
      const groups = gate.including.map((group) => `${group.count} of ${'team' in group ? group.team : group.people.join(' or ')}`);
      return `${gate.total} ${gate.total === 1 ? 'approval' : 'approvals'}${groups.length === 0 ? '' : `, ${groups.join(', ')}`}`;
    }
    case 'manual':
      return `a person asks for it at ${gate.at}`;
    case 'check':
      return `check ${gate.check}`;
  }
}

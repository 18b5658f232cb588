import type { DeliveryEdge, DesiredState } from '../../desired/desired-state';
import type { GateModel } from '../../model/platform-model';
import { atLeast, type Claim } from './claim';
import { type Correspondence, refKey, type Side } from './correspondence';
import type { Demand, Ground } from './demand';
import { gatesHold } from './ref-demands';
import { approvalsText, gateText, listed, onText } from './words';

/** What is demanded on the edges that are there before and after, each by where it comes from and goes to. */
export function edgeGrounds(sides: Correspondence, side: Side): readonly Ground[] {
  const { environments } = sides;
  const known = new Set(environments.map(({ head }) => head.name));
  const counts = new Map<string, number>();
  return side.desired.delivery.edges.flatMap((edge): Ground[] => {
    const [from, to] = [side.environmentKey(edge.from), side.environmentKey(edge.to)];
    if (!known.has(from) || !known.has(to)) return [];
    const way = `${from} → ${to}`;
    const count = (counts.get(way) ?? 0) + 1;
    counts.set(way, count);
    return [
      {
        key: `edge ${way} ${count}`,
        name: `${edge.from} → ${edge.to}`,
        around: ['', ''],
        place: { kind: 'edge', policy: edge.policy, to: edge.to },
        demands: edgeDemands(side, edge),
      },
    ];
  });
}

function edgeDemands(side: Side, edge: DeliveryEdge): Demand[] {
  const hold = gatesHold(side.desired, edge.to);
  const gates = edge.gates.filter((gate) => !isAtSync(gate));
  return [
    ...conditionDemands(side, edge).map((demand) => (hold.by === undefined ? demand : { ...demand, by: hold.by })),
    {
      topic: 'hold',
      text: waysText(edge) || 'no gate',
      none: 'no gate',
      ...hold,
      // An edge without a gate has nothing that could be held; that no other way leads there is a demand on the branch.
      claims: gates.length === 0 && edge.on === undefined ? [] : hold.claims,
    },
    ...laneDemands(edge),
  ];
}

/** What holds of a release before it takes an edge, in words. */
export function waysText(edge: DeliveryEdge): string {
  const gates = edge.gates.filter((gate) => !isAtSync(gate)).map((gate) => gateText(gate, edge.from));
  return [...(edge.on === undefined ? [] : [onText(edge.on)]), ...gates].join(', ');
}

/** Held by Argo CD, and compared with the sync of the environment. */
function isAtSync(gate: GateModel): boolean {
  return gate.kind === 'manual' && gate.at === 'sync';
}

/** The ref and the gates of an edge. */
export function conditionDemands(side: Side, edge: DeliveryEdge): Demand[] {
  const { from, on, gates, select } = edge;
  const demands: Demand[] = [];
  if (on !== undefined)
    demands.push({
      topic: 'on',
      text: onText(on),
      none: on.kind === 'tags' ? 'without a tag' : 'without a merge',
      claims: [atLeast(`on ${refKey(side, on)}`)],
    });
  const of = <K extends GateModel['kind']>(kind: K) =>
    gates.filter((gate): gate is Extract<GateModel, { readonly kind: K }> => gate.kind === kind);
  if (of('healthy').length > 0)
    demands.push({
      topic: 'healthy',
      text: `healthy in ${from}`,
      none: `not asked to be healthy in ${from}`,
      claims: [atLeast('healthy')],
    });
  const [soak] = of('soak').sort((a, b) => b.seconds - a.seconds);
  if (soak !== undefined)
    demands.push({ topic: 'soak', text: gateText(soak, from), none: 'no soak', claims: [atLeast('soak', soak.seconds)] });
  const suites = of('verified');
  if (suites.length > 0) {
    const runs = suites.map(({ suite }) => runOf(side.desired, suite));
    demands.push({
      topic: 'verified',
      text: `verified by ${listed(suites.map(({ suite }) => suite))}`,
      none: 'not verified',
      detail: listed(runs),
      claims: runs.map((run) => atLeast(`verified by ${run}`)),
    });
  }
  const approvals = of('approvals');
  if (approvals.length > 0) {
    demands.push({
      topic: 'approvals',
      text: listed(approvals.map((gate) => gateText(gate, from))),
      none: 'no approval',
      claims: approvals.flatMap((gate) => approvalClaims(gate)),
    });
  }
  if (gates.some((gate) => gate.kind === 'manual' && gate.at === 'promotion'))
    demands.push({ topic: 'manual', text: 'a person asks for it', none: 'nobody has to ask for it', claims: [atLeast('manual')] });
  for (const { check, app } of of('check')) {
    demands.push({
      topic: `check ${check}`,
      text: `check ${check}`,
      none: `no check ${check}`,
      detail: `of ${app}`,
      claims: [atLeast(`check ${check} of ${app}`)],
    });
  }
  if (select === 'each')
    demands.push({ topic: 'select', text: 'every release in order', none: 'the newest release', claims: [atLeast('each')] });
  else demands.push({ topic: 'select', text: 'the newest release', none: 'every release in order', claims: [atLeast('newest')] });
  return demands;
}

/** What a suite runs: under another name it verifies the same. */
function runOf({ delivery }: DesiredState, name: string): string {
  return delivery.suites.find((suite) => suite.name === name)?.run ?? `${name} is not declared`;
}

/** What an approvals gate comes to, its claims named with a prefix. That one person may not stand for two groups is a demand only where there are two. */
export function approvalClaims(
  { total, including, distinct }: Pick<Extract<GateModel, { kind: 'approvals' }>, 'total' | 'including' | 'distinct'>,
  prefix = '',
): Claim[] {
  return [
    atLeast(`${prefix}approvals`, total),
    ...including.map(
      (group): Claim =>
        'team' in group
          ? atLeast(`${prefix}group ${group.team}`, group.count)
          : { kind: 'people', of: `${prefix}people`, people: group.people, amount: group.count },
    ),
    ...(distinct && including.length > 1 ? [atLeast(`${prefix}distinct people`)] : []),
  ];
}

function laneDemands({ lanes }: DeliveryEdge): Demand[] {
  const manual = lanes.find((lane) => lane.kind === 'manual-rollback');
  const automatic = lanes.some(({ kind }) => kind === 'automatic-rollback');
  return [
    manual === undefined
      ? {
          topic: 'rollback',
          text: 'nobody rolls back',
          none: 'rollback without approval',
          claims: [atLeast('rollback approvals', Number.MAX_VALUE)],
        }
      : {
          topic: 'rollback',
          text: manual.approvals === 0 ? 'rollback without approval' : `rollback with ${approvalsText(manual.approvals, manual.including)}`,
          none: 'rollback without approval',
          claims:
            manual.approvals === 0
              ? []
              : approvalClaims({ total: manual.approvals, including: manual.including, distinct: true }, 'rollback '),
        },
    // Neither is more than the other: a release that nobody asked for, against a bad one that stays.
    automatic
      ? { topic: 'automatic rollback', text: 'a bad release is rolled back by itself', none: '', claims: [atLeast('rolls back by itself')] }
      : { topic: 'automatic rollback', text: 'only people roll back', none: '', claims: [atLeast('only people roll back')] },
  ];
}

import { branchOfRevision } from '../desired/application-revision';
import type { DeliveryEdge, DeliveryEnvironment, DesiredState } from '../desired/desired-state';
import { overriders, type Sync, syncOf } from './argocd';
import { deliveryRefusal } from './delivery-refs';
import type { Bounds } from './explore';
import { deliveryApp, groupName, mergeDemands } from './github';
import type { Intent, IntentEdge, IntentRef } from './intent';
import type { Slice } from './slices';
import { type SourceRef, sameRef } from './source-refs';

/** A condition of the compiled edge, as the delivery app evaluates it, beside what people and other apps have to say. */
export type Condition =
  | { readonly kind: 'healthy' }
  | { readonly kind: 'soak'; readonly level: number }
  | { readonly kind: 'verified'; readonly bit: number };

/**
 * The least that people and other apps must say of a promotion so that the compiled gates, and GitHub, are content: as few people of groups as
 * possible. More would only make the monitor more content.
 */
export interface Word {
  /** Approvals by members of groups. */
  readonly groups: ReadonlyMap<string, number>;
  /** Approvals by anybody else. */
  readonly others: number;
  /** Whether a person asks for it. */
  readonly asked: boolean;
  readonly checks: readonly string[];
}

type GateOf = DeliveryEdge['gates'][number] | IntentEdge['gates'][number];

export const ANY = -1;
export const NEVER = -2;

export interface Edge {
  readonly index: number;
  readonly policy: string;
  readonly from: number;
  readonly to: number;
  /** The ref whose head must be the release's commit, `ANY`, or `NEVER` when nothing tells the delivery app of its pushes. */
  readonly on: number;
  readonly select: 'newest' | 'each';
  readonly conditions: readonly Condition[];
  readonly word: Word;
  /** Whether people or other apps have to say something of a promotion. */
  readonly needsWord: boolean;
  /** First byte of this edge's promotions in a state: whether the word was given. */
  readonly offset: number;
}

export interface Place {
  readonly index: number;
  readonly name: string;
  readonly production: boolean;
  /** Place in the order in which environments are named: development before staging before production. */
  readonly rank: number;
  /** Why the delivery app cannot bring releases here. */
  readonly refusal?: string;
  readonly source: number;
  /** Approvals that GitHub itself asks for on the branch. */
  readonly nativeApprovals: number;
  readonly sync: Sync;
  /** What the intent says of it. */
  readonly declaredSync: 'automatic' | 'manual' | 'pulumi' | undefined;
  /** What the synced revision holds: of an environment's branch, or of a tracked ref; -1 is neither. */
  readonly followsEnvironment: number;
  readonly followsRef: number;
  readonly suites: readonly string[];
  /** Which of the suites exist, so that somebody can run them. */
  readonly runnable: readonly boolean[];
  /** Lengths of soaks that edges out of here ask for, in ascending order, seconds. */
  readonly soaks: readonly number[];
  /** Whether a run of the delivery app that stops before its merge can do harm later: the branch need not be up to date. */
  readonly raceable: boolean;
  /** Approvals that a person's rollback needs; undefined when there is no such lane. */
  readonly rollback: number | undefined;
  readonly automaticRollback: boolean;
  readonly overriders: readonly string[];
  /** Whether every edge out of here asks for the same soaks and suites, so that no part of them is of use without the rest. */
  readonly uniform: boolean;
  readonly out: readonly Edge[];
  readonly into: readonly Edge[];
  /** The place itself and everything that its releases come through. */
  readonly upstream: readonly number[];
}

export interface World {
  readonly desired: DesiredState;
  readonly intent: Intent;
  readonly bounds: Bounds;
  readonly places: readonly Place[];
  readonly edges: readonly Edge[];
  readonly refs: readonly SourceRef[];
  readonly at: Layout;
}

/** Where the bytes of a state lie. Releases are numbered from 1; 0 is none. */
export interface Layout {
  readonly heads: number;
  readonly git: number;
  readonly run: number;
  readonly flags: number;
  readonly passed: number;
  readonly record: number;
  readonly verified: number;
  readonly verifiedWidth: number;
  readonly size: number;
}

/**
 * Reads everything out of the compiled data that the search of one slice needs, once.
 *
 * @throws RangeError when a state has no room for it.
 */
export function worldOf(desired: DesiredState, intent: Intent, bounds: Bounds, { environments, refs }: Slice): World {
  const position = new Map(environments.map(({ name }, index) => [name, index]));
  const refIndex = (ref: IntentRef | undefined) => (ref === undefined ? -1 : refs.findIndex((candidate) => sameRef(candidate, ref)));
  const compiled = desired.delivery.edges.filter(({ from, to }) => position.has(from) && position.has(to));
  const gatesFrom = (name: string) => compiled.filter(({ from }) => from === name).flatMap(({ gates }): readonly GateOf[] => gates);
  const suites = environments.map(({ name }) => unique(gatesFrom(name).flatMap((gate) => (gate.kind === 'verified' ? [gate.suite] : []))));
  const soaks = environments.map(({ name }) =>
    unique(gatesFrom(name).flatMap((gate) => (gate.kind === 'soak' ? [gate.seconds] : []))).sort((a, b) => a - b),
  );
  const verifiedWidth = Math.ceil(Math.max(0, ...suites.map(({ length }) => length)) / 8);
  const most = Math.max(0, ...soaks.map(({ length }) => length));
  if (most > 7 || environments.length > 31 || bounds.commits > 7) {
    throw new RangeError('a state has room for 7 commits, 31 environments, and 7 lengths of soak per environment');
  }
  const heads = 2;
  const git = heads + refs.length;
  const run = git + environments.length;
  const flags = run + environments.length;
  const passed = flags + environments.length;
  const record = passed + environments.length;
  const verified = record + environments.length * bounds.commits;
  let size = verified + environments.length * bounds.commits * verifiedWidth;
  const edges = compiled.map((edge, index): Edge => {
    const from = position.get(edge.from) as number;
    const to = position.get(edge.to) as number;
    const offset = size;
    size += bounds.commits;
    const word = wordOf(edge.gates, mergeDemandsOf(desired, environments[to] as DeliveryEnvironment).approvals);
    return {
      index,
      policy: edge.policy,
      from,
      to,
      on: edge.on === undefined ? ANY : refs[refIndex(edge.on)]?.notStarted === undefined ? refIndex(edge.on) : NEVER,
      select: edge.select,
      conditions: conditionsOf(edge.gates, suites[from] ?? [], soaks[from] ?? []),
      word,
      needsWord: word.groups.size > 0 || word.others > 0 || word.asked || word.checks.length > 0,
      offset,
    };
  });
  const places = environments.map((environment, index) =>
    placeOf(desired, environment, index, {
      declaredSync: intent.environments.find(({ name }) => name === environment.name)?.sync,
      source: refs[refIndex(environment.source)]?.notStarted === undefined ? refIndex(environment.source) : -1,
      suites: suites[index] ?? [],
      soaks: soaks[index] ?? [],
      refs,
      position,
      edges,
    }),
  );
  const at = { heads, git, run, flags, passed, record, verified, verifiedWidth, size: Math.ceil(size / 4) * 4 };
  return { desired, intent, bounds, places, edges, refs, at };
}

/** What gates ask for, in numbers; a gate at the sync is Argo CD's and asks nothing of the delivery app. */
function conditionsOf(gates: readonly GateOf[], suites: readonly string[], soaks: readonly number[]): Condition[] {
  const conditions: Condition[] = [];
  for (const gate of gates) {
    if (gate.kind === 'healthy') conditions.push({ kind: 'healthy' });
    if (gate.kind === 'soak') conditions.push({ kind: 'soak', level: soaks.indexOf(gate.seconds) + 1 });
    if (gate.kind === 'verified') conditions.push({ kind: 'verified', bit: suites.indexOf(gate.suite) });
  }
  return conditions;
}

function wordOf(gates: readonly GateOf[], native: number): Word {
  const groups = new Map<string, number>();
  let total = native;
  for (const gate of gates) {
    if (gate.kind !== 'approvals') continue;
    total = Math.max(total, gate.total);
    for (const group of gate.including) groups.set(groupName(group), Math.max(groups.get(groupName(group)) ?? 0, group.count));
  }
  const inGroups = [...groups.values()].reduce((sum, count) => sum + count, 0);
  return {
    groups,
    others: Math.max(0, total - inGroups),
    asked: gates.some((gate) => gate.kind === 'manual' && gate.at === 'promotion'),
    checks: unique(gates.flatMap((gate) => (gate.kind === 'check' ? [gate.check] : []))),
  };
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function mergeDemandsOf(desired: DesiredState, environment: DeliveryEnvironment) {
  const repository = desired.repositories.find(({ name }) => name === desired.delivery.repository);
  if (!repository) throw new RangeError(`the delivery repository ${desired.delivery.repository} is not among the compiled repositories`);
  return mergeDemands(repository, deliveryApp(desired), environment.branch);
}

function placeOf(
  desired: DesiredState,
  environment: DeliveryEnvironment,
  index: number,
  known: {
    readonly declaredSync: Place['declaredSync'];
    readonly source: number;
    readonly suites: readonly string[];
    readonly soaks: readonly number[];
    readonly refs: readonly SourceRef[];
    readonly position: ReadonlyMap<string, number>;
    readonly edges: readonly Edge[];
  },
): Place {
  const { delivery } = desired;
  const repository = desired.repositories.find(({ name }) => name === delivery.repository);
  if (!repository) throw new RangeError(`the delivery repository ${delivery.repository} is not among the compiled repositories`);
  const demands = mergeDemandsOf(desired, environment);
  const sync = syncOf(desired, environment.name);
  const revision = sync.kind === 'none' ? '' : branchOfRevision(sync.revision);
  const branch = revision === 'HEAD' ? repository.defaultBranch : revision;
  const follower = delivery.environments.find((candidate) => candidate.branch === branch);
  const into = known.edges.filter(({ to }) => to === index);
  const out = known.edges.filter(({ from }) => from === index);
  const lanes = into.flatMap(({ policy }) => delivery.edges.find((edge) => edge.policy === policy)?.lanes ?? []);
  const manual = lanes.flatMap((lane) => (lane.kind === 'manual-rollback' ? [lane.approvals] : []));
  const refusal = deliveryRefusal(desired, repository, environment.name, environment.branch);
  return {
    index,
    name: environment.name,
    production: environment.tier === 'production',
    rank: ['development', 'staging', 'production'].indexOf(environment.tier),
    ...(refusal === undefined ? {} : { refusal }),
    source: known.source,
    nativeApprovals: demands.approvals,
    sync,
    declaredSync: known.declaredSync,
    followsEnvironment: follower === undefined ? -1 : (known.position.get(follower.name) ?? -1),
    followsRef: known.refs.findIndex(
      ({ kind, repository: name, pattern }) => kind === 'branch' && name === delivery.repository && pattern === branch,
    ),
    suites: known.suites,
    runnable: known.suites.map((suite) => delivery.suites.some(({ name }) => name === suite)),
    soaks: known.soaks,
    raceable: !demands.upToDate,
    rollback: manual.length > 0 ? Math.max(...manual) : into.length === 0 ? 0 : undefined,
    automaticRollback: lanes.some(({ kind }) => kind === 'automatic-rollback'),
    overriders: overriders(desired, environment.name),
    uniform: known.soaks.length <= 1 && out.every(({ conditions }) => asksFor(conditions) === known.soaks.length + known.suites.length),
    out,
    into,
    upstream: upstreamOf(index, known.edges),
  };
}

function upstreamOf(index: number, edges: readonly Edge[]): readonly number[] {
  const found = new Set([index]);
  for (const place of found) for (const { from, to } of edges) if (to === place) found.add(from);
  return [...found];
}

/** How many soaks and suites conditions ask for. */
function asksFor(conditions: readonly Condition[]): number {
  return conditions.filter(({ kind }) => kind === 'soak' || kind === 'verified').length;
}

import type { DesiredState } from '../desired/desired-state';
import { exploreDeliveryRefs } from './delivery-refs';
import { machineOf } from './events';
import type { Intent } from './intent';
import { exploreKeys } from './keys';
import { type Breach, exploreBranch } from './landing';
import { search } from './search';
import { type Slice, slicesOf } from './slices';
import { sameRef } from './source-refs';
import type { TraceEvent } from './trace';
import { hostLine, narrate } from './trace-text';
import { type Place, type World, worldOf } from './world';

/** How far a run looks. Within its bounds it goes to closure, not to a depth. */
export interface Bounds {
  /** Commits that people push. */
  readonly commits: number;
  /** Promotions that are open at once into one environment. */
  readonly promotions: number;
  /** Deviations in one trace: forging, bypassing, editing, rolling back, a health flip, weakening. Lawful events are not limited. */
  readonly deviations: number;
  /** States after which a run is cut off and reported as incomplete. */
  readonly states: number;
}

export const Bounds = {
  /** For every `check`: well below a second. */
  quick: { commits: 2, promotions: 2, deviations: 1, states: 200_000 },
  /** For tests and `check --deep`. */
  full: { commits: 3, promotions: 2, deviations: 2, states: 3_000_000 },
} as const satisfies Record<string, Bounds>;

/** What went wrong at the end of a trace. */
export type ViolationKind =
  /** One push or tag deploys a production tier together with another environment. */
  | 'simultaneous'
  /** A release arrives in a production tier and nobody verified it, nor was it healthy, upstream. */
  | 'unverified'
  /** A release is merged while a gate of its edge does not hold. */
  | 'gate'
  /** Somebody gets past the rules of a branch or tag that carries deliveries. */
  | 'bypass'
  /** A check counts that somebody else than its app reported. */
  | 'forged'
  /** What runs is not what the gates let through, or not when the declaration says: sync settings. */
  | 'sync'
  /** A commit gets onto a protected branch of a source without what its declared protection asks for. */
  | 'protection'
  /** The program, or the key of the delivery app, is reached with less than the strictest edge asks for. */
  | 'program';

export interface Violation {
  readonly kind: ViolationKind;
  /** The environment that is harmed; absent when a ref is harmed that belongs to none. */
  readonly environment?: string;
  /** Another environment that is deployed by the same event. */
  readonly together?: readonly string[];
  /** Id of the gate that did not hold. */
  readonly gate?: string;
  /** Policy to which the gate belongs. */
  readonly policy?: string;
  /** What the protection of the ref, or of the program, asks for and is not met: `approvals`, `check validate`, `force`, `key stagegate`. */
  readonly demand?: string;
  /** Repository and full ref that was reached, for instance `refs/heads/env/prod`. */
  readonly repository?: string;
  readonly ref?: string;
  /** One sentence that says what is wrong. */
  readonly message: string;
  /** The shortest sequence of events that does the harm. */
  readonly events: readonly TraceEvent[];
  /** The same as lines of text, the harm last. */
  readonly lines: readonly string[];
}

export interface Exploration {
  /** Whether the run reached closure; false when its budget of states cut it off. */
  readonly complete: boolean;
  readonly states: number;
  /** Events until a release first runs lawfully, by environment. */
  readonly firstLawfulArrival: Readonly<Record<string, number>>;
  /** Active environments that no release reaches lawfully, with the reason where one is known. */
  readonly unreached: readonly { readonly environment: string; readonly reason: string }[];
  /** One violation, with its shortest sequence, per thing that is wrong; shortest first. */
  readonly violations: readonly Violation[];
}

/** What a replayed sequence of events came to. */
export interface Outcome {
  /** Whether every event could happen. */
  readonly possible: boolean;
  /** The event that could not happen, and why. */
  readonly refused?: { readonly index: number; readonly reason: string };
  /** What went wrong after the last event. */
  readonly harm?: Pick<Violation, 'kind' | 'environment' | 'gate' | 'ref' | 'message'>;
  /** What runs at the end, by environment: a commit id. */
  readonly runs: Readonly<Record<string, string>>;
}

/**
 * Executes the compiled data in the documented semantics of GitHub and Argo CD: everything that can happen within the bounds, and what of it
 * goes against the intent. What it does not find is not proved absent; it is absent within these bounds.
 *
 * @throws RangeError when the compiled data lacks the delivery repository, or exceeds what a state has room for.
 */
export function explore(desired: DesiredState, intent: Intent, bounds: Bounds = Bounds.full): Exploration {
  const slices = slicesOf(desired, intent);
  const found = new Map<string, Violation>();
  const arrivals: Record<string, number> = {};
  const reached = new Set<string>();
  const worlds: World[] = [];
  let complete = true;
  let states = 0;
  for (const slice of slices) {
    const world = worldOf(desired, intent, bounds, slice);
    const machine = machineOf(world);
    const result = search(machine);
    worlds.push(world);
    states += result.states;
    complete &&= result.complete;
    for (const { harm, events } of result.findings) {
      const key = JSON.stringify([harm.kind, harm.environment, harm.policy, harm.gate]);
      if ((found.get(key)?.events.length ?? Number.POSITIVE_INFINITY) > events.length)
        found.set(key, { ...harm, ...narrate(machine, events, harm) });
    }
    for (const { name, index } of world.places) {
      if (result.reached[index]) reached.add(name);
      const depth = result.arrivals[index] as number;
      if (depth >= 0) arrivals[name] = Math.min(depth, arrivals[name] ?? depth);
    }
  }
  const breaches = breachesOf(desired, intent, slices);
  return {
    complete,
    states,
    firstLawfulArrival: arrivals,
    unreached: unreachedOf(desired, intent, worlds, reached),
    violations: [...found.values(), ...breaches.map(violationOf)].sort((a, b) => a.events.length - b.events.length),
  };
}

function unreachedOf(
  desired: DesiredState,
  intent: Intent,
  worlds: readonly World[],
  reached: ReadonlySet<string>,
): Exploration['unreached'] {
  const reasons = new Map<string, string>();
  for (const world of worlds) {
    for (const place of world.places) {
      if (!reached.has(place.name) && !reasons.has(place.name)) reasons.set(place.name, reasonOf(world, place, reached));
    }
  }
  for (const { name } of intent.environments) {
    if (!desired.delivery.environments.some((environment) => environment.name === name))
      reasons.set(name, 'it is declared and not compiled');
  }
  return [...reasons].map(([environment, reason]) => ({ environment, reason })).sort((a, b) => (a.environment < b.environment ? -1 : 1));
}

/** What can be done on GitHub alone, without any release. */
function breachesOf(desired: DesiredState, intent: Intent, slices: readonly Slice[]): Breach[] {
  const refs = slices.flatMap((slice) => slice.refs).filter((ref, index, all) => all.findIndex((other) => sameRef(other, ref)) === index);
  const breaches = refs.flatMap((ref) => ref.breaches);
  for (const repository of desired.repositories) {
    const program = repository.name === intent.program.repository ? [intent.program.branch] : [];
    const declared = intent.protections.flatMap(({ ref }) =>
      ref.kind === 'branch' && ref.repository === repository.name ? [ref.pattern] : [],
    );
    for (const name of new Set([...declared, ...program])) {
      if (refs.some((ref) => ref.kind === 'branch' && ref.repository === repository.name && ref.pattern === name)) continue;
      breaches.push(...exploreBranch(desired, intent, repository, name, program.includes(name)).breaches);
    }
    breaches.push(...exploreKeys(desired, intent, repository));
    if (repository.name === desired.delivery.repository) breaches.push(...exploreDeliveryRefs(desired, intent, repository));
  }
  return breaches;
}

function violationOf({ kind, message, environment, repository, ref, demand, events }: Breach): Violation {
  return {
    kind,
    ...(environment === undefined ? {} : { environment }),
    repository,
    ref,
    demand,
    message,
    events,
    lines: [...events.map(hostLine), message],
  };
}

/** The first thing that keeps every release out of an environment. */
function reasonOf(world: World, place: Place, reached: ReadonlySet<string>): string {
  if (place.refusal !== undefined) return place.refusal;
  if (place.sync.kind === 'none') return place.sync.reason;
  const declared = world.desired.delivery.environments.find(({ name }) => name === place.name)?.source;
  const source =
    declared &&
    world.refs.find((ref) => ref.kind === declared.kind && ref.repository === declared.repository && ref.pattern === declared.pattern);
  if (source)
    return (
      source.notStarted ??
      source.refusal ??
      (place.sync.kind === 'manual' ? 'nothing syncs it' : `nothing that is pushed to ${source.pattern} gets there`)
    );
  if (place.into.length === 0) return 'no source and no policy leads to it';
  for (const edge of place.into) {
    const named = world.desired.delivery.edges.find(({ policy }) => policy === edge.policy)?.on;
    const on =
      named && world.refs.find((ref) => ref.kind === named.kind && ref.repository === named.repository && ref.pattern === named.pattern);
    if (on?.notStarted !== undefined) return on.notStarted;
    if (on?.refusal !== undefined) return `nothing gets onto ${on.pattern}: ${on.refusal}`;
    const from = world.places[edge.from]?.name ?? '';
    if (!reached.has(from)) return `no release reaches ${from}, from which ${edge.policy} leads`;
  }
  return `no release fulfils ${place.into.map(({ policy }) => policy).join(' or ')}, or nothing syncs it`;
}

export type Explore = typeof explore;

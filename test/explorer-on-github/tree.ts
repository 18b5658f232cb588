import type { Machine } from '../../lib/explorer/events';
import type { State } from '../../lib/explorer/state';
import type { TraceEvent } from '../../lib/explorer/trace';
import { eventOf } from '../../lib/explorer/trace-text';

/** Traces that begin alike share what they share: an event, and what can come after it. */
export interface TraceNode {
  readonly event: TraceEvent;
  readonly state: State;
  readonly next: TraceNode[];
}

/** The same numbers in every run, from 0 up to 1. */
export function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What brings releases on is chosen more often than what holds them up: a plain walk would seldom see production. */
const WEIGHTS: Readonly<Partial<Record<TraceEvent['kind'], number>>> = { decide: 6, sync: 4, verify: 4, clock: 4, healthy: 4, land: 1.5 };

/** Random traces of a machine that branch off from one another: as many as asked for, each with a number of events of its own. */
export function growTraces(
  machine: Machine,
  count: number,
  ownEvents: number,
  random: () => number,
): { readonly roots: readonly TraceNode[] } {
  const roots: TraceNode[] = [];
  const inner: { readonly next: TraceNode[]; readonly state: State }[] = [{ next: roots, state: machine.initial() }];
  for (let grown = 0; grown < count; ) {
    let at = inner[Math.floor(random() * inner.length)] as (typeof inner)[number];
    const added: TraceNode[] = [];
    for (let length = grown === 0 ? 12 : ownEvents; length > 0; length--) {
      const node = step(machine, at, random);
      if (node === undefined) break;
      added.push(node);
      at = node;
    }
    if (added.length === 0) continue;
    inner.push(...added.slice(0, -1));
    grown++;
  }
  return { roots };
}

/** One event more that this place has not seen yet. */
function step(
  machine: Machine,
  { next, state }: { readonly next: TraceNode[]; readonly state: State },
  random: () => number,
): TraceNode | undefined {
  const known = new Set(next.map(({ event }) => JSON.stringify(event)));
  const codes: number[] = [];
  machine.enabled(state.slice(), (code) => codes.push(code));
  const open = codes
    .map((code) => ({ code, event: eventOf(machine.world, code) }))
    .filter(({ event }) => !known.has(JSON.stringify(event)));
  const weights = open.map(({ event }) => WEIGHTS[event.kind] ?? 1);
  let at = random() * weights.reduce((sum, weight) => sum + weight, 0);
  const chosen = open.find((_, index) => {
    at -= weights[index] as number;
    return at < 0;
  });
  if (chosen === undefined) return undefined;
  const after = state.slice();
  const harm = machine.apply(after, chosen.code);
  if (harm) throw new Error(harm.message);
  const node: TraceNode = { event: chosen.event, state: after, next: [] };
  next.push(node);
  return node;
}

/** Every trace from the first event to the last. */
export function tracesOf(nodes: readonly TraceNode[], before: readonly TraceEvent[] = []): readonly (readonly TraceEvent[])[] {
  return nodes.flatMap((node) => {
    const events = [...before, node.event];
    return node.next.length === 0 ? [events] : tracesOf(node.next, events);
  });
}

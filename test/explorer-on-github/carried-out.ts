import type { TraceEvent } from '../../lib/explorer/trace';
import { type Called, call } from './calls';
import type { World } from './world';

/** An event, and what comes after it in sequences that begin alike. */
export interface Branching {
  readonly event: TraceEvent;
  readonly next: readonly Branching[];
}

/** Looks at a world after an event of a sequence was called; `events` are all up to it. */
export type Look<Node extends Branching> = (world: World, node: Node, events: readonly TraceEvent[], called: Called) => Promise<void>;

/** Makes the calls of sequences, once of what they share: each goes on in a world of its own from where they part. */
export async function carryOut<Node extends Branching & { readonly next: readonly Node[] }>(
  world: World,
  nodes: readonly Node[],
  look: Look<Node>,
  before: readonly TraceEvent[] = [],
): Promise<void> {
  for (const [index, node] of nodes.entries()) {
    const own = index === nodes.length - 1 ? world : await world.copy();
    const events = [...before, node.event];
    try {
      await look(own, node, events, await call(own, node.event));
      await carryOut(own, node.next, look, events);
      expect(own.github.problems).toEqual([]);
    } finally {
      if (own !== world) await own.close();
    }
  }
}

/** A place at which sequences go on, or end. */
export interface SequenceNode extends Branching {
  readonly next: SequenceNode[];
  ends: boolean;
}

/** Sequences by what they share. A run that is held up belongs to one world: from there on nothing is shared. */
export function branching(sequences: readonly (readonly TraceEvent[])[]): readonly SequenceNode[] {
  const roots: SequenceNode[] = [];
  for (const events of sequences) {
    let nodes = roots;
    let shared = true;
    for (const [index, event] of events.entries()) {
      shared &&= event.kind !== 'suspend';
      const known = shared ? nodes.find((node) => JSON.stringify(node.event) === JSON.stringify(event)) : undefined;
      const node = known ?? { event, next: [], ends: false };
      if (known === undefined) nodes.push(node);
      node.ends ||= index === events.length - 1;
      nodes = node.next;
    }
  }
  return roots;
}

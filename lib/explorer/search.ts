import type { Machine } from './events';
import type { Harm } from './monitor';

/** A harm with the events that lead to it, as numbers. */
export interface Finding {
  readonly harm: Harm;
  readonly events: readonly number[];
}

export interface SearchResult {
  readonly complete: boolean;
  readonly states: number;
  readonly findings: readonly Finding[];
  /** Events until each environment first runs a release, without harm; -1 when that never happens. */
  readonly arrivals: readonly number[];
  /** Environments that run a release at all, be it with harm. */
  readonly reached: readonly boolean[];
}

/**
 * Breadth first through everything that can happen, each state once, so that the first way to a harm is the shortest. States lie one after
 * the other in one array of bytes; a table of their hashes, with open addressing, finds the ones that are known. Behind a harm nothing is
 * explored.
 */
export function search(machine: Machine): SearchResult {
  const { world } = machine;
  const width = world.at.size;
  const words = width / 4;
  let capacity = 1 << 12;
  let bytes = new Uint8Array(capacity * width);
  let cells = new Uint32Array(bytes.buffer);
  let parents = new Int32Array(capacity);
  let causes = new Int32Array(capacity);
  let table = new Int32Array(capacity * 2).fill(-1);
  const next = new Uint8Array(width);
  const nextCells = new Uint32Array(next.buffer);
  const findings = new Map<string, Finding>();
  const arrivals = world.places.map(() => -1);
  const reached = world.places.map(() => false);
  let count = 0;

  const hashOf = (source: Uint32Array, from: number): number => {
    let hash = 0x811c9dc5;
    for (let word = 0; word < words; word++) {
      hash = Math.imul(hash ^ (source[from + word] as number), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return hash >>> 0;
  };

  const grow = () => {
    capacity *= 2;
    const moved = new Uint8Array(capacity * width);
    moved.set(bytes);
    bytes = moved;
    cells = new Uint32Array(bytes.buffer);
    const olderParents = parents;
    parents = new Int32Array(capacity);
    parents.set(olderParents);
    const olderCauses = causes;
    causes = new Int32Array(capacity);
    causes.set(olderCauses);
    table = new Int32Array(capacity * 2).fill(-1);
    const mask = table.length - 1;
    for (let state = 0; state < count; state++) {
      let slot = hashOf(cells, state * words) & mask;
      while ((table[slot] as number) >= 0) slot = (slot + 1) & mask;
      table[slot] = state;
    }
  };

  /** Takes `next` up as a new state, unless it is known. */
  const add = (parent: number, cause: number): boolean => {
    const mask = table.length - 1;
    let slot = hashOf(nextCells, 0) & mask;
    for (let known = table[slot] as number; known >= 0; known = table[slot] as number) {
      const base = known * words;
      let word = 0;
      while (word < words && cells[base + word] === nextCells[word]) word++;
      if (word === words) return false;
      slot = (slot + 1) & mask;
    }
    const to = count * words;
    for (let word = 0; word < words; word++) cells[to + word] = nextCells[word] as number;
    parents[count] = parent;
    causes[count] = cause;
    table[slot] = count++;
    if (count === capacity) grow();
    return true;
  };

  const pathTo = (state: number): number[] => {
    const events: number[] = [];
    for (let at = state; at > 0; at = parents[at] as number) events.push(causes[at] as number);
    return events.reverse();
  };

  next.set(machine.initial());
  add(-1, 0);
  let complete = true;
  let current = 0;
  const visit = (event: number) => {
    const from = current * words;
    for (let word = 0; word < words; word++) nextCells[word] = cells[from + word] as number;
    const harm = machine.apply(next, event);
    for (let place = 0; place < reached.length; place++) if (next[world.at.run + place] !== 0) reached[place] = true;
    if (harm) {
      const key = [harm.kind, harm.environment, harm.policy, harm.gate].join(' ');
      if (!findings.has(key)) findings.set(key, { harm, events: [...pathTo(current), event] });
      return;
    }
    if (!add(current, event)) return;
    for (let place = 0; place < arrivals.length; place++) {
      if ((arrivals[place] as number) < 0 && next[world.at.run + place] !== 0) arrivals[place] = pathTo(count - 1).length;
    }
  };
  for (; current < count; current++) {
    if (count > world.bounds.states) {
      complete = false;
      break;
    }
    machine.enabled(bytes.subarray(current * width, (current + 1) * width), visit);
  }
  return { complete, states: count, findings: [...findings.values()], arrivals, reached };
}

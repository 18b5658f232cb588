import type { KubernetesObject } from '../../desired/desired-state';
import type { Json } from '../../model/platform-model';
import { isList, isRecord } from '../json';
import type { Renaming } from './renaming';

/** How often an object says each of the things that it says, beside what it is called and labelled. */
export type Statements = ReadonlyMap<string, number>;

export function statementsOf(objects: readonly KubernetesObject[], renamed?: Renaming): Statements {
  const counts = new Map<string, number>();
  for (const { apiVersion: _version, kind, metadata: _metadata, status: _status, ...content } of objects)
    for (const [key, value] of Object.entries(content)) count(counts, `${kind}.${key}`, value, renamed);
  return counts;
}

export function statementsOfValue(value: Json): Statements {
  const counts = new Map<string, number>();
  count(counts, '', value, undefined);
  return counts;
}

function count(counts: Map<string, number>, path: string, value: Json | undefined, renamed: Renaming | undefined): void {
  if (value === undefined) return;
  if (isList(value)) for (const item of value) count(counts, `${path}[]`, item, renamed);
  else if (isRecord(value)) for (const [key, item] of Object.entries(value)) count(counts, `${path}.${key}`, item, renamed);
  else {
    const said = typeof value === 'string' && renamed !== undefined ? renamed.apply(value) : value;
    const text = `${path}=${JSON.stringify(said)}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
}

/** How much of what two say is the same: from 0, nothing, to 1, everything. What says nothing is equal to what says nothing. */
export function similarity(a: Statements, b: Statements): number {
  let shared = 0;
  for (const [statement, count] of a) shared += Math.min(count, b.get(statement) ?? 0);
  const all = sum(a) + sum(b);
  return all === 0 ? 1 : (2 * shared) / all;
}

function sum(statements: Statements): number {
  let total = 0;
  for (const count of statements.values()) total += count;
  return total;
}

/** Comparisons beyond which nothing is recognised, since they take longer than they are worth. */
const MOST_COMPARISONS = 10_000;

/**
 * Pairs of what is gone and what is new where each is the other's only best match and the match is good enough. Where two candidates are
 * equally good nothing is guessed.
 */
export function onlyMatches<T, U>(
  gone: readonly T[],
  fresh: readonly U[],
  score: (gone: T, fresh: U) => number,
  leastScore: number,
): readonly (readonly [gone: T, fresh: U])[] {
  if (gone.length * fresh.length > MOST_COMPARISONS) return [];
  const scores = gone.map((one) => fresh.map((other) => score(one, other)));
  return gone.flatMap((one, row) => {
    const own = scores[row] ?? [];
    const best = Math.max(...own, 0);
    const column = own.indexOf(best);
    const other = fresh[column];
    if (other === undefined || best < leastScore) return [];
    const rivals = own.filter((value) => value === best).length + scores.filter((values) => (values[column] ?? 0) >= best).length;
    return rivals === 2 ? [[one, other] as const] : [];
  });
}

import type { DesiredState } from 'stagegate';
import { Bounds, explore, type Violation } from '../../lib/explorer/explore';
import type { Intent } from '../../lib/explorer/intent';
import type { TraceEvent } from '../../lib/explorer/trace';
import { type Mutant, mutants } from '../explorer/mutants';

/** Compiled data with one thing weakened, and all that the explorer finds there. */
export interface Weakened {
  readonly name: string;
  readonly data: DesiredState;
  readonly violations: readonly Violation[];
}

const ON_GITHUB: ReadonlySet<TraceEvent['kind']> = new Set(['push', 'open', 'amend', 'outdate', 'review', 'status', 'merge']);

/** Whether nothing but what people do on GitHub is in a sequence: `counterexamples.test.ts` replays it. */
export function isOnGitHubAlone({ events }: Violation): boolean {
  return events.every(({ kind }) => ON_GITHUB.has(kind));
}

/** Whether releases move in a sequence, and nothing is on GitHub alone: `delivered-counterexamples.test.ts` replays it. */
export function isDelivered({ events }: Violation): boolean {
  return events.every(({ kind }) => !ON_GITHUB.has(kind));
}

/** All that the explorer finds in each mutant of compiled data, and in others. */
export function weakenedOf(desired: DesiredState, intent: Intent, others: readonly Mutant[] = []): readonly Weakened[] {
  return [...mutants(desired), ...others].map(({ name, desired: data }) => ({
    name,
    data,
    violations: explore(data, intent, Bounds.quick).violations,
  }));
}

/** Those violations alone that are asked for; what has none of them is left out. */
export function withViolations(all: readonly Weakened[], which: (violation: Violation) => boolean): readonly Weakened[] {
  return all.map((one) => ({ ...one, violations: one.violations.filter(which) })).filter(({ violations }) => violations.length > 0);
}

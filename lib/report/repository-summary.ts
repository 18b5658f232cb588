import type { RepositoryDifference, SettingChange } from '../diff/difference';
import { ACTIONS, actionCounts } from './counts';

/** Settings that are told before the rest is counted. */
const MOST_SETTINGS = 4;

/** Which settings and files of a repository change, what takes away first: the same for a terminal and for a comment. */
export interface RepositorySummary {
  readonly name: string;
  /** What it was called. */
  readonly previous?: string;
  readonly counts: string;
  readonly settings: readonly Pick<SettingChange, 'action' | 'kind' | 'name' | 'previous'>[];
  readonly left: number;
}

export function repositorySummary({ name, previous, changes }: RepositoryDifference): RepositorySummary {
  const sorted = [...changes].sort(bySettingAction);
  return {
    name,
    ...(previous === undefined ? {} : { previous }),
    counts: actionCounts(changes.map(({ action }) => action)),
    settings: sorted.slice(0, MOST_SETTINGS),
    left: Math.max(0, sorted.length - MOST_SETTINGS),
  };
}

export function bySettingAction(a: SettingChange, b: SettingChange): number {
  return ACTIONS.indexOf(a.action) - ACTIONS.indexOf(b.action);
}

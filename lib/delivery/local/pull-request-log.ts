import { join } from 'node:path';
import type { Actor, Status } from '../host';
import { type EventLog, openEventLog } from './event-log';

/** How a pull request began; its number is the event's. */
export interface Opened {
  readonly title: string;
  readonly body: string;
  readonly head: string;
  readonly base: string;
  readonly headCommit: string;
  readonly author: Actor;
  readonly at: number;
}

/** What happened to a pull request afterwards. */
export type PullRequestEvent =
  | { readonly kind: 'edited'; readonly title?: string; readonly body?: string; readonly by: Actor; readonly at: number }
  | { readonly kind: 'commented'; readonly body: string; readonly by: Actor; readonly at: number }
  | {
      readonly kind: 'reviewed';
      readonly state: 'approved' | 'changes-requested';
      readonly commit: string;
      readonly body?: string;
      readonly by: Actor;
      readonly at: number;
    }
  | { readonly kind: 'closed'; readonly headCommit: string; readonly by: Actor; readonly at: number }
  /**
   * The base is about to be moved to `commit`. Whether it was is read from the base itself: a process that is killed before it moved the
   * base has merged nothing, one that is killed after it has merged.
   */
  | { readonly kind: 'merging'; readonly head: string; readonly commit: string; readonly by: Actor; readonly at: number }
  | { readonly kind: 'merged'; readonly head: string; readonly commit: string };

export interface PushedHead {
  readonly ref: string;
  /** Login or slug; absent for a push without identity. */
  readonly by?: string;
}

/** The records of a local host. */
export interface HostRecords {
  readonly opened: EventLog<Opened>;
  pullRequest(number: number): EventLog<PullRequestEvent>;
  statuses(commit: string): EventLog<Status>;
  /** Pushes that made a ref lead to this commit. */
  pushes(commit: string): EventLog<PushedHead>;
}

/** Folder in which records are written before they count. */
export function recordWorkshop(folder: string): string {
  return join(folder, 'writing');
}

export function openHostRecords(folder: string): HostRecords {
  const log = <E>(...path: string[]): EventLog<E> => openEventLog<E>(join(folder, ...path), recordWorkshop(folder));
  const opened = log<Opened>('opened');
  const pullRequests = new Map<number, EventLog<PullRequestEvent>>();
  return {
    opened,
    pullRequest(number) {
      const known = pullRequests.get(number) ?? log<PullRequestEvent>('pull-requests', String(number).padStart(6, '0'));
      pullRequests.set(number, known);
      return known;
    },
    statuses: (commit) => log('statuses', commit),
    pushes: (commit) => log('pushes', commit),
  };
}

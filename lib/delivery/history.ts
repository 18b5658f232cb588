import { branchRef, type Delivery, environmentNamed, isDeliveryApp } from './delivery';
import type { Actor, Status } from './host';
import { type Release, tryReleaseAt } from './release';
import type { Lane } from './state-branch';
import type { StoredCommit } from './store';

/** One commit of an environment's branch: what should have run from then on. */
export interface Deployment {
  readonly commit: StoredCommit;
  /** Id of the tree of `manifests/`. */
  readonly tree: string | undefined;
  /** Absent on the first, empty commit. */
  readonly release?: Release;
  readonly lane: Lane;
  /** Who asked for it, when a person did. */
  readonly by?: string;
  readonly reason?: string;
  /** When the next commit took its place, milliseconds since the epoch; absent for the head. */
  readonly replacedAt?: number;
}

/** Deployments that are looked back on; older ones are not asked again. */
export const HISTORY_LIMIT = 100;

/** How the message of a merged promotion says what it was. */
export interface DeploymentTrailers {
  readonly release: string;
  readonly lane: Lane;
  readonly by?: Actor;
  readonly reason?: string;
}

/** The message of the commit by which a release enters an environment. */
export function deploymentMessage(environment: string, trailers: DeploymentTrailers): string {
  const { release, lane, by, reason } = trailers;
  const title = lane === 'normal' ? `Promote release ${release} to ${environment}` : `Roll ${environment} back to release ${release}`;
  const lines = [`Stagegate-Release: ${release}`, `Stagegate-Lane: ${lane}`];
  if (by) lines.push(`Stagegate-By: ${by.login}`);
  if (reason) lines.push(`Stagegate-Reason: ${reason.replaceAll(/\s+/g, ' ').trim()}`);
  return `${title}\n\n${lines.join('\n')}\n`;
}

function trailer(message: string, name: string): string | undefined {
  return new RegExp(`^Stagegate-${name}: (.+)$`, 'm').exec(message)?.[1];
}

/** What ran in an environment, newest first; empty before bootstrap. */
export async function deployments(
  delivery: Pick<Delivery, 'desired' | 'store'>,
  environment: string,
  limit = HISTORY_LIMIT,
): Promise<readonly Deployment[]> {
  const { store, desired } = delivery;
  const head = await store.tryRef(branchRef(environmentNamed(desired, environment).branch));
  if (head === undefined) return [];
  const commits = await store.firstParents(head, limit);
  return Promise.all(
    commits.map(async (commit, index): Promise<Deployment> => {
      const [release, tree] = await Promise.all([tryReleaseAt(delivery, commit.id), store.tryTree(commit.id, 'manifests')]);
      const lane = trailer(commit.message, 'Lane');
      const by = trailer(commit.message, 'By');
      const reason = trailer(commit.message, 'Reason');
      const next = commits[index - 1];
      return {
        commit,
        tree,
        ...(release && { release }),
        lane: lane === 'manual-rollback' || lane === 'automatic-rollback' ? lane : 'normal',
        ...(by && { by }),
        ...(reason && { reason }),
        ...(next && { replacedAt: next.at }),
      };
    }),
  );
}

/** The statuses of a commit that the delivery app set under one context, oldest first. Those of anybody else are no evidence. */
export async function appStatuses(
  delivery: Pick<Delivery, 'desired' | 'host'>,
  commit: string,
  context: string,
): Promise<readonly Status[]> {
  const all = await delivery.host.statuses(commit);
  return all.filter((status) => status.context === context && isDeliveryApp(delivery.desired, status.creator));
}

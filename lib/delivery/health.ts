import type { DeliveryEnvironment } from '../desired/desired-state';
import { type Delivery, environmentNamed, shortCommit, statusText } from './delivery';
import { appStatuses, type Deployment, deployments } from './history';
import type { Status, StatusState } from './host';
import { imagesOf, type Release } from './release';
import { LOST_UNSEEN } from './soak';
import type { TargetObservation } from './target-health';

/** Context under which health is reported on the commits of an environment's branch. */
export const HEALTH_CONTEXT = 'stagegate/health';
/** Context under which it is recorded who synced a commit. */
export const SYNC_CONTEXT = 'stagegate/sync';

/** Where a deployment stands. `failed`: it did not become healthy in the declared time. */
export type HealthState = 'awaiting-sync' | 'syncing' | 'healthy' | 'degraded' | 'failed' | 'unknown';

/** The health of an environment at one instant. */
export interface EnvironmentHealth {
  readonly state: HealthState;
  /** One line for people. */
  readonly text: string;
  readonly observation: TargetObservation;
  /** Head of the environment's branch; absent before bootstrap. */
  readonly deployment?: Deployment;
  /** Health statuses of that commit, oldest first. */
  readonly statuses: readonly Status[];
  /** Whether what the target last applied is what the branch says. */
  readonly applied: boolean;
}

const STATUS_OF: Readonly<Record<HealthState, StatusState>> = {
  'awaiting-sync': 'pending',
  syncing: 'pending',
  healthy: 'success',
  degraded: 'failure',
  failed: 'error',
  unknown: 'pending',
};

const UNREACHABLE: TargetObservation = { sync: 'unknown', health: 'unknown', operation: 'none' };

/** The name by which people know a release: its source commit. */
export function sourceName(release: Release): string {
  const commits = new Set(imagesOf(release.images).map((image) => shortCommit(image.source.commit)));
  return commits.size === 0 ? release.id : [...commits].join('+');
}

/** Looks at an environment and changes nothing. */
export async function observeHealth(delivery: Delivery, name: string): Promise<EnvironmentHealth> {
  const environment = environmentNamed(delivery.desired, name);
  const [deployment] = await deployments(delivery, name, 1);
  const statuses = deployment ? await appStatuses(delivery, deployment.commit.id, HEALTH_CONTEXT) : [];
  if (environment.health.mode === 'reported') return reported(statuses, deployment);
  const observation = await delivery.target.observe(name).catch(
    (error: unknown): TargetObservation => ({
      ...UNREACHABLE,
      message: `${name} cannot be observed: ${error instanceof Error ? error.message : String(error)}`,
    }),
  );
  if (deployment === undefined) return { state: 'unknown', text: 'not bootstrapped', observation, statuses, applied: false };
  const applied =
    observation.revision !== undefined && (await delivery.store.tryTree(observation.revision, 'manifests')) === deployment.tree;
  const judged = judge({ environment, deployment, statuses, observation, applied, now: await delivery.host.now() });
  return { ...judged, observation, deployment, statuses, applied };
}

function reported(statuses: readonly Status[], deployment: Deployment | undefined): EnvironmentHealth {
  const last = statuses.at(-1);
  const state: HealthState =
    last?.state === 'success' ? 'healthy' : last?.state === 'error' ? 'failed' : last?.state === 'failure' ? 'degraded' : 'unknown';
  return {
    state,
    text: last?.description ?? 'nothing reported yet',
    observation: UNREACHABLE,
    ...(deployment && { deployment }),
    statuses,
    applied: last?.state === 'success',
  };
}

interface Judged {
  readonly environment: DeliveryEnvironment;
  readonly deployment: Deployment;
  readonly statuses: readonly Status[];
  readonly observation: TargetObservation;
  readonly applied: boolean;
  readonly now: number;
}

/**
 * Healthy is only what is synced to exactly this tree by an operation that succeeded, and healthy. What the old pods say during a rollout
 * does not count. What never was healthy fails when the declared time is over, counted from the merge, or from a person's sync.
 */
function judge({ environment, deployment, statuses, observation, applied, now }: Judged): Pick<EnvironmentHealth, 'state' | 'text'> {
  const { name } = environment;
  if (deployment.release === undefined) return { state: applied ? 'healthy' : 'unknown', text: 'nothing was released here yet' };
  const what = sourceName(deployment.release);
  if (deployment.tree !== deployment.release.trees[name]) {
    return { state: 'degraded', text: `${name} has other manifests on its branch than release ${deployment.release.id} holds` };
  }
  const because = observation.message ? `: ${observation.message}` : '';
  if (!applied && environment.sync === 'manual' && observation.operation !== 'running') {
    return { state: 'awaiting-sync', text: `${name} waits for a person to sync ${what}` };
  }
  const healthy = applied && observation.sync === 'synced' && observation.operation === 'succeeded' && observation.health === 'healthy';
  if (healthy) return { state: 'healthy', text: `${name} healthy at ${what}` };

  const bad = applied && (observation.health === 'degraded' || observation.health === 'missing' || observation.operation === 'failed');
  const wasHealthy = statuses.some((status) => status.state === 'success');
  const began =
    environment.sync === 'manual' ? statuses.find((status) => status.description.startsWith(`${name} syncing`))?.at : deployment.commit.at;
  const late = !wasHealthy && began !== undefined && now - began >= environment.health.timeoutSeconds * 1000;
  const word = bad
    ? observation.operation === 'failed'
      ? 'failed to sync'
      : observation.health
    : observation.health === 'unknown'
      ? 'not seen'
      : 'not healthy';
  if (late) return { state: 'failed', text: `${name} ${word} at ${what} after ${environment.health.timeoutSeconds} s${because}` };
  if (bad) return { state: 'degraded', text: `${name} ${word} at ${what}${because}` };
  if (observation.health === 'unknown' && observation.sync === 'unknown')
    return { state: 'unknown', text: `health of ${name} is not known${because}` };
  return { state: 'syncing', text: `${name} syncing ${what}` };
}

/**
 * Looks at an environment and records what changed since the last look as statuses on the head of its branch. A loss of health between two
 * looks, as far as the target tells it, is recorded too.
 */
export async function recordHealth(delivery: Delivery, name: string): Promise<EnvironmentHealth> {
  const health = await observeHealth(delivery, name);
  const { deployment, observation } = health;
  const environment = environmentNamed(delivery.desired, name);
  if (deployment?.release === undefined || environment.health.mode === 'reported') return health;
  const commit = deployment.commit.id;
  let last = health.statuses.at(-1);
  const report = async (state: StatusState, description: string): Promise<void> => {
    if (last?.state === state && withoutMessage(last.description) === withoutMessage(statusText(description))) return;
    await delivery.host.setStatus(commit, { context: HEALTH_CONTEXT, state, description: statusText(description) });
    last = undefined;
  };
  if (health.state === 'healthy' && environment.sync === 'manual') await recordWhoSynced(delivery, commit, observation);
  if (health.state === 'healthy' && last?.state === 'success' && (observation.healthSince ?? 0) > last.at) {
    await report('pending', `${name} ${LOST_UNSEEN}`);
  }
  if (isManualSyncSeen(environment, health) && !health.statuses.some((status) => status.description.startsWith(`${name} syncing`))) {
    await report('pending', `${name} syncing ${sourceName(deployment.release)}`);
  }
  await report(STATUS_OF[health.state], health.text);
  const statuses = await appStatuses(delivery, commit, HEALTH_CONTEXT);
  await refreshIfBehind(delivery, environment, health);
  return { ...health, statuses };
}

/** What a target says beside changes from look to look and is no transition. */
function withoutMessage(text: string): string {
  return text.split(': ')[0] ?? text;
}

/** A manual environment's time starts when its sync is first seen, be it running or already degraded. */
function isManualSyncSeen(environment: DeliveryEnvironment, health: EnvironmentHealth): boolean {
  return environment.sync === 'manual' && (health.state === 'degraded' || health.state === 'failed');
}

async function recordWhoSynced(delivery: Delivery, commit: string, observation: TargetObservation): Promise<void> {
  const known = await appStatuses(delivery, commit, SYNC_CONTEXT);
  if (known.length > 0) return;
  const who = observation.startedBy ?? 'somebody whom the target does not name';
  await delivery.host.setStatus(commit, { context: SYNC_CONTEXT, state: 'success', description: statusText(`synced by ${who}`) });
}

async function refreshIfBehind(delivery: Delivery, environment: DeliveryEnvironment, health: EnvironmentHealth): Promise<void> {
  if (health.applied || health.observation.operation === 'running' || environment.sync !== 'automatic') return;
  await delivery.target.refresh(environment.name).catch(() => undefined);
}

/** A deployment with the health statuses of its commit. */
export interface ObservedDeployment extends Deployment {
  readonly statuses: readonly Status[];
}

/** What ran in an environment, with what was reported of it, newest first. */
export async function observedDeployments(
  delivery: Pick<Delivery, 'desired' | 'store' | 'host'>,
  environment: string,
  limit?: number,
): Promise<readonly ObservedDeployment[]> {
  const all = await deployments(delivery, environment, limit);
  return Promise.all(
    all.map(async (deployment) => ({
      ...deployment,
      statuses: deployment.release ? await appStatuses(delivery, deployment.commit.id, HEALTH_CONTEXT) : [],
    })),
  );
}

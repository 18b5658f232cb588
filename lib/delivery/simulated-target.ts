import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { DesiredDelivery } from '../desired/desired-state';
import { branchRef, environmentNamed } from './delivery';
import { outside, refuseDelivery } from './error';
import type { Files, Store } from './store';
import type { TargetHealth, TargetObservation } from './target-health';

/** What the stand-in remembers of one environment. Times in milliseconds since the epoch. */
interface SimulatedEnvironment {
  readonly revision?: string;
  readonly appliedAt?: number;
  readonly startedBy?: string;
  /** A sync that was begun and is applied at `at`. */
  readonly running?: { readonly revision: string; readonly at: number; readonly by?: string };
  /** Set by hand, until the next sync or the next word. */
  readonly health?: { readonly state: 'healthy' | 'degraded'; readonly at: number };
}

interface SimulatedCluster {
  readonly broken: readonly string[];
  readonly environments: Readonly<Record<string, SimulatedEnvironment>>;
}

export interface SimulatedTargetOptions {
  readonly desired: DesiredDelivery;
  readonly store: Store;
  /** The clock that the stand-in lives by, milliseconds since the epoch. */
  readonly now: () => Promise<number>;
  /** JSON file that holds the cluster; several processes may share it. */
  readonly file: string;
  /** From a change of a branch, or a person's sync, to applied, seconds. @default 5 */
  readonly syncSeconds?: number;
  /** From applied to healthy, or to degraded, seconds. @default 5 */
  readonly rolloutSeconds?: number;
}

/** A stand-in for clusters with Argo CD: applies branches after a time, by itself or when a person syncs. It says that it is one. */
export interface SimulatedTarget extends TargetHealth {
  /** Images that never become healthy, by digest. */
  setBroken(digests: readonly string[]): Promise<void>;
  /** What runs loses its health, or has it again, until the next sync. */
  setHealth(environment: string, state: 'healthy' | 'degraded'): Promise<void>;
  /** What Argo CD's button "Rollback" does to a manual environment: another commit runs, git stays. Refused for automatic ones, as there. */
  rollBackByHand(environment: string, revision: string, by: string): Promise<void>;
}

const LOCK_STALE_MS = 5000;

/** Makes the stand-in cluster. Nothing runs by itself: each call brings the file up to the clock. */
export function simulatedTarget(options: SimulatedTargetOptions): SimulatedTarget {
  const { desired, store, now, file, syncSeconds = 5, rolloutSeconds = 5 } = options;

  const advance = async (name: string, before: SimulatedEnvironment, at: number): Promise<SimulatedEnvironment> => {
    const environment = environmentNamed(desired, name);
    let state = before;
    if (state.running && at >= state.running.at) {
      const { revision, at: appliedAt, by } = state.running;
      state = { revision, appliedAt, ...(by && { startedBy: by }) };
    }
    const head = await store.tryRef(branchRef(environment.branch));
    const newer = head !== undefined && head !== state.revision && head !== state.running?.revision;
    if (newer && environment.sync === 'automatic') state = { ...state, running: { revision: head, at: at + syncSeconds * 1000 } };
    return state;
  };
  const update = (name: string, change: (state: SimulatedEnvironment, at: number) => SimulatedEnvironment): Promise<SimulatedCluster> =>
    changeCluster(file, async (cluster) => {
      const at = await now();
      const state = change(await advance(name, cluster.environments[name] ?? {}, at), at);
      return { ...cluster, environments: { ...cluster.environments, [name]: state } };
    });

  return {
    async observe(name) {
      const cluster = await update(name, (state) => state);
      const state = cluster.environments[name] ?? {};
      const head = await store.tryRef(branchRef(environmentNamed(desired, name).branch));
      return observation(store, state, cluster.broken, head, await now(), rolloutSeconds * 1000);
    },
    async refresh(name) {
      await update(name, (state) => state);
    },
    async sync(name, revision, by) {
      const { branch } = environmentNamed(desired, name);
      const head = await store.tryRef(branchRef(branch));
      if (head !== revision)
        refuseDelivery(`${revision} is not the head of ${branch}`, 'sync the head; what may run is what the branch says');
      await update(name, (state, at) => ({ ...state, running: { revision, at: at + syncSeconds * 1000, by } }));
    },
    async setBroken(digests) {
      await changeCluster(file, async (cluster) => ({ ...cluster, broken: [...digests] }));
    },
    async setHealth(name, health) {
      await update(name, (state, at) => ({ ...state, health: { state: health, at } }));
    },
    async rollBackByHand(name, revision, by) {
      if (environmentNamed(desired, name).sync === 'automatic')
        refuseDelivery('rollback cannot be performed when automated sync is enabled', 'roll back in git');
      await update(name, (_state, at) => ({ revision, appliedAt: at, startedBy: by }));
    },
  };
}

async function observation(
  store: Store,
  state: SimulatedEnvironment,
  broken: readonly string[],
  head: string | undefined,
  at: number,
  rollout: number,
): Promise<TargetObservation> {
  const { revision, appliedAt, running, startedBy } = state;
  const by = startedBy === undefined ? {} : { startedBy };
  if (revision === undefined || appliedAt === undefined) {
    return { sync: 'out-of-sync', health: 'missing', operation: running ? 'running' : 'none' };
  }
  const manifests = await store.files(revision, 'manifests');
  const bad = broken.filter((digest) => [...manifests.values()].some((text) => text.includes(digest)));
  const over = at >= appliedAt + rollout;
  const settled = bad.length > 0 ? 'degraded' : 'healthy';
  const health = state.health?.state ?? (over ? settled : 'progressing');
  const same = head !== undefined && (await store.tryTree(head, 'manifests')) === (await store.tryTree(revision, 'manifests'));
  return {
    revision,
    sync: same ? 'synced' : 'out-of-sync',
    health,
    operation: running ? 'running' : 'succeeded',
    healthSince: state.health?.at ?? (over ? appliedAt + rollout : appliedAt),
    ...(health === 'degraded' && {
      message: bad.length > 0 ? `containers of ${bad.map((digest) => digest.slice(0, 19)).join(', ')} crash` : 'containers crash',
    }),
    ...by,
    pods: podsOf(manifests, health, bad),
  };
}

/** Pods that the Deployments of each service want; broken ones are never ready. */
function podsOf(
  manifests: Files,
  health: string,
  broken: readonly string[],
): Readonly<Record<string, { readonly ready: number; readonly wanted: number }>> {
  const pods: Record<string, { ready: number; wanted: number }> = {};
  for (const [path, text] of manifests) {
    if (!/^kind: Deployment$/m.test(text)) continue;
    const service = path.split('/')[0] ?? path;
    const wanted = parseAllDocuments(text)
      .map((document) => document.toJS() as { kind?: string; spec?: { replicas?: number } } | null)
      .reduce((sum, object) => sum + (object?.kind === 'Deployment' ? (object.spec?.replicas ?? 1) : 0), pods[service]?.wanted ?? 0);
    const bad = broken.some((digest) => text.includes(digest));
    pods[service] = { ready: health === 'healthy' || (health === 'degraded' && !bad && broken.length > 0) ? wanted : 0, wanted };
  }
  return pods;
}

async function readCluster(file: string): Promise<SimulatedCluster> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? '{}' : outside(`${file} cannot be read: ${error.message}`, 'remove the file to begin anew', error),
  );
  try {
    return { broken: [], environments: {}, ...(JSON.parse(text) as Partial<SimulatedCluster>) };
  } catch (error) {
    return outside(`${file} is not JSON`, 'remove the file to begin anew', error);
  }
}

async function changeCluster(file: string, change: (cluster: SimulatedCluster) => Promise<SimulatedCluster>): Promise<SimulatedCluster> {
  await mkdir(dirname(file), { recursive: true });
  const unlock = await lock(`${file}.lock`);
  try {
    const before = await readCluster(file);
    const after = await change(before);
    if (JSON.stringify(after) !== JSON.stringify(before)) {
      await writeFile(`${file}.${process.pid}.new`, JSON.stringify(after, undefined, 2));
      await rename(`${file}.${process.pid}.new`, file);
    }
    return after;
  } finally {
    await unlock();
  }
}

/** One process at a time; a lock that a killed process left behind is taken over after five seconds. */
async function lock(path: string): Promise<() => Promise<void>> {
  for (let attempt = 0; attempt < 1000; attempt += 1) {
    try {
      await (await open(path, 'wx')).close();
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const age = await stat(path).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    );
    if (age > LOCK_STALE_MS) await rm(path, { force: true });
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return outside(`${path} stays locked`, 'end the other process, or remove the lock');
}

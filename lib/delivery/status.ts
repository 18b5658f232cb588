import { type Delivery, environmentNamed, repositoryPage, takesReleases, timeText } from './delivery';
import { currentRelease, type Facts, readFacts } from './facts';
import { type EnvironmentHealth, type HealthState, observeHealth, SYNC_CONTEXT } from './health';
import { appStatuses } from './history';
import { noticesOf } from './notices';
import { type Evaluated, evaluateCandidates } from './promote';
import { imagesOf, type Release } from './release';
import { healthyStays } from './soak';
import type { TargetObservation } from './target-health';

/** Where the release of an environment stands. `empty`: nothing was released there; `soaked`: healthy as long as the edges from there ask. */
export type ReleaseState = 'empty' | 'soaked' | HealthState;

export interface ImageStatus {
  readonly service: string;
  readonly slot: string;
  readonly repository: string;
  readonly digest: string;
  /** Tag for people. */
  readonly tag: string;
  /** `owner/name@commit`. */
  readonly source: string;
}

/** A gate that keeps a release out, with the release. */
export interface WaitingGate {
  readonly gate: string;
  readonly state: 'pending' | 'failure';
  /** ISO 8601, when it opens by itself. */
  readonly until?: string;
  readonly reason: string;
  readonly release: string;
}

export interface EnvironmentStatus {
  readonly name: string;
  readonly tier: string;
  readonly release: string | null;
  readonly state: ReleaseState;
  readonly images: readonly ImageStatus[];
  /** As the target says it, with the line for people. */
  readonly health: { readonly state: TargetObservation['health']; readonly text: string };
  readonly sync: TargetObservation['sync'];
  /** ISO 8601, since when the state lasts, as far as it was recorded. */
  readonly since: string | null;
  readonly pods: Readonly<Record<string, { readonly ready: number; readonly wanted: number }>> | null;
  readonly waiting: readonly WaitingGate[];
  /** What a person should know or do, most urgent first. */
  readonly notices: readonly string[];
  readonly links: {
    readonly runs: string;
    readonly application?: string;
    /** The commit that put what runs there, with its promotion. */
    readonly deployment?: string;
    readonly promotions: readonly string[];
  };
  /** From the merge to healthy, seconds, against what is promised; still counting while it is not healthy. */
  readonly timing: {
    readonly mergedAt: string;
    readonly healthyAt: string | null;
    readonly seconds: number;
    readonly targetSeconds: number;
    readonly late: boolean;
  } | null;
  readonly syncedBy: string | null;
  /** Commit that the running source commit reverts. */
  readonly revertOf: string | null;
  readonly held: readonly string[];
  readonly quarantined: readonly string[];
}

/** What `status --json` prints. */
export interface StatusReport {
  readonly version: 1;
  /** ISO 8601, the host's clock. */
  readonly at: string;
  readonly environments: readonly EnvironmentStatus[];
}

/** Where every environment stands, or one of them. Reads only, and works with read rights. */
export async function status(delivery: Delivery, environment?: string): Promise<StatusReport> {
  const names =
    environment === undefined
      ? delivery.desired.environments.map((one) => one.name)
      : [environmentNamed(delivery.desired, environment).name];
  const environments: EnvironmentStatus[] = [];
  for (const name of names) environments.push(await environmentStatus(delivery, name));
  return { version: 1, at: timeText(await delivery.host.now()), environments };
}

/** Where one environment stands. */
export async function environmentStatus(delivery: Delivery, name: string): Promise<EnvironmentStatus> {
  const facts = await readFacts(delivery, name);
  const health = await observeHealth(delivery, name);
  const { environment } = facts;
  const release = currentRelease(facts);
  const evaluated = takesReleases(environment) && facts.into.length > 0 ? await evaluateCandidates(delivery, facts) : [];
  const live = evaluated.filter((one) => one.superseded === undefined);
  const { observation } = health;
  const sync = await whoSynced(delivery, facts);
  const [first] = facts.into;
  const timing = first && release && timingOf(facts, await mergeTime(delivery, facts, release));
  return {
    name,
    tier: environment.tier,
    release: release?.id ?? null,
    state: stateOf(delivery, facts, health),
    images: release ? imagesOf(release.images).map((image) => imageStatus(delivery, facts, release, image)) : [],
    health: { state: observation.health, text: health.text },
    sync: observation.sync,
    since: sinceOf(facts, health),
    pods: observation.pods ?? null,
    waiting: live.flatMap((one) => waitingGates(one)),
    notices: await noticesOf(delivery, facts, health, evaluated, timing ?? null),
    links: {
      runs: repositoryPage(delivery.desired, 'actions'),
      ...(environment.application && {
        application: `${environment.application.url}/applications/${environment.application.namespace}/${environment.application.name}`,
      }),
      ...(release && first && { deployment: repositoryPage(delivery.desired, `commit/${first.commit.id}`) }),
      promotions: facts.open.map((pull) => repositoryPage(delivery.desired, `pull/${pull.number}`)),
    },
    timing: timing ?? null,
    syncedBy: sync,
    revertOf: release ? await revertOf(delivery, release) : null,
    held: facts.state.holds
      .filter((entry) => entry.environment === name && !entry.released)
      .map((entry) => `${entry.release ?? 'all releases'}, by ${entry.by.login} at ${entry.at}: ${entry.reason}`),
    quarantined: facts.state.quarantine
      .filter((entry) => !entry.lifted && (entry.key.kind === 'image' || entry.key.environment === name))
      .map(
        (entry) =>
          `${entry.release}${entry.key.kind === 'image' ? ` by its image ${entry.key.digest.slice(0, 19)}` : ''}, by ${entry.by.login} at ${entry.at}: ${entry.reason}`,
      ),
  };
}

function stateOf(delivery: Delivery, facts: Facts, health: EnvironmentHealth): ReleaseState {
  if (currentRelease(facts) === undefined) return 'empty';
  if (health.state !== 'healthy') return health.state;
  const asked = delivery.desired.edges
    .filter((edge) => edge.from === facts.environment.name)
    .flatMap((edge) => edge.gates.flatMap((gate) => (gate.kind === 'soak' ? [gate.seconds] : [])));
  const [head] = facts.into;
  const longest = head ? Math.max(0, ...healthyStays(head).map((stay) => (stay.to ?? facts.now) - stay.from)) : 0;
  return asked.length > 0 && longest >= Math.max(...asked) * 1000 ? 'soaked' : 'healthy';
}

function sinceOf(facts: Facts, health: EnvironmentHealth): string | null {
  const last = health.statuses.at(-1);
  const stay = facts.into[0] && healthyStays(facts.into[0]).at(-1);
  if (health.state === 'healthy' && stay?.to === undefined && stay) return timeText(stay.from);
  const at = last?.at ?? facts.into[0]?.commit.at;
  return at === undefined ? null : timeText(at);
}

/** The tag that people know an image by: prefix of the environment, and the first characters of the commit. */
function imageStatus(delivery: Delivery, facts: Facts, release: Release, image: ReturnType<typeof imagesOf>[number]): ImageStatus {
  const born = delivery.desired.environments.find((one) => one.name === release.environment) ?? facts.environment;
  const { prefix, length } = born.imageTag;
  const { service, slot, repository, digest, source } = image;
  return {
    service,
    slot,
    repository,
    digest,
    tag: `${prefix}-${source.commit.slice(0, length)}`,
    source: `${source.repository}@${source.commit}`,
  };
}

/** The gates that keep a candidate out. */
export function waitingGates({ candidate, gates }: Evaluated): readonly WaitingGate[] {
  return gates.flatMap((gate) =>
    gate.state === 'success'
      ? []
      : [
          {
            gate: gate.id,
            state: gate.state,
            ...(gate.until !== undefined && { until: timeText(gate.until) }),
            reason: gate.reason,
            release: candidate.release.id,
          },
        ],
  );
}

async function whoSynced(delivery: Delivery, facts: Facts): Promise<string | null> {
  const [head] = facts.into;
  if (head === undefined) return null;
  const [first] = await appStatuses(delivery, head.commit.id, SYNC_CONTEXT);
  return first ? first.description.replace(/^synced by /, '') : null;
}

/** When the change was merged: of the source commit where releases are born, of the promotion elsewhere. */
async function mergeTime(delivery: Delivery, facts: Facts, release: Release): Promise<number> {
  const deployed = facts.into[0]?.commit.at ?? facts.now;
  if (facts.environment.source === undefined || facts.into[0]?.lane !== 'normal') return deployed;
  const times: number[] = [];
  for (const { source } of imagesOf(release.images)) {
    const store = source.repository === delivery.desired.repository ? delivery.store : delivery.sources?.get(source.repository)?.store;
    const commit = await store?.commit(source.commit).catch(() => undefined);
    if (commit) times.push(commit.at);
  }
  return times.length > 0 ? Math.min(deployed, Math.max(...times)) : deployed;
}

function timingOf(facts: Facts, mergedAt: number): EnvironmentStatus['timing'] {
  const [head] = facts.into;
  const first = head?.statuses.find((one) => one.state === 'success');
  const { targetSeconds } = facts.environment;
  const seconds = Math.round(((first?.at ?? facts.now) - mergedAt) / 1000);
  return {
    mergedAt: timeText(mergedAt),
    healthyAt: first ? timeText(first.at) : null,
    seconds,
    targetSeconds,
    late: seconds > targetSeconds,
  };
}

/** The commit that the running source commit says it reverts. */
async function revertOf(delivery: Delivery, release: Release): Promise<string | null> {
  for (const { source } of imagesOf(release.images)) {
    const store = source.repository === delivery.desired.repository ? delivery.store : delivery.sources?.get(source.repository)?.store;
    const commit = await store?.commit(source.commit).catch(() => undefined);
    if (commit === undefined) continue;
    const reverts = await revertedBy(store, commit.message, commit.parents);
    if (reverts) return reverts;
  }
  return null;
}

const REVERT = /^This reverts commit ([0-9a-f]{7,64})/m;

/** A merge of a revert names no commit itself; then what it brought is read. */
async function revertedBy(store: Delivery['store'] | undefined, message: string, parents: readonly string[]): Promise<string | undefined> {
  const own = REVERT.exec(message)?.[1];
  if (own || parents[1] === undefined) return own;
  return REVERT.exec((await store?.commit(parents[1]).catch(() => undefined))?.message ?? '')?.[1];
}

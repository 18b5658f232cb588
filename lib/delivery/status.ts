import { type Delivery, environmentNamed, repositoryPage, shortCommit, takesReleases, timeText } from './delivery';
import { DeliveryError } from './error';
import { activeRollback, currentRelease, type Facts, readFacts } from './facts';
import type { GateResult } from './gates';
import { type EnvironmentHealth, type HealthState, observeHealth, SYNC_CONTEXT, sourceName } from './health';
import { appStatuses } from './history';
import { type Evaluated, evaluateCandidates } from './promote';
import { allHold } from './promotion';
import { imagesOf, type Release, tryReleaseAt } from './release';
import { healthyStays } from './soak';
import { planSync } from './sync';
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

async function environmentStatus(delivery: Delivery, name: string): Promise<EnvironmentStatus> {
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

function waitingGates({ candidate, gates }: Evaluated): readonly WaitingGate[] {
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

async function noticesOf(
  delivery: Delivery,
  facts: Facts,
  health: EnvironmentHealth,
  evaluated: readonly Evaluated[],
  timing: EnvironmentStatus['timing'],
): Promise<readonly string[]> {
  const { environment } = facts;
  const { name } = environment;
  const notices: string[] = [];
  if (facts.into.length === 0)
    return [takesReleases(environment) ? 'not bootstrapped: run `stagegate bootstrap`' : `${environment.lifecycle}: takes no releases`];
  if (!takesReleases(environment)) notices.push(`${environment.lifecycle}: takes no releases`);
  if (health.state === 'failed') notices.push(`release ${currentRelease(facts)?.id} failed: ${health.text}`);
  if (health.state === 'awaiting-sync') notices.push(...(await syncNotices(delivery, facts, health)));
  const rollback = activeRollback(facts);
  if (rollback) notices.push(`a rollback to release ${rollback.release} is open, asked by ${rollback.by.login}: ${rollback.reason ?? ''}`);
  const everybody = facts.state.holds.find((entry) => entry.environment === name && entry.release === undefined && !entry.released);
  if (everybody) notices.push(`held by ${everybody.by.login} since ${everybody.at}: ${everybody.reason}`);
  for (const { candidate, superseded } of evaluated) if (superseded) notices.push(`release ${candidate.release.id}: ${superseded}`);
  if (timing?.late && environment.sync !== 'manual')
    notices.push(
      `${timing.healthyAt ? 'took' : 'has taken'} ${timing.seconds} s from merge to healthy, ${timing.targetSeconds} s are promised`,
    );
  const shared = health.observation.startedBy === 'admin';
  if (shared) notices.push('the last sync was started by admin, an account that several people share');
  return notices;
}

/** A manual environment that is behind: either its sync was not pressed yet, or somebody went back in Argo CD. */
async function syncNotices(delivery: Delivery, facts: Facts, health: EnvironmentHealth): Promise<readonly string[]> {
  const { environment } = facts;
  const [head] = facts.into;
  const release = currentRelease(facts);
  if (head === undefined || release === undefined) return [];
  const ranBefore = head.statuses.some((one) => one.state === 'success' || one.state === 'failure' || one.state === 'error');
  const { revision, startedBy } = health.observation;
  if (ranBefore && revision !== undefined) {
    const runs = await tryReleaseAt(delivery, revision).catch((error: unknown) =>
      DeliveryError.is(error) ? undefined : Promise.reject(error),
    );
    const who = environment.application?.name ?? environment.name;
    const confirm = environment.tier === 'production' ? ` --confirm ${environment.name}` : '';
    return [
      `${who} runs ${runs ? `${runs.id} (${sourceName(runs)})` : shortCommit(revision)}, git says ${release.id} (${sourceName(release)})${startedBy ? `; rolled back outside of git by ${startedBy}` : ''}. To make it lasting: stagegate rollback ${environment.name}${runs ? ` --to ${runs.id}` : ''} --reason "…"${confirm}`,
    ];
  }
  const plan = await planSync(delivery, environment.name);
  const notices = [`waiting for sync since ${timeText(head.commit.at)}, release ${release.id}, ${plan.changes.length} objects differ`];
  for (const secret of plan.absentSecrets ?? []) notices.push(`secret ${secret} is named by the manifests and is not there`);
  return notices;
}

/** Where one release stands on its way into an environment. */
export interface WhyCandidate {
  readonly release: string;
  readonly policy: string | null;
  readonly state: 'held-back' | 'waiting' | 'ready' | 'superseded';
  readonly gates: readonly GateResult[];
  /** Address of the promotion, when it is open. */
  readonly promotion: string | null;
  readonly reason: string;
}

/** Why an environment runs what it runs, and what keeps out what could come next. */
export interface WhyReport {
  readonly version: 1;
  readonly at: string;
  readonly environment: EnvironmentStatus;
  readonly candidates: readonly WhyCandidate[];
  /** What ran there, newest first. */
  readonly history: readonly {
    readonly release: string;
    readonly at: string;
    readonly lane: string;
    readonly by: string | null;
    readonly reason: string | null;
    readonly commit: string;
  }[];
}

const HISTORY_SHOWN = 10;

/** Explains one environment: every release that could come next with every gate, and what ran there before. */
export async function why(delivery: Delivery, environment: string): Promise<WhyReport> {
  const own = await environmentStatus(delivery, environmentNamed(delivery.desired, environment).name);
  const facts = await readFacts(delivery, environment);
  const evaluated = takesReleases(facts.environment) && facts.into.length > 0 ? await evaluateCandidates(delivery, facts) : [];
  return {
    version: 1,
    at: timeText(facts.now),
    environment: own,
    candidates: evaluated.map((one): WhyCandidate => {
      const { candidate, gates, open, proposable, superseded } = one;
      const state = superseded ? 'superseded' : allHold(gates) && proposable ? 'ready' : open ? 'waiting' : 'held-back';
      return {
        release: candidate.release.id,
        policy: candidate.edge?.policy ?? null,
        state,
        gates,
        promotion: open ? repositoryPage(delivery.desired, `pull/${open.number}`) : null,
        reason:
          superseded ??
          (waitingGates(one)
            .map((gate) => `${gate.gate}: ${gate.reason}`)
            .join('; ') ||
            'goes with the next run'),
      };
    }),
    history: facts.into
      .flatMap((one) =>
        one.release
          ? [
              {
                release: one.release.id,
                at: timeText(one.commit.at),
                lane: one.lane,
                by: one.by ?? null,
                reason: one.reason ?? null,
                commit: one.commit.id,
              },
            ]
          : [],
      )
      .slice(0, HISTORY_SHOWN),
  };
}

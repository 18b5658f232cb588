import type { DeliveryEdge, DeliveryEnvironment } from '../desired/desired-state';
import { branchRef, type Delivery, edgesInto, environmentNamed, isDeliveryApp } from './delivery';
import { type ObservedDeployment, observedDeployments } from './health';
import type { PullRequest } from './host';
import { atOneInstant } from './instant';
import { type Release, tryRelease } from './release';
import { type DeliveryState, type Lane, type RequestEntry, readState, releaseOrder } from './state-branch';

/** All that is known about the way into one environment at one instant, read from git and the host. */
export interface Facts {
  /** The delivery with its refs as they were when the rest was read. */
  readonly view: Delivery;
  /** The host's clock, milliseconds since the epoch. */
  readonly now: number;
  readonly environment: DeliveryEnvironment;
  readonly edges: readonly DeliveryEdge[];
  /** Head of the program branch. */
  readonly programHead: string | undefined;
  readonly state: DeliveryState;
  /** Place of each release in the order in which they were made. */
  readonly order: ReadonlyMap<string, number>;
  /** What ran in the environment, newest first. */
  readonly into: readonly ObservedDeployment[];
  /** What ran in the environments that lead here, newest first. */
  readonly from: ReadonlyMap<string, readonly ObservedDeployment[]>;
  /** Promotions into the environment that are open, made by the delivery app. */
  readonly open: readonly PullRequest[];
}

/** A release on its way into an environment. */
export interface Candidate {
  readonly release: Release;
  readonly lane: Lane;
  /** Absent where releases are born, and for rollbacks. */
  readonly edge?: DeliveryEdge;
  /** What was asked, when somebody did. */
  readonly request?: RequestEntry;
}

/** Reads everything that decides about an environment. */
export async function readFacts(live: Delivery, name: string): Promise<Facts> {
  const { desired, host } = live;
  const store = await atOneInstant(live.store);
  const delivery: Delivery = { ...live, store };
  const environment = environmentNamed(desired, name);
  const edges = edgesInto(desired, name);
  const upstream = [...new Set(edges.map((edge) => edge.from))];
  const [now, programHead, state, into, open, ...from] = await Promise.all([
    host.now(),
    store.tryRef(branchRef(desired.programBranch)),
    readState(delivery),
    observedDeployments(delivery, name),
    openPromotions(delivery, environment),
    ...upstream.map((one) => observedDeployments(delivery, one)),
  ]);
  return {
    view: delivery,
    now,
    environment,
    edges,
    programHead,
    state,
    order: releaseOrder(state),
    into,
    from: new Map(upstream.map((one, index) => [one, from[index] ?? []])),
    open,
  };
}

async function openPromotions(delivery: Delivery, environment: DeliveryEnvironment): Promise<readonly PullRequest[]> {
  const prefix = `${delivery.desired.promotionBranchPrefix}${environment.name}/`;
  const all = await delivery.host.pullRequests({ base: environment.branch, state: 'open' });
  return all.filter((pull) => pull.head.startsWith(prefix) && isDeliveryApp(delivery.desired, pull.author));
}

/** The release that the head of the environment's branch holds. */
export function currentRelease(facts: Facts): Release | undefined {
  return facts.into[0]?.release;
}

/** The open promotion of a release into the environment. */
export function openPromotion(delivery: Delivery, facts: Facts, release: string): PullRequest | undefined {
  return facts.open.find((pull) => pull.head === `${delivery.desired.promotionBranchPrefix}${facts.environment.name}/${release}`);
}

/** The rollback that was asked of the environment on the head that it still has. */
export function activeRollback(facts: Facts): RequestEntry | undefined {
  const head = facts.into[0]?.commit.id;
  return facts.state.requests.findLast(
    (request) => request.environment === facts.environment.name && request.lane !== 'normal' && head !== undefined && request.base === head,
  );
}

/** Who asked for a release to be promoted here, first. */
export function normalRequest(facts: Facts, release: string): RequestEntry | undefined {
  return facts.state.requests.find(
    (request) => request.environment === facts.environment.name && request.lane === 'normal' && request.release === release,
  );
}

/** Where a release stands in the order of releases; before all others when it is not registered. */
export function placeOf(facts: Facts, release: string | undefined): number {
  return release === undefined ? -1 : (facts.order.get(release) ?? -1);
}

/**
 * Releases that may come next into the environment, newest first: newer than what runs there, and seen in an environment that leads here.
 * After a rollback what lies between the two releases was passed over by intent and does not come by itself.
 */
export async function candidates(delivery: Delivery, facts: Facts): Promise<readonly Candidate[]> {
  const current = currentRelease(facts);
  const after = placeOf(facts, current?.id);
  const [head, before] = facts.into;
  const replaced = head?.lane === 'normal' ? -1 : placeOf(facts, before?.release?.id);
  const found = new Map<string, Candidate>();
  const add = (release: Release, edge?: DeliveryEdge): void => {
    const place = placeOf(facts, release.id);
    if (place <= after || place < replaced || release.id === current?.id || found.has(release.id)) return;
    const request = normalRequest(facts, release.id);
    found.set(release.id, { release, lane: 'normal', ...(edge && { edge }), ...(request && { request }) });
  };
  for (const edge of facts.edges) for (const { release } of facts.from.get(edge.from) ?? []) if (release) add(release, edge);
  if (facts.environment.source) {
    const newest = facts.state.releases.findLast((release) => release.environment === facts.environment.name);
    const release = newest && (await tryRelease(delivery, newest.id));
    if (release) add(release);
  }
  return [...found.values()].sort((a, b) => placeOf(facts, b.release.id) - placeOf(facts, a.release.id));
}

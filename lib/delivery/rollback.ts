import { type Delivery, environmentNamed, releaseRef, timeText } from './delivery';
import { objectChanges } from './difference';
import { outside, refuseDelivery, wrongUse } from './error';
import { activeRollback, currentRelease, type Facts, readFacts } from './facts';
import { reasonGiven } from './hold';
import type { Actor } from './host';
import { holdOf, quarantineOf } from './implicit-gates';
import { carryOnRollback, type PromotionReport, tidy } from './promote';
import { quarantineKeys, withQuarantine } from './quarantine';
import { imagesOf, type Release, type ReleaseImages, release as releaseNamed } from './release';
import { changeState, type Lane, sameActor } from './state-branch';

export interface RollbackRequest {
  /** Release to go back to; the last that was healthy there when absent. */
  readonly to?: string;
  readonly reason: string;
  readonly by: Actor;
  /** The environment's name again, asked for in production tiers. */
  readonly confirm?: string;
  /** Quarantines the release that is replaced; otherwise it is held. */
  readonly quarantine?: boolean;
  /** Digests that are quarantined in place of the environment's manifests. */
  readonly images?: readonly string[];
  /** Accepts that the bootstrap of the older release differs from today's. */
  readonly acrossBootstrap?: boolean;
}

export interface RollbackReport {
  readonly environment: string;
  /** Release that is replaced. */
  readonly from: string;
  readonly to: string;
  readonly promotion: PromotionReport;
  /** What was found and not checked, for people. */
  readonly notes: readonly string[];
}

/** A release that an environment can go back to. */
export interface RollbackTarget {
  readonly release: string;
  /** Commit on the environment's branch that held it last. */
  readonly commit: string;
  /** When it was last reported healthy there, milliseconds since the epoch. */
  readonly healthyAt: number;
  readonly images: ReleaseImages;
  /** Why it is not chosen by itself: held, or quarantined. */
  readonly refused?: string;
}

/** Releases that were healthy in an environment, newest first, without the one that runs. */
export async function rollbackTargets(delivery: Delivery, environment: string): Promise<readonly RollbackTarget[]> {
  environmentNamed(delivery.desired, environment);
  return targetsIn(delivery, await readFacts(delivery, environment));
}

function targetsIn(delivery: Delivery, facts: Facts): readonly RollbackTarget[] {
  const { name } = facts.environment;
  const current = currentRelease(facts);
  const found = new Map<string, RollbackTarget>();
  for (const { release, statuses, commit } of facts.into) {
    const healthy = statuses.findLast((status) => status.state === 'success');
    if (release === undefined || healthy === undefined || found.has(release.id)) continue;
    if (release.id === current?.id || release.trees[name] === current?.trees[name]) continue;
    const held = holdOf(delivery, facts.state, name, release.id);
    const stop = quarantineOf(delivery, facts.state, name, release) ?? (held?.release === undefined ? undefined : held);
    found.set(release.id, {
      release: release.id,
      commit: commit.id,
      healthyAt: healthy.at,
      images: release.images,
      ...(stop && { refused: `${'key' in stop ? 'quarantined' : 'held'} by ${stop.by.login} at ${stop.at}: ${stop.reason}` }),
    });
  }
  return [...found.values()];
}

/**
 * Puts an environment back to a release that was healthy there, by a pull request like any other. The release that is replaced is held, or
 * quarantined, before anything moves, so that it cannot come back. Safe to repeat: what was begun is carried on, what is done stays done.
 *
 * @throws DeliveryError when nothing was healthy there, a confirmation or reason is missing, the target is quarantined, its images are gone,
 * or its bootstrap differs and that was not accepted
 */
export async function rollback(delivery: Delivery, environment: string, request: RollbackRequest): Promise<RollbackReport> {
  const declared = environmentNamed(delivery.desired, environment);
  const reason = reasonGiven(request.reason);
  if (declared.tier === 'production' && request.confirm !== environment) {
    refuseDelivery(
      request.confirm === undefined
        ? `${environment} is production: its name is asked for again`
        : `${request.confirm} is not ${environment}`,
      `give --confirm ${environment}`,
    );
  }
  return rollBackBy(delivery, environment, { ...request, reason }, 'manual-rollback');
}

/** Goes back once by itself, and quarantines what failed. The caller has decided that it may. */
export async function rollbackAutomatically(delivery: Delivery, environment: string, reason: string): Promise<RollbackReport> {
  const by = await delivery.host.actor();
  return rollBackBy(delivery, environment, { reason, by, quarantine: true }, 'automatic-rollback');
}

async function rollBackBy(
  delivery: Delivery,
  environment: string,
  request: RollbackRequest,
  lane: Exclude<Lane, 'normal'>,
): Promise<RollbackReport> {
  const facts = await readFacts(delivery, environment);
  const current = currentRelease(facts);
  if (current === undefined) return refuseDelivery(`nothing was released to ${environment} yet`, 'there is nothing to go back to');
  const wanted = request.to === undefined ? undefined : (await releaseNamed(delivery, request.to)).id;
  const open = activeRollback(facts);
  if (open && (wanted === undefined || wanted === open.release))
    return carried(delivery, facts, open.replaces ?? current.id, open.release, []);
  const done = alreadyDone(facts, current, request, wanted, lane);
  if (done) {
    await tidy(delivery, facts);
    await delivery.target.refresh(environment).catch(() => undefined);
    return done;
  }

  const target = chooseTarget(delivery, facts, current, wanted);
  const to = await releaseNamed(delivery, target.release);
  const notes = [
    ...(await bootstrapNotes(delivery, facts, current, to, request.acrossBootstrap ?? false)),
    ...(await imageNotes(delivery, to)),
  ];
  const head = facts.into[0]?.commit.id ?? '';
  const at = new Date(facts.now).toISOString();
  const { by, reason } = request;
  const decision = { by, at, reason };
  await changeState(delivery, `Roll ${environment} back to release ${to.id}: ${reason}`, (state) => {
    if (state.requests.some((entry) => entry.environment === environment && entry.base === head && entry.release === to.id)) return state;
    const stopped =
      request.quarantine || request.images?.length
        ? withQuarantine(state, current.id, quarantineKeys(current, environment, request.images), decision)
        : state.holds.some((entry) => !entry.released && entry.environment === environment && entry.release === current.id)
          ? state
          : { ...state, holds: [...state.holds, { environment, release: current.id, ...decision }] };
    return {
      ...stopped,
      requests: [...stopped.requests, { environment, release: to.id, lane, by, at, reason, replaces: current.id, base: head }],
    };
  });
  return carried(delivery, await readFacts(delivery, environment), current.id, to.id, notes);
}

async function carried(delivery: Delivery, facts: Facts, from: string, to: string, notes: readonly string[]): Promise<RollbackReport> {
  const { name, sync } = facts.environment;
  if (activeRollback(facts)?.release !== to)
    refuseDelivery(`${name} moved on while its rollback was asked`, `look at \`stagegate status ${name}\` and run the rollback again`);
  const promotion = await carryOnRollback(delivery, facts);
  const waits = promotion.state === 'merged' && sync === 'manual' ? [`waiting for a person to sync: stagegate sync ${name}`] : [];
  return { environment: name, from, to, promotion, notes: [...notes, ...waits] };
}

/** A rollback that was killed after its merge and is run again must not go back one release further. */
function alreadyDone(
  facts: Facts,
  current: Release,
  request: RollbackRequest,
  wanted: string | undefined,
  lane: Lane,
): RollbackReport | undefined {
  const [head, before] = facts.into;
  if (head === undefined || head.lane !== lane || (wanted !== undefined && wanted !== current.id)) return undefined;
  const asked = facts.state.requests.findLast(
    (entry) => entry.environment === facts.environment.name && entry.lane === lane && entry.release === current.id,
  );
  if (asked === undefined || asked.reason !== request.reason || !sameActor(asked.by, request.by)) return undefined;
  const promotion: PromotionReport = {
    environment: facts.environment.name,
    state: 'merged',
    release: current.id,
    commit: head.commit.id,
    gates: [],
    superseded: [],
    reason: `done already at ${timeText(head.commit.at)}`,
  };
  return {
    environment: facts.environment.name,
    from: asked.replaces ?? before?.release?.id ?? '',
    to: current.id,
    promotion,
    notes: ['this rollback is done; to go further back, name a release with --to'],
  };
}

function chooseTarget(delivery: Delivery, facts: Facts, current: Release, wanted: string | undefined): RollbackTarget {
  const { name } = facts.environment;
  const targets = targetsIn(delivery, facts);
  const listed = targets.map((one) => `${one.release}${one.refused ? ` (${one.refused})` : ''}`).join(', ') || 'none';
  if (wanted === undefined) {
    return (
      targets.find((one) => one.refused === undefined) ??
      refuseDelivery(
        `no release that was healthy in ${name} can be gone back to: ${listed}`,
        'name one with --to, or promote a new release',
      )
    );
  }
  if (wanted === current.id)
    return refuseDelivery(`${name} runs release ${wanted} already`, `choose another; healthy there were: ${listed}`);
  const target =
    targets.find((one) => one.release === wanted) ??
    refuseDelivery(`release ${wanted} was not healthy in ${name}`, `choose one that was: ${listed}`);
  const release = facts.into.find((one) => one.release?.id === wanted)?.release;
  if (release && quarantineOf(delivery, facts.state, name, release))
    refuseDelivery(
      `release ${wanted} is ${target.refused ?? 'quarantined'}`,
      `choose another, or lift it: stagegate lift ${name} --release ${wanted} --reason …`,
    );
  return target;
}

/** Names what the older release expects of the environment's stack that today's does not have. */
async function bootstrapNotes(
  delivery: Delivery,
  facts: Facts,
  current: Release,
  to: Release,
  accepted: boolean,
): Promise<readonly string[]> {
  const { name } = facts.environment;
  if (current.bootstrap[name] === to.bootstrap[name]) return [];
  const [today, then] = await Promise.all([current, to].map((release) => bootstrapFiles(delivery, release, name)));
  const changes = objectChanges(today ?? new Map(), then ?? new Map()).map((change) => `${change.path} ${change.action}`);
  const text = `release ${to.id} expects another bootstrap of ${name} than release ${current.id}: ${changes.join(', ')}`;
  if (!accepted) wrongUse(text, 'apply the older stack first, or accept the difference with --across-bootstrap');
  return [text];
}

async function bootstrapFiles(delivery: Delivery, release: Release, environment: string): Promise<ReadonlyMap<string, string>> {
  const commit = await delivery.store.tryRef(releaseRef(delivery.desired, release.id));
  return commit === undefined
    ? outside(`the tag of release ${release.id} is gone`, 'restore the tag')
    : delivery.store.files(commit, `${environment}/bootstrap`);
}

async function imageNotes(delivery: Delivery, to: Release): Promise<readonly string[]> {
  if (delivery.images === undefined) return ['not checked: whether its images still exist, as no registry was given'];
  const gone: string[] = [];
  for (const image of imagesOf(to.images)) {
    const reference = `${image.repository}@${image.digest}`;
    if (!(await delivery.images.exists(reference))) gone.push(reference);
  }
  if (gone.length > 0) refuseDelivery(`images of release ${to.id} are gone: ${gone.join(', ')}`, 'choose another release with --to');
  return [];
}

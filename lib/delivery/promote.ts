import { branchRef, type Delivery, edgesInto, environmentNamed, takesReleases } from './delivery';
import { DeliveryError, outside } from './error';
import {
  activeRollback,
  type Candidate,
  candidates,
  currentRelease,
  type Facts,
  normalRequest,
  openPromotion,
  placeOf,
  readFacts,
} from './facts';
import { deploymentsUpstream, type GateResult, runsUpstream } from './gates';
import { recordHealth } from './health';
import type { Actor, PullRequest } from './host';
import { allHold, closePromotion, evaluate, propose, publish, settle, tryMerge, waitingText } from './promotion';
import { release as releaseNamed, tryRelease } from './release';
import { changeState } from './state-branch';

/** A promotion that was closed for a newer release. */
export interface Superseded {
  readonly release: string;
  readonly reason: string;
}

/**
 * `nothing`: no newer release. `waiting`: proposed, a gate does not hold. `held-back`: a newer release is not proposed, the gates say why.
 * `yielded`: another run was quicker; its outcome stands.
 */
export type PromotionState = 'nothing' | 'not-taking-releases' | 'held-back' | 'waiting' | 'merged' | 'yielded';

export interface PromotionReport {
  readonly environment: string;
  readonly state: PromotionState;
  readonly release?: string;
  readonly policy?: string;
  readonly pullRequest?: PullRequest;
  /** Commit on the environment's branch, once merged. */
  readonly commit?: string;
  readonly gates: readonly GateResult[];
  /** One line for people. */
  readonly reason: string;
  /** Older releases that do not go any further, with the reason. */
  readonly superseded: readonly Superseded[];
}

export interface PromoteOptions {
  /** Id of the release, or a unique beginning; otherwise the newest that satisfies all gates. */
  readonly release?: string;
  /** The person who asks; absent when automation does. */
  readonly by?: Actor;
  /** Whether the health of the environments that lead here was recorded just now; else it is recorded first. @default false */
  readonly observed?: boolean;
}

/** A candidate with what its gates say now. */
export interface Evaluated {
  readonly candidate: Candidate;
  readonly gates: readonly GateResult[];
  /** Whether it may be proposed: it was healthy upstream once, and nothing but time and people is missing. */
  readonly proposable: boolean;
  readonly open?: PullRequest;
  /** Why it does not go any further, when a newer release has taken its place. */
  readonly superseded?: string;
}

const PEOPLE: ReadonlySet<GateResult['kind']> = new Set(['approvals', 'manual']);
const LOOKED_AT = 20;

/**
 * Proposes a release to an environment, or carries on what is open: publishes the gates and merges when all hold. Safe to repeat; what a
 * run that was killed left half done is finished or taken back.
 *
 * @throws DeliveryError when the release is not one that may come next, or the outside failed
 */
export async function promote(delivery: Delivery, environment: string, options: PromoteOptions = {}): Promise<PromotionReport> {
  const declared = environmentNamed(delivery.desired, environment);
  if (!takesReleases(declared)) return report(environment, 'not-taking-releases', `${environment} is ${declared.lifecycle}`);
  const asked = options.release === undefined ? undefined : (await releaseNamed(delivery, options.release)).id;
  if (!options.observed) await observeUpstream(delivery, environment);
  const first = await readFacts(delivery, environment);
  if (first.into.length === 0) outside(`${declared.branch} does not exist`, 'run `stagegate bootstrap`');
  const rollback = activeRollback(first);
  if (rollback && asked === undefined) return carryOnRollback(delivery, first);
  await tidy(delivery, first);

  const evaluated = await evaluateCandidates(delivery, first, asked);
  if (options.by?.kind === 'person' && (await recordRequest(delivery, first, evaluated, options.by)))
    return promote(delivery, environment, { ...(asked && { release: asked }), observed: true });
  const superseded = evaluated.flatMap(({ candidate, superseded: reason }) =>
    reason === undefined ? [] : [{ release: candidate.release.id, reason }],
  );
  for (const one of evaluated) if (one.open && one.superseded !== undefined) await closePromotion(delivery, one.open, one.superseded);

  const live = evaluated.filter((one) => one.superseded === undefined);
  const chosen = choose(first, live);
  const [newest] = evaluated;
  if (chosen === undefined) {
    if (newest === undefined)
      return report(
        environment,
        'nothing',
        asked === undefined ? nothingNewer(first) : `release ${asked} does not come after what ${environment} runs`,
      );
    const because = waitingText(newest.gates) || newest.superseded || 'it was not healthy where it comes from yet';
    return { ...report(environment, 'held-back', because, newest), superseded };
  }
  for (const one of live) if (one !== chosen && one.open) await carryOn(delivery, first, one, false);
  return { ...(await carryOn(delivery, first, chosen, true)), superseded };
}

/** A gate on health must not rest on what was reported long ago. */
async function observeUpstream(delivery: Delivery, environment: string): Promise<void> {
  const upstream = new Set(edgesInto(delivery.desired, environment).map((edge) => edge.from));
  for (const name of upstream) await recordHealth(delivery, name);
}

function nothingNewer(facts: Facts): string {
  const current = currentRelease(facts);
  return current ? `nothing newer than release ${current.id}` : 'no release has come this far';
}

function report(environment: string, state: PromotionState, reason: string, one?: Evaluated): PromotionReport {
  return {
    environment,
    state,
    reason,
    gates: one?.gates ?? [],
    superseded: [],
    ...(one && { release: one.candidate.release.id }),
    ...(one?.candidate.edge && { policy: one.candidate.edge.policy }),
    ...(one?.open && { pullRequest: one.open }),
  };
}

/** Evaluates what may come next, newest first, and finds what newer releases have superseded. */
export async function evaluateCandidates(delivery: Delivery, facts: Facts, asked?: string): Promise<readonly Evaluated[]> {
  const all = (await candidates(facts.view, facts))
    .filter(({ release }) => asked === undefined || release.id === asked)
    .slice(0, LOOKED_AT);
  const evaluated: Evaluated[] = [];
  for (const candidate of all) {
    const gates = await evaluate(delivery, facts, candidate);
    const open = openPromotion(delivery, facts, candidate.release.id);
    const proposable = isProposable(facts, candidate, gates);
    const superseded = asked === undefined ? supersededBy(facts, candidate, gates, evaluated) : undefined;
    evaluated.push({ candidate, gates, proposable, ...(open && { open }), ...(superseded && { superseded }) });
  }
  return evaluated;
}

/** A release is proposed as soon as it was first healthy upstream and the implicit gates hold. */
function isProposable(facts: Facts, candidate: Candidate, gates: readonly GateResult[]): boolean {
  if (!allHold(gates.filter((gate) => gate.kind === 'implicit' && gate.id !== 'admitted'))) return false;
  return (
    candidate.edge === undefined ||
    deploymentsUpstream(facts, candidate).some(({ statuses }) => statuses.some((status) => status.state === 'success'))
  );
}

function supersededBy(facts: Facts, candidate: Candidate, gates: readonly GateResult[], newer: readonly Evaluated[]): string | undefined {
  const edge = candidate.edge;
  const rivals = newer.filter((one) => one.candidate.edge === edge);
  const [latest] = rivals;
  if (edge === undefined || latest === undefined) return undefined;
  const stuck = gates.find((gate) => (gate.kind === 'soak' || gate.kind === 'healthy') && gate.state !== 'success');
  if (stuck && !runsUpstream(facts, candidate)) return `superseded by release ${latest.candidate.release.id}: ${stuck.reason}`;
  if (edge.select === 'each') return undefined;
  const ahead = rivals.find((one) => one.proposable && allHold(one.gates.filter((gate) => !PEOPLE.has(gate.kind))));
  if (ahead && !allHold(gates)) return `superseded by release ${ahead.candidate.release.id}, which has come as far`;
  return undefined;
}

/** Newest that satisfies all gates; if there is none, the newest that may be proposed. With `each`, the oldest that may be proposed. */
function choose(facts: Facts, live: readonly Evaluated[]): Evaluated | undefined {
  const proposable = live.filter((one) => one.proposable);
  if (facts.edges.length > 0 && facts.edges.every((edge) => edge.select === 'each')) return proposable.at(-1);
  return proposable.find((one) => allHold(one.gates)) ?? proposable[0];
}

/** Brings one promotion as far as it goes: open, gates published, merged if all hold and it is the one chosen. */
async function carryOn(delivery: Delivery, facts: Facts, one: Evaluated, merge: boolean): Promise<PromotionReport> {
  const { candidate } = one;
  const { name } = facts.environment;
  const pull = await propose(delivery, facts, candidate, one.gates);
  if (pull === undefined) return report(name, 'yielded', 'another run moved the promotion', one);
  const opened: Evaluated = { ...one, open: pull };
  if (!merge || !allHold(one.gates)) {
    await publish(delivery, candidate, pull.headCommit, one.gates);
    return report(name, 'waiting', waitingText(one.gates), opened);
  }
  const result = await tryMerge(delivery, name, candidate);
  if (result.kind === 'merged') {
    await settle(delivery, name, candidate, result.commit);
    return {
      ...report(name, 'merged', `release ${candidate.release.id} merged to ${facts.environment.branch}`, {
        ...opened,
        gates: result.gates,
      }),
      commit: result.commit,
    };
  }
  if (result.kind === 'waiting') return report(name, 'waiting', waitingText(result.gates), { ...opened, gates: result.gates });
  await tidy(delivery, await readFacts(delivery, name));
  return report(name, 'yielded', result.reason, opened);
}

/**
 * Carries on the rollback that was asked of an environment, until it is merged or waits for approvals.
 *
 * @throws DeliveryError when none is open, or the release is gone
 */
export async function carryOnRollback(delivery: Delivery, facts: Facts): Promise<PromotionReport> {
  const { name } = facts.environment;
  const request = activeRollback(facts);
  if (request === undefined) throw new DeliveryError('refused', `no rollback of ${name} is open`, `run \`stagegate rollback ${name}\``);
  const release =
    (await tryRelease(delivery, request.release)) ??
    outside(`the tag of release ${request.release} is gone`, 'restore the tag; releases are never deleted');
  await tidy(delivery, facts);
  const candidate: Candidate = { release, lane: request.lane, request };
  const gates = await evaluate(delivery, facts, candidate);
  const open = openPromotion(delivery, facts, release.id);
  const one: Evaluated = { candidate, gates, proposable: true, ...(open && { open }) };
  return carryOn(delivery, facts, one, true);
}

/** Takes back what does not lead anywhere any more: promotions of what already runs or is older, and branches whose promotion is closed. */
export async function tidy(delivery: Delivery, facts: Facts): Promise<void> {
  const { desired } = delivery;
  const { store } = facts.view;
  const prefix = `${desired.promotionBranchPrefix}${facts.environment.name}/`;
  const current = currentRelease(facts);
  const rollback = activeRollback(facts);
  const isOver = (release: string): boolean => release !== rollback?.release && placeOf(facts, release) <= placeOf(facts, current?.id);
  for (const pull of facts.open) {
    const release = pull.head.slice(prefix.length);
    if (!isOver(release)) continue;
    const reason =
      release === current?.id
        ? `release ${release} runs in ${facts.environment.name} already`
        : `superseded: ${facts.environment.name} runs release ${current?.id ?? 'nothing'} now`;
    await closePromotion(delivery, pull, reason);
  }
  const open = new Set(facts.open.map((pull) => pull.head));
  for (const { ref, commit } of await store.refs(branchRef(prefix))) {
    const branch = ref.slice(branchRef('').length);
    if (!open.has(branch) && isOver(branch.slice(prefix.length))) await store.deleteRef(ref, commit);
  }
}

/** Records who asked for a promotion: for a manual gate, and because who asks does not approve. Not when automation has proposed it already. */
async function recordRequest(delivery: Delivery, facts: Facts, evaluated: readonly Evaluated[], by: Actor): Promise<boolean> {
  const one =
    choose(
      facts,
      evaluated.filter((each) => each.superseded === undefined),
    ) ?? evaluated[0];
  if (one === undefined || normalRequest(facts, one.candidate.release.id)) return false;
  const needed = one.gates.some((gate) => gate.kind === 'manual' && gate.state !== 'success');
  if (one.open && !needed) return false;
  const { id } = one.candidate.release;
  const environment = facts.environment.name;
  const at = new Date(facts.now).toISOString();
  await changeState(delivery, `${by.login} asks for release ${id} in ${environment}`, (state) =>
    state.requests.some((entry) => entry.environment === environment && entry.release === id && entry.lane === 'normal')
      ? state
      : { ...state, requests: [...state.requests, { environment, release: id, lane: 'normal', by, at }] },
  );
  return true;
}

/** Evaluates and publishes the gates of every open promotion into an environment; merges nothing. */
export async function publishGates(delivery: Delivery, environment: string): Promise<readonly PromotionReport[]> {
  environmentNamed(delivery.desired, environment);
  await observeUpstream(delivery, environment);
  const facts = await readFacts(delivery, environment);
  const rollback = activeRollback(facts);
  const found = rollback && (await tryRelease(delivery, rollback.release));
  const all: Evaluated[] =
    found && rollback
      ? [await evaluatedRollback(delivery, facts, { release: found, lane: rollback.lane, request: rollback })]
      : [...(await evaluateCandidates(delivery, facts))];
  const reports: PromotionReport[] = [];
  for (const one of all) {
    if (one.open === undefined) continue;
    await publish(delivery, one.candidate, one.open.headCommit, one.gates);
    reports.push(report(environment, 'waiting', waitingText(one.gates) || 'all gates hold', one));
  }
  return reports;
}

async function evaluatedRollback(delivery: Delivery, facts: Facts, candidate: Candidate): Promise<Evaluated> {
  const open = openPromotion(delivery, facts, candidate.release.id);
  return { candidate, gates: await evaluate(delivery, facts, candidate), proposable: true, ...(open && { open }) };
}

import { durationText } from '../values/duration';
import { type ApprovalDemand, approverGroups, authorsOf, countApprovals, login, reviewsAt, strangersAmong } from './approvals';
import { type Delivery, type DeliveryGate, shortCommit, timeText, tryRepository } from './delivery';
import { DeliveryError } from './error';
import type { Candidate, Facts } from './facts';
import { currentRelease } from './facts';
import { type ObservedDeployment, sourceName } from './health';
import type { PullRequest } from './host';
import { imagesOf, sourceCommits } from './release';
import { healthyStays, soakOf } from './soak';

/** What a gate says of a release at one instant. `failure` opens only when something changes; `pending` may open by waiting or by a person. */
export interface GateResult {
  /** Id of the gate in its policy, or the name of an implicit one. */
  readonly id: string;
  readonly kind: DeliveryGate['kind'] | 'implicit';
  readonly state: 'success' | 'pending' | 'failure';
  /** One line for people. */
  readonly reason: string;
  /** When it opens by itself if nothing else happens, milliseconds since the epoch. */
  readonly until?: number;
  /** Commits, times, logins and links that the result rests on. */
  readonly evidence: readonly string[];
}

type Verdict = Pick<GateResult, 'state' | 'reason'> & Partial<Pick<GateResult, 'until' | 'evidence'>>;

/** Evaluates the gates of the candidate's policy, or of its lane. Implicit gates are evaluated by `implicitGates`. */
export async function policyGates(
  delivery: Delivery,
  facts: Facts,
  candidate: Candidate,
  pull: PullRequest | undefined,
): Promise<readonly GateResult[]> {
  if (candidate.lane !== 'normal') return laneGates(delivery, facts, candidate, pull);
  const results: GateResult[] = [];
  for (const gate of candidate.edge?.gates ?? []) {
    const verdict = await judge(delivery, facts, candidate, pull, gate);
    results.push({ evidence: [], ...verdict, id: gate.id, kind: gate.kind });
  }
  return results;
}

async function laneGates(
  delivery: Delivery,
  facts: Facts,
  candidate: Candidate,
  pull: PullRequest | undefined,
): Promise<readonly GateResult[]> {
  if (candidate.lane !== 'manual-rollback') return [];
  const lanes = facts.edges.flatMap((edge) => edge.lanes).filter((lane) => lane.kind === 'manual-rollback');
  const total = Math.max(0, ...lanes.map((lane) => lane.approvals));
  const including = lanes.flatMap((lane) => lane.including);
  if (total === 0 && including.length === 0) return [];
  const verdict = await judgeApprovals(delivery, facts, candidate, pull, { total, including, distinct: true });
  return [{ evidence: [], ...verdict, id: 'rollback-approvals', kind: 'approvals' }];
}

function judge(
  delivery: Delivery,
  facts: Facts,
  candidate: Candidate,
  pull: PullRequest | undefined,
  gate: DeliveryGate,
): Promise<Verdict> | Verdict {
  switch (gate.kind) {
    case 'healthy':
      return judgeHealthy(facts, candidate);
    case 'soak':
      return judgeSoak(facts, candidate, gate.seconds);
    case 'verified':
      return judgeVerified(facts, candidate, gate.suite);
    case 'approvals':
      return judgeApprovals(delivery, facts, candidate, pull, gate);
    case 'manual':
      return judgeManual(facts, candidate, gate.at);
    case 'check':
      return judgeCheck(delivery, candidate, gate.check, gate.app);
  }
}

/** The deployments of the candidate in the environment that it comes from, newest first. */
export function deploymentsUpstream(facts: Facts, candidate: Candidate): readonly ObservedDeployment[] {
  const all = candidate.edge ? (facts.from.get(candidate.edge.from) ?? []) : [];
  return all.filter(({ release }) => release?.id === candidate.release.id);
}

/** Whether the release runs in the environment that it comes from. */
export function runsUpstream(facts: Facts, candidate: Candidate): boolean {
  return candidate.edge !== undefined && facts.from.get(candidate.edge.from)?.[0]?.release?.id === candidate.release.id;
}

function judgeHealthy(facts: Facts, candidate: Candidate): Verdict {
  const from = candidate.edge?.from ?? '';
  const last = deploymentsUpstream(facts, candidate)[0];
  if (last === undefined) return { state: 'pending', reason: `not in ${from} yet` };
  const report = last.statuses.at(-1);
  if (report === undefined) return { state: 'pending', reason: `${from} has not reported health at ${sourceName(candidate.release)} yet` };
  const evidence = [`${from} ${shortCommit(last.commit.id)}`, timeText(report.at)];
  if (last.tree !== candidate.release.trees[from])
    return { state: 'failure', reason: `${from} ran other manifests than this release has`, evidence };
  if (report.state === 'success')
    return {
      state: 'success',
      reason: `${report.description} since ${timeText(healthyStays(last).at(-1)?.from ?? report.at)}`,
      evidence,
    };
  return { state: report.state === 'pending' ? 'pending' : 'failure', reason: report.description, evidence };
}

function judgeSoak(facts: Facts, candidate: Candidate, seconds: number): Verdict {
  const from = candidate.edge?.from ?? '';
  const { longest, since } = soakOf(
    deploymentsUpstream(facts, candidate).filter((deployment) => deployment.tree === candidate.release.trees[from]),
    facts.now,
  );
  const wanted = durationText(seconds);
  if (longest >= seconds * 1000) return { state: 'success', reason: `healthy in ${from} for ${wanted} without interruption` };
  if (since !== undefined) {
    const until = since + seconds * 1000;
    return { state: 'pending', reason: `healthy in ${from} since ${timeText(since)}, ${wanted} are over at ${timeText(until)}`, until };
  }
  if (runsUpstream(facts, candidate))
    return { state: 'pending', reason: `${wanted} of health in ${from} asked; it is not healthy there now` };
  return { state: 'failure', reason: `replaced in ${from} before ${wanted} of health were over` };
}

function judgeVerified(facts: Facts, candidate: Candidate, suite: string): Verdict {
  const from = candidate.edge?.from ?? '';
  const last = facts.state.verifications.findLast(
    (entry) => entry.environment === from && entry.release === candidate.release.id && entry.suite === suite,
  );
  if (last === undefined)
    return { state: 'pending', reason: `suite ${suite} has not run against ${from} for this release: stagegate verify ${from}` };
  const evidence = [last.at, ...(last.link ? [last.link] : [])];
  const passed = last.conclusion === 'success';
  return {
    state: passed ? 'success' : 'failure',
    reason: `suite ${suite} ${passed ? 'passed' : 'failed'} against ${from} at ${last.at}`,
    evidence,
  };
}

async function judgeApprovals(
  delivery: Delivery,
  facts: Facts,
  candidate: Candidate,
  pull: PullRequest | undefined,
  demand: Pick<Extract<DeliveryGate, { kind: 'approvals' }>, 'total' | 'including' | 'distinct'>,
): Promise<Verdict> {
  const groups = await approverGroups(delivery.host, demand.including);
  if (typeof groups === 'string') return { state: 'failure', reason: groups };
  const { approved, objected } =
    pull === undefined ? { approved: [], objected: [] } : reviewsAt(await delivery.host.reviews(pull.number), pull.headCommit);
  const strangers = await strangersAmong(delivery.host, [...approved, ...objected], groups);
  const objection = objected.find(
    (review) =>
      !strangers.has(login(review.author.login)) &&
      (groups.length === 0 || groups.some((group) => group.members.map(login).includes(login(review.author.login)))),
  );
  if (objection) return { state: 'failure', reason: `${objection.author.login} asks for changes`, evidence: [timeText(objection.at)] };

  const authors = await excludedApprovers(delivery, facts, candidate);
  if (typeof authors === 'string') return { state: 'failure', reason: authors };
  const excluded = new Map([...[...strangers].map((name) => [name, 'who may not write'] as const), ...authors]);
  const counted = approved.filter((review) => !excluded.has(login(review.author.login)));
  const left = approved.filter((review) => excluded.has(login(review.author.login)));
  const wanted: ApprovalDemand = { total: demand.total, groups, distinct: demand.distinct };
  const { enough, missing } = countApprovals(
    wanted,
    counted.map((review) => review.author.login),
  );
  const evidence = counted.map((review) => `${review.author.login} ${timeText(review.at)}`);
  const aside =
    left.length > 0
      ? `; not counted: ${left.map((review) => `${review.author.login}, ${excluded.get(login(review.author.login))}`).join('; ')}`
      : '';
  if (enough)
    return {
      state: 'success',
      reason: `approved by ${counted.map((review) => review.author.login).join(', ') || 'nobody, none needed'}${aside}`,
      evidence,
    };
  return { state: 'pending', reason: `approval needed: ${missing.join(', ')}${aside}`, evidence };
}

const AUTHORS_LIMIT = 1000;

/**
 * Who may not approve, with the reason, by login: authors of what the release brings here, and who asked for it. For the first release of
 * an environment the authors of its own source commits, not of all history.
 */
async function excludedApprovers(delivery: Delivery, facts: Facts, candidate: Candidate): Promise<ReadonlyMap<string, string> | string> {
  const excluded = new Map<string, string>();
  if (candidate.request?.by.kind === 'person') excluded.set(login(candidate.request.by.login), 'who asked for it');
  if (candidate.lane !== 'normal') return excluded;
  const running = currentRelease(facts);
  for (const image of imagesOf(candidate.release.images)) {
    const before = running?.images[image.service]?.[image.slot]?.source;
    if (before?.repository === image.source.repository && before.commit === image.source.commit) continue;
    for (const author of image.source.authors ?? []) excluded.set(login(author), 'author');
    const repository = tryRepository(delivery, image.source.repository);
    if (repository === undefined) {
      if (image.source.authors === undefined)
        return `the authors of ${shortCommit(image.source.commit)} in ${image.source.repository} are not known here`;
      continue;
    }
    const from = before?.repository === image.source.repository ? before.commit : undefined;
    const authors = await authorsBrought(repository.store, from, image.source.commit);
    if (authors === undefined) return `the authors of what ${shortCommit(image.source.commit)} brings cannot be told`;
    for (const author of authors) excluded.set(login(author), 'author');
  }
  if (running?.config !== candidate.release.config) {
    const authors = await authorsBrought(delivery.store, running?.config, candidate.release.config);
    if (authors === undefined) return `the authors of what config ${shortCommit(candidate.release.config)} brings cannot be told`;
    for (const author of authors) excluded.set(login(author), 'author');
  }
  return excluded;
}

/** The authors of what a commit has beyond another, or of itself; undefined when that cannot be read, or is too much. */
async function authorsBrought(store: Delivery['store'], from: string | undefined, to: string): Promise<readonly string[] | undefined> {
  try {
    const commits = from === undefined ? [await store.commit(to)] : await store.between(from, to, AUTHORS_LIMIT);
    return commits.length < AUTHORS_LIMIT ? commits.flatMap(authorsOf) : undefined;
  } catch {
    return undefined;
  }
}

function judgeManual(facts: Facts, candidate: Candidate, at: 'promotion' | 'sync'): Verdict {
  if (at === 'sync') return { state: 'success', reason: `a person syncs ${facts.environment.name} after the merge` };
  const { request } = candidate;
  if (request?.by.kind === 'person')
    return { state: 'success', reason: `asked for by ${request.by.login} at ${request.at}`, evidence: [request.by.login, request.at] };
  return {
    state: 'pending',
    reason: `a person asks for it: stagegate promote ${facts.environment.name} --release ${candidate.release.id}`,
  };
}

async function judgeCheck(delivery: Delivery, candidate: Candidate, check: string, app: string): Promise<Verdict> {
  let commits: ReadonlyMap<string, string>;
  try {
    commits = await sourceCommits(delivery, candidate.release.images);
  } catch (error) {
    if (DeliveryError.is(error)) return { state: 'failure', reason: error.message };
    throw error;
  }
  const evidence: string[] = [];
  for (const [name, commit] of commits) {
    const repository = tryRepository(delivery, name);
    if (repository === undefined) return { state: 'failure', reason: `checks of ${name} cannot be read here` };
    const statuses = await repository.host.statuses(commit);
    const last = statuses.findLast((status) => status.context === check && status.creator.kind === 'app' && status.creator.login === app);
    if (last === undefined || last.state === 'pending')
      return { state: 'pending', reason: `check ${check} of ${app} has not finished at ${shortCommit(commit)}` };
    if (last.state !== 'success')
      return { state: 'failure', reason: `check ${check} of ${app} failed at ${shortCommit(commit)}: ${last.description}` };
    evidence.push(`${shortCommit(commit)} ${timeText(last.at)}`);
  }
  return { state: 'success', reason: `check ${check} of ${app} succeeded`, evidence };
}

import { branchRef, type Delivery, shortCommit, tryRepository, withUpstream } from './delivery';
import { DeliveryError } from './error';
import { type Candidate, currentRelease, type Facts } from './facts';
import type { GateResult } from './gates';
import { refMatches } from './ref-pattern';
import { imagesOf, type Release, sourceCommits, storedTreeMatches } from './release';
import { soakOf } from './soak';
import type { DeliveryState, HoldEntry, QuarantineEntry } from './state-branch';
import type { StoredCommit } from './store';

const LISTED = 10;

function result(id: string, state: GateResult['state'], reason: string, evidence: readonly string[] = []): GateResult {
  return { id, kind: 'implicit', state, reason, evidence };
}

/**
 * What always holds for a release that enters an environment, whatever the policy says: it is neither quarantined nor held, its bytes are
 * those of the stored release, its config was on the program branch, and it takes nothing back that already runs there.
 * A rollback may be held, and takes back by intent.
 */
export async function implicitGates(delivery: Delivery, facts: Facts, candidate: Candidate): Promise<readonly GateResult[]> {
  const always = [
    judgeQuarantine(delivery, facts, candidate),
    await judgeTree(delivery, facts, candidate),
    await judgeConfig(delivery, facts, candidate),
  ];
  if (candidate.lane !== 'normal') return always;
  const normal = [judgeHold(delivery, facts, candidate), await judgeContains(delivery, facts, candidate)];
  const admitted = judgeAdmitted(delivery, facts);
  if (admitted) normal.push(admitted);
  if (candidate.edge?.on) normal.push(await judgeOn(delivery, candidate.release, candidate.edge.on));
  return [...always, ...normal];
}

/** The entry that keeps a release out of an environment: its tree there or upstream of it, or one of its images. */
export function quarantineOf(
  delivery: Pick<Delivery, 'desired'>,
  state: DeliveryState,
  environment: string,
  release: Release,
): QuarantineEntry | undefined {
  const upstream = withUpstream(delivery.desired, environment);
  const digests = new Set(imagesOf(release.images).map((image) => image.digest));
  return state.quarantine.find(({ key, lifted }) => {
    if (lifted) return false;
    return key.kind === 'image' ? digests.has(key.digest) : upstream.has(key.environment) && release.trees[key.environment] === key.tree;
  });
}

/** The hold that stops a release: of itself there or upstream; else that of everything into the environment. */
export function holdOf(
  delivery: Pick<Delivery, 'desired'>,
  state: DeliveryState,
  environment: string,
  release: string,
): HoldEntry | undefined {
  const upstream = withUpstream(delivery.desired, environment);
  const open = state.holds.filter((hold) => !hold.released);
  return (
    open.find((hold) => hold.release === release && upstream.has(hold.environment)) ??
    open.find((hold) => hold.release === undefined && hold.environment === environment)
  );
}

function judgeQuarantine(delivery: Delivery, facts: Facts, { release }: Candidate): GateResult {
  const entry = quarantineOf(delivery, facts.state, facts.environment.name, release);
  if (entry === undefined) return result('not-quarantined', 'success', 'not quarantined');
  const what = entry.key.kind === 'image' ? `image ${entry.key.digest.slice(0, 19)}` : `its manifests of ${entry.key.environment}`;
  return result('not-quarantined', 'failure', `${what} quarantined by ${entry.by.login} at ${entry.at}: ${entry.reason}`, [
    entry.by.login,
    entry.at,
  ]);
}

function judgeHold(delivery: Delivery, facts: Facts, { release }: Candidate): GateResult {
  const entry = holdOf(delivery, facts.state, facts.environment.name, release.id);
  if (entry === undefined) return result('not-held', 'success', 'not held');
  return result('not-held', 'failure', `held in ${entry.environment} by ${entry.by.login} at ${entry.at}: ${entry.reason}`, [
    entry.by.login,
    entry.at,
  ]);
}

async function judgeTree(delivery: Delivery, facts: Facts, { release }: Candidate): Promise<GateResult> {
  const { name } = facts.environment;
  if (release.trees[name] === undefined)
    return result('tree', 'failure', `the release was made before ${name} was declared and holds nothing for it`);
  if (await storedTreeMatches(delivery, release, name))
    return result('tree', 'success', 'the bytes are those of the stored release', [release.trees[name]]);
  return result('tree', 'failure', `the stored manifests of ${name} are not those that the release records`);
}

async function judgeConfig(delivery: Delivery, facts: Facts, { release }: Candidate): Promise<GateResult> {
  const { programBranch } = delivery.desired;
  const contained = facts.programHead !== undefined && (await delivery.store.isAncestor(release.config, facts.programHead));
  const commit = shortCommit(release.config);
  return contained
    ? result('config', 'success', `rendered from ${commit}, which ${programBranch} contains`, [release.config])
    : result('config', 'failure', `rendered from ${commit}, which ${programBranch} does not contain`, [release.config]);
}

/** A release never overwrites a hotfix or anything newer: per image it contains the source commit that runs. */
async function judgeContains(delivery: Delivery, facts: Facts, { release }: Candidate): Promise<GateResult> {
  const running = currentRelease(facts);
  const built = new Set(
    delivery.desired.services.flatMap((service) =>
      service.images.filter((image) => image.build.kind === 'dockerfile').map((image) => image.slot),
    ),
  );
  const now = new Map(imagesOf(release.images).map((image) => [image.slot, image.source]));
  for (const { slot, source } of running ? imagesOf(running.images) : []) {
    const fresh = now.get(slot);
    if (fresh === undefined || !built.has(slot) || fresh.commit === source.commit) continue;
    const repository = fresh.repository === source.repository ? tryRepository(delivery, source.repository) : undefined;
    if (repository === undefined)
      return result(
        'contains',
        'failure',
        `${slot}: whether ${shortCommit(fresh.commit)} contains ${shortCommit(source.commit)} cannot be read here`,
      );
    if (!(await repository.store.isAncestor(source.commit, fresh.commit))) {
      return result(
        'contains',
        'failure',
        `${slot}: ${facts.environment.name} runs ${shortCommit(source.commit)}, which ${shortCommit(fresh.commit)} does not contain`,
        [source.commit, fresh.commit],
      );
    }
  }
  return result('contains', 'success', `contains what ${facts.environment.name} runs`);
}

/** `admit: after-soak`: what runs there finishes the soaks that lead on from there before the next release may replace it. */
function judgeAdmitted(delivery: Delivery, facts: Facts): GateResult | undefined {
  const { environment, into, now } = facts;
  const running = currentRelease(facts);
  if (environment.admit !== 'after-soak' || running === undefined) return undefined;
  const seconds = Math.max(
    0,
    ...delivery.desired.edges
      .filter((edge) => edge.from === environment.name)
      .flatMap((edge) => edge.gates.map((gate) => (gate.kind === 'soak' ? gate.seconds : 0))),
  );
  const stopped =
    quarantineOf(delivery, facts.state, environment.name, running) ?? holdOf(delivery, facts.state, environment.name, running.id);
  const failed = into[0]?.statuses.at(-1)?.state === 'error';
  const { longest, since } = soakOf(
    into.filter(({ release }) => release?.id === running.id),
    now,
  );
  if (stopped || failed || longest >= seconds * 1000)
    return result('admitted', 'success', `release ${running.id} has soaked or was given up`);
  const pending = result('admitted', 'pending', `release ${running.id} soaks in ${environment.name} first`);
  return since === undefined ? pending : { ...pending, until: since + seconds * 1000 };
}

/** The ref has the tree of the release's source commit; otherwise what it has beyond that is listed. */
async function judgeOn(delivery: Delivery, release: Release, on: NonNullable<NonNullable<Candidate['edge']>['on']>): Promise<GateResult> {
  const repository = tryRepository(delivery, on.repository);
  if (repository === undefined) return result('on', 'failure', `${on.repository} cannot be read here`);
  let commit: string | undefined;
  try {
    commit = (await sourceCommits(delivery, release.images)).get(on.repository);
  } catch (error) {
    if (DeliveryError.is(error)) return result('on', 'failure', error.message);
    throw error;
  }
  if (commit === undefined) return result('on', 'failure', `no image of the release is built from ${on.repository}`);
  const tree = await repository.store.tryTree(commit, '');
  if (tree === undefined) return result('on', 'failure', `commit ${shortCommit(commit)} is not in ${on.repository}`);
  const heads =
    on.kind === 'branch'
      ? [await repository.store.tryRef(branchRef(on.pattern))]
      : (await repository.store.refs('refs/tags/'))
          .filter(({ ref }) => refMatches(ref, `refs/tags/${on.pattern}`))
          .map((ref) => ref.commit);
  for (const head of heads) {
    if (head !== undefined && (await repository.store.tryTree(head, '')) === tree) {
      return result('on', 'success', `${on.pattern} at ${shortCommit(head)} has the tree of ${shortCommit(commit)}`, [head, commit]);
    }
  }
  const [head] = heads;
  if (on.kind === 'tags' || head === undefined)
    return result('on', 'pending', `no ${on.kind === 'tags' ? 'tag' : 'branch'} ${on.pattern} with the tree of ${shortCommit(commit)}`);
  if (await repository.store.isAncestor(head, commit))
    return result('on', 'pending', `${shortCommit(commit)} is not merged to ${on.pattern} yet`);
  const further = await repository.store.between(commit, head, 100);
  if (further.length === 0) return result('on', 'pending', `${on.pattern} is at ${shortCommit(head)}, behind ${shortCommit(commit)}`);
  return result(
    'on',
    'failure',
    `${on.pattern} has more than was verified: ${listed(further)}`,
    further.map((one) => one.id),
  );
}

function listed(commits: readonly StoredCommit[]): string {
  const own = commits.filter((commit) => commit.parents.length < 2);
  const shown = (own.length > 0 ? own : commits).map((commit) => `${shortCommit(commit.id)} ${commit.message.split('\n')[0] ?? ''}`.trim());
  return shown.length <= LISTED ? shown.join(', ') : `${shown.slice(0, LISTED).join(', ')} and ${shown.length - LISTED} more`;
}

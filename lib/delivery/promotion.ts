import { productionChecklist } from './checklist';
import { branchRef, type Delivery, promotionBranch, releaseRef, shortCommit, statusText } from './delivery';
import { outside, refuseDelivery } from './error';
import { activeRollback, type Candidate, currentRelease, type Facts, openPromotion, readFacts } from './facts';
import { type GateResult, policyGates } from './gates';
import { appStatuses, deploymentMessage } from './history';
import type { PullRequest, StatusState } from './host';
import { implicitGates } from './implicit-gates';
import { promotionBody, promotionTitle } from './promotion-body';
import { releaseFile } from './release';
import type { StoredCommit } from './store';

/** All gates of a candidate: the implicit ones first, then those of its policy or lane. */
export async function evaluate(delivery: Delivery, facts: Facts, candidate: Candidate): Promise<readonly GateResult[]> {
  const pull = openPromotion(delivery, facts, candidate.release.id);
  const [implicit, policy] = await Promise.all([
    implicitGates(facts.view, facts, candidate),
    policyGates(facts.view, facts, candidate, pull),
  ]);
  return [...implicit, ...policy];
}

export function allHold(gates: readonly GateResult[]): boolean {
  return gates.every((gate) => gate.state === 'success');
}

/** The gates that do not hold, in one line. */
export function waitingText(gates: readonly GateResult[]): string {
  return gates
    .filter((gate) => gate.state !== 'success')
    .map((gate) => `${gate.id}: ${gate.reason}`)
    .join('; ');
}

/**
 * Opens the promotion of a release, or brings the open one up to date: its head is one commit on the environment's head, with that head's
 * control files and the release's bytes. When the base has moved the head is made anew, approvals start anew, and the pull request says so.
 *
 * @returns undefined when somebody else moved a ref meanwhile
 */
export async function propose(
  delivery: Delivery,
  facts: Facts,
  candidate: Candidate,
  gates: readonly GateResult[],
): Promise<PullRequest | undefined> {
  const { desired, host } = delivery;
  const { store } = facts.view;
  const { name, branch: base } = facts.environment;
  const [deployed] = facts.into;
  if (deployed === undefined) outside(`${base} does not exist`, 'run `stagegate bootstrap`');
  const branch = promotionBranch(desired, name, candidate.release.id);
  const at = await store.tryRef(branchRef(branch));
  const wanted = await promotionHead(facts.view, facts, candidate, deployed.commit);
  if (at !== wanted) {
    const moved = await store.moveRef(branchRef(branch), wanted, at, true);
    if (moved.kind === 'refused') outside(`${branch} cannot be written: ${moved.reason}`, 'run this as the delivery app');
    if (moved.kind === 'moved' && moved.found !== wanted) return undefined;
  }
  const title = promotionTitle(name, candidate);
  const body = await promotionBody(facts.view, facts, candidate, gates, productionChecklist(facts, candidate, gates));
  const open = openPromotion(delivery, facts, candidate.release.id);
  if (open === undefined) return openUnlessMoved(delivery, { head: branch, base, title, body }, wanted);
  if (at !== undefined && at !== wanted) {
    await host.comment(
      open.number,
      `${base} moved to ${shortCommit(deployed.commit.id)}: this promotion has a new head, ${shortCommit(wanted)}. Approvals start anew.`,
    );
  }
  if (open.body !== body || open.title !== title) await host.updatePullRequest(open.number, { title, body });
  return { ...open, title, body, headCommit: wanted };
}

/** Another run may have merged the promotion and deleted its branch since the facts were read; then there is nothing to open. */
async function openUnlessMoved(
  delivery: Delivery,
  request: Parameters<Delivery['host']['openPullRequest']>[0],
  head: string,
): Promise<PullRequest | undefined> {
  try {
    return await delivery.host.openPullRequest(request);
  } catch (error) {
    if ((await delivery.store.tryRef(branchRef(request.head))) !== head) return undefined;
    throw error;
  }
}

/** The one commit of a promotion; its id depends on base and release alone, so that two runs make the same. */
async function promotionHead(delivery: Delivery, facts: Facts, candidate: Candidate, base: StoredCommit): Promise<string> {
  const { store, desired } = delivery;
  const { environment } = facts;
  const { release, lane, request } = candidate;
  const manifests = release.trees[environment.name];
  const tag = await store.tryRef(releaseRef(desired, release.id));
  if (manifests === undefined || tag === undefined)
    outside(`release ${release.id} holds nothing for ${environment.name}`, 'make a new release');
  const files = new Map(await store.files(base.id, ''));
  for (const path of files.keys()) if (path.startsWith('manifests/')) files.delete(path);
  files.set('release.yaml', releaseFile.write(release));
  const tree = await store.writeTree(files, new Map([['manifests', manifests]]));
  const message = `Propose release ${release.id} for ${environment.name}${lane === 'normal' ? '' : `, ${lane}${request ? ` asked by ${request.by.login} at ${request.at}` : ''}`}\n`;
  return store.writeCommit({
    tree,
    parents: [base.id],
    author: desired.apps.delivery.slug,
    message,
    at: Math.max(base.at, Date.parse(release.createdAt)),
  });
}

/** Sets a status of the delivery app, unless its last one says the same. */
async function report(delivery: Delivery, commit: string, context: string, state: StatusState, text: string): Promise<void> {
  const description = statusText(text);
  const last = (await appStatuses(delivery, commit, context)).at(-1);
  if (last?.state === state && last.description === description) return;
  await delivery.host.setStatus(commit, { context, state, description });
}

/** Publishes what each gate says, as an informational status, where that has changed. */
async function publishEach(delivery: Delivery, candidate: Candidate, head: string, gates: readonly GateResult[]): Promise<void> {
  for (const gate of gates) {
    if (gate.kind === 'implicit') continue;
    await report(delivery, head, `stagegate/${candidate.edge?.policy ?? 'rollback'}/${gate.id}`, gate.state, gate.reason);
  }
}

/** Publishes what the gates say: one informational status each, and the required one, which is never left green here. */
export async function publish(delivery: Delivery, candidate: Candidate, head: string, gates: readonly GateResult[]): Promise<void> {
  await publishEach(delivery, candidate, head, gates);
  const failed = gates.some((gate) => gate.state === 'failure');
  await report(
    delivery,
    head,
    delivery.desired.gatesContext,
    failed ? 'failure' : 'pending',
    waitingText(gates) || 'evaluated again before the merge',
  );
}

export type MergeResult =
  | { readonly kind: 'merged'; readonly commit: string; readonly gates: readonly GateResult[] }
  | { readonly kind: 'waiting'; readonly gates: readonly GateResult[] }
  /** Somebody else merged it, or took the environment elsewhere. */
  | { readonly kind: 'yielded'; readonly gates: readonly GateResult[]; readonly reason: string };

const ATTEMPTS = 12;

/**
 * Merges a promotion whose gates hold: sets the required check to pending, reads and evaluates everything again, sets it to success, merges
 * naming the head, and takes the success back when the merge was refused.
 */
export async function tryMerge(delivery: Delivery, environment: string, candidate: Candidate): Promise<MergeResult> {
  const { host, desired } = delivery;
  let gates: readonly GateResult[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const pull = openPromotion(delivery, await readFacts(delivery, environment), candidate.release.id);
    if (pull === undefined) return { kind: 'yielded', gates, reason: 'another run closed or merged this promotion' };
    await report(delivery, pull.headCommit, desired.gatesContext, 'pending', 'gates are evaluated');
    const facts = await readFacts(delivery, environment);
    const same = openPromotion(delivery, facts, candidate.release.id);
    if (same?.headCommit !== pull.headCommit || !isStillWanted(facts, candidate))
      return { kind: 'yielded', gates, reason: `${facts.environment.branch} or the promotion moved` };
    gates = await evaluate(delivery, facts, candidate);
    if (!allHold(gates)) {
      await publish(delivery, candidate, pull.headCommit, gates);
      return { kind: 'waiting', gates };
    }
    await publishEach(delivery, candidate, pull.headCommit, gates);
    await host.setStatus(pull.headCommit, {
      context: desired.gatesContext,
      state: 'success',
      description: `all ${gates.length} gates hold`,
    });
    const { lane, release, request } = candidate;
    const message = deploymentMessage(environment, {
      release: release.id,
      lane,
      ...(request && { by: request.by }),
      ...(request?.reason && { reason: request.reason }),
    });
    const outcome = await host.merge(pull.number, { method: 'squash', head: pull.headCommit, message });
    if (outcome.kind === 'merged') return { kind: 'merged', commit: outcome.commit, gates };
    const green = (await appStatuses(delivery, pull.headCommit, desired.gatesContext)).at(-1)?.state === 'success';
    await report(delivery, pull.headCommit, desired.gatesContext, 'pending', `merge refused: ${outcome.reason}`);
    if (outcome.kind === 'refused' && green && (await host.pullRequest(pull.number)).state === 'open') {
      refuseDelivery(
        `the host refuses to merge release ${release.id} into ${facts.environment.branch}: ${outcome.reason}`,
        'bring the rulesets of the branch to what is compiled',
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 10 + Math.random() * 40 * (attempt + 1)));
  }
  return outside(`other runs came between ${ATTEMPTS} times`, 'run the command again');
}

function isStillWanted(facts: Facts, candidate: Candidate): boolean {
  if (currentRelease(facts)?.id === candidate.release.id) return false;
  if (candidate.lane === 'normal') return true;
  return activeRollback(facts)?.release === candidate.release.id;
}

/** After a merge: compares the tree, deletes the promotion's branch and tells the target to look. */
export async function settle(delivery: Delivery, environment: string, candidate: Candidate, commit: string): Promise<void> {
  const { store, desired } = delivery;
  const { release } = candidate;
  const tree = await store.tryTree(commit, 'manifests');
  if (tree !== release.trees[environment]) {
    const text = `the merged manifests are not those of release ${release.id}`;
    await delivery.host.setStatus(commit, { context: 'stagegate/tree', state: 'failure', description: statusText(text) });
    outside(`${environment}: ${text}`, `look who wrote to the branch at ${commit}, then roll ${environment} back`);
  }
  const ref = branchRef(promotionBranch(desired, environment, release.id));
  const at = await store.tryRef(ref);
  if (at !== undefined) await store.deleteRef(ref, at);
  await delivery.target.refresh(environment).catch(() => undefined);
}

/** Closes a promotion with the reason as a comment, and deletes its branch. */
export async function closePromotion(delivery: Delivery, pull: PullRequest, reason: string): Promise<void> {
  const { host, store } = delivery;
  const { state } = await host.pullRequest(pull.number);
  const said = (await host.comments(pull.number)).some((comment) => comment.body === reason);
  if (!said && state === 'open') await host.comment(pull.number, reason);
  if (state === 'open') {
    await host.closePullRequest(pull.number).catch(async (error: unknown) => {
      if ((await host.pullRequest(pull.number)).state === 'open') throw error;
    });
  }
  const at = await store.tryRef(branchRef(pull.head));
  if (at !== undefined) await store.deleteRef(branchRef(pull.head), at);
}

import type { DeliveryEnvironment } from '../desired/desired-state';
import { branchRef, type Delivery } from './delivery';
import { outside } from './error';
import { createRelease } from './release-create';
import type { ReleaseRequest } from './release-render';
import { neverEmpty } from './release-store';
import { readState } from './state-branch';

/** What one step of bootstrap found or did. */
export interface BootstrapStep {
  readonly subject: string;
  /** `done` now, `already` there, or something that a `person` has to do. */
  readonly outcome: 'done' | 'already' | 'person';
  readonly text: string;
}

export interface BootstrapOptions {
  /** Makes the first release with these images when there is none yet. */
  readonly firstRelease?: ReleaseRequest;
}

const STATE_README =
  'Written by the delivery app: releases in their order, quarantine, holds, verifications, requests. Change it with `stagegate`, never by hand.\n';

/**
 * Brings a delivery repository to where releases can begin, and to where one environment more can begin. Idempotent: what is there stays,
 * and each step says what it did or what a person must do.
 */
export async function bootstrap(delivery: Delivery, options: BootstrapOptions = {}): Promise<readonly BootstrapStep[]> {
  const { desired, store } = delivery;
  const steps: BootstrapStep[] = [await programStep(delivery)];
  for (const environment of desired.environments) steps.push(await environmentStep(delivery, environment));
  const head = await store.tryRef(branchRef(desired.stateBranch));
  if (head === undefined)
    await createBranch(delivery, desired.stateBranch, 'Begin the record of delivery', new Map([['README.md', STATE_README]]));
  steps.push({
    subject: desired.stateBranch,
    outcome: head === undefined ? 'done' : 'already',
    text: head === undefined ? 'branch made, empty' : 'branch is there',
  });
  const fresh = steps.filter((step) => step.outcome === 'done').map((step) => step.subject);
  if (fresh.length > 0) {
    steps.push({ subject: 'rulesets', outcome: 'person', text: `apply the stack github: it puts ${fresh.join(', ')} under the rulesets` });
    steps.push({
      subject: 'stacks',
      outcome: 'person',
      text: 'apply the stack of each new environment: namespace, quota, network policy, project and Application',
    });
  }
  steps.push(await releaseStep(delivery, options.firstRelease));
  return steps;
}

async function programStep({ desired, store }: Delivery): Promise<BootstrapStep> {
  const subject = desired.programBranch;
  const head = await store.tryRef(branchRef(subject));
  if (head === undefined)
    return { subject, outcome: 'person', text: `push the program with ${desired.programFile} and ${desired.lockFile} to ${subject}` };
  const missing: string[] = [];
  for (const file of [desired.programFile, desired.lockFile]) if ((await store.tryFile(head, file)) === undefined) missing.push(file);
  if (missing.length > 0) return { subject, outcome: 'person', text: `add ${missing.join(' and ')} to ${subject}` };
  return { subject, outcome: 'already', text: 'branch holds the program' };
}

async function environmentStep(delivery: Delivery, environment: DeliveryEnvironment): Promise<BootstrapStep> {
  const { name, branch, lifecycle } = environment;
  if (lifecycle === 'planned' || lifecycle === 'retired')
    return { subject: branch, outcome: 'already', text: `${name} is ${lifecycle}: no branch is made` };
  if ((await delivery.store.tryRef(branchRef(branch))) !== undefined)
    return { subject: branch, outcome: 'already', text: 'branch is there' };
  const readme = `What should run in ${name}: \`manifests/\`, and the release they come from in \`release.yaml\`. Written by the delivery app through pull requests only.\n`;
  const manifests = await delivery.store.writeTree(neverEmpty(new Map()));
  await createBranch(
    delivery,
    branch,
    `Begin ${name} with an empty release`,
    new Map([['README.md', readme]]),
    new Map([['manifests', manifests]]),
  );
  return { subject: branch, outcome: 'done', text: 'branch made with an empty release' };
}

async function createBranch(
  { store, host }: Delivery,
  branch: string,
  message: string,
  files: ReadonlyMap<string, string>,
  grafts?: ReadonlyMap<string, string>,
): Promise<void> {
  const tree = await store.writeTree(files, grafts);
  const commit = await store.writeCommit({
    tree,
    parents: [],
    author: (await host.actor()).login,
    message: `${message}\n`,
    at: await host.now(),
  });
  const update = await store.moveRef(branchRef(branch), commit, undefined);
  if (update.kind === 'refused') outside(`${branch} cannot be made: ${update.reason}`, 'run this as the delivery app');
}

async function releaseStep(delivery: Delivery, request: ReleaseRequest | undefined): Promise<BootstrapStep> {
  const { releases } = await readState(delivery);
  const [first] = releases;
  if (first) return { subject: 'first release', outcome: 'already', text: `release ${first.id} of ${first.environment}` };
  if (request === undefined)
    return { subject: 'first release', outcome: 'person', text: 'run `stagegate release create` with an image for every slot' };
  const { release } = await createRelease(delivery, request);
  return { subject: 'first release', outcome: 'done', text: `release ${release.id} made for ${release.environment}` };
}

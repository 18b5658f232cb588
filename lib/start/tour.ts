import { runCommandLine } from '../cli/command-line';
import { gatesText } from '../cli/delivery-text';
import type { Io } from '../cli/io';
import { statusText } from '../cli/status-text';
import { colours, table } from '../cli/text';
import {
  approve,
  bootstrap,
  createRelease,
  type DeliverReport,
  deliver,
  type EnvironmentStatus,
  planSync,
  promote,
  rollback,
  startSync,
  status,
  why,
} from '../delivery';
import { enforcements } from '../diff/policy/enforcement';
import type { Scene } from './scene';

/** A step came out otherwise than told. */
export class UnexpectedOutcomeError extends Error {}

/** Time that passes after a pass of delivery unless a step says otherwise, seconds. */
const PASS_SECONDS = 15;
const PASSES = 15;

const DIGESTS = { backend: digest('1a'), frontend: digest('2b'), brokenBackend: digest('bad') };

/** Tells a delivery from the program to a rollback, doing each step. @throws UnexpectedOutcomeError */
export async function tour(io: Io, scene: Scene, programFile: string): Promise<void> {
  const paint = colours(io);
  const heading = (text: string): void => io.out(`\n${paint.bold(text)}\n`);
  const say = (text: string): void => io.out(text);
  const matrix = async (): Promise<void> => say(`\n${indented(statusText(io, await status(scene.delivery)))}\n`);

  heading('check: the rules, applied to what is compiled');
  expect((await runCommandLine(['check', '--program', programFile], indentedIo(io))) === 0, 'check finds no error');

  heading('graph: the ways that releases take');
  await runCommandLine(['graph', '--program', programFile], indentedIo(io));

  heading('who enforces what: read from the compiled rulesets and Applications');
  const rows = enforcements(scene.desired);
  say(indented(table(rows.map(({ subject, demand, by }) => [subject, demand, by || paint.red('nothing')]))));
  expect(
    rows.every(({ by }) => by !== ''),
    'every demand is enforced',
  );

  heading('delivery');
  await prepare(io, scene);
  const good = await firstRelease(io, scene);
  await matrix();
  await toPreproduction(io, scene, good);
  await matrix();
  await toProduction(io, scene, good);
  await matrix();
  await badRelease(io, scene, good);
  await matrix();
}

async function prepare(io: Io, scene: Scene): Promise<void> {
  const steps = await bootstrap(scene.delivery);
  const made = steps.filter(({ outcome }) => outcome === 'done').map(({ subject }) => subject);
  const rulesets = await scene.applyRulesets();
  io.out(`bootstrap        made ${made.join(', ')}; the host enforces ${rulesets} rulesets`);
  const zoe = await scene.as('zoe');
  const ref = 'refs/heads/env/prod';
  const head = (await zoe.store.tryRef(ref)) ?? '';
  const commit = await zoe.store.writeCommit({
    tree: (await zoe.store.commit(head)).tree,
    parents: [head],
    author: 'zoe',
    message: 'Past the gates\n',
    at: await zoe.host.now(),
  });
  const update = await zoe.store.moveRef(ref, commit, head);
  expect(update.kind === 'refused', 'a push to env/prod is refused');
  const [, because = ''] = update.kind === 'refused' ? update.reason.split('\n') : [];
  io.out(`zoe pushes       to env/prod and is refused: ${because}`);
}

async function firstRelease(io: Io, scene: Scene): Promise<string> {
  const commit = (await scene.delivery.store.tryRef('refs/heads/develop')) ?? '';
  const { release } = await createRelease(
    scene.delivery,
    await scene.request('dev', imagesFrom(scene, commit, { backend: DIGESTS.backend, frontend: DIGESTS.frontend })),
  );
  io.out(`release create   release ${release.id} from ${commit.slice(0, 7)}: every environment rendered once, stored as a tag`);
  await passesUntil(scene, 'dev', 'is healthy', (now) => now.release === release.id && isHealthy(now));
  io.out(`deliver          dev merged it, synced and became healthy; 30s of soak begin`);
  return release.id;
}

async function toPreproduction(io: Io, scene: Scene, release: string): Promise<void> {
  const early = await pass(scene);
  const waiting = early.environments.find(({ environment }) => environment === 'preprod')?.promotion;
  expect(
    waiting?.state === 'waiting' && waiting.gates.some(({ kind, state }) => kind === 'soak' && state === 'pending'),
    'preprod waits for the soak',
  );
  io.out(`deliver          preprod waits: ${waiting?.gates.find(({ kind }) => kind === 'soak')?.reason ?? ''}`);
  await passesUntil(scene, 'preprod', 'is healthy', (now) => now.release === release && isHealthy(now));
  io.out('deliver          preprod merged it when the soak was over, by itself, and is healthy');
}

async function toProduction(io: Io, scene: Scene, release: string): Promise<void> {
  const { delivery } = scene;
  await pass(scene);
  const asked = await why(delivery, 'prod');
  const [candidate] = asked.candidates;
  const open = candidate?.gates.filter(({ state }) => state !== 'success') ?? [];
  expect(candidate?.release === release && open.length === 1 && open[0]?.kind === 'approvals', 'prod waits for an approval alone');
  io.out(`status prod --why\n${gatesText(io, candidate?.gates ?? [])}`);
  const mia = await scene.as('mia');
  const pull = await approve(delivery, mia.host, 'prod');
  io.out(`approve prod     mia of engineers approves #${pull.number}`);
  const report = await promote(delivery, 'prod', { by: { kind: 'person', login: 'zoe' } });
  expect(report.state === 'merged' && report.release === release, 'the promotion into prod is merged');
  const waiting = (await states(scene)).prod;
  expect(waiting?.state === 'awaiting-sync', 'prod waits for a sync');
  io.out(`promote prod     ${report.reason}; prod is ${waiting?.state}, nothing runs there yet`);
  const plan = await planSync(delivery, 'prod');
  await startSync(delivery, 'prod', { by: 'mia', revision: plan.revision, unattended: false });
  await passesUntil(scene, 'prod', 'is healthy', (now) => now.release === release && isHealthy(now));
  io.out(`sync prod        mia syncs ${plan.changes.length} objects; prod is healthy`);
}

async function badRelease(io: Io, scene: Scene, good: string): Promise<void> {
  const { delivery, target } = scene;
  const commit = await mergedChange(scene);
  io.out(`zoe merges       ${commit.slice(0, 7)} to develop, by a pull request with the check that its ruleset requires`);
  await target.setBroken([DIGESTS.brokenBackend]);
  const { release: bad } = await createRelease(
    delivery,
    await scene.request('dev', imagesFrom(scene, commit, { backend: DIGESTS.brokenBackend })),
  );
  io.out(`release create   release ${bad.id}: its backend crashes`);
  await passesUntil(scene, 'dev', 'has failed', (now) => now.release === bad.id && now.state === 'failed', 180);
  const now = await states(scene);
  expect(now.preprod?.release === good && now.prod?.release === good, 'the bad release stays in dev');
  const asked = await why(delivery, 'preprod');
  const held = asked.candidates.find(({ release }) => release === bad.id)?.gates.find(({ kind }) => kind === 'healthy');
  expect(held !== undefined && held.state !== 'success', 'the gate healthy keeps the bad release out of preprod');
  io.out(`deliver          dev merged it and failed; preprod keeps it out: ${held?.reason ?? ''}`);
  const report = await rollback(delivery, 'dev', { by: { kind: 'person', login: 'mia' }, reason: 'backend crashes', quarantine: true });
  expect(report.to === good, 'dev goes back to the first release');
  await passesUntil(scene, 'dev', 'is healthy again', (later) => later.release === good && isHealthy(later));
  await pass(scene);
  const later = await states(scene);
  expect(
    Object.values(later).every((environment) => environment?.release === good),
    'the bad release does not come back',
  );
  expect(later.dev?.quarantined.some((text) => text.startsWith(bad.id)) === true, 'the bad release is quarantined');
  io.out(`rollback dev     mia goes back to ${good}; ${bad.id} is quarantined and does not come back`);
}

/** A change that reaches develop as the rulesets want it: by pull request, checked. */
async function mergedChange(scene: Scene): Promise<string> {
  const zoe = await scene.as('zoe');
  const ref = 'refs/heads/develop';
  const base = (await zoe.store.tryRef(ref)) ?? '';
  const files = new Map(await zoe.store.files(base, '')).set('backend/change.txt', 'a change that crashes\n');
  const commit = await zoe.store.writeCommit({
    tree: await zoe.store.writeTree(files),
    parents: [base],
    author: 'zoe',
    message: 'Change the backend\n',
    at: await zoe.host.now(),
  });
  await zoe.store.moveRef('refs/heads/zoe/change', commit, undefined);
  const pull = await zoe.host.openPullRequest({ head: 'zoe/change', base: 'develop', title: 'Change the backend', body: '' });
  const early = await zoe.host.merge(pull.number, { method: 'squash', head: commit, message: 'Change the backend\n' });
  expect(early.kind === 'refused', 'a merge without its check is refused');
  const actions = await scene.as(scene.model.apps.actions.slug);
  await actions.host.setStatus(commit, { context: 'validate', state: 'success', description: 'make test' });
  const merged = await zoe.host.merge(pull.number, { method: 'squash', head: commit, message: 'Change the backend\n' });
  if (merged.kind !== 'merged') throw new UnexpectedOutcomeError(`the change was not merged: ${merged.reason}`);
  return merged.commit;
}

function imagesFrom(scene: Scene, commit: string, digests: Readonly<Record<string, string>>): Parameters<Scene['request']>[1] {
  return scene.desired.delivery.services.flatMap(({ name, repository, images }) => {
    const [own] = images;
    const found = digests[name];
    return own === undefined || found === undefined
      ? []
      : [{ slot: own.slot, image: `${own.repository}@${found}`, source: { repository, ref: 'refs/heads/develop', commit } }];
  });
}

async function pass(scene: Scene, seconds = PASS_SECONDS): Promise<DeliverReport> {
  const report = await deliver(scene.delivery, { suites: scene.suites });
  const failed = report.environments.find(({ error }) => error !== undefined);
  if (failed?.error !== undefined) throw new UnexpectedOutcomeError(`${failed.environment}: ${failed.error.message}`);
  scene.advance(seconds);
  return report;
}

type States = Readonly<Record<string, EnvironmentStatus | undefined>>;

async function states(scene: Scene): Promise<States> {
  const { environments } = await status(scene.delivery);
  return Object.fromEntries(environments.map((environment) => [environment.name, environment]));
}

/** Runs passes while time goes on, until an environment is as expected. */
async function passesUntil(
  scene: Scene,
  name: string,
  expected: string,
  isSo: (now: EnvironmentStatus) => boolean,
  seconds?: number,
): Promise<void> {
  for (let count = 0; count < PASSES; count += 1) {
    await pass(scene, seconds);
    const [now] = (await status(scene.delivery, name)).environments;
    if (now !== undefined && isSo(now)) return;
  }
  throw new UnexpectedOutcomeError(`expected that ${name} ${expected}, within ${PASSES} passes; it is not so`);
}

function isHealthy({ state }: EnvironmentStatus): boolean {
  return state === 'healthy' || state === 'soaked';
}

function expect(isSo: boolean, expected: string): void {
  if (!isSo) throw new UnexpectedOutcomeError(`expected that ${expected}; it is not so`);
}

/** A digest that a reader recognises. */
function digest(start: string): string {
  return `sha256:${start.padEnd(64, '0')}`;
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}

function indentedIo(io: Io): Io {
  return { ...io, out: (text) => io.out(indented(text.trimEnd())) };
}

import {
  approve,
  type Delivery,
  deliver,
  hold,
  lift,
  planSync,
  promote,
  publishGates,
  quarantine,
  type Release,
  readState,
  releaseHold,
  rollback,
  rollbackTargets,
  startSync,
  status,
} from '../../lib/delivery';
import type { DesiredDelivery } from '../../lib/desired/desired-state';
import { changed } from './fixture';
import { digest, openWorld, type World } from './world';

let world: World;
afterEach(() => world.close());

const mia = { kind: 'person', login: 'mia' } as const;
const ungated = { on: undefined, gates: [{ id: 'healthy', kind: 'healthy' }] } as object;

/** Two releases, one after the other, healthy as far as an environment that gets them by itself. */
async function twoReleases(desired?: DesiredDelivery): Promise<readonly [Release, Release]> {
  world = await openWorld(desired && { desired });
  const one = await world.push('one');
  await world.settle();
  await world.soak();
  const two = await world.push('two');
  await world.settle();
  await world.soak();
  return [one, two];
}

test('a rollback of dev puts the older bytes back in one step, and the release it replaced reaches neither dev nor preprod again', async () => {
  world = await openWorld();
  const one = await world.push('one');
  await world.settle();
  await world.soak();
  const two = await world.push('two');
  await world.settle();
  const report = await rollback(world.delivery, 'dev', { reason: 'login is broken', by: mia });
  expect(report).toMatchObject({ from: two.id, to: one.id, promotion: { state: 'merged' } });
  expect(await world.store.tryTree(await world.head('env/dev'), 'manifests')).toBe(one.trees.dev);
  world.pass(60);
  await world.settle();
  await world.soak();
  expect([await world.runs('dev'), await world.runs('preprod')]).toEqual([one.id, one.id]);
  expect((await promote(world.delivery, 'preprod')).reason).toContain('held in dev by mia');

  const three = await world.push('three');
  await world.settle();
  await world.soak();
  expect([await world.runs('dev'), await world.runs('preprod')]).toEqual([three.id, three.id]);
});

test('the release that a rollback replaced comes back once its hold is released', async () => {
  const [one, two] = await twoReleases();
  await rollback(world.delivery, 'preprod', { reason: 'too slow', by: mia });
  await world.settle();
  expect(await world.runs('preprod')).toBe(one.id);
  await expect(releaseHold(world.delivery, 'preprod', { release: one.id, reason: 'x', by: mia })).rejects.toThrow(
    `${one.id} is not held in preprod`,
  );
  await expect(releaseHold(world.delivery, 'preprod', { reason: 'x', by: mia })).rejects.toMatchObject({
    message: 'preprod is not held as a whole',
    remedy: `give --release with what is held: ${two.id}`,
  });
  await releaseHold(world.delivery, 'preprod', { release: two.id, reason: 'it was the database', by: mia });
  await world.settle();
  expect(await world.runs('preprod')).toBe(two.id);
});

test('a rollback of production needs its name and a reason, waits for a person to sync, and lasts: a further sync changes nothing', async () => {
  world = await openWorld({ desired: changed({ edges: { 'preprod-to-prod': ungated } }) });
  const sync = async (): Promise<void> => {
    await startSync(world.delivery, 'prod', { by: 'mia', revision: (await planSync(world.delivery, 'prod')).revision, unattended: false });
    await world.settle();
  };
  const one = await world.push('one');
  await world.settle();
  await world.soak();
  await sync();
  const two = await world.push('two');
  await world.settle();
  await world.soak();
  await sync();
  expect(await world.runs('prod')).toBe(two.id);
  expect((await rollbackTargets(world.delivery, 'prod')).map(({ release }) => release)).toEqual([one.id]);

  await expect(rollback(world.delivery, 'prod', { reason: 'bad', by: mia })).rejects.toMatchObject({
    kind: 'refused',
    remedy: 'give --confirm prod',
  });
  await expect(rollback(world.delivery, 'prod', { reason: ' ', by: mia, confirm: 'prod' })).rejects.toMatchObject({ kind: 'wrong-use' });
  const report = await rollback(world.delivery, 'prod', {
    to: one.id.slice(0, 6),
    reason: 'orders are lost',
    by: mia,
    confirm: 'prod',
    quarantine: true,
  });
  expect(report.notes).toContain('waiting for a person to sync: stagegate sync prod');
  expect((await status(world.delivery, 'prod')).environments[0]).toMatchObject({
    state: 'awaiting-sync',
    release: one.id,
    quarantined: [expect.stringContaining(`${two.id}, by mia`)],
  });
  await sync();
  const [prod] = (await status(world.delivery, 'prod')).environments;
  expect(prod).toMatchObject({ state: 'healthy', sync: 'synced', release: one.id });
  expect((await planSync(world.delivery, 'prod')).changes).toEqual([]);
  await sync();
  expect(await world.runs('prod')).toBe(one.id);
  expect((await world.store.commit(await world.head('env/prod'))).message).toBe(
    `Roll prod back to release ${one.id}\n\nStagegate-Release: ${one.id}\nStagegate-Lane: manual-rollback\nStagegate-By: mia\nStagegate-Reason: orders are lost`,
  );

  const byHand = (await world.store.commit(await world.head('env/prod'))).parents[0] ?? '';
  await world.target.rollBackByHand('prod', byHand, 'zoe');
  const [after] = (await status(world.delivery, 'prod')).environments;
  const names = [one, two].map((release) => release.images.backend?.['image/backend']?.source.commit.slice(0, 7));
  expect(after?.notices[0]).toBe(
    `shop-prod runs ${two.id} (${names[1]}), git says ${one.id} (${names[0]}); rolled back outside of git by zoe. To make it lasting: stagegate rollback prod --to ${two.id} --reason "…" --confirm prod`,
  );
});

test('a rollback that is run again after its merge does not go back one release further', async () => {
  const [one] = await twoReleases();
  const request = { reason: 'too slow', by: mia };
  await rollback(world.delivery, 'preprod', request);
  const head = await world.head('env/preprod');
  const again = await rollback(world.delivery, 'preprod', request);
  expect(again).toMatchObject({ to: one.id, notes: [expect.stringContaining('to go further back')] });
  expect(await world.head('env/preprod')).toBe(head);
});

test('a rollback waits for the approvals that its lane asks for, and the one who asked does not count', async () => {
  const lanes = [{ kind: 'normal' }, { kind: 'manual-rollback', approvals: 1, including: [] }] as const;
  const [one] = await twoReleases(changed({ edges: { 'dev-to-preprod': { lanes } } }));
  const report = await rollback(world.delivery, 'preprod', { reason: 'too slow', by: mia });
  expect(report.promotion).toMatchObject({ state: 'waiting', reason: 'rollback-approvals: approval needed: 1 more' });
  expect((await status(world.delivery, 'preprod')).environments[0]?.notices[0]).toContain(
    `a rollback to release ${one.id} is open, asked by mia`,
  );
  await approve(world.delivery, await world.as('mia'), 'preprod');
  await deliver(world.delivery);
  expect((await publishGates(world.delivery, 'preprod'))[0]?.reason).toContain('not counted: mia, who asked for it');
  await approve(world.delivery, await world.as('zoe'), 'preprod');
  await deliver(world.delivery);
  expect(await world.runs('preprod')).toBe(one.id);
});

test('a rollback across another bootstrap names the difference before it touches anything', async () => {
  world = await openWorld();
  const one = await world.push('one');
  await world.settle();
  await world.release(await world.commit('develop', { 'app.txt': 'two' }), { bootstrap: 'v2' });
  await world.settle();
  const before = await readState(world.delivery);
  const request = { reason: 'bad', by: mia };
  await expect(rollback(world.delivery, 'dev', request)).rejects.toMatchObject({
    kind: 'wrong-use',
    message: expect.stringContaining('namespace.yaml changed'),
  });
  expect(await readState(world.delivery)).toEqual(before);
  const { to, notes } = await rollback(world.delivery, 'dev', { ...request, acrossBootstrap: true });
  expect(to).toBe(one.id);
  expect(notes[0]).toContain('expects another bootstrap of dev');
});

test('a rollback refuses a release whose images are gone, and one that was never healthy there', async () => {
  const [one, two] = await twoReleases();
  const gone: Delivery = { ...world.delivery, images: { exists: async (image) => !image.includes('frontend') } };
  await expect(rollback(gone, 'preprod', { reason: 'bad', by: mia })).rejects.toThrow(
    `images of release ${one.id} are gone: ghcr.io/acme/frontend@`,
  );
  await expect(rollback(world.delivery, 'preprod', { to: two.id, reason: 'bad', by: mia })).rejects.toThrow(
    `preprod runs release ${two.id} already`,
  );
  const three = await world.push('three');
  await expect(rollback(world.delivery, 'preprod', { to: three.id, reason: 'bad', by: mia })).rejects.toThrow(
    `release ${three.id} was not healthy in preprod`,
  );
  await expect(rollback(world.delivery, 'prod', { reason: 'bad', by: mia, confirm: 'prod' })).rejects.toThrow(
    'nothing was released to prod yet',
  );
});

describe('a policy that rolls back by itself', () => {
  const lanes = [{ kind: 'normal' }, { kind: 'manual-rollback', approvals: 0, including: [] }, { kind: 'automatic-rollback' }] as const;
  const desired = changed({
    environments: { preprod: { health: { mode: 'polled', timeoutSeconds: 60 } }, prod: { sync: 'automatic' } },
    edges: { 'dev-to-preprod': { lanes }, 'preprod-to-prod': ungated },
  });

  test('goes back once to the last healthy release, quarantines what failed, and never rolls back a rollback', async () => {
    const [one, two] = await twoReleases(desired);
    const commit = await world.commit('develop', { 'app.txt': 'three' });
    const three = await world.release(commit);
    await world.settle();
    world.pass(30);
    await world.deliver();
    await world.target.setBroken([digest(`backend ${commit}`)]);
    await world.settle();
    expect(await world.runs('preprod')).toBe(three.id);
    world.pass(60);
    const report = await world.deliver();
    expect(report.environments[1]?.rolledBack).toMatchObject({ from: three.id, to: two.id, promotion: { state: 'merged' } });
    const [entry] = (await readState(world.delivery)).quarantine;
    expect(entry).toMatchObject({
      release: three.id,
      key: { kind: 'tree', environment: 'preprod', tree: three.trees.preprod },
      by: { kind: 'app', login: 'stagegate' },
    });

    await world.target.setBroken([three, two, one].map(({ images }) => images.backend?.['image/backend']?.digest ?? ''));
    await world.settle();
    world.pass(120);
    const after = await world.deliver();
    expect(after.environments[1]).toMatchObject({ health: { state: 'failed' } });
    expect(after.environments[1]?.rolledBack).toBeUndefined();
    expect(await world.runs('preprod')).toBe(two.id);
    expect(await world.runs('prod')).toBe(two.id);
  });
});

test('a quarantine holds for every release with the same bytes and for named images, until it is lifted with a reason', async () => {
  const [, two] = await twoReleases();
  const bad = two.images.backend?.['image/backend']?.digest ?? '';
  await expect(
    quarantine(world.delivery, 'preprod', { release: two.id, images: [digest('another')], reason: 'bad', by: mia }),
  ).rejects.toMatchObject({ kind: 'wrong-use' });
  await quarantine(world.delivery, 'dev', { release: two.id, images: [bad], reason: 'leaks memory', by: mia });
  await quarantine(world.delivery, 'dev', { release: two.id, images: [bad], reason: 'leaks memory', by: mia });
  expect((await readState(world.delivery)).quarantine).toHaveLength(1);

  const commit = two.images.backend?.['image/backend']?.source.commit ?? '';
  const next = await world.release(commit, { settings: 'replicas: 2' });
  expect(next.id).not.toBe(two.id);
  const report = await world.deliver();
  expect(report.environments[0]?.promotion).toMatchObject({
    state: 'held-back',
    reason: expect.stringContaining(`image ${bad.slice(0, 19)} quarantined by mia`),
  });
  await expect(lift(world.delivery, 'dev', { release: next.id, reason: '', by: mia })).rejects.toMatchObject({ kind: 'wrong-use' });
  await lift(world.delivery, 'dev', { release: next.id, reason: 'the leak was in the test', by: mia });
  await world.deliver();
  expect(await world.runs('dev')).toBe(next.id);
  await expect(lift(world.delivery, 'dev', { release: next.id, reason: 'again', by: mia })).rejects.toThrow('is not quarantined in dev');
});

test('a hold stops everything into an environment and lets a rollback pass', async () => {
  const [one, two] = await twoReleases();
  await hold(world.delivery, 'preprod', { reason: 'a demonstration', by: mia });
  const three = await world.push('three');
  await world.settle();
  await world.soak();
  expect([await world.runs('dev'), await world.runs('preprod')]).toEqual([three.id, two.id]);
  await rollback(world.delivery, 'preprod', { reason: 'bad', by: mia });
  expect(await world.runs('preprod')).toBe(one.id);
});

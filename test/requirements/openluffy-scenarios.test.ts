import { promote, startSync } from '../../lib/delivery';
import { digest, once, openLuffy } from './openluffy-host';
import { type Edit, findings } from './program';

const OPENLUFFY = '01-openluffy';
const RELEASE_ENGINEERS: readonly Edit[] = [['Sync.manual()', "Sync.manual({ group: 'release-engineers' })"]];

/** dev and preprod at aa, prod at 00. */
const begun = once(async () => {
  const world = await openLuffy('empty', RELEASE_ENGINEERS);
  for (const pair of ['00', 'aa']) {
    await world.release(pair);
    await world.settle();
    world.pass(30);
    await world.settle();
    if (pair !== '00') continue;
    await world.toProd();
    await startSync(world.delivery, 'prod', { by: 'mia', revision: await world.head('env/prod'), unattended: false });
    await world.settle();
  }
  return world;
});

/** The same, and prod at aa; bb is verified in preprod and merged to env/prod. */
const waiting = once(async () => {
  const world = await (await begun()).copy();
  await world.toProd();
  await startSync(world.delivery, 'prod', { by: 'mia', revision: await world.head('env/prod'), unattended: false });
  await world.settle();
  const aa = (await world.status('prod')).release ?? '';
  const bb = await world.release('bb');
  await world.settle();
  world.pass(30);
  await world.settle();
  await world.toProd();
  return { world, aa, bb };
});

test('S1: a merge to develop is in preprod 30 s after dev was healthy with it, and prod stays', async () => {
  const world = await (await begun()).copy();
  const digests = async () => [await world.digestsOn('dev'), await world.digestsOn('preprod'), await world.digestsOn('prod')];
  expect(await digests()).toEqual([['aa'], ['aa'], ['00']]);
  world.at('11:59:55');
  await world.release('bb');
  await world.settle();
  expect(await world.status('dev')).toMatchObject({ since: '2026-03-02T12:00:00Z', sync: 'synced', state: 'healthy' });
  world.at('12:00:29');
  await world.deliver();
  expect(await digests()).toEqual([['bb'], ['aa'], ['00']]);
  world.at('12:00:30');
  await world.deliver();
  expect(await digests()).toEqual([['bb'], ['bb'], ['00']]);
});

test('S2: pods that crash in dev keep the release there, and what the old pods said during the rollout did not count', async () => {
  const world = await (await begun()).copy();
  world.at('12:00:00');
  const commit = await world.toDevelop('change bb');
  await world.target.setBroken([digest('bb')]);
  await world.build(commit, 'bb');
  for (const time of ['12:00:01', '12:00:04', '12:00:35', '12:10:00']) {
    await world.deliver();
    world.at(time);
  }
  const report = await world.deliver();
  expect(await world.digestsOn('preprod')).toEqual(['aa']);
  expect(report.environments[1]?.promotion).toMatchObject({
    state: 'held-back',
    reason: expect.stringContaining(`dev degraded at ${commit.slice(0, 7)}`),
  });
  const statuses = await world.delivery.host.statuses(await world.head('env/dev'));
  expect(statuses.map(({ state }) => state)).not.toContain('success');
});

test('S3: a second merge within the soak supersedes the first, which never reaches preprod', async () => {
  const world = await (await begun()).copy();
  world.at('11:59:55');
  const first = await world.release('bb');
  await world.settle();
  world.at('12:00:20');
  await world.release('cc');
  await world.settle();
  const healthy = Date.parse((await world.status('dev')).since ?? '');
  expect(new Date(healthy).toISOString()).toBe('2026-03-02T12:00:25.000Z');
  world.at('12:00:54');
  await world.deliver();
  expect(await world.digestsOn('preprod')).toEqual(['aa']);
  world.at('12:00:55');
  await world.deliver();
  expect(await world.digestsOn('preprod')).toEqual(['cc']);
  const pulls = await world.delivery.host.pullRequests({ base: 'env/preprod' });
  expect(pulls.find(({ head }) => head.endsWith(first.id))?.state ?? 'never opened').not.toBe('merged');
});

test('S4: production waits for a person of the group, an hour if need be, and the record names who synced', async () => {
  const { world: before, aa, bb } = await waiting();
  const world = await before.copy();
  const source = bb.images.backend?.['image/backend']?.source.commit ?? '';
  // What the pipeline asks before it adds the tag main-<sha> to the images: main has the tree that they were built from.
  expect(await world.store.tryTree(await world.head('main'), '')).toBe(await world.store.tryTree(source, ''));
  expect(await world.digestsOn('prod')).toEqual(['bb']);
  world.pass(3600);
  await world.deliver();
  expect(await world.status('prod')).toMatchObject({ release: bb.id, sync: 'out-of-sync', state: 'awaiting-sync' });
  const runs = (await world.target.observe('prod')).revision ?? '';
  expect(await world.store.tryFile(runs, 'release.yaml')).toContain(`id: ${aa}`);
  const refused = await world.run('dora', ['sync', 'prod'], ['prod']);
  expect(refused).toMatchObject({ code: 1, notes: expect.stringContaining('dora is not in release-engineers, who may sync prod') });
  expect(await world.run('mia', ['sync', 'prod'], ['prod'])).toMatchObject({ code: 0 });
  await world.settle();
  expect(await world.status('prod')).toMatchObject({ release: bb.id, state: 'healthy', syncedBy: 'mia' });
});

test('S5: check refuses a manual gate that nothing waits for, and self-heal without automated sync', () => {
  const refusal = (override: string) =>
    findings('SG103', OPENLUFFY, [
      ["  Tier,\n} from 'stagegate';", "  Tier,\n  Kind,\n} from 'stagegate';"],
      ["Gate.approvals({ total: 1, including: [{ team: 'engineers' }] })", "Gate.manual({ at: 'sync' })"],
      ["new BranchProtection(repository, 'develop'", `${override}\nnew BranchProtection(repository, 'develop'`],
    ]);
  expect(refusal('prod.override(Kind.application, { spec: { syncPolicy: { automated: {} } } });')).toMatchObject([
    { severity: 'error', name: 'decorative-gate', given: 'sync: Sync.manual(), and Application openluffy-prod with syncPolicy.automated' },
  ]);
  expect(
    refusal('prod.override(Kind.application, { spec: { syncPolicy: { automated: { enabled: false, selfHeal: true } } } });'),
  ).toMatchObject([
    {
      severity: 'error',
      message: 'self-heal-needs-automated-sync: prod is synced by a person, and Application openluffy-prod heals itself',
    },
  ]);
  expect(findings('SG103', OPENLUFFY)).toEqual([]);
});

test('S6: commits on main that preprod has not verified are listed, and nothing is proposed before it has', async () => {
  const world = await (await begun()).copy();
  await world.toDevelop('one more');
  const last = await world.toDevelop('and another');
  await world.toMain();
  const report = await promote(world.delivery, 'prod');
  expect(report.gates.find(({ id }) => id === 'on')).toMatchObject({
    state: 'failure',
    reason: expect.stringMatching(/^main has more than was verified: \w{7} and another, \w{7} one more$/),
  });
  const proposed = async () => (await world.delivery.host.pullRequests({ base: 'env/prod', state: 'open' })).map(({ head }) => head);
  expect(await proposed()).toEqual([]);
  const next = await world.build(last, 'bb');
  await world.settle();
  world.pass(30);
  await world.settle();
  expect(await proposed()).toEqual([`promote/prod/${next.id}`]);
});

test('S7: a rollback of production lasts, and one made in the user interface of Argo CD is reported with the command that makes it last', async () => {
  const { world: before, aa, bb } = await waiting();
  const world = await before.copy();
  const runsAa = (await world.target.observe('prod')).revision ?? '';
  const sync = async (): Promise<void> => {
    await startSync(world.delivery, 'prod', { by: 'mia', revision: await world.head('env/prod'), unattended: false });
    await world.settle();
  };
  await sync();
  const other = await world.copy();
  const replaced = await world.head('env/prod');
  const argv = ['rollback', 'prod', '--to', aa, '--reason', 'loses orders', '--quarantine'];
  expect(await world.run('mia', argv, ['prod'])).toMatchObject({ code: 0 });
  expect((await world.store.commit(await world.head('env/prod'))).parents).toEqual([replaced]);
  for (let syncs = 0; syncs < 2; syncs += 1) {
    await sync();
    expect(await world.status('prod')).toMatchObject({ release: aa, state: 'healthy', sync: 'synced' });
    expect(await world.digestsOn('prod')).toEqual(['aa']);
  }
  expect((await world.status('prod')).quarantined).toEqual([expect.stringContaining(bb.id)]);

  await other.target.rollBackByHand('prod', runsAa, 'zoe');
  const { out } = await other.run('olaf', ['status', 'prod']);
  expect(out).toMatch(new RegExp(`openluffy-prod runs ${aa} .*, git says ${bb.id} `));
  expect(out).toContain(`stagegate rollback prod --to ${aa} --reason "…" --confirm prod`);
});

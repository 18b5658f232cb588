import { approve, deliver, promote, status, verify } from '../../../lib/delivery';
import { type OpenLuffyOnGitHub, openLuffyOnGitHub } from './openluffy-on-github';

jest.setTimeout(300_000);

let world: OpenLuffyOnGitHub;
beforeAll(async () => {
  world = await openLuffyOnGitHub();
});
afterAll(() => world?.close());

const passed = async (): Promise<{ code: number; output: string }> => ({ code: 0, output: 'ok' });
const robot = { kind: 'app', login: 'stagegate' } as const;

test('OpenLuffy is delivered on GitHub: a release is stored, proposed, gated, approved and merged, from dev to prod', async () => {
  const { delivery } = world;
  const release = await world.change('one');
  expect((await delivery.store.refs('refs/tags/')).map(({ ref }) => ref)).toEqual([`refs/tags/stagegate/releases/${release.id}`]);
  await world.settle();
  expect(await world.runs('dev')).toBe(release.id);
  expect(await world.runs('preprod')).toBe(release.id);
  await world.settle();
  await verify(delivery, 'preprod', { run: passed, by: robot });

  const [dora, mia] = [await world.as('dora'), await world.as('mia')];
  const toMain = await dora.host.openPullRequest({ head: 'develop', base: 'main', title: 'Release', body: '' });
  await mia.host.review(toMain.number, { state: 'approved', commit: toMain.headCommit });
  await deliver(delivery);
  await world.mergeChecked(toMain.number);

  expect((await promote(delivery, 'prod')).state).toBe('waiting');
  const [promotion] = await delivery.host.pullRequests({ base: 'env/prod', state: 'open' });
  const head = promotion?.headCommit ?? '';
  expect(promotion).toMatchObject({ head: `promote/prod/${release.id}`, author: robot });
  const gates = await delivery.host.statuses(head);
  expect(gates.at(-1)).toMatchObject({ context: 'stagegate/gates', state: 'pending', creator: robot });
  expect(await dora.host.merge(promotion?.number ?? 0, { method: 'squash', head, message: 'now' })).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('required check stagegate/gates'),
  });

  await approve(delivery, mia.host, 'prod');
  expect(await promote(delivery, 'prod')).toMatchObject({ state: 'merged', release: release.id });
  expect(await world.runs('prod')).toBe(release.id);
  expect(await delivery.store.tryTree(await world.head('env/prod'), 'manifests')).toBe(release.trees.prod);
  expect(await delivery.store.refs('refs/heads/promote/')).toEqual([]);
  const deployed = await delivery.store.commit(await world.head('env/prod'));
  expect(deployed.message).toContain(`Release: ${release.id}`);
  await deliver(delivery);
  expect((await status(delivery, 'prod')).environments[0]).toMatchObject({ state: 'awaiting-sync', release: release.id });
  expect(world.github.problems).toEqual([]);
});

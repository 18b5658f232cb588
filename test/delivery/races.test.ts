import { createRelease, hold, promote, readState, recordHealth } from '../../lib/delivery';
import { deliveryIn } from './delivery-in';
import { REPOSITORY } from './fixture';
import { digest, openWorld, renderer, type World } from './world';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

test.each([2, 10])('%i promoters at once make one promotion', async (count) => {
  const release = await world.push('one');
  await promote(world.delivery, 'dev');
  for (const seconds of [2, 3, 30]) {
    world.pass(seconds);
    await recordHealth(world.delivery, 'dev');
  }
  const reports = await Promise.all(
    Array.from({ length: count }, async () => promote(await deliveryIn(world.folder, () => world.now), 'preprod')),
  );
  expect(new Set(reports.map(({ state }) => state))).toEqual(
    new Set(['merged', 'yielded', 'nothing'].filter((state) => reports.some((one) => one.state === state))),
  );
  expect(reports.filter(({ state }) => state === 'merged').length).toBeGreaterThanOrEqual(1);
  const line = await world.store.firstParents(await world.head('env/preprod'), 10);
  expect(line.map(({ message }) => message.split('\n')[0])).toEqual([
    `Promote release ${release.id} to preprod`,
    'Begin preprod with an empty release',
  ]);
  await promote(world.delivery, 'preprod');
  expect(
    (await world.host.pullRequests({ base: 'env/preprod' })).filter(({ state }) => state !== 'closed').map(({ state }) => state),
  ).toEqual(['merged']);
  expect(await world.store.refs('refs/heads/promote/')).toEqual([]);
});

test('two pipelines at once make two releases, the later on the earlier, so that nothing is lost', async () => {
  await world.push('one');
  const commit = await world.commit('develop', { 'app.txt': 'two' });
  const source = { repository: REPOSITORY, ref: 'refs/heads/develop', commit };
  const config = await world.head('main');
  const build = async (service: string): ReturnType<typeof createRelease> =>
    createRelease(await deliveryIn(world.folder, () => world.now), {
      environment: 'dev',
      images: [{ slot: service, image: `ghcr.io/acme/${service}@${digest(`${service} two`)}`, source }],
      config,
      tool: '0.1.0',
      render: renderer(world.delivery.desired),
    });
  const outcomes = await Promise.all([build('backend'), build('frontend')]);
  expect(outcomes.map(({ kind }) => kind)).toEqual(['created', 'created']);
  const { releases } = await readState(world.delivery);
  expect(releases).toHaveLength(3);
  const last = outcomes.map(({ release }) => release).find(({ id }) => id === releases[2]?.id);
  expect(last?.parent).toBe(releases[1]?.id);
  expect(last?.images.backend?.['image/backend']?.digest).toBe(digest('backend two'));
  expect(last?.images.frontend?.['image/frontend']?.digest).toBe(digest('frontend two'));
});

test('ten writers of the state branch lose nothing and write nothing twice', async () => {
  const by = { kind: 'person', login: 'mia' } as const;
  const environments = ['dev', 'preprod', 'prod'];
  await Promise.all(
    Array.from({ length: 10 }, async (_, index) =>
      hold(await deliveryIn(world.folder, () => world.now), environments[index % 3] ?? '', { reason: 'all at once', by }),
    ),
  );
  expect((await readState(world.delivery)).holds.map(({ environment }) => environment).sort()).toEqual(environments);
});

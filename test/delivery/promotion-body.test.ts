import { createRelease } from '../../lib/delivery';
import { desired as fixture, REPOSITORY } from './fixture';
import { digest, openWorld, renderer, type World } from './world';

let world: World;
afterEach(() => world.close());

test('a promotion of hundreds of services says what changes within what a host takes, and how much it leaves out', async () => {
  const names = Array.from({ length: 400 }, (_, index) => `service-with-quite-a-long-name-${index}`);
  const [first] = fixture.services;
  const services = names.map((name) => ({
    name,
    repository: REPOSITORY,
    environments: ['dev', 'preprod', 'prod'],
    images: (first?.images ?? []).map((image) => ({ ...image, slot: `image/${name}`, repository: `ghcr.io/acme/${name}` })),
  }));
  const desired = { ...fixture, services };
  world = await openWorld({ desired });
  const commit = await world.commit('develop', { 'app.txt': 'one' });
  const source = { repository: REPOSITORY, ref: 'refs/heads/develop', commit };
  await createRelease(world.delivery, {
    environment: 'dev',
    images: names.map((name) => ({ slot: name, image: `ghcr.io/acme/${name}@${digest(name)}`, source })),
    config: await world.head('main'),
    tool: '0.1.0',
    render: renderer(desired),
  });
  await world.deliver();
  const [pull] = await world.host.pullRequests({ base: 'env/dev' });
  expect(pull?.body.length).toBeLessThan(65_536);
  expect(pull?.body).toContain('- and 600 more');
  const listed = [...(pull?.body ?? '').matchAll(/^- image /gm)].length;
  expect(listed).toBeGreaterThan(50);
  expect(pull?.body).toContain(`- and ${400 - listed} more`);
  expect(pull?.body).toContain('### How to');
});

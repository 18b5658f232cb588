import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createRelease,
  newestRelease,
  type ReleaseRequest,
  readRenderedRelease,
  release,
  releaseFiles,
  renderRelease,
  slotValues,
  storeRelease,
  writeRenderedRelease,
} from '../../lib/delivery';
import { parseRelease, releaseFile, releaseId } from '../../lib/delivery/release';
import { desired, REPOSITORY } from './fixture';
import { digest, openWorld, renderer, type World } from './world';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

async function request(commit: string, change: Partial<ReleaseRequest> = {}): Promise<ReleaseRequest> {
  const source = { repository: REPOSITORY, ref: 'refs/heads/develop', commit };
  const images = ['backend', 'frontend'].map((service) => ({
    slot: service,
    image: `ghcr.io/acme/${service}@${digest(`${service} ${commit}`)}`,
    source,
  }));
  return { environment: 'dev', images, config: await world.head('main'), tool: '0.1.0', render: renderer(desired), ...change };
}

test('a release holds the manifests of every environment under a tag, and its id is the hash of what it holds', async () => {
  const commit = await world.commit('develop', { 'app.txt': 'one' });
  const { kind, release: made } = await createRelease(world.delivery, await request(commit));
  expect(kind).toBe('created');
  expect(made.id).toBe(releaseId(made));
  const tag = (await world.store.tryRef(`refs/tags/stagegate/releases/${made.id}`)) ?? '';
  expect((await world.store.commit(tag)).parents).toEqual([]);
  for (const { name } of desired.environments) {
    expect(await world.store.tryTree(tag, `${name}/manifests`)).toBe(made.trees[name]);
    expect([...(await releaseFiles(world.delivery, made.id, name)).keys()].sort()).toEqual([
      'backend/config.yaml',
      'backend/deployment.yaml',
      'frontend/config.yaml',
      'frontend/deployment.yaml',
    ]);
  }
  expect(await release(world.delivery, made.id.slice(0, 5))).toEqual(made);
  expect([...slotValues(made.images)]).toEqual([
    ['image/backend', `ghcr.io/acme/backend@${digest(`backend ${commit}`)}`],
    ['image/frontend', `ghcr.io/acme/frontend@${digest(`frontend ${commit}`)}`],
  ]);
});

test('equal bytes make no release, whatever commit they come from, and a new config alone makes one with the images of the newest', async () => {
  const first = await world.push('one');
  const config = await world.commit('main', { 'notes.txt': 'nothing that is rendered' });
  expect(await createRelease(world.delivery, await request(config, { images: [], config }))).toMatchObject({
    kind: 'unchanged',
    release: { id: first.id },
  });
  const next = await createRelease(world.delivery, await request(config, { images: [], config, render: renderer(desired, 'replicas: 3') }));
  expect(next).toMatchObject({ kind: 'created', release: { parent: first.id, images: first.images, config } });
  expect((await newestRelease(world.delivery, 'dev'))?.id).toBe(next.release.id);
});

test('a new image of one service keeps those of the others, and an image older than the one that is there is left out', async () => {
  const first = await world.push('one');
  const older = first.images.backend?.['image/backend']?.source.commit ?? '';
  const newer = await world.commit('develop', { 'app.txt': 'two' });
  const { images } = await request(newer);
  const { release: second } = await createRelease(world.delivery, await request(newer, { images: images.slice(0, 1) }));
  expect(second.images.frontend).toEqual(first.images.frontend);
  expect(second.images.backend?.['image/backend']?.digest).toBe(digest(`backend ${newer}`));
  const late = await createRelease(world.delivery, await request(older));
  expect(late).toMatchObject({ kind: 'unchanged', release: { id: second.id } });
  expect(late.notes[0]).toContain(`image/backend: commit ${older.slice(0, 7)} is older than ${newer.slice(0, 7)}`);
});

test('a rendered release goes through a folder to the part that stores it, and is refused when another came first', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stagegate-rendered-'));
  try {
    const commit = await world.commit('develop', { 'app.txt': 'one' });
    const rendered = await renderRelease(world.delivery, await request(commit));
    await writeRenderedRelease(join(folder, 'out'), rendered);
    expect((await readdir(join(folder, 'out'))).sort()).toEqual(['dev', 'draft.yaml', 'preprod', 'prod']);
    await expect(writeRenderedRelease(join(folder, 'out'), rendered)).rejects.toMatchObject({ kind: 'wrong-use' });
    const read = await readRenderedRelease(join(folder, 'out'));
    expect(read).toEqual(rendered);
    const other = await world.push('two');
    expect(await storeRelease(world.delivery, read)).toEqual({ kind: 'stale', newest: other.id });
    const [empty, secret] = [join(folder, 'empty'), join(folder, 'secret')];
    await mkdir(join(folder, 'linked', 'dev'), { recursive: true });
    await mkdir(empty);
    await writeFile(secret, 'key');
    await writeFile(join(folder, 'linked', 'draft.yaml'), '{}');
    await symlink(empty, join(folder, 'linked', 'dev', 'manifests'));
    await expect(readRenderedRelease(join(folder, 'linked'))).rejects.toThrow('dev/manifests is a link or a device');
    await rm(join(folder, 'linked', 'dev', 'manifests'));
    await mkdir(join(folder, 'linked', 'dev', 'manifests'));
    await symlink(secret, join(folder, 'linked', 'dev', 'manifests', 'x.yaml'));
    await expect(readRenderedRelease(join(folder, 'linked'))).rejects.toThrow('x.yaml is a link or a device');
    await expect(readRenderedRelease(join(folder, 'nothing'))).rejects.toMatchObject({ kind: 'wrong-use' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test.each([
  ['a tag in place of a digest', { image: 'ghcr.io/acme/backend:latest' }, 'names no digest'],
  ['another repository', { image: `ghcr.io/evil/backend@${digest('x')}` }, 'is not its repository'],
  ['an unknown service', { slot: 'database' }, 'there is no service or image slot database'],
  ['a short ref', { source: { repository: REPOSITORY, ref: 'develop', commit: 'a'.repeat(40) } }, 'is not the full name of a ref'],
  ['a short commit', { source: { repository: REPOSITORY, ref: 'refs/heads/develop', commit: 'c0ffee1' } }, 'is not a whole commit id'],
])('an image with %s is wrong use', async (_what, change, message) => {
  const commit = await world.head('develop');
  const { images, ...rest } = await request(commit);
  const [first, ...others] = images;
  const wrong = { ...rest, images: [{ ...(first ?? fail()), ...change }, ...others] };
  await expect(createRelease(world.delivery, wrong)).rejects.toMatchObject({
    kind: 'wrong-use',
    message: expect.stringContaining(message),
  });
});

function fail(): never {
  throw new Error('no image');
}

test.each([
  ['built from another branch', { ref: 'refs/heads/main' }, 'was built from refs/heads/main'],
  ['built from another repository', { repository: 'evil/shop' }, 'was built from evil/shop'],
  ['of a commit that its branch does not hold', { commit: 'b'.repeat(40) }, 'is not on refs/heads/develop'],
])('the storing part refuses an image %s', async (_what, change, message) => {
  const commit = await world.head('develop');
  const { images, ...rest } = await request(commit);
  const wrong = { ...rest, images: images.map((image) => ({ ...image, source: { ...image.source, ...change } })) };
  await expect(createRelease(world.delivery, wrong)).rejects.toMatchObject({ kind: 'refused', message: expect.stringContaining(message) });
});

test('the storing part refuses a config that the program branch does not contain, and one older than the newest release', async () => {
  const commit = await world.commit('develop', { 'app.txt': 'one' });
  await expect(createRelease(world.delivery, await request(commit, { config: commit }))).rejects.toThrow(
    'is not a commit of the program branch main',
  );
  const before = await world.head('main');
  await world.commit('main', { 'notes.txt': 'newer' });
  await createRelease(world.delivery, await request(commit));
  const next = await world.commit('develop', { 'app.txt': 'two' });
  await expect(createRelease(world.delivery, await request(next, { config: before }))).rejects.toMatchObject({
    kind: 'refused',
    remedy: 'check out the head of main and run again',
  });
});

test('the first release needs an image for every slot, and releases are born only where there is a source', async () => {
  const { images, ...rest } = await request(await world.head('develop'));
  await expect(createRelease(world.delivery, { ...rest, images: images.slice(0, 1) })).rejects.toThrow(
    'the first release needs an image for every slot, image/frontend has none',
  );
  await expect(createRelease(world.delivery, { ...rest, images, environment: 'prod' })).rejects.toThrow(
    'releases are not born in prod: it has no source',
  );
});

test('a release whose record was changed is refused by its readers', async () => {
  const made = await world.push('one');
  const text = releaseFile.write(made);
  expect(parseRelease(text, 'x')).toEqual(made);
  expect(() => parseRelease(text.replace('tool: 0.1.0', 'tool: 0.1.1'), 'x')).toThrow(/its content is release [0-9a-f]{16}/);
  expect(() => parseRelease(text.replace('tool: 0.1.0', 'tool: 0.1.0\nextra: 1'), 'x')).toThrow(
    'x is not what delivery writes: / must NOT have additional properties',
  );
  expect(() => parseRelease('{', 'x')).toThrow('x is not YAML');
  await expect(release(world.delivery, 'ffff')).rejects.toThrow('there is no release ffff');
  await expect(release(world.delivery, '../x')).rejects.toMatchObject({ kind: 'wrong-use' });
});

test('a release whose stored manifests are not those of its record goes nowhere', async () => {
  const made = await world.push('one');
  const ref = `refs/tags/stagegate/releases/${made.id}`;
  const tag = (await world.store.tryRef(ref)) ?? '';
  const files = new Map(await world.store.files(tag, ''));
  files.set('dev/manifests/backend/deployment.yaml', 'kind: Deployment\nspec: { replicas: 100 }\n');
  const forged = await world.store.writeCommit({
    tree: await world.store.writeTree(files),
    parents: [],
    author: 'mallory',
    message: 'x',
    at: 0,
  });
  world.force(ref, forged);
  const { environments } = await world.deliver();
  expect(environments[0]?.promotion).toMatchObject({
    state: 'held-back',
    reason: 'tree: the stored manifests of dev are not those that the release records',
  });
});

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, folderWith, removeFolders, smallProgram } from './calling';

afterEach(removeFolders);

const images = `web: ghcr.io/acme/shop/web@sha256:${'a'.repeat(64)}\n`;
const values = 'app/delivery: 1\napp/intake: 2\n';
const program = smallProgram(
  "const prod = new Environment(platform, 'prod', { tier: Tier.production, target: Target.kubernetes(cluster) });\nnew PromotionPolicy(platform, 'dev-to-prod', { from: dev, to: prod, gates: [Gate.healthy()] });",
);
const files = { 'platform.ts': program, 'images.yaml': images, 'values.yaml': values };

function all(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map((entry) => [
      join(entry.parentPath, entry.name).slice(folder.length + 1),
      readFileSync(join(entry.parentPath, entry.name), 'utf8'),
    ]),
  );
}

test('everything is written below the folder, the same bytes each time and wherever the program lies', async () => {
  const folder = folderWith(files);
  const { code, out } = await call(['render', '--out', 'one'], { folder });
  expect(code).toBe(0);
  expect(out).toMatch(/^one: [1-9]\d* written, 0 unchanged, 0 removed$/);
  const elsewhere = folderWith(files);
  await call(['render', '--out', 'deep/two'], { folder: elsewhere });
  const one = all(join(folder, 'one'));
  expect(all(join(elsewhere, 'deep', 'two'))).toEqual(one);
  for (const part of [
    'dev/bootstrap/',
    'dev/manifests/web/',
    'prod/manifests/web/',
    'github/acme/shop/rulesets/',
    'repositories/acme/shop/.github/workflows/',
  ]) {
    expect([...one.keys()].some((path) => path.startsWith(part))).toBe(true);
  }
  expect([...one.values()].filter((text) => text.includes('{{slot:'))).toEqual([]);
  expect((await call(['render', '--out', 'one'], { folder })).out).toBe(`one: 0 written, ${one.size - 1} unchanged, 0 removed`);
});

test('an image is named by its service, or by its slot, as releases do', async () => {
  const bySlot = await call(['render'], { folder: folderWith({ ...files, 'images.yaml': `image/${images}` }) });
  expect(bySlot).toMatchObject({ code: 0 });
  expect(bySlot.out).toBe((await call(['render'], { folder: folderWith(files) })).out);
  expect(await call(['render'], { folder: folderWith({ ...files, 'images.yaml': 'image/other: x\n' }) })).toMatchObject({ code: 2 });
});

test('what was written for one environment alone is the same as in the whole, and leaves the rest', async () => {
  const folder = folderWith(files);
  await call(['render'], { folder });
  const whole = all(join(folder, 'rendered'));
  writeFileSync(join(folder, 'rendered', 'dev', 'mine.txt'), 'mine');
  expect(await call(['render', '--env', 'dev'], { folder })).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^rendered: 0 written, \d+ unchanged, 0 removed$/),
  });
  expect(all(join(folder, 'rendered'))).toEqual(new Map([...whole, ['dev/mine.txt', 'mine']]));
  expect(await call(['render', '--env', 'test'], { folder })).toMatchObject({
    code: 2,
    err: expect.stringContaining('there is no environment test\n  remedy  choose one of dev, prod'),
  });
});

test('one environment alone needs no value that only others need', async () => {
  const folder = folderWith({ 'platform.ts': program, 'images.yaml': images });
  expect((await call(['render', '--env', 'dev'], { folder })).code).toBe(0);
});

test('an environment that leaves the program leaves the folder', async () => {
  const folder = folderWith(files);
  await call(['render'], { folder });
  writeFileSync(join(folder, 'platform.ts'), smallProgram());
  const { removed } = JSON.parse((await call(['render', '--json'], { folder })).out) as { removed: string[] };
  expect(removed.some((path) => path.startsWith('prod/'))).toBe(true);
  expect(existsSync(join(folder, 'rendered', 'prod'))).toBe(false);
});

test('a value that fits no slot is refused with the slots that there are', async () => {
  const folder = folderWith({ ...files, 'more.yaml': 'app/stagegate: 7\n' });
  const { code, err } = await call(['render', '--values', 'more.yaml'], { folder });
  expect(code).toBe(2);
  expect(err).toMatch(/^error {2}the program has no slot app\/stagegate\n {2}remedy {2}its slots are app\/delivery, /);
});

test('slots without a value are named together, and nothing is written', async () => {
  const folder = folderWith({ 'platform.ts': program });
  const { code, out } = await call(['render'], { folder });
  expect(code).toBe(1);
  expect(out).toMatch(/^error SG023 unbound-slot {2}shop\n.+\n {2}given {6}.*image\/web/);
  expect(existsSync(join(folder, 'rendered'))).toBe(false);
});

test.each([
  ['--images', 'there is no file none.yaml'],
  ['--values', 'there is no file none.yaml'],
])('a file that %s names and that is not there is said', async (option, expected) => {
  expect(await call(['render', option, 'none.yaml'], { folder: folderWith(files) })).toMatchObject({
    code: 2,
    err: expect.stringContaining(expected),
  });
});

test('files of values that are no record, no YAML, or hold a tag in place of a digest are refused', async () => {
  const folder = folderWith({ ...files, 'list.yaml': '- a\n', 'bad.yaml': 'a: [\n', 'tag.yaml': 'web: ghcr.io/acme/shop/web:latest\n' });
  expect(await call(['render', '--images', 'list.yaml'], { folder })).toMatchObject({
    code: 2,
    err: expect.stringContaining('list.yaml holds no record of names and values'),
  });
  expect(await call(['render', '--images', 'bad.yaml'], { folder })).toMatchObject({
    code: 2,
    err: expect.stringContaining('bad.yaml is no YAML'),
  });
  expect(await call(['render', '--images', 'tag.yaml'], { folder })).toMatchObject({
    code: 1,
    out: expect.stringContaining('SG022 wrong-slot-value'),
  });
});

test('a folder that cannot be written is said with exit code 3 and without a stack', async () => {
  const folder = folderWith({ ...files, taken: 'a file' });
  const { code, out, err } = await call(['render', '--out', 'taken'], { folder });
  expect({ code, out }).toEqual({ code: 3, out: '' });
  expect(err).toMatch(/^error {2}.*taken.*\n {2}remedy {2}.+$/);
  mkdirSync(join(folder, 'rendered', 'dev'), { recursive: true });
  writeFileSync(join(folder, 'rendered', 'dev', 'manifests'), 'in the way');
  expect((await call(['render'], { folder })).code).toBe(3);
  expect([...all(join(folder, 'rendered')).keys()]).toEqual(['dev/manifests']);
});

test('graph prints each of its formats', async () => {
  const folder = folderWith(files);
  const printed = await Promise.all(
    ['text', 'mermaid', 'svg', 'dot'].map(async (format) => (await call(['graph', '--format', format], { folder })).out.split('\n')[0]),
  );
  expect(printed).toEqual([
    expect.stringMatching(/^develop +branch of acme\/shop$/),
    'flowchart LR',
    expect.stringMatching(/^<svg /),
    'digraph "shop" {',
  ]);
  expect(JSON.parse((await call(['graph', '--json'], { folder })).out)).toMatchObject({
    version: 1,
    platform: 'shop',
    edges: [
      { from: 'acme/shop branch develop', to: 'dev' },
      { from: 'dev', to: 'prod', policy: 'dev-to-prod', conditions: ['healthy'] },
    ],
  });
});

test('a file of the program is never touched', async () => {
  const folder = folderWith(files);
  const before = Object.keys(files).map((name) => statSync(join(folder, name)).mtimeMs);
  await call(['render'], { folder });
  expect(Object.keys(files).map((name) => statSync(join(folder, name)).mtimeMs)).toEqual(before);
});

test('what is committed to a repository is written at the paths that it has there, and held against the program without writing', async () => {
  const folder = folderWith({ 'platform.ts': program, 'values.yaml': values, 'README.md': 'mine' });
  const committed = ['render', '--repository', 'acme/shop'];
  const missing = await call([...committed, '--check'], { folder });
  expect(missing).toMatchObject({ code: 1, out: expect.stringMatching(/^missing {2}\.github\/workflows\/deliver.yaml\n/) });
  expect([...all(folder).keys()].sort()).toEqual(['README.md', 'platform.ts', 'values.yaml']);

  expect(await call(committed, { folder })).toMatchObject({ code: 0, out: expect.stringMatching(/^\.: [1-9]\d* written/) });
  expect([...all(folder).keys()].filter((path) => !path.startsWith('.github/')).sort()).toEqual([
    '.stagegate-rendered',
    'README.md',
    'platform.ts',
    'values.yaml',
  ]);
  expect(await call([...committed, '--check'], { folder })).toEqual({ code: 0, out: '.: as rendered', err: '' });

  writeFileSync(join(folder, '.github', 'workflows', 'deliver.yaml'), 'on: push\n');
  const drifted = await call([...committed, '--check', '--json'], { folder });
  expect(drifted.code).toBe(1);
  expect(JSON.parse(drifted.out)).toMatchObject({ missing: [], changed: ['.github/workflows/deliver.yaml'], stale: [] });
});

test('a committed file that the program no longer renders is stale', async () => {
  const folder = folderWith(files);
  await call(['render'], { folder });
  writeFileSync(join(folder, 'platform.ts'), smallProgram());
  const drifted = await call(['render', '--check'], { folder });
  expect(drifted.code).toBe(1);
  expect(drifted.out).toMatch(/^stale {4}prod\/bootstrap\//m);
  expect(existsSync(join(folder, 'rendered', 'prod'))).toBe(true);
});

test('a repository that the program does not have, and one beside an environment, are wrong use', async () => {
  const folder = folderWith(files);
  expect(await call(['render', '--repository', 'acme/other'], { folder })).toMatchObject({
    code: 2,
    err: expect.stringContaining('there is no repository acme/other\n  remedy  choose one of acme/shop'),
  });
  expect((await call(['render', '--repository', 'acme/shop', '--env', 'dev'], { folder })).code).toBe(2);
});

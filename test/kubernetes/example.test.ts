import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call } from '../cli/calling';

const root = join(__dirname, '..', '..');
const example = join(root, 'examples', 'in-a-cdk8s-app');
const chart = (name: string): string => readFileSync(join(example, 'rendered', `${name}.k8s.yaml`), 'utf8');

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stagegate-example-'));
  cpSync(example, folder, { recursive: true, filter: (path) => !/\/(rendered|node_modules|build)$/.test(path) });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the app writes what is committed beside it', () => {
  const program = `require('jiti').createJiti(process.argv[1], {
    fsCache: false,
    alias: {
      'stagegate/kubernetes': ${JSON.stringify(join(root, 'lib/kubernetes/index.ts'))},
      stagegate: ${JSON.stringify(join(root, 'lib/index.ts'))},
    },
  })(${JSON.stringify(join(example, 'main.ts'))});`;
  const run = spawnSync(process.execPath, ['-e', program, `${root}/`], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NODE_PATH: join(root, 'node_modules') },
  });
  expect(run).toMatchObject({ status: 0, stderr: '' });
  const written = readdirSync(join(folder, 'rendered')).sort();
  expect(written).toEqual(['catalogue-prod.k8s.yaml', 'catalogue-staging.k8s.yaml', 'storefront.k8s.yaml']);
  for (const name of written)
    expect(readFileSync(join(folder, 'rendered', name), 'utf8')).toBe(readFileSync(join(example, 'rendered', name), 'utf8'));
});

test('a chart of an environment is the files that render writes, one after the other', async () => {
  const { code } = await call(['render', '--images', 'images.json', '--env', 'prod', '--out', 'files'], { folder });
  expect(code).toBe(0);
  const files = readdirSync(join(folder, 'files'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'));
  expect(
    chart('catalogue-prod')
      .split(/^---\n/m)
      .sort(),
  ).toEqual(files.sort());
});

test('the platform of the example has no errors', async () => {
  expect((await call(['check'], { folder })).code).toBe(0);
});

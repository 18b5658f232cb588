import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type BuiltPackage, builtPackage } from '../built-package';
import { type GitHub, startGitHub } from '../github';
import { type Bed, program, startBed } from './bed';
import { type Pulumi, startPulumi } from './bed/pulumi';

// What the first guide promises in its title: ten minutes, with everything that it installs and applies.
jest.setTimeout(600_000);

const root = join(__dirname, '..', '..');
const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly devDependencies: Readonly<Record<string, string>>;
};
const CONTEXT = 'reader';

let built: BuiltPackage;
let bed: Bed;
let github: GitHub;
let pulumi: Pulumi;
let tarball: string;
let cache: string;

beforeAll(async () => {
  built = builtPackage();
  [bed, github] = await Promise.all([
    startBed(),
    startGitHub({
      people: {
        repository: 'acme/shop',
        people: { ada: { role: 'admin', owner: true } },
        teams: { engineers: { id: 7, members: ['ada'] } },
        apps: { delivery: { id: 1001 }, intake: { id: 1002 }, 'github-actions': { id: 15368 } },
      },
      plan: 'team',
    }),
    built.declare(),
  ]);
  await bed.kubectl(['config', 'set-context', CONTEXT, '--cluster=bed', '--user=bed', '--namespace=argocd']);
  pulumi = startPulumi();
  const npm = (...args: readonly string[]): string => execFileSync('npm', args, { cwd: built.folder, encoding: 'utf8' }).trim();
  tarball = join(built.folder, npm('pack', '--ignore-scripts', '--silent'));
  cache = npm('config', 'get', 'cache');
});

afterAll(async () => {
  await pulumi?.stop();
  await github?.close();
  await bed?.stop();
  built?.remove();
});

/**
 * npm as readers have it, for packages in the versions that this repository has: those that the plugins fit, and npm's cache holds.
 * Gives the folder where it is.
 */
function pinnedNpm(): string {
  const folder = join(pulumi.folder, 'pinned');
  mkdirSync(folder, { recursive: true });
  const pins = Object.entries(devDependencies).map(([name, version]) => `    ${name}@^*) arg=${name}@${version} ;;`);
  const lines = ['#!/bin/sh', 'for arg do', '  shift', '  case "$arg" in', ...pins, '  esac', '  set -- "$@" "$arg"', 'done'];
  writeFileSync(join(folder, 'npm'), [...lines, `PATH=${JSON.stringify(process.env.PATH)} exec npm "$@"`, ''].join('\n'), { mode: 0o755 });
  return folder;
}

/** Runs the shell blocks of a guide one after the other, as a reader does; stops at the first that fails. */
async function read(guide: string): Promise<{ readonly status: number | null; readonly text: string }> {
  const folder = join(pulumi.folder, 'readers', guide);
  mkdirSync(folder, { recursive: true });
  const blocks = [...readFileSync(join(root, 'docs', 'guides', `${guide}.md`), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)];
  // The provider pauses for a second before it writes to GitHub.
  const hurried = 'pulumi stack init github\npulumi config set github:writeDelayMs 1 --stack github';
  const script = blocks.map(([, block = '']) => block.replace('pulumi stack init github', hurried)).join('\n');
  writeFileSync(join(folder, 'script.sh'), `set -e\n${script}`);
  const reader = spawn('bash', ['script.sh'], {
    cwd: folder,
    env: {
      PATH: [pinnedNpm(), dirname(program('pulumi')), dirname(program('kubectl')), process.env.PATH].join(':'),
      HOME: folder,
      KUBECONFIG: bed.kubeconfig,
      CONTEXT,
      STAGEGATE_PACKAGE: tarball,
      npm_config_cache: cache,
      npm_config_prefer_offline: 'true',
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      npm_config_update_notifier: 'false',
      GITHUB_TOKEN: github.token('ada'),
      GITHUB_BASE_URL: github.url,
      PULUMI_HOME: join(pulumi.folder, 'pulumi'),
      PULUMI_SKIP_UPDATE_CHECK: 'true',
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
      PULUMI_IGNORE_AMBIENT_PLUGINS: 'true',
      PULUMI_CREDENTIAL_STORE: 'plaintext',
      PULUMI_NODEJS_TRANSPILE_ONLY: 'true',
    },
  });
  const printed: string[] = [];
  for (const stream of [reader.stdout, reader.stderr]) stream.on('data', (chunk) => void printed.push(String(chunk)));
  const status = await new Promise<number | null>((done) => reader.on('close', done));
  return { status, text: printed.join('') };
}

const shops = (): Promise<string> =>
  bed.kubectl(['get', 'namespaces', '-l', 'app.kubernetes.io/part-of=shop', '-o', 'jsonpath={.items[*].metadata.name}']);

test('a reader of pulumi-up comes from an empty folder to environments and rulesets, and away again', async () => {
  const { status, text } = await read('pulumi-up');
  expect({ status, tail: status === 0 ? '' : text.slice(-3000) }).toEqual({ status: 0, tail: '' });
  expect(text).toContain('shop: 0 errors');
  expect(text.match(/\+ 12 created/g)).toHaveLength(2);
  expect(text).toMatch(/~ 1 updated\n\s+11 unchanged/);
  expect(text).toMatch(/cannot be deleted[\s\S]*still there, as production should be/);
  expect(await shops()).toBe('');
  expect(github.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/rulesets')).length).toBeGreaterThan(4);
  expect([...github.world.repository('acme', 'shop').rulesets.values()]).toEqual([]);
  expect(github.problems).toEqual([]);
});

test('a reader of adopt-in-a-pulumi-program takes over a namespace, and keeps everything else', async () => {
  const { status, text } = await read('adopt-in-a-pulumi-program');
  expect({ status, tail: status === 0 ? '' : text.slice(-3000) }).toEqual({ status: 0, tail: '' });
  expect(text).toMatch(/\+ 19 created\n\s+~ 2 updated/);
  expect(text).toContain('\nhttps://shop.eu.example.com\n');
  expect(await shops()).toBe('shop-prod shop-staging');
});

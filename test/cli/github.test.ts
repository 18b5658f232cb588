import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host, Store } from '../../lib/delivery';
import { gitHubHost, gitHubStore } from '../../lib/delivery/github';
import type { People } from '../../lib/delivery/local';
import { GitHubAuthentication, gitHubClient } from '../../lib/github';
import { type GitHub, startGitHub } from '../github';
import { type Called, call as callHere, folderWith, removeFolders, smallProgram } from './calling';

jest.setTimeout(120_000);

const program = smallProgram(`
const prod = new Environment(platform, 'prod', { tier: Tier.production, target: Target.kubernetes(cluster), sync: Sync.manual() });
new PromotionPolicy(platform, 'dev-to-prod', { from: dev, to: prod, gates: [Gate.healthy(), Gate.approvals({ total: 1, including: [{ team: 'engineers' }] })] });
`);
const people: People = {
  repository: 'acme/shop',
  people: { ada: { role: 'admin', owner: true }, dora: { role: 'write' }, mia: { role: 'write' } },
  teams: { engineers: { id: 11, members: ['mia'] } },
  apps: { stagegate: { id: 101 }, 'github-actions': { id: 15_368 } },
};

let github: GitHub;
let work: string;
let cache: string;
const before = process.env.XDG_CACHE_HOME;

beforeAll(async () => {
  github = await startGitHub({ people, appPermissions: { stagegate: { members: 'read', checks: 'read' } } });
  work = folderWith({ 'platform.ts': program, 'target.yaml': 'kind: simulated\nsyncSeconds: 0\nrolloutSeconds: 0\n' });
  cache = folderWith();
  process.env.XDG_CACHE_HOME = cache;
});
afterAll(async () => {
  if (before === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = before;
  await github?.close();
  removeFolders();
});

const HOST = ['--host', 'github:acme/shop'];

function call(argv: readonly string[], environment: Readonly<Record<string, string>> = {}, host = HOST): Promise<Called> {
  return callHere([...argv, ...host], {
    folder: work,
    environment: { GITHUB_API_URL: `${github.url}api/v3`, ...environment },
  });
}
const as = (login: string): Readonly<Record<string, string>> => ({ GITHUB_TOKEN: github.token(login) });
const app = (): Readonly<Record<string, string>> => ({
  STAGEGATE_APP_ID: '101',
  STAGEGATE_APP_PRIVATE_KEY: github.privateKey('stagegate'),
});
const model = ['--program', 'model.json'];

async function opened(login: string): Promise<{ readonly store: Store; readonly host: Host }> {
  const client = gitHubClient({
    authentication: GitHubAuthentication.token(github.token(login)),
    baseUrl: `${github.url}api/v3`,
    paced: false,
    second: 2,
  });
  return {
    host: gitHubHost({ client, repository: 'acme/shop' }),
    store: await gitHubStore({ client, repository: 'acme/shop', cache: join(cache, login) }),
  };
}

describe('before anything is called', () => {
  test('credentials that are missing are named', async () => {
    expect(await call(['status'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('there are no credentials for GitHub\n  remedy  set GITHUB_TOKEN'),
    });
    expect(await call(['status'], { STAGEGATE_APP_ID: '101' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('STAGEGATE_APP_ID is set, and STAGEGATE_APP_PRIVATE_KEY is not'),
    });
  });

  test('a repository and an address that are none are refused', async () => {
    expect(await call(['status'], as('mia'), ['--host', 'github:shop'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('"shop" is no repository of GitHub'),
    });
    expect(await call(['status'], { ...as('mia'), GITHUB_API_URL: 'http://github.example.com' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('not encrypted'),
    });
    expect(github.requests).toEqual([]);
  });

  test('without a host it is said how to name one, and a run of GitHub Actions names its own', async () => {
    expect(await call(['status'], {}, [])).toMatchObject({ code: 2, err: expect.stringContaining('or github:owner/name, with --host') });
    const { err } = await call(['status'], { GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'acme/shop' }, []);
    expect(err).toContain('there are no credentials for GitHub');
  });
});

describe('on GitHub', () => {
  test('a branch without a program is said', async () => {
    expect(await call(['status'], as('mia'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('the branch main of the host holds no program yet'),
    });
  });

  test('a token that GitHub does not know, and a repository that it hides, are failures of the outside, told without the token', async () => {
    const stranger = await call(['status'], { GITHUB_TOKEN: 'ghp_stranger_token' });
    expect(stranger).toMatchObject({ code: 3, err: expect.stringContaining('wrong, expired or revoked') });
    expect(stranger.err).not.toContain('ghp_stranger_token');
    expect(await call(['status'], as('mia'), ['--host', 'github:acme/other'])).toMatchObject({ code: 3 });
  });

  test('nobody acts as somebody else than GitHub says', async () => {
    expect(await call(['status', '--as', 'dora'], as('mia'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('GitHub knows the caller as mia, not as dora'),
    });
  });

  test('the app bootstraps from a model, and does not run the program where its credentials are in reach', async () => {
    const dora = await opened('dora');
    const tree = await dora.store.writeTree(
      new Map([
        ['platform.ts', program],
        ['package-lock.json', '{}\n'],
      ]),
    );
    const commit = await dora.store.writeCommit({ tree, parents: [], author: 'dora', message: 'Declare the shop', at: Date.now() });
    for (const branch of ['main', 'develop']) await dora.store.moveRef(`refs/heads/${branch}`, commit, undefined);

    expect(await call(['bootstrap'], app())).toMatchObject({
      code: 2,
      err: expect.stringMatching(
        /the program is not run where the credentials of the app stagegate are in reach\n {2}remedy .*--program model\.json/,
      ),
    });
    writeFileSync(join(work, 'model.json'), (await callHere(['model', '--json'], { folder: work })).out);
    const { code, out } = await call(['bootstrap', ...model], app());
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringMatching(/^done +env\/dev /m) });
    expect(out).toMatch(/^you +rulesets +apply the stack github/m);
  });

  test('a person looks with a token alone, and changes nothing in the name of the app', async () => {
    expect(await call(['status'], as('mia'))).toMatchObject({ code: 0, out: expect.stringContaining('prod') });
    const { err, code } = await call(['release', 'create', '--image', `web=ghcr.io/acme/shop/web@sha256:${'a'.repeat(64)}`], as('mia'));
    expect({ code, err }).toMatchObject({
      code: 2,
      err: expect.stringContaining('GitHub knows these credentials as mia; this takes the delivery app stagegate'),
    });
  });

  test('a release goes from dev to prod: the app delivers, and a person approves with a token of his own', async () => {
    const made = await call(['release', 'create', '--image', `web=ghcr.io/acme/shop/web@sha256:${'a'.repeat(64)}`, ...model], app());
    expect(made.code).toBe(0);
    for (let pass = 0; pass < 3; pass += 1) expect((await call(['deliver', ...model], app())).code).toBe(0);
    expect(await call(['approve', 'prod', ...model], app())).toMatchObject({
      code: 2,
      err: expect.stringContaining('stagegate is an app\n  remedy  do this as a person, with your own token in GITHUB_TOKEN'),
    });
    expect(await call(['approve', 'prod'], as('mia'))).toMatchObject({ code: 0, out: expect.stringMatching(/^mia approves #\d+/) });
    expect(await call(['promote', 'prod', ...model], app())).toMatchObject({ code: 0, out: expect.stringContaining('merged') });
    expect((await call(['status', 'prod'], as('dora'))).out).toContain('awaiting-sync');
  });

  test('with both credentials the app delivers what the person asks for', async () => {
    const made = await call(['release', 'create', '--image', `web=ghcr.io/acme/shop/web@sha256:${'b'.repeat(64)}`, ...model], {
      ...app(),
      ...as('mia'),
    });
    expect(made.code).toBe(0);
    const { code } = await call(['hold', 'dev', '--reason', 'a feast', ...model], { ...app(), ...as('mia') });
    expect(code).toBe(0);
    expect((await call(['status', 'dev'], as('dora'))).out).toContain('a feast');
  });

  test('whether a pull request changes the policy is not evaluated beside credentials: approvals are asked for', async () => {
    const dora = await opened('dora');
    const main = (await dora.store.tryRef('refs/heads/main')) ?? '';
    const evil = `require('node:fs').writeFileSync(${JSON.stringify(join(work, 'ran'))}, 'yes');\n${program}`;
    const files = new Map([...(await dora.store.files(main, '')), ['platform.ts', evil]]);
    const head = await dora.store.writeCommit({
      tree: await dora.store.writeTree(files),
      parents: [main],
      author: 'dora',
      message: 'Change',
      at: Date.now(),
    });
    await dora.store.moveRef('refs/heads/change', head, undefined);
    await dora.host.openPullRequest({ head: 'change', base: 'main', title: 'Change', body: '' });
    await call(['deliver', ...model], app());
    expect((await dora.host.statuses(head)).findLast(({ context }) => context === 'stagegate/policy')).toMatchObject({
      state: 'pending',
      description: expect.stringContaining('whether the policy changes is not evaluated here: approval needed of'),
      creator: { kind: 'app', login: 'stagegate' },
    });
    expect(() => rmSync(join(work, 'ran'))).toThrow(/ENOENT/);
  });

  test('GitHub was asked for nothing that it does not know', () => {
    expect(github.problems).toEqual([]);
  });
});

import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { gitHubHost, gitHubStore } from '../../../lib/delivery/github';
import type { Store } from '../../../lib/delivery/store';
import { GitHubAuthentication, type GitHubClient, gitHubClient } from '../../../lib/github';
import { type GitHub, startGitHub } from '../../github';
import { cast } from './contract';

const inBackground = promisify(execFile);
const repository = 'acme/delivery';
let github: GitHub;
let folder: string;
beforeAll(async () => {
  github = await startGitHub({ people: cast });
  folder = mkdtempSync(join(tmpdir(), 'stagegate-github-store-'));
});
afterAll(async () => {
  await github?.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => github.faults.clear());

const clientOf = (authentication: GitHubAuthentication): GitHubClient =>
  gitHubClient({ authentication, baseUrl: `${github.url}api/v3`, paced: false, second: 2 });
const clientAs = (login: string): GitHubClient => clientOf(GitHubAuthentication.token(github.token(login)));
const storeOf = (client: GitHubClient, cache: string): Promise<Store> =>
  gitHubStore({ client, repository, cache: join(folder, cache), second: 2 });

async function committed(store: Store, text: string, parents: readonly string[] = []): Promise<string> {
  const tree = await store.writeTree(new Map([['file', text]]));
  return store.writeCommit({ tree, parents, author: 'alice', message: text, at: 0 });
}

test('an app pushes and reads with tokens of its installation, made for the repository alone', async () => {
  const permissions = { contents: 'write', pull_requests: 'write', statuses: 'write' } as const;
  const client = clientOf(GitHubAuthentication.app({ id: 1001, privateKey: github.privateKey('acme-delivery'), repository, permissions }));
  const [store, host] = [await storeOf(client, 'app'), gitHubHost({ client, repository })];
  const one = await committed(store, 'by the app');
  expect(await store.moveRef('refs/heads/by-app', one, undefined)).toEqual({ kind: 'done' });
  expect(await (await storeOf(clientAs('bob'), 'bob')).tryRef('refs/heads/by-app')).toBe(one);
  expect(await host.actor()).toEqual({ kind: 'app', login: 'acme-delivery' });
  await host.setStatus(one, { context: 'gates', state: 'success', description: 'ok' });
  expect((await host.statuses(one)).map(({ creator }) => creator)).toEqual([{ kind: 'app', login: 'acme-delivery' }]);
  const made = github.requests.filter(({ path }) => path.endsWith('/access_tokens'));
  expect(made).toHaveLength(1);
  expect(made[0]?.body).toEqual({ repositories: ['delivery'], permissions });
});

test('no argument of git, and no file of the copy, holds the token', async () => {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  const log = join(folder, 'arguments');
  writeFileSync(join(bin, 'git'), `#!/bin/sh\nprintf '%s\\n' "$@" >> '${log}'\nexec '${real}' "$@"\n`);
  chmodSync(join(bin, 'git'), 0o755);
  const path = process.env.PATH;
  process.env.PATH = `${bin}${delimiter}${path}`;
  try {
    const store = await storeOf(clientAs('alice'), 'watched');
    expect(await store.moveRef('refs/heads/watched', await committed(store, 'watched'), undefined)).toEqual({ kind: 'done' });
    expect(await store.refs('refs/heads/watched')).toHaveLength(1);
  } finally {
    process.env.PATH = path;
  }
  const given = readFileSync(log, 'utf8');
  expect(given).toContain('push');
  const token = github.token('alice');
  const texts = [given, ...filesBelow(join(folder, 'watched')).map((file) => readFileSync(file, 'latin1'))];
  for (const secret of [token, Buffer.from(`x-access-token:${token}`).toString('base64')])
    expect(texts.filter((text) => text.includes(secret))).toEqual([]);
});

function filesBelow(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => join(root, name))
    .filter((path) => statSync(path).isFile());
}

test('credentials that nobody knows are an error that shows none of them', async () => {
  const store = await storeOf(clientOf(GitHubAuthentication.token('ghp_nobody_knows_this_one')), 'stranger');
  const error: unknown = await store.tryRef('refs/heads/main').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ kind: 'outside', remedy: expect.stringContaining('whether the credentials may read its contents') });
  expect(`${(error as Error).stack}${JSON.stringify(error)}`).not.toContain('nobody_knows');
});

test('a repository that is not there is an error that names it', async () => {
  const store = await gitHubStore({ client: clientAs('alice'), repository: 'acme/none', cache: join(folder, 'none'), second: 2 });
  await expect(store.tryRef('refs/heads/main')).rejects.toMatchObject({ kind: 'outside', remedy: expect.stringContaining('acme/none') });
});

test('a push by somebody who may only read is refused in GitHub’s words', async () => {
  const store = await storeOf(clientAs('rita'), 'rita');
  expect(await store.moveRef('refs/heads/rita', await committed(store, 'rita'), undefined)).toEqual({
    kind: 'refused',
    reason: 'Permission to acme/delivery.git denied to rita',
  });
});

test('a push that breaks a rule is refused with the rule', async () => {
  const ada = clientAs('ada');
  const at = { owner: 'acme', repo: 'delivery' };
  const rules = [{ type: 'creation' }] as const;
  const conditions = { ref_name: { include: ['refs/heads/locked/*'], exclude: [] } };
  await ada.request('POST /repos/{owner}/{repo}/rulesets', { ...at, name: 'locked', enforcement: 'active', conditions, rules: [...rules] });
  const store = await storeOf(clientAs('alice'), 'alice');
  expect(await store.moveRef('refs/heads/locked/one', await committed(store, 'locked'), undefined)).toEqual({
    kind: 'refused',
    reason: expect.stringMatching(/GH013: Repository rule violations found for refs\/heads\/locked\/one[\s\S]*creation is restricted/),
  });
});

describe('faults on the way', () => {
  const git = '/acme/delivery.git/*';

  test('are waited out: reading and pushing go on when GitHub answers again', async () => {
    const store = await storeOf(clientAs('alice'), 'patient');
    const one = await committed(store, 'patient');
    github.faults.add({ path: git, status: 502, times: 2 });
    expect(await store.tryRef('refs/heads/patient')).toBeUndefined();
    github.faults.add({ path: '*/git-receive-pack', status: 503, times: 1 });
    expect(await store.moveRef('refs/heads/patient', one, undefined)).toEqual({ kind: 'done' });
  });

  test('a push that arrived though its answer was lost has moved the ref', async () => {
    const store = await storeOf(clientAs('alice'), 'lost');
    const one = await committed(store, 'lost');
    github.faults.add({ method: 'POST', path: '*/git-receive-pack', status: 'lost', times: 1 });
    expect(await store.moveRef('refs/heads/lost', one, undefined)).toEqual({ kind: 'done' });
    github.faults.add({ method: 'POST', path: '*/git-receive-pack', status: 'lost', times: 1 });
    expect(await store.deleteRef('refs/heads/lost', one)).toEqual({ kind: 'done' });
    expect(await store.tryRef('refs/heads/lost')).toBeUndefined();
  });

  test('a GitHub that stays away is an error that may be repeated', async () => {
    const store = await storeOf(clientAs('alice'), 'away');
    github.faults.add({ status: 'unreachable', times: 1000 });
    await expect(store.tryRef('refs/heads/main')).rejects.toMatchObject({ kind: 'outside' });
    github.faults.clear();
    expect(await store.tryRef('refs/heads/main')).toBeUndefined();
  });
});

describe('authors', () => {
  test('are told by the login that GitHub knows an address by today, also of one that was renamed, and an unknown name stays', async () => {
    github.world.addresses.set('alice@example.org', 'alice');
    github.world.addresses.set('4711+bobby@users.noreply.github.com', 'bob');
    const work = join(folder, 'work');
    const token = github.token('bob');
    // The emulator runs in this process: git must not be waited for without it.
    const run = async (...args: readonly string[]): Promise<string> => (await inBackground('git', ['-C', work, ...args])).stdout.trim();
    await inBackground('git', ['init', '-q', '-b', 'authors', work]);
    const people = [
      ['Alice Smith', 'alice@example.org'],
      ['Alice Smith', 'alice@example.org'],
      ['Bobby', '4711+bobby@users.noreply.github.com'],
      ['Bob', '4711+bob@users.noreply.github.com'],
      ['robot', '1+acme-delivery[bot]@users.noreply.github.com'],
      ['Somebody Else', 'somebody@example.org'],
    ];
    for (const [name, address] of people)
      await run('-c', `user.name=${name}`, '-c', `user.email=${address}`, 'commit', '-q', '--allow-empty', '-m', 'one more');
    const first = await run('rev-list', '--max-parents=0', 'HEAD');
    await run('push', '-q', `${github.url.replace('http://', `http://x:${token}@`)}acme/delivery.git`, 'authors');

    const store = await storeOf(clientAs('alice'), 'authors');
    const before = github.requests.length;
    const head = (await store.tryRef('refs/heads/authors')) ?? '';
    expect((await store.between(undefined, head, 10)).map(({ author }) => author)).toEqual([
      'Somebody Else',
      'acme-delivery',
      'bob',
      'bob',
      'alice',
      'alice',
    ]);
    expect((await store.commit(first)).author).toBe('alice');
    const lookups = github.requests.slice(before).filter(({ path }) => path.includes('/commits/'));
    expect(lookups).toHaveLength(5);
  });
});

test('co-authors are told by login too, as GitHub knows their addresses', async () => {
  github.world.addresses.set('carol@example.org', 'carol');
  const store = await storeOf(clientAs('bob'), 'co-authors');
  const tree = await store.writeTree(new Map([['file', 'together']]));
  const message = 'Together\n\nCo-authored-by: Carol Jones <carol@example.org>\nCo-authored-by: Nobody <nobody@example.org>';
  const id = await store.writeCommit({ tree, parents: [], author: 'bob', message, at: 0 });
  await store.moveRef('refs/heads/together', id, undefined);
  expect(await (await storeOf(clientAs('alice'), 'alice')).tryRef('refs/heads/together')).toBe(id);
  expect(await (await storeOf(clientAs('alice'), 'alice')).commit(id)).toMatchObject({ author: 'bob', coAuthors: ['carol'] });
});

test('nothing was asked of GitHub that it does not know, and it answered as it says it does', () => {
  expect(github.problems).toEqual([]);
});

import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { inspect } from 'node:util';
import { type AppAuthentication, GitHubAuthentication, gitHubClient } from '../../lib/github';
import { type Answer, type FakeServer, fakeServer, type Received } from './server';

const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});
const repository = 'acme/shop';
const MINUTE = 60_000;

let server: FakeServer;
afterEach(() => server.close());

/** A GitHub that gives out tokens `ghs_token_1`, `ghs_token_2`…, good for an hour or for `minutes`, and takes all but the revoked ones. */
async function gitHub(
  options: {
    readonly minutes?: readonly number[];
    readonly revoked?: ReadonlySet<string>;
    readonly answer?: (request: Received) => Answer | undefined;
  } = {},
) {
  let made = 0;
  server = await fakeServer((request) => {
    const other = options.answer?.(request);
    if (other !== undefined) return other;
    if (request.path.endsWith('/installation')) return { status: 200, body: { id: 77, app_slug: 'stagegate' } };
    if (request.path.endsWith('/access_tokens')) {
      made += 1;
      const expires = new Date(Date.now() + (options.minutes?.[made - 1] ?? 60) * MINUTE).toISOString();
      return { status: 201, body: { token: `ghs_token_${made}`, expires_at: expires, permissions: {}, repository_selection: 'selected' } };
    }
    const token = String(request.headers.authorization).replace('Bearer ', '');
    return options.revoked?.has(token)
      ? { status: 401, body: { message: 'Bad credentials' } }
      : { status: 200, body: { full_name: repository } };
  });
}

function client(app: Partial<AppAuthentication> = {}) {
  const authentication = GitHubAuthentication.app({ id: 4711, privateKey: pair.privateKey, repository, ...app });
  return gitHubClient({ authentication, baseUrl: server.baseUrl, paced: false, second: 2 });
}

const read = (github: ReturnType<typeof client>) => github.request('GET /repos/{owner}/{repo}', { owner: 'acme', repo: 'shop' });
const asked = (): readonly string[] => server.received.map(({ method, path }) => `${method} ${path}`);
const minted = (): readonly Received[] => server.received.filter(({ path }) => path.endsWith('/access_tokens'));

test('an app finds its installation by the repository and makes a token for it alone, with the permissions asked for', async () => {
  await gitHub();
  const github = client({ permissions: { contents: 'write', statuses: 'write' } });
  expect((await read(github)).data.full_name).toBe(repository);
  expect(asked()).toEqual(['GET /repos/acme/shop/installation', 'POST /app/installations/77/access_tokens', 'GET /repos/acme/shop']);
  expect(minted()[0]?.body).toEqual({ repositories: ['shop'], permissions: { contents: 'write', statuses: 'write' } });
  expect(server.received[2]?.headers.authorization).toBe('Bearer ghs_token_1');
  expect(await github.trySlug()).toBe('stagegate');
});

test('it proves itself by a token that its key signed, for ten minutes at most', async () => {
  await gitHub();
  await read(client());
  for (const { headers } of server.received.slice(0, 2)) {
    const [header = '', payload = '', signature = ''] = String(headers.authorization)
      .replace(/^bearer /i, '')
      .split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    expect(
      verify('RSA-SHA256', Buffer.from(`${header}.${payload}`), createPublicKey(pair.publicKey), Buffer.from(signature, 'base64url')),
    ).toBe(true);
    expect(claims).toMatchObject({ iss: 4711 });
    expect(claims.exp - claims.iat).toBeLessThanOrEqual(600);
  }
});

test('a key whose line breaks are written as two characters is the same key', async () => {
  await gitHub();
  expect((await read(client({ privateKey: pair.privateKey.replaceAll('\n', '\\n') }))).status).toBe(200);
});

test('one token serves many calls, also those that begin at once', async () => {
  await gitHub();
  const github = client();
  await Promise.all(Array.from({ length: 15 }, () => read(github)));
  await read(github);
  expect(minted()).toHaveLength(1);
});

test('a token that ends within five minutes is replaced before it is used, once for all who ask', async () => {
  await gitHub({ minutes: [4, 60] });
  const github = client();
  expect(await github.token()).toBe('ghs_token_1');
  await Promise.all([read(github), read(github)]);
  expect(await github.token()).toBe('ghs_token_2');
  expect(minted()).toHaveLength(2);
});

test('a token that GitHub takes no longer is replaced, and the call is made again, even one that adds something', async () => {
  const revoked = new Set<string>();
  await gitHub({ revoked });
  const github = client();
  await read(github);
  revoked.add('ghs_token_1');
  await github.request('POST /repos/{owner}/{repo}/statuses/{sha}', { owner: 'acme', repo: 'shop', sha: 'f'.repeat(40), state: 'success' });
  expect(asked().slice(3)).toEqual([
    `POST /repos/acme/shop/statuses/${'f'.repeat(40)}`,
    'POST /app/installations/77/access_tokens',
    `POST /repos/acme/shop/statuses/${'f'.repeat(40)}`,
  ]);
  expect(server.received.at(-1)?.headers.authorization).toBe('Bearer ghs_token_2');
});

test('a token that was just made is given time to become known', async () => {
  let refusals = 3;
  await gitHub({
    answer: ({ path }) =>
      path === '/repos/acme/shop' && refusals-- > 0 ? { status: 401, body: { message: 'Bad credentials' } } : undefined,
  });
  expect((await read(client())).status).toBe(200);
  expect(minted()).toHaveLength(2);
});

test.each<[string, string, Answer, string, string]>([
  [
    'is not installed',
    '/installation',
    { status: 404, body: { message: 'Not Found' } },
    'the app 4711 is not installed in acme/shop',
    'install the app',
  ],
  [
    'has another key',
    '/installation',
    { status: 401, body: { message: 'A JSON web token could not be decoded' } },
    'GitHub does not take the app 4711',
    'id and the private key',
  ],
  [
    'lacks a permission',
    '/access_tokens',
    { status: 422, body: { message: 'The permissions requested are not granted to this installation.' } },
    'does not have contents: write',
    'accept them',
  ],
])('an app that %s is told so, and what to do', async (_, path, answer, message, remedy) => {
  await gitHub({ answer: (request) => (request.path.endsWith(path) ? answer : undefined) });
  await expect(read(client({ permissions: { contents: 'write' } }))).rejects.toMatchObject({
    name: 'GitHubError',
    kind: 'outside',
    message: expect.stringContaining(message),
    remedy: expect.stringContaining(remedy),
  });
});

test('no error shows the key, the token of the app or that of its installation', async () => {
  await gitHub({ answer: ({ path }) => (path === '/repos/acme/shop' ? { status: 403, body: { message: 'not ghs_token_1' } } : undefined) });
  const error: unknown = await read(client()).catch((thrown: unknown) => thrown);
  const shown = `${inspect(error, { depth: 20, showHidden: true })}${(error as Error).stack}`;
  for (const { headers } of server.received) expect(shown).not.toContain(String(headers.authorization).split(' ')[1]);
  expect(shown).toContain('not [secret]');
  expect(shown).not.toContain(pair.privateKey.split('\n')[1]);
});

test.each([
  ['not a key', 'acme/shop', /no private key in PEM/],
  [pair.privateKey, 'acme', /"acme" is no repository of GitHub/],
  [pair.privateKey, 'acme/..', /is no repository of GitHub/],
])('a wrong key or repository is refused before anything is called', async (privateKey, wrong, message) => {
  await gitHub();
  expect(() => GitHubAuthentication.app({ id: 1, privateKey, repository: wrong })).toThrow(message);
});

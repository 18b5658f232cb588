import { createSign, generateKeyPairSync } from 'node:crypto';
import { type GitHub, startGitHub } from './index';

let github: GitHub;
let now = Date.parse('2026-03-02T09:00:00Z');

beforeEach(async () => {
  now = Date.parse('2026-03-02T09:00:00Z');
  github = await startGitHub({
    repositories: [{ name: 'acme/app' }, { name: 'other/app' }],
    appPermissions: { 'acme-delivery': { administration: 'read' } },
    clock: () => now,
  });
  github.privateKey('acme-delivery');
});
afterEach(async () => {
  expect(github.problems).toEqual([]);
  await github.close();
});

/** A JSON Web Token as an app makes it. */
function webToken(claims: Readonly<Record<string, unknown>> = {}, key = github.privateKey('acme-delivery')): string {
  const seconds = Math.floor(now / 1000);
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iat: seconds - 60, exp: seconds + 540, iss: '1001', ...claims })}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
}

interface Answered {
  readonly status: number;
  readonly body: { readonly [name: string]: unknown };
}

async function call(method: string, path: string, token: string, body?: unknown): Promise<Answered> {
  const response = await fetch(`${github.url}api/v3${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: JSON.parse((await response.text()) || '{}') };
}

async function installationToken(body?: unknown): Promise<Answered> {
  return call('POST', `/app/installations/${github.installation('acme-delivery', 'acme')}/access_tokens`, webToken(), body);
}

test('an app proves with its key who it is', async () => {
  expect((await call('GET', '/app', webToken())).body).toMatchObject({ id: 1001, slug: 'acme-delivery' });
  expect((await call('GET', '/app', webToken({ iss: 1001 }))).status).toBe(200);
});

test.each<readonly [string, () => string]>([
  [
    'by another key',
    () => webToken({}, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()),
  ],
  ['of an app that is not there', () => webToken({ iss: '9' })],
  ['of an app that signs with the key of another', () => webToken({ iss: '1002' })],
  ['that is over', () => webToken({ exp: Math.floor(now / 1000) - 1 })],
  ['that lives too long', () => webToken({ exp: Math.floor(now / 1000) + 700 })],
  ['of tomorrow', () => webToken({ iat: Math.floor(now / 1000) + 3600 })],
  ['that was cut', () => webToken().slice(0, -4)],
])('a token %s is refused', async (_, token) => {
  expect((await call('GET', '/app', token())).status).toBe(401);
});

test('an app finds its installations by repository, by organization and in a list', async () => {
  const id = github.installation('acme-delivery', 'acme');
  expect((await call('GET', '/repos/acme/app/installation', webToken())).body).toMatchObject({
    id,
    app_id: 1001,
    account: { login: 'acme' },
  });
  expect((await call('GET', '/orgs/acme/installation', webToken())).body).toMatchObject({ id });
  expect((await call('GET', `/app/installations/${id}`, webToken())).body).toMatchObject({ id });
  expect((await call('GET', '/app/installations', webToken())).body).toHaveLength(2);
  expect((await call('GET', '/repos/acme/none/installation', webToken())).status).toBe(404);
  expect((await call('GET', '/repos/acme/app/installation', github.token('ada'))).status).toBe(401);
});

test('with the token of an installation an app acts in what it is installed in, for an hour', async () => {
  const { status, body } = await installationToken();
  expect(status).toBe(201);
  expect(body).toMatchObject({
    expires_at: '2026-03-02T10:00:00Z',
    repository_selection: 'all',
    permissions: { contents: 'write', administration: 'read' },
  });
  const token = String(body.token);
  expect((await call('GET', '/repos/acme/app', token)).status).toBe(200);
  expect((await call('GET', '/repos/other/app', token)).status).toBe(404);
  expect((await call('GET', '/installation/repositories', token)).body).toMatchObject({ total_count: 2 });
  expect((await call('GET', '/repos/acme/app/actions/permissions', token)).status).toBe(200);
  expect((await call('PUT', '/repos/acme/app/actions/permissions', token, { enabled: true })).status).toBe(403);
  now += 3_600_000;
  expect((await call('GET', '/repos/acme/app', token)).status).toBe(401);
});

test('a token may be narrower than the installation, and not wider', async () => {
  const { body } = await installationToken({ repositories: ['app'], permissions: { contents: 'read' } });
  expect(body).toMatchObject({
    repository_selection: 'selected',
    repositories: [{ full_name: 'acme/app' }],
    permissions: { contents: 'read', metadata: 'read' },
  });
  const token = String(body.token);
  expect((await call('GET', '/repos/acme/delivery', token)).status).toBe(404);
  expect((await call('GET', '/repos/acme/app/actions/permissions', token)).status).toBe(403);
  expect((await installationToken({ permissions: { administration: 'write' } })).status).toBe(422);
  expect((await installationToken({ repositories: ['none'] })).status).toBe(422);
});

test('an app has to ask with its own key, and only for its own installations', async () => {
  const path = `/app/installations/${github.installation('acme-delivery', 'acme')}/access_tokens`;
  expect((await call('POST', path, github.token('ada'))).status).toBe(401);
  expect((await call('POST', '/app/installations/1/access_tokens', webToken())).status).toBe(404);
  expect((await call('GET', '/repos/acme/app', webToken())).status).toBe(401);
});

test('a token that was given back is worth nothing', async () => {
  const token = String((await installationToken()).body.token);
  expect((await call('DELETE', '/installation/token', token)).status).toBe(204);
  expect((await call('GET', '/repos/acme/app', token)).status).toBe(401);
});

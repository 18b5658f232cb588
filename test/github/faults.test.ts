import { calling } from './calling';
import { callLines, type GitHub, startGitHub, tooQuick } from './index';

let github: GitHub;
const call = calling(() => github);

beforeEach(async () => {
  github = await startGitHub();
});
afterEach(() => github.close());

test('a fault meets as many of the requests that it is about as it says, and no others', async () => {
  github.faults.add({ method: 'GET', path: '/repos/acme/*', status: 503, times: 2 });
  const asked = [
    'GET /rate_limit',
    'GET /repos/acme/delivery',
    'PUT /repos/acme/delivery/environments/a',
    'GET /repos/acme/delivery',
    'GET /repos/acme/delivery',
  ];
  const statuses: number[] = [];
  for (const one of asked) statuses.push((await call(one)).status);
  expect(statuses).toEqual([200, 503, 200, 503, 200]);
});

test('faults are met in the order in which they were added, until they are cleared', async () => {
  github.faults.add({ status: 403, times: 1 });
  github.faults.add({ status: 500, body: { message: 'own' }, headers: { 'x-own': 'yes' }, times: 2 });
  expect((await call('GET /user')).body.message).toBe('Resource not accessible by personal access token');
  const second = await call('GET /user');
  expect([second.status, second.body.message, second.headers.get('x-own')]).toEqual([500, 'own', 'yes']);
  github.faults.clear();
  expect((await call('GET /user')).status).toBe(200);
});

test('a caller who is too quick is told how long to wait, with either status', async () => {
  for (const status of [403, 429] as const) {
    github.faults.add({ ...tooQuick(7, status), times: 1 });
    const answer = await call('GET /user');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, '7']);
    expect(answer.body.documentation_url).toMatch(/secondary-rate-limits$/);
  }
});

test('a server that is unreachable cuts the connection, also for GraphQL and git', async () => {
  for (const path of ['api/v3/user', 'api/graphql', 'acme/delivery.git/info/refs?service=git-upload-pack']) {
    github.faults.add({ status: 'unreachable', times: 1 });
    await expect(fetch(`${github.url}${path}`)).rejects.toThrow('fetch failed');
  }
});

test('a slow server answers after its time', async () => {
  github.faults.add({ delay: 80, times: 1 });
  const before = performance.now();
  expect((await call('GET /user')).status).toBe(200);
  expect(performance.now() - before).toBeGreaterThan(75);
});

test('what was asked is written down, with the fault that it met', async () => {
  github.faults.add({ status: 502, times: 1 });
  await call('POST /repos/acme/delivery/rulesets', { name: 'a', enforcement: 'active' });
  await calling(() => github, 'acme-delivery')('GET /repos/acme/delivery/rulesets?per_page=5');
  expect(callLines(github.requests)).toEqual([
    'POST /repos/acme/delivery/rulesets 502',
    'GET /repos/acme/delivery/rulesets?per_page=5 200',
  ]);
  expect(github.requests).toMatchObject([
    { caller: 'ada', body: { name: 'a' } },
    { caller: 'acme-delivery', query: '?per_page=5' },
  ]);
  expect(JSON.stringify(github.requests)).not.toContain('token-of-');
});

test('a GitHub that is closed leaves no folder', async () => {
  const folder = await github.world.repository('acme', 'delivery').hostFolder;
  const other = await startGitHub();
  await github.close();
  const { existsSync } = await import('node:fs');
  expect(existsSync(folder)).toBe(false);
  github = other;
});

import { calling } from './calling';
import { type GitHub, startGitHub } from './index';
import { seal } from './sealed-box';

let github: GitHub;
const call = calling(() => github);
const ENVIRONMENTS = '/repos/acme/delivery/environments';
const custom = { deployment_branch_policy: { protected_branches: false, custom_branch_policies: true } };

beforeEach(async () => {
  github = await startGitHub({
    repositories: [
      { name: 'acme/free', plan: 'free' },
      { name: 'acme/open', plan: 'free', visibility: 'public' },
      { name: 'acme/team', plan: 'team' },
    ],
  });
});
afterEach(async () => {
  expect(github.problems).toEqual([]);
  await github.close();
});

describe('environments', () => {
  test('a new one lets everybody in, and a name with a slash is one name whatever its case', async () => {
    const made = await call(`PUT ${ENVIRONMENTS}/prod%2FEU`);
    expect(made.status).toBe(200);
    expect(made.body).toEqual({
      id: expect.any(Number),
      node_id: `EN_${made.body.id}`,
      name: 'prod/EU',
      url: `${github.url}api/v3${ENVIRONMENTS}/prod%2FEU`,
      html_url: expect.any(String),
      created_at: expect.any(String),
      updated_at: expect.any(String),
      can_admins_bypass: true,
      protection_rules: [],
      deployment_branch_policy: null,
    });
    expect((await call(`GET ${ENVIRONMENTS}/PROD%2Feu`)).body).toEqual(made.body);
    expect((await call(`GET ${ENVIRONMENTS}`)).body).toEqual({ total_count: 1, environments: [made.body] });
    expect((await call(`DELETE ${ENVIRONMENTS}/prod%2Feu`)).status).toBe(204);
    expect((await call(`GET ${ENVIRONMENTS}/prod%2Feu`)).status).toBe(404);
  });

  test('protection rules are there when they ask for something, keep their ids, and go when they are left out', async () => {
    const alice = github.world.tryAccount('alice')?.id;
    const reviewers = [
      { type: 'Team', id: 11 },
      { type: 'User', id: alice },
    ];
    const { body } = await call(`PUT ${ENVIRONMENTS}/prod`, {
      wait_timer: 30,
      reviewers,
      prevent_self_review: true,
      can_admins_bypass: false,
      ...custom,
    });
    expect(body).toMatchObject({
      can_admins_bypass: false,
      ...custom,
      protection_rules: [
        { type: 'wait_timer', wait_timer: 30 },
        {
          type: 'required_reviewers',
          prevent_self_review: true,
          reviewers: [
            { type: 'Team', reviewer: { id: 11, slug: 'release-managers' } },
            { type: 'User', reviewer: { login: 'alice' } },
          ],
        },
        { type: 'branch_policy' },
      ],
    });
    const again = await call(`PUT ${ENVIRONMENTS}/prod`, { wait_timer: 5 });
    expect(again.body).toMatchObject({
      id: body.id,
      protection_rules: [{ type: 'wait_timer', wait_timer: 5 }],
      deployment_branch_policy: null,
    });
    expect(again.body.protection_rules?.[0]?.id).toBe(body.protection_rules?.[0]?.id);
  });

  test.each<readonly [string, object]>([
    ['both kinds of policy', { deployment_branch_policy: { protected_branches: true, custom_branch_policies: true } }],
    ['neither kind of policy', { deployment_branch_policy: { protected_branches: false, custom_branch_policies: false } }],
    ['a reviewer who is not there', { reviewers: [{ type: 'User', id: 7 }] }],
    ['a team that is not there', { reviewers: [{ type: 'Team', id: 7 }] }],
    ['a policy of the wrong kind', { deployment_branch_policy: 'main' }],
    ['a setting that does not exist', { timer: 5 }],
  ])('%s is refused', async (_, given) => {
    expect((await call(`PUT ${ENVIRONMENTS}/prod`, given)).status).toBe(422);
    expect((await call(`GET ${ENVIRONMENTS}/prod`)).status).toBe(404);
  });

  test('seven reviewers are refused', async () => {
    const reviewers = Array.from({ length: 7 }, () => ({ type: 'Team', id: 11 }));
    expect((await call(`PUT ${ENVIRONMENTS}/prod`, { reviewers })).status).toBe(422);
  });

  test('private repositories of a free plan have none; those of a team have no reviewers, no waiting and no way to keep administrators out', async () => {
    expect((await call('PUT /repos/acme/free/environments/prod')).status).toBe(404);
    expect((await call('PUT /repos/acme/open/environments/prod', { wait_timer: 30 })).status).toBe(200);
    expect((await call('PUT /repos/acme/team/environments/prod', custom)).status).toBe(200);
    for (const given of [{ reviewers: [] }, { wait_timer: 0 }, { can_admins_bypass: false }]) {
      const answer = await call('PUT /repos/acme/team/environments/prod', { ...custom, ...given });
      expect([answer.status, answer.body.message]).toEqual([
        422,
        expect.stringMatching(/^Failed to create the environment protection rule. Please ensure the billing plan supports/),
      ]);
    }
  });

  test('only administrators change them', async () => {
    expect((await calling(() => github, 'carol')(`PUT ${ENVIRONMENTS}/prod`)).status).toBe(403);
    expect((await calling(() => github, 'acme-delivery')(`PUT ${ENVIRONMENTS}/prod`)).status).toBe(403);
  });
});

describe('deployment policies', () => {
  const POLICIES = `${ENVIRONMENTS}/prod/deployment-branch-policies`;

  test('are not there unless the environment has custom ones', async () => {
    expect((await call(`POST ${POLICIES}`, { name: 'main' })).status).toBe(404);
    await call(`PUT ${ENVIRONMENTS}/prod`, { deployment_branch_policy: { protected_branches: true, custom_branch_policies: false } });
    expect((await call(`POST ${POLICIES}`, { name: 'main' })).status).toBe(404);
    expect((await call(`GET ${POLICIES}`)).status).toBe(404);
  });

  test('are made, listed, renamed and deleted; one that is there already is where the client is sent', async () => {
    await call(`PUT ${ENVIRONMENTS}/prod`, custom);
    const made = await call(`POST ${POLICIES}`, { name: 'main' });
    expect([made.status, made.body]).toEqual([200, { id: made.body.id, node_id: `DBP_${made.body.id}`, name: 'main', type: 'branch' }]);
    expect((await call(`POST ${POLICIES}`, { name: 'main', type: 'tag' })).status).toBe(200);
    const again = await call(`POST ${POLICIES}`, { name: 'main', type: 'branch' });
    expect([again.status, again.headers.get('location')]).toEqual([303, `${github.url}api/v3${POLICIES}/${made.body.id}`]);
    expect((await call(`GET ${POLICIES}`)).body.total_count).toBe(2);
    expect((await call(`PUT ${POLICIES}/${made.body.id}`, { name: 'release/*' })).body).toEqual({ ...made.body, name: 'release/*' });
    expect((await call(`DELETE ${POLICIES}/${made.body.id}`)).status).toBe(204);
    expect((await call(`GET ${POLICIES}/${made.body.id}`)).status).toBe(404);
  });

  test('take short names, and go when the environment has no custom ones any more', async () => {
    await call(`PUT ${ENVIRONMENTS}/prod`, custom);
    expect((await call(`POST ${POLICIES}`, { name: 'refs/heads/main' })).status).toBe(422);
    await call(`POST ${POLICIES}`, { name: 'main' });
    await call(`PUT ${ENVIRONMENTS}/prod`);
    await call(`PUT ${ENVIRONMENTS}/prod`, custom);
    expect((await call(`GET ${POLICIES}`)).body.total_count).toBe(0);
  });
});

const places = ['/repos/acme/delivery/actions', `${ENVIRONMENTS}/prod`];

describe.each(places)('variables of %s', (place) => {
  beforeEach(() => call(`PUT ${ENVIRONMENTS}/prod`));

  test('are made once, read, changed, renamed and deleted, whatever the case of their names', async () => {
    expect((await call(`POST ${place}/variables`, { name: 'region', value: 'eu' })).status).toBe(201);
    expect((await call(`POST ${place}/variables`, { name: 'REGION', value: 'us' })).status).toBe(409);
    expect((await call(`GET ${place}/variables/Region`)).body).toMatchObject({ name: 'REGION', value: 'eu' });
    expect((await call(`PATCH ${place}/variables/REGION`, { value: 'us' })).status).toBe(204);
    expect((await call(`PATCH ${place}/variables/REGION`, { name: 'ZONE' })).status).toBe(204);
    expect((await call(`GET ${place}/variables`)).body).toMatchObject({ total_count: 1, variables: [{ name: 'ZONE', value: 'us' }] });
    expect((await call(`DELETE ${place}/variables/ZONE`)).status).toBe(204);
    expect((await call(`PATCH ${place}/variables/ZONE`, { value: 'eu' })).status).toBe(404);
  });

  test('have names that GitHub allows and values up to 48 KB', async () => {
    for (const name of ['1ST', 'A-B', 'A B', 'GITHUB_TOKEN', '']) {
      expect((await call(`POST ${place}/variables`, { name, value: '' })).status).toBe(422);
    }
    expect((await call(`POST ${place}/variables`, { name: 'A', value: 'x'.repeat(48 * 1024) })).status).toBe(201);
    expect((await call(`POST ${place}/variables`, { name: 'B', value: 'x'.repeat(48 * 1024 + 1) })).status).toBe(422);
  });

  test('are for those who may write', async () => {
    expect((await calling(() => github, 'alice')(`POST ${place}/variables`, { name: 'A', value: '' })).status).toBe(201);
    expect((await calling(() => github, 'rita')(`POST ${place}/variables`, { name: 'B', value: '' })).status).toBe(403);
  });
});

describe.each(places)('secrets of %s', (place) => {
  beforeEach(() => call(`PUT ${ENVIRONMENTS}/prod`));

  test('are sealed to the key of the repository and never come back', async () => {
    const { body: key } = await call(`GET ${place}/secrets/public-key`);
    const sealed = () => ({ encrypted_value: seal(String(key.key), 'sesame'), key_id: key.key_id });
    expect((await call(`PUT ${place}/secrets/token`, sealed())).status).toBe(201);
    expect((await call(`PUT ${place}/secrets/TOKEN`, sealed())).status).toBe(204);
    const read = await call(`GET ${place}/secrets/TOKEN`);
    expect(read.body).toEqual({ name: 'TOKEN', created_at: expect.any(String), updated_at: expect.any(String) });
    expect((await call(`GET ${place}/secrets`)).body).toEqual({ total_count: 1, secrets: [read.body] });
    const { secrets, environments } = github.world.repository('acme', 'delivery');
    expect((place.endsWith('actions') ? secrets : environments.get('prod')?.secrets)?.get('TOKEN')?.value).toBe('sesame');
    expect((await call(`DELETE ${place}/secrets/TOKEN`)).status).toBe(204);
    expect((await call(`GET ${place}/secrets/TOKEN`)).status).toBe(404);
  });

  test('that are not sealed, or to another key, are refused', async () => {
    const { body: key } = await call(`GET ${place}/secrets/public-key`);
    const other = seal(Buffer.alloc(32, 9).toString('base64'), 'sesame');
    for (const given of [
      { encrypted_value: 'sesame', key_id: key.key_id },
      { encrypted_value: Buffer.alloc(64).toString('base64'), key_id: key.key_id },
      { encrypted_value: other, key_id: key.key_id },
      { encrypted_value: seal(String(key.key), 'sesame'), key_id: 'another' },
      { encrypted_value: seal(String(key.key), 'sesame') },
    ]) {
      expect((await call(`PUT ${place}/secrets/TOKEN`, given)).status).toBe(422);
    }
    expect(
      (await call(`PUT ${place}/secrets/GITHUB_TOKEN`, { encrypted_value: seal(String(key.key), ''), key_id: key.key_id })).status,
    ).toBe(422);
  });
});

test('secrets of an environment are also reached by the id of the repository', async () => {
  await call(`PUT ${ENVIRONMENTS}/prod`);
  const { body } = await call('GET /repos/acme/delivery');
  const key = await call(`GET /repositories/${body.id}/environments/prod/secrets/public-key`);
  expect(key.body).toEqual((await call(`GET ${ENVIRONMENTS}/prod/secrets/public-key`)).body);
  expect((await call('GET /repositories/1/environments/prod/secrets/public-key')).status).toBe(404);
});

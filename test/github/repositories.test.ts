import { calling } from './calling';
import { type GitHub, startGitHub } from './index';

let github: GitHub;
const call = calling(() => github);

beforeEach(async () => {
  github = await startGitHub({ repositories: [{ name: 'acme/open', visibility: 'public' }, { name: 'ada/notes' }] });
});
afterEach(async () => {
  expect(github.problems).toEqual([]);
  await github.close();
});

describe('repositories', () => {
  test('say what the caller may do', async () => {
    const permissions = async (who: string, name = 'delivery') =>
      (await calling(() => github, who)(`GET /repos/acme/${name}`)).body.permissions;
    expect(await permissions('ada')).toEqual({ admin: true, maintain: true, push: true, triage: true, pull: true });
    expect(await permissions('carol')).toEqual({ admin: false, maintain: true, push: true, triage: true, pull: true });
    expect(await permissions('rita')).toEqual({ admin: false, maintain: false, push: false, triage: false, pull: true });
  });

  test('that are private are not there for strangers, that are public are', async () => {
    const anonymous = async (name: string) => (await fetch(`${github.url}api/v3/repos/acme/${name}`)).status;
    expect([await anonymous('delivery'), await anonymous('open'), await anonymous('none')]).toEqual([404, 200, 404]);
  });

  test('a token that nobody was given is refused everywhere', async () => {
    const answer = await fetch(`${github.url}api/v3/repos/acme/open`, { headers: { authorization: 'Bearer guessed' } });
    expect([answer.status, ((await answer.json()) as { message: string }).message]).toEqual([401, 'Bad credentials']);
  });

  test('are made by owners of the organization, changed and deleted', async () => {
    expect((await calling(() => github, 'alice')('POST /orgs/acme/repos', { name: 'new' })).status).toBe(403);
    const made = await call('POST /orgs/acme/repos', { name: 'new', private: true, has_wiki: false });
    expect([made.status, made.body.visibility, made.body.has_wiki]).toEqual([201, 'private', false]);
    expect((await call('POST /orgs/acme/repos', { name: 'new' })).status).toBe(422);
    const changed = await call('PATCH /repos/acme/new', { visibility: 'public', allow_merge_commit: false });
    expect([changed.body.visibility, changed.body.private, changed.body.allow_merge_commit]).toEqual(['public', false, false]);
    expect((await call('PUT /repos/acme/new/topics', { names: ['a'] })).body).toEqual({ names: ['a'] });
    expect((await call('GET /repos/acme/new/topics')).body).toEqual({ names: ['a'] });
    expect((await call('DELETE /repos/acme/new')).status).toBe(204);
    expect((await call('GET /repos/acme/new')).status).toBe(404);
  });
});

describe('permissions of Actions', () => {
  const PERMISSIONS = '/repos/acme/delivery/actions/permissions';

  test('a new repository lets all actions run and its token read', async () => {
    expect((await call(`GET ${PERMISSIONS}`)).body).toEqual({ enabled: true, allowed_actions: 'all', sha_pinning_required: false });
    expect((await call(`GET ${PERMISSIONS}/workflow`)).body).toEqual({
      default_workflow_permissions: 'read',
      can_approve_pull_request_reviews: false,
    });
  });

  test('which actions are selected is a question only where they are', async () => {
    const selected = { github_owned_allowed: true, verified_allowed: false, patterns_allowed: ['acme/*'] };
    expect((await call(`GET ${PERMISSIONS}/selected-actions`)).status).toBe(409);
    expect((await call(`PUT ${PERMISSIONS}/selected-actions`, selected)).status).toBe(409);
    expect((await call(`PUT ${PERMISSIONS}`, { enabled: true, allowed_actions: 'selected', sha_pinning_required: true })).status).toBe(204);
    expect((await call(`PUT ${PERMISSIONS}/selected-actions`, selected)).status).toBe(204);
    expect((await call(`GET ${PERMISSIONS}/selected-actions`)).body).toEqual(selected);
    expect((await call(`GET ${PERMISSIONS}`)).body).toEqual({
      enabled: true,
      allowed_actions: 'selected',
      sha_pinning_required: true,
      selected_actions_url: `${github.url}api/v3${PERMISSIONS}/selected-actions`,
    });
    await call(`PUT ${PERMISSIONS}`, { enabled: false });
    expect((await call(`GET ${PERMISSIONS}`)).body).toEqual({ enabled: false });
  });

  test('what a workflow may is set by administrators, in words that GitHub knows', async () => {
    expect((await call(`PUT ${PERMISSIONS}/workflow`, { default_workflow_permissions: 'write' })).status).toBe(204);
    expect((await call(`PUT ${PERMISSIONS}/workflow`, { default_workflow_permissions: 'all' })).status).toBe(422);
    expect((await call(`PUT ${PERMISSIONS}`, { enabled: true, allowed_actions: 'some' })).status).toBe(422);
    expect((await calling(() => github, 'carol')(`PUT ${PERMISSIONS}/workflow`, { default_workflow_permissions: 'read' })).status).toBe(
      403,
    );
  });

  test('the subject of identity tokens is kept', async () => {
    const SUBJECT = '/repos/acme/delivery/actions/oidc/customization/sub';
    expect((await call(`GET ${SUBJECT}`)).body).toEqual({ use_default: true });
    expect((await call(`PUT ${SUBJECT}`, { use_default: false, include_claim_keys: ['repo', 'environment'] })).status).toBe(201);
    expect((await call(`GET ${SUBJECT}`)).body).toEqual({ use_default: false, include_claim_keys: ['repo', 'environment'] });
    expect((await call(`PUT ${SUBJECT}`, { use_default: false, include_claim_keys: ['a-b'] })).status).toBe(422);
  });
});

describe('who there is', () => {
  test('organizations, people, teams and apps are found by name, and told apart', async () => {
    expect((await call('GET /orgs/acme')).body).toMatchObject({ login: 'acme', type: 'Organization', plan: { name: 'enterprise' } });
    expect((await call('GET /orgs/ada')).status).toBe(404);
    expect((await call('GET /users/ada')).body).toMatchObject({ login: 'ada', type: 'User' });
    expect((await call('GET /users/acme-delivery%5Bbot%5D')).body).toMatchObject({ type: 'Bot' });
    expect((await call('GET /users/nobody')).status).toBe(404);
    expect((await call('GET /apps/acme-delivery')).body).toMatchObject({ id: 1001, slug: 'acme-delivery' });
    expect((await call('GET /apps/github-actions')).body).toMatchObject({ id: 15368 });
    expect((await call('GET /apps/none')).status).toBe(404);
    expect((await call('GET /orgs/acme/teams/release-managers')).body).toMatchObject({ id: 11, members_count: 1 });
    expect((await call('GET /orgs/acme/teams/none')).status).toBe(404);
    expect((await call('GET /orgs/acme/memberships/ada')).body).toMatchObject({ role: 'admin', state: 'active' });
  });

  test('members of a team are for members of the organization, and for apps that may read members', async () => {
    const members = await call('GET /orgs/acme/teams/release-managers/members');
    expect((members.body as unknown as { readonly login: string }[]).map(({ login }) => login)).toEqual(['carol']);
    expect((await calling(() => github, 'acme-delivery')('GET /orgs/acme/teams/release-managers/members')).status).toBe(403);
    expect((await fetch(`${github.url}api/v3/orgs/acme/teams`)).status).toBe(401);
  });

  test('everybody is told who he is', async () => {
    expect((await calling(() => github, 'bob')('GET /user')).body).toMatchObject({ login: 'bob', user_view_type: 'private' });
    expect((await calling(() => github, 'acme-delivery')('GET /user')).status).toBe(403);
    const { id } = (await call('GET /users/bob')).body;
    expect((await call(`GET /user/${id}`)).body).toMatchObject({ login: 'bob' });
  });

  test('a long list comes in pages that lead to each other', async () => {
    const first = await call('GET /orgs/acme/members?per_page=2');
    expect(first.body).toHaveLength(2);
    expect(first.headers.get('link')).toBe(
      `<${github.url}api/v3/orgs/acme/members?per_page=2&page=2>; rel="next", <${github.url}api/v3/orgs/acme/members?per_page=2&page=3>; rel="last"`,
    );
    const last = await call('GET /orgs/acme/members?per_page=2&page=3');
    expect(last.body).toHaveLength(1);
    expect(last.headers.get('link')).toMatch(/^<\S+page=1>; rel="first", <\S+page=2>; rel="prev"$/);
    expect((await call('GET /orgs/acme/members')).headers.get('link')).toBeNull();
  });

  test('the limits are told with every answer, and nothing is cached', async () => {
    const { headers } = await call('GET /rate_limit');
    expect(Number(headers.get('x-ratelimit-remaining'))).toBeGreaterThan(0);
    expect(headers.get('etag')).toBeNull();
    expect((await call('GET /')).body.current_user_url).toBe(`${github.url}api/v3/current_user`);
  });
});

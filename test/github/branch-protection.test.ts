import { openLocalHost } from '../../lib/delivery/local';
import { asking, calling } from './calling';
import { type GitHub, startGitHub } from './index';

let github: GitHub;
const call = calling(() => github);
const ask = asking(() => github);
const PROTECTION = '/repos/acme/delivery/branches/main/protection';
const nothing = { required_status_checks: null, enforce_admins: null, required_pull_request_reviews: null, restrictions: null };

beforeEach(async () => {
  github = await startGitHub({ repositories: [{ name: 'acme/free', plan: 'free' }] });
});
afterEach(() => github.close());

async function as(login: string) {
  return (await openLocalHost(await github.world.repository('acme', 'delivery').hostFolder, { as: login })).store;
}

/** Makes a branch with one commit, and another commit on it that nothing leads to. */
async function branch(name: string): Promise<{ readonly one: string; readonly two: string }> {
  const store = await as('alice');
  const tree = await store.writeTree(new Map([['a', name]]));
  const one = await store.writeCommit({ tree, parents: [], author: 'alice', message: 'one', at: 0 });
  const two = await store.writeCommit({ tree, parents: [one], author: 'alice', message: 'two', at: 0 });
  expect(await store.moveRef(`refs/heads/${name}`, one, undefined)).toEqual({ kind: 'done' });
  return { one, two };
}

describe('over REST', () => {
  afterEach(() => expect(github.problems).toEqual([]));

  test('only a branch that exists is protected', async () => {
    expect((await call(`PUT ${PROTECTION}`, nothing)).body.message).toBe('Branch not found');
    await branch('main');
    expect((await call(`GET ${PROTECTION}`)).body.message).toBe('Branch not protected');
    expect((await call(`PUT ${PROTECTION}`, nothing)).status).toBe(200);
  });

  test('what is off is left out, and everything else comes back as it was sent', async () => {
    await branch('main');
    expect(Object.keys((await call(`PUT ${PROTECTION}`, nothing)).body)).not.toEqual(
      expect.arrayContaining(['required_status_checks', 'required_pull_request_reviews', 'restrictions']),
    );
    const given = {
      required_status_checks: {
        strict: true,
        checks: [
          { context: 'gates', app_id: 1001 },
          { context: 'lint', app_id: -1 },
        ],
      },
      enforce_admins: true,
      required_pull_request_reviews: { required_approving_review_count: 2, bypass_pull_request_allowances: { apps: ['acme-delivery'] } },
      restrictions: { users: [], teams: ['release-managers'], apps: ['none'] },
      required_linear_history: true,
    };
    const { body } = await call(`PUT ${PROTECTION}`, given);
    expect(body).toMatchObject({
      required_status_checks: {
        strict: true,
        contexts: ['gates', 'lint'],
        checks: [
          { context: 'gates', app_id: 1001 },
          { context: 'lint', app_id: null },
        ],
      },
      enforce_admins: { enabled: true },
      required_pull_request_reviews: {
        required_approving_review_count: 2,
        bypass_pull_request_allowances: { apps: [{ slug: 'acme-delivery' }] },
      },
      restrictions: { users: [], teams: [{ slug: 'release-managers' }], apps: [] },
      required_linear_history: { enabled: true },
      allow_deletions: { enabled: false },
    });
    expect((await call(`GET ${PROTECTION}`)).body).toEqual(body);
    expect((await call(`POST ${PROTECTION}/required_signatures`)).body.enabled).toBe(true);
    expect((await call(`GET ${PROTECTION}`)).body).toMatchObject({ required_signatures: { enabled: true } });
    expect((await call(`DELETE ${PROTECTION}/required_signatures`)).status).toBe(204);
    expect((await call(`DELETE ${PROTECTION}/required_pull_request_reviews`)).status).toBe(204);
    expect((await call(`GET ${PROTECTION}`)).body.required_pull_request_reviews).toBeUndefined();
    expect((await call(`DELETE ${PROTECTION}`)).status).toBe(204);
    expect((await call(`GET ${PROTECTION}`)).status).toBe(404);
  });

  test('seven approvals are too many, and a free plan protects no private branch', async () => {
    await branch('main');
    const reviews = { required_approving_review_count: 7 };
    expect((await call(`PUT ${PROTECTION}`, { ...nothing, required_pull_request_reviews: reviews })).status).toBe(422);
    expect((await call('PUT /repos/acme/free/branches/main/protection', nothing)).status).toBe(403);
    expect((await calling(() => github, 'carol')(`PUT ${PROTECTION}`, nothing)).status).toBe(403);
  });

  test('git obeys it, administrators only when it is enforced for them', async () => {
    const { one, two } = await branch('main');
    await call(`PUT ${PROTECTION}`, { ...nothing, required_pull_request_reviews: {} });
    expect(await (await as('alice')).moveRef('refs/heads/main', two, one)).toMatchObject({ kind: 'refused' });
    await call(`PUT ${PROTECTION}`, { ...nothing, enforce_admins: true, required_pull_request_reviews: {} });
    expect(await (await as('ada')).moveRef('refs/heads/main', two, one)).toMatchObject({ kind: 'refused' });
    await call(`PUT ${PROTECTION}`, { ...nothing, required_pull_request_reviews: {} });
    expect(await (await as('ada')).moveRef('refs/heads/main', two, one)).toEqual({ kind: 'done' });
  });
});

describe('over GraphQL', () => {
  const create =
    'mutation($input: CreateBranchProtectionRuleInput!) { createBranchProtectionRule(input: $input) { branchProtectionRule { id pattern } } }';
  const update =
    'mutation($input: UpdateBranchProtectionRuleInput!) { updateBranchProtectionRule(input: $input) { branchProtectionRule { id } } }';
  const remove = 'mutation($input: DeleteBranchProtectionRuleInput!) { deleteBranchProtectionRule(input: $input) { clientMutationId } }';
  const read = `query($id: ID!) { node(id: $id) { ... on BranchProtectionRule {
    pattern isAdminEnforced requiresApprovingReviews requiredApprovingReviewCount requiredStatusCheckContexts
    repository { name }
    pushAllowances(first: 100) { nodes { actor { ... on App { id slug } ... on Team { id slug } ... on User { id login } } } }
  } } }`;

  async function made(input: object): Promise<string> {
    const { repository } = (await ask('{ repository(owner: "acme", name: "delivery") { id } }')).data as unknown as {
      repository: { id: string };
    };
    const answer = await ask(create, { input: { repositoryId: repository.id, pattern: 'release/*', ...input } });
    expect(answer.errors).toBeUndefined();
    return String(
      (answer.data as unknown as { createBranchProtectionRule: { branchProtectionRule: { id: string } } }).createBranchProtectionRule
        .branchProtectionRule.id,
    );
  }

  test('a protection of a pattern is made, read, changed and deleted', async () => {
    const id = await made({ isAdminEnforced: true, requiredStatusCheckContexts: ['lint'], restrictsPushes: true, pushActorIds: ['T_11'] });
    const rule = async () => (await ask(read, { id })).data?.node;
    expect(await rule()).toEqual({
      pattern: 'release/*',
      isAdminEnforced: true,
      requiresApprovingReviews: false,
      requiredApprovingReviewCount: 0,
      requiredStatusCheckContexts: ['lint'],
      repository: { name: 'delivery' },
      pushAllowances: { nodes: [{ actor: { id: 'T_11', slug: 'release-managers' } }] },
    });
    await ask(update, { input: { branchProtectionRuleId: id, requiresApprovingReviews: true, requiredApprovingReviewCount: 2 } });
    expect(await rule()).toMatchObject({ isAdminEnforced: true, requiredApprovingReviewCount: 2, requiredStatusCheckContexts: ['lint'] });
    expect((await ask(remove, { input: { branchProtectionRuleId: id } })).errors).toBeUndefined();
    expect((await ask(read, { id })).errors).toMatchObject([
      { type: 'NOT_FOUND', path: ['node'], message: `Could not resolve to a node with the global id of '${id}'` },
    ]);
    expect(github.problems).toEqual([]);
  });

  test('one that names a branch wins over one whose pattern covers it', async () => {
    await made({ isAdminEnforced: true, lockBranch: true, pattern: 'release/*' });
    await made({ isAdminEnforced: true, pattern: 'release/1' });
    const { two } = await branch('topic');
    const store = await as('alice');
    const { one } = await branch('release/1');
    expect(await store.moveRef('refs/heads/release/1', two, one, true)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('force pushes'),
    });
    const tree = (await store.tryTree(one, '')) ?? '';
    const next = await store.writeCommit({ tree, parents: [one], author: 'alice', message: 'next', at: 0 });
    expect(await store.moveRef('refs/heads/release/1', next, one)).toEqual({ kind: 'done' });
    const { one: second } = await branch('release/2');
    const other = await store.writeCommit({ tree, parents: [second], author: 'alice', message: 'next', at: 0 });
    expect(await store.moveRef('refs/heads/release/2', other, second)).toMatchObject({ kind: 'refused' });
  });

  test('what is not there, not allowed or there already is an error and no value', async () => {
    await made({});
    const errors = async (query: string, variables: object, who = 'ada') =>
      (await asking(() => github, who)(query, { ...variables })).errors;
    const repositoryId = github.world.repository('acme', 'delivery').nodeId;
    const free = github.world.repository('acme', 'free').nodeId;
    expect(await errors('query($id: ID!) { node(id: $id) { id } }', { id: 'delivery' })).toMatchObject([{ type: 'NOT_FOUND' }]);
    expect(await errors('{ repository(owner: "acme", name: "none") { id } }', {})).toMatchObject([{ type: 'NOT_FOUND' }]);
    expect(await errors(create, { input: { repositoryId, pattern: 'release/*' } })).toMatchObject([{ type: 'UNPROCESSABLE' }]);
    expect(await errors(create, { input: { repositoryId: free, pattern: 'release/*' } })).toMatchObject([{ type: 'FORBIDDEN' }]);
    expect(await errors(create, { input: { repositoryId, pattern: 'other' } }, 'carol')).toMatchObject([{ type: 'FORBIDDEN' }]);
    expect(await errors('{ repository(owner: "acme", name: "delivery") { no } }', {})).toMatchObject([
      { message: expect.stringContaining('Cannot query field') },
    ]);
    expect(github.problems).toEqual([]);
  });

  test('a field that has no value here fails the test', async () => {
    await ask('{ repository(owner: "acme", name: "delivery") { stargazerCount } }');
    await ask('{ rateLimit { cost } }');
    expect(github.problems).toMatchObject([
      { kind: 'unsupported', what: 'the emulator has no value for Repository.stargazerCount' },
      { kind: 'unsupported', what: 'the emulator has no resolver for the query rateLimit' },
    ]);
  });

  test('nobody asks without a token', async () => {
    const answer = await fetch(`${github.url}api/graphql`, { method: 'POST', body: JSON.stringify({ query: '{ viewer { login } }' }) });
    expect(answer.status).toBe(401);
    expect((await ask('{ viewer { login } }')).data).toEqual({ viewer: { login: 'ada' } });
  });
});

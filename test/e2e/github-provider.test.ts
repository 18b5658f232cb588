import { openLocalHost } from '../../lib/delivery/local';
import { callLines, defaultPeople, type GitHub, startGitHub, tooQuick } from '../github';
import { type Project, type Pulumi, type Run, type Stack, startPulumi } from './bed/pulumi';

/** One resource of every kind that stacks register, and the classic protections beside them. */
const program = `
import * as github from '@pulumi/github';

const provider = new github.Provider('github', {
  baseUrl: process.env.GITHUB_URL, token: process.env.GITHUB_OF_TESTS, owner: 'acme', writeDelayMs: 1, retryDelayMs: 10,
});
const options = { provider };
const repository = 'app';

new github.RepositoryRuleset('program', {
  repository,
  name: 'program',
  target: 'branch',
  enforcement: 'active',
  bypassActors: [
    { actorType: 'Integration', actorId: 1001, bypassMode: 'always' },
    { actorType: 'OrganizationAdmin', bypassMode: 'pull_request' },
    { actorType: 'RepositoryRole', actorId: 5, bypassMode: 'pull_request' },
    { actorType: 'Team', actorId: 11, bypassMode: 'always' },
  ],
  conditions: { refName: { includes: ['~DEFAULT_BRANCH', 'refs/heads/env/**'], excludes: ['refs/heads/env/scratch'] } },
  rules: {
    creation: true,
    update: true,
    deletion: true,
    nonFastForward: true,
    requiredLinearHistory: true,
    requiredSignatures: true,
    pullRequest: {
      requiredApprovingReviewCount: 1,
      dismissStaleReviewsOnPush: true,
      requireCodeOwnerReview: true,
      requireLastPushApproval: true,
      requiredReviewThreadResolution: false,
      allowedMergeMethods: ['squash'],
    },
    requiredStatusChecks: {
      requiredChecks: [{ context: 'stagegate/gates', integrationId: 1001 }, { context: 'validate' }],
      strictRequiredStatusChecksPolicy: true,
      doNotEnforceOnCreate: true,
    },
  },
}, options);
new github.RepositoryRuleset('tags', {
  repository,
  name: 'releases, history',
  target: 'tag',
  enforcement: 'active',
  conditions: { refName: { includes: ['refs/tags/v*.*.*'], excludes: [] } },
  rules: { update: true, deletion: true, nonFastForward: true },
}, options);

const prod = new github.RepositoryEnvironment('prod', {
  repository,
  environment: 'prod/eu',
  canAdminsBypass: false,
  deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
}, options);
const environment = prod.environment;
new github.RepositoryEnvironmentDeploymentPolicy('main', { repository, environment, branchPattern: 'main' }, options);
new github.RepositoryEnvironmentDeploymentPolicy('releases', { repository, environment, tagPattern: 'v*.*.*' }, options);
new github.ActionsEnvironmentVariable('app-id', { repository, environment, variableName: 'APP_ID', value: '1001' }, options);
new github.ActionsEnvironmentSecret('key', { repository, environment, secretName: 'PRIVATE_KEY', plaintextValue: 'sesame' }, options);
new github.ActionsVariable('region', { repository, variableName: 'REGION', value: 'eu-1' }, options);
new github.ActionsSecret('token', { repository, secretName: 'TOKEN', plaintextValue: 'open' }, options);
new github.ActionsRepositoryPermissions('actions', {
  repository,
  enabled: true,
  allowedActions: 'selected',
  allowedActionsConfig: { githubOwnedAllowed: true, verifiedAllowed: false, patternsAlloweds: ['acme/*'] },
  shaPinningRequired: true,
}, options);
new github.WorkflowRepositoryPermissions('workflows', {
  repository,
  defaultWorkflowPermissions: 'read',
  canApprovePullRequestReviews: false,
}, options);

new github.BranchProtection('classic', {
  repositoryId: repository,
  pattern: 'support/*',
  enforceAdmins: true,
  requiredLinearHistory: true,
  requiredPullRequestReviews: [{ requiredApprovingReviewCount: 1, pullRequestBypassers: ['acme/release-managers'] }],
  requiredStatusChecks: [{ strict: true, contexts: ['validate'] }],
  restrictPushes: [{ blocksCreations: true, pushAllowances: ['acme/release-managers'] }],
}, options);
new github.BranchProtectionV3('classic-main', {
  repository,
  branch: 'main',
  enforceAdmins: false,
  requiredStatusChecks: { strict: true, checks: ['validate', 'gates:1001'] },
  requiredPullRequestReviews: { requiredApprovingReviewCount: 2, dismissStaleReviews: true, requireLastPushApproval: true },
  restrictions: { teams: ['release-managers'], apps: ['acme-delivery'] },
}, options);
`;

let github: GitHub;
let pulumi: Pulumi;
let project: Project;
let stack: Stack;

beforeAll(async () => {
  github = await startGitHub({
    people: { ...defaultPeople, apps: { ...defaultPeople.apps, 'acme-settings': { id: 1003 } } },
    appPermissions: { 'acme-settings': { administration: 'write' } },
    repositories: [{ name: 'acme/app' }, { name: 'acme/team', plan: 'team' }, { name: 'ada/notes' }],
  });
  pulumi = startPulumi({ env: { GITHUB_URL: github.url, GITHUB_OF_TESTS: github.token('ada') } });
  project = pulumi.project('settings', { 'index.ts': program });
  stack = await project.stack('github');
  const { store } = await openLocalHost(await github.world.repository('acme', 'app').hostFolder, { as: 'ada' });
  const tree = await store.writeTree(new Map([['README.md', 'app\n']]));
  await store.moveRef('refs/heads/main', await store.writeCommit({ tree, parents: [], author: 'ada', message: 'Begin', at: 0 }), undefined);
});
afterAll(async () => {
  await pulumi?.stop();
  await github?.close();
});
afterEach(() => expect(github.problems).toEqual([]));

const stacks = [
  'program',
  'tags',
  'prod',
  'main',
  'releases',
  'app-id',
  'key',
  'region',
  'token',
  'actions',
  'workflows',
  'classic',
  'classic-main',
].sort();

/** What was asked since the last look. */
let seen = 0;
function newCalls(): readonly string[] {
  const calls = callLines(github.requests.slice(seen));
  seen = github.requests.length;
  return calls;
}

/** Names of the resources to which something happened, other than the stack and the provider. */
function touched(run: Run, operation: string): readonly string[] {
  const names = run.steps.filter((step) => step.operation === operation && step.type.startsWith('github:')).map(({ name }) => name);
  return [...new Set(names)].sort();
}

function succeeded(run: Run): Run {
  if (run.code !== 0) throw new Error(run.text);
  return run;
}

/** Changes something by hand, past Pulumi. */
async function byHand(method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${github.url}api/v3/repos/acme/app${path}`, {
    method,
    headers: { authorization: `Bearer ${github.token('ada')}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.status).toBeLessThan(300);
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
}

const app = () => github.world.repository('acme', 'app');
const ruleset = (name: string) => [...app().rulesets.values()].find((one) => one.name === name);

test('a preview asks who the owner is and changes nothing', async () => {
  const run = succeeded(await stack.preview());
  expect(touched(run, 'create')).toEqual(stacks);
  expect(newCalls()).toEqual(['GET /orgs/acme 200']);
});

test('everything that is registered is on GitHub afterwards', async () => {
  expect(touched(succeeded(await stack.up()), 'create')).toEqual(stacks);
  expect(newCalls().filter((call) => !/ 20\d$/.test(call))).toEqual([]);
  expect(ruleset('program')).toMatchObject({
    target: 'branch',
    bypass_actors: [
      { actor_type: 'Integration', actor_id: 1001, bypass_mode: 'always' },
      { actor_type: 'OrganizationAdmin', bypass_mode: 'pull_request' },
      { actor_type: 'RepositoryRole', actor_id: 5, bypass_mode: 'pull_request' },
      { actor_type: 'Team', actor_id: 11, bypass_mode: 'always' },
    ],
    conditions: { ref_name: { include: ['~DEFAULT_BRANCH', 'refs/heads/env/**'], exclude: ['refs/heads/env/scratch'] } },
  });
  expect(
    ruleset('program')
      ?.rules.map(({ type }) => type)
      .sort(),
  ).toEqual([
    'creation',
    'deletion',
    'non_fast_forward',
    'pull_request',
    'required_linear_history',
    'required_signatures',
    'required_status_checks',
    'update',
  ]);
  const prod = app().environments.get('prod/eu');
  expect(prod).toMatchObject({ canAdminsBypass: false, branchPolicy: { protected_branches: false, custom_branch_policies: true } });
  expect([...(prod?.policies.values() ?? [])].map(({ type, name }) => `${type} ${name}`).sort()).toEqual(['branch main', 'tag v*.*.*']);
  expect(prod?.variables.get('APP_ID')?.value).toBe('1001');
  expect(prod?.secrets.get('PRIVATE_KEY')?.value).toBe('sesame');
  expect(app().secrets.get('TOKEN')?.value).toBe('open');
  expect(app().variables.get('REGION')?.value).toBe('eu-1');
  expect(app().actions).toMatchObject({
    allowed: 'selected',
    shaPinningRequired: true,
    selected: { github_owned_allowed: true, verified_allowed: false, patterns_allowed: ['acme/*'] },
    workflow: { default_workflow_permissions: 'read', can_approve_pull_request_reviews: false },
  });
  const [classic, main] = ['support/*', 'main'].map((pattern) => [...app().protections.values()].find((one) => one.pattern === pattern));
  expect(classic).toMatchObject({ isAdminEnforced: true, restrictsPushes: true, pushActors: ['T_11'], checks: [{ context: 'validate' }] });
  expect(main).toMatchObject({ requiredApprovingReviewCount: 2, restrictsPushes: true, pushActors: ['T_11', 'A_1001'] });
  expect(new Set(main?.checks)).toEqual(new Set([{ context: 'validate' }, { context: 'gates', app: 1001 }]));
});

test('secrets are neither in the state nor in a request', () => {
  expect(stack.state().text).not.toMatch(/sesame/);
  expect(JSON.stringify(github.requests)).not.toMatch(/sesame/);
});

test('git obeys what was applied', async () => {
  const { store } = await openLocalHost(await app().hostFolder, { as: 'alice' });
  const main = await store.tryRef('refs/heads/main');
  const commit = await store.writeCommit({
    tree: (await store.tryTree(main ?? '', '')) ?? '',
    parents: [main ?? ''],
    author: 'alice',
    message: 'Slip in',
    at: 0,
  });
  expect(await store.moveRef('refs/heads/main', commit, main)).toMatchObject({ kind: 'refused' });
  expect(await store.moveRef('refs/heads/support/1', commit, undefined)).toMatchObject({ kind: 'refused' });
  expect(await store.moveRef('refs/heads/topic', commit, undefined)).toEqual({ kind: 'done' });
});

test('a second run changes nothing, and neither does a refresh', async () => {
  newCalls();
  expect(succeeded(await stack.up()).changes).toEqual({ same: 15 });
  expect(newCalls()).toEqual(['GET /orgs/acme 200']);
  expect(succeeded(await stack.refresh()).changes).toEqual({ same: 15 });
  expect(newCalls().filter((call) => !/^GET |^POST \/api\/graphql /.test(call))).toEqual([]);
});

test('a change of the program reaches exactly what it is about', async () => {
  project.write('index.ts', (before) =>
    before
      .replace('requiredApprovingReviewCount: 1,\n      dismiss', 'requiredApprovingReviewCount: 3,\n      dismiss')
      .replace("value: 'eu-1'", "value: 'eu-2'")
      .replace("plaintextValue: 'sesame'", "plaintextValue: 'mellon'")
      .replace("branchPattern: 'main'", "branchPattern: 'trunk'")
      .replace("defaultWorkflowPermissions: 'read'", "defaultWorkflowPermissions: 'write'")
      .replace("patternsAlloweds: ['acme/*']", "patternsAlloweds: ['acme/*', 'other/*']")
      .replace("strict: true, contexts: ['validate']", "strict: false, contexts: ['validate', 'lint']")
      .replace('requiredApprovingReviewCount: 2', 'requiredApprovingReviewCount: 4'),
  );
  const changed = ['actions', 'classic', 'classic-main', 'key', 'main', 'program', 'region', 'workflows'];
  const preview = succeeded(await stack.preview());
  expect([...touched(preview, 'update'), ...touched(preview, 'replace')].sort()).toEqual(changed);
  const run = succeeded(await stack.up());
  expect([...touched(run, 'update'), ...touched(run, 'replace')].sort()).toEqual(changed);
  expect(ruleset('program')?.rules).toContainEqual(
    expect.objectContaining({ type: 'pull_request', parameters: expect.objectContaining({ required_approving_review_count: 3 }) }),
  );
  expect(app().environments.get('prod/eu')?.secrets.get('PRIVATE_KEY')?.value).toBe('mellon');
  expect(app().variables.get('REGION')?.value).toBe('eu-2');
  expect([...(app().environments.get('prod/eu')?.policies.values() ?? [])].map(({ name }) => name).sort()).toEqual(['trunk', 'v*.*.*']);
});

test('what was changed by hand is found by a refresh and put right by the next run', async () => {
  const { id = 0 } = ruleset('program') ?? {};
  await byHand('PUT', `/rulesets/${id}`, { enforcement: 'disabled' });
  await byHand('PATCH', '/actions/variables/REGION', { value: 'us-1' });
  await byHand('DELETE', `/rulesets/${ruleset('releases, history')?.id}`);
  await byHand('DELETE', '/environments/prod%2Feu/variables/APP_ID');
  await byHand('PUT', '/actions/permissions/workflow', { can_approve_pull_request_reviews: true });
  await byHand('POST', '/branches/main/protection/required_signatures');
  const refreshed = succeeded(await stack.refresh());
  expect(touched(refreshed, 'update')).toEqual(['classic-main', 'program', 'region', 'workflows']);
  expect(touched(refreshed, 'delete')).toEqual(['app-id', 'tags']);
  const run = succeeded(await stack.up());
  expect(touched(run, 'update')).toEqual(['classic-main', 'program', 'region', 'workflows']);
  expect(touched(run, 'create')).toEqual(['app-id', 'tags']);
  expect(ruleset('program')?.enforcement).toBe('active');
  expect(ruleset('releases, history')).toBeDefined();
  expect(app().actions?.workflow.can_approve_pull_request_reviews).toBe(false);
});

describe('when GitHub fails', () => {
  const changeRegion = (to: string): void => project.write('index.ts', (before) => before.replace(/value: '(eu|us)-\d'/, `value: '${to}'`));
  afterEach(() => github.faults.clear());

  const patches = (): readonly string[] => newCalls().filter((call) => call.startsWith('PATCH'));
  const PATCH = 'PATCH /repos/acme/app/actions/variables/REGION';

  test('a call that came too quickly (403) is made again after the time that GitHub names', async () => {
    changeRegion('us-1');
    github.faults.add({ ...tooQuick(1, 403), method: 'PATCH', path: '/repos/acme/app/actions/variables/*', times: 1 });
    newCalls();
    expect(touched(succeeded(await stack.up()), 'update')).toEqual(['region']);
    expect(patches()).toEqual([`${PATCH} 403`, `${PATCH} 204`]);
  });

  test('a call that came too quickly (429) ends the run with what GitHub says, and the next run goes on', async () => {
    changeRegion('us-2');
    github.faults.add({ ...tooQuick(1, 429), method: 'PATCH', path: '/repos/acme/app/actions/variables/*', times: 1 });
    const run = await stack.up();
    expect(run.code).not.toBe(0);
    expect(run.text).toContain('429 You have exceeded a secondary rate limit');
    expect(touched(succeeded(await stack.up()), 'update')).toEqual(['region']);
  });

  test('a missing permission is named and leaves the state as it was', async () => {
    changeRegion('us-3');
    github.faults.add({ method: 'PATCH', status: 403, times: 1 });
    const run = await stack.up();
    expect(run.code).not.toBe(0);
    expect(run.text).toContain('403 Resource not accessible by personal access token');
    expect(touched(succeeded(await stack.up()), 'update')).toEqual(['region']);
  });

  test('a server that fails once is asked again', async () => {
    changeRegion('us-4');
    github.faults.add({ method: 'PATCH', status: 502, times: 1 });
    expect(touched(succeeded(await stack.up()), 'update')).toEqual(['region']);
  });

  test('a server that cannot be reached is named', async () => {
    changeRegion('us-5');
    github.faults.add({ method: 'PATCH', status: 'unreachable', times: 20 });
    const run = await stack.up();
    expect(run.code).not.toBe(0);
    expect(run.text).toMatch(/Patch "http:\S+\/actions\/variables\/REGION": EOF/);
    github.faults.clear();
    expect(touched(succeeded(await stack.up()), 'update')).toEqual(['region']);
  });
});

test('destroy leaves nothing', async () => {
  expect(succeeded(await stack.destroy()).changes).toEqual({ delete: 15 });
  const { rulesets, environments, variables, secrets, protections } = app();
  expect([rulesets, environments, variables, secrets, protections].map(({ size }) => size)).toEqual([0, 0, 0, 0, 0]);
  expect(stack.state().resources).toEqual([]);
});

describe('other identities', () => {
  const small = (provider: string, repository: string): string => `
import * as github from '@pulumi/github';
const provider = new github.Provider('github', { baseUrl: process.env.GITHUB_URL, writeDelayMs: 1, ${provider} });
new github.RepositoryRuleset('tags', {
  repository: '${repository}',
  name: 'tags',
  target: 'tag',
  enforcement: 'active',
  conditions: { refName: { includes: ['~ALL'], excludes: [] } },
  rules: { deletion: true },
}, { provider });
`;

  test('an app with its private key applies what its permissions allow', async () => {
    const appAuth = `{ id: '1003', installationId: '${github.installation('acme-settings', 'acme')}', pemFile: process.env.APP_KEY }`;
    const program = { 'index.ts': small(`owner: 'acme', appAuth: ${appAuth}`, 'app') };
    const byApp = await pulumi.project('by-app', program).stack('github');
    const run = await byApp.up({ env: { APP_KEY: github.privateKey('acme-settings'), GITHUB_TOKEN: '' } });
    expect(touched(succeeded(run), 'create')).toEqual(['tags']);
    const posted = github.requests.findLast(({ method, path }) => method === 'POST' && path.endsWith('/rulesets'));
    expect(posted).toMatchObject({ status: 201, caller: 'acme-settings' });
    expect(byApp.state().text).not.toMatch(/PRIVATE KEY/);
  });

  test('a person applies what belongs to him', async () => {
    const program = { 'index.ts': small("owner: 'ada', token: process.env.GITHUB_OF_TESTS", 'notes') };
    const own = await pulumi.project('own', program).stack('github');
    expect(touched(succeeded(await own.up()), 'create')).toEqual(['tags']);
    expect(newCalls()).toContain('GET /orgs/ada 404');
  });
});

test('where the plan has no reviewers and no waiting, an environment is made without them, and nothing looks like drift', async () => {
  const program = `
import * as github from '@pulumi/github';
const provider = new github.Provider('github', {
  baseUrl: process.env.GITHUB_URL, token: process.env.GITHUB_OF_TESTS, owner: 'acme', writeDelayMs: 1,
});
new github.RepositoryEnvironment('prod', {
  repository: 'team',
  environment: 'prod',
  deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
}, { provider });
`;
  const team = await pulumi.project('team', { 'index.ts': program }).stack('github');
  newCalls();
  succeeded(await team.up());
  expect(newCalls().filter((call) => call.startsWith('PUT'))).toEqual([
    'PUT /repos/acme/team/environments/prod 422',
    'PUT /repos/acme/team/environments/prod 200',
  ]);
  expect(succeeded(await team.refresh()).changes).toEqual({ same: 3 });
  expect(succeeded(await team.preview()).changes).toEqual({ same: 3 });
});

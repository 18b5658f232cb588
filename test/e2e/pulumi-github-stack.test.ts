import { join } from 'node:path';
import { platform } from '../../examples/01-openluffy/platform';
import { bind } from '../../lib/compile/bind';
import { compile } from '../../lib/compile/compile';
import { tryGit } from '../../lib/delivery/git/git-process';
import { openLocalHost } from '../../lib/delivery/local';
import { resolve } from '../../lib/model/resolve';
import { type BuiltPackage, builtPackage } from '../built-package';
import { type GitHub, startGitHub, tooQuick } from '../github';
import { calling } from '../github/calling';
import { announced, done, messages, type Project, type Pulumi, type Run, registeredBelow, type Stack, startPulumi } from './bed/pulumi';

const PLATFORM = 'examples/01-openluffy/platform.ts';
/** Rulesets, environments with policies, variables and secrets, permissions; the component around them, the provider, and the stack. */
const SETTINGS = 24;
const RESOURCES = SETTINGS + 3;
const KEY = '-----BEGIN RSA PRIVATE KEY-----\nnobody may read this\n-----END RSA PRIVATE KEY-----';
const R = '/repos/lebrick07/openluffy';

/** What happened to which setting, without the names that all share. */
const doneTo = (run: Run): string[] =>
  done(run)
    .map((step) => step.replace('github/', '').replace('lebrick07/openluffy/', ''))
    .sort();

let built: BuiltPackage;
let github: GitHub;
let pulumi: Pulumi;
let project: Project;
let stack: Stack;

beforeAll(async () => {
  built = builtPackage();
  github = await startGitHub({
    people: {
      repository: 'lebrick07/openluffy',
      people: { ada: { role: 'admin', owner: true }, alice: { role: 'write' }, bob: { role: 'write' } },
      teams: { engineers: { id: 7, members: ['bob'] } },
      apps: { delivery: { id: 1147001 }, intake: { id: 1147002 }, 'github-actions': { id: 15368 } },
    },
    plan: 'team',
  });
  const { store } = await openLocalHost(await repository().hostFolder, { as: 'ada' });
  const tree = await store.writeTree(new Map([['README.md', 'OpenLuffy\n']]));
  const commit = await store.writeCommit({ tree, parents: [], author: 'ada', message: 'Begin', at: 0 });
  for (const branch of ['main', 'develop']) await store.moveRef(`refs/heads/${branch}`, commit, undefined);

  pulumi = startPulumi({ stagegate: built.folder });
  project = pulumi.project('stagegate', {
    'Pulumi.yaml': { from: 'Pulumi.yaml' },
    'Pulumi.github.yaml': { from: 'Pulumi.github.yaml' },
    stacks: { from: 'stacks' },
    [PLATFORM]: { from: PLATFORM },
  });
  stack = await project.stack('github', {
    config: { 'github:baseUrl': github.url, 'github:writeDelayMs': 1, 'github:retryDelayMs': 10 },
    secrets: { 'stagegate:deliveryKey': KEY, 'stagegate:intakeKey': KEY },
  });
});

afterAll(async () => {
  await pulumi?.stop();
  await github?.close();
  built?.remove();
});

afterEach(() => {
  github.faults.clear();
  expect(github.problems).toEqual([]);
});

const repository = () => github.world.repository('lebrick07', 'openluffy');
const as = (login: string): { readonly env: Record<string, string> } => ({ env: { GITHUB_TOKEN: github.token(login) } });
const ada = calling(() => github);
const rulesets = (): string[] => [...repository().rulesets.values()].map(({ name }) => name).sort();
const idOf = (name: string): number => [...repository().rulesets.values()].find((one) => one.name === name)?.id ?? 0;

test('a preview shows what the stack makes, which is what stagegate preview says, and changes nothing', async () => {
  const preview = await stack.preview(as('ada'));
  expect(preview).toMatchObject({ code: 0, changes: { create: RESOURCES } });
  const settings = announced({ cli: built.cli, folder: project.folder, program: PLATFORM }, 'github');
  expect(settings).toHaveLength(SETTINGS);
  expect(registeredBelow(preview, 'github')).toEqual(settings);
  expect(github.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
});

describe('a first update that fails', () => {
  afterEach(() => expect(rulesets()).toEqual([]));

  test('because GitHub cannot be reached says so and makes nothing', async () => {
    stack.configure({ 'github:baseUrl': 'http://127.0.0.1:1/' });
    const refused = await stack.up(as('ada'));
    stack.configure({ 'github:baseUrl': github.url });
    expect(refused.code).not.toBe(0);
    expect(messages(refused)).toContain('connection refused');
  });

  test('because a permission is missing names the call that needed it', async () => {
    const refused = await stack.up(as('alice'));
    expect(refused.code).not.toBe(0);
    expect(messages(refused)).toMatch(/POST http\S+\/repos\/lebrick07\/openluffy\/rulesets: 403 Must have admin rights to Repository/);
  });
});

test('after a call that GitHub refused as too quick, the next update makes what is missing', async () => {
  github.faults.add({ ...tooQuick(1, 429), method: 'POST', path: `${R}/rulesets`, times: 1 });
  const refused = await stack.up(as('ada'));
  expect(refused.code).not.toBe(0);
  expect(messages(refused)).toContain('429 You have exceeded a secondary rate limit');

  expect(await stack.up(as('ada'))).toMatchObject({ code: 0 });
  expect(stack.state().resources).toHaveLength(RESOURCES);
  expect(rulesets()).toEqual([
    'stagegate: branch develop',
    'stagegate: branch main',
    'stagegate: delivery',
    'stagegate: delivery, history',
    'stagegate: environments',
    'stagegate: releases, creation',
    'stagegate: releases, history',
  ]);
  expect([...repository().environments.keys()].sort()).toEqual(['dev', 'preprod', 'prod', 'stagegate', 'stagegate-intake']);
  const outputs = (await stack.outputs()) as { rulesets: Record<string, Record<string, number>> };
  expect(outputs.rulesets['lebrick07/openluffy']?.['stagegate: branch main']).toBe(idOf('stagegate: branch main'));
  const component = stack.state().resources.find(({ type }) => type === 'stagegate:index:RepositoryResources');
  expect(component?.outputs).toEqual(outputs);
});

test('keys of the apps reach GitHub, and are in the state and in requests as ciphertext alone', () => {
  expect(repository().environments.get('stagegate')?.secrets.get('STAGEGATE_APP_PRIVATE_KEY')?.value).toBe(KEY);
  const { text } = stack.state();
  expect(text).toContain('"ciphertext"');
  expect(text).not.toContain('nobody may read this');
  expect(text).not.toContain(github.token('ada'));
  expect(JSON.stringify(github.requests)).not.toContain('nobody may read this');
});

test('nothing changes in a preview of what is applied, in a second update, nor in a refresh', async () => {
  const same = { code: 0, changes: { same: RESOURCES } };
  expect(await stack.preview({ ...as('ada'), args: ['--expect-no-changes'] })).toMatchObject(same);
  expect(await stack.up({ ...as('ada'), args: ['--expect-no-changes'] })).toMatchObject(same);
  expect(await stack.refresh({ ...as('ada'), args: ['--expect-no-changes'] })).toMatchObject(same);
});

describe('the rulesets, as GitHub obeys them', () => {
  const [alice, bob, delivery, intake, actions] = ['alice', 'bob', 'delivery', 'intake', 'github-actions'].map((login) =>
    calling(() => github, login),
  );

  test('are read back as they were compiled', async () => {
    const compiled = compile(resolve(platform)).repositories[0]?.rulesets ?? [];
    expect(compiled).toHaveLength(rulesets().length);
    for (const ruleset of bind(compiled, { 'app/delivery': 1_147_001, 'app/intake': 1_147_002 })) {
      const { body } = await ada(`GET ${R}/rulesets/${idOf(ruleset.name)}`);
      const byType = (rules: readonly { readonly type: string }[]) => rules.toSorted((a, b) => (a.type < b.type ? -1 : 1));
      const rules = byType(body.rules as unknown as readonly { readonly type: string }[]);
      expect({ ...body, rules }).toMatchObject({ ...ruleset, rules: byType(ruleset.rules) });
    }
  });

  test('refuse a push to a protected branch, by a person and by another app', async () => {
    const commit = await commitOn('main');
    const address = `${github.url.replace('//', `//x:${github.token('alice')}@`)}lebrick07/openluffy.git`;
    const gitDir = join(await repository().hostFolder, 'repository.git');
    expect(await tryGit(['push', '--quiet', address, `${commit}:refs/heads/main`], { gitDir })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('changes must be made through a pull request'),
    });
    for (const call of [alice, ada, intake]) {
      expect(await call?.(`PATCH ${R}/git/refs/heads/main`, { sha: commit })).toMatchObject({ status: 422 });
    }
    expect(await ada(`DELETE ${R}/git/refs/heads/main`)).toMatchObject({ status: 422 });
  });

  test('refuse to merge what nobody approved, and what the wrong app has checked', async () => {
    const head = await commitOn('develop');
    expect(await alice?.(`POST ${R}/git/refs`, { ref: 'refs/heads/topic', sha: head })).toMatchObject({ status: 201 });
    const { body } = (await alice?.(`POST ${R}/pulls`, { head: 'topic', base: 'main', title: 'Change' })) ?? {};
    const merge = () => ada(`PUT ${R}/pulls/${body?.number}/merge`, { sha: head });
    const check = (call: typeof alice, context: string) => call?.(`POST ${R}/statuses/${head}`, { state: 'success', context });

    for (const context of ['stagegate/head', 'stagegate/policy']) await check(delivery, context);
    for (const call of [alice, intake]) await check(call, 'validate');
    expect(await merge()).toMatchObject({ status: 405, body: { message: expect.stringMatching(/review|approv/i) } });
    expect(await bob?.(`POST ${R}/pulls/${body?.number}/reviews`, { event: 'APPROVE', commit_id: head })).toMatchObject({ status: 200 });
    expect(await merge()).toMatchObject({
      status: 405,
      body: { message: expect.stringContaining('status of alice, intake does not count') },
    });
    await check(actions, 'validate');
    expect(await merge()).toMatchObject({ status: 200 });
  });

  test('refuse to make, move or delete the tag of a release', async () => {
    const [first, second] = [await commitOn('main'), await commitOn('main')];
    const ref = 'refs/tags/stagegate/releases/20260101-1';
    expect(await alice?.(`POST ${R}/git/refs`, { ref, sha: first })).toMatchObject({ status: 422 });
    expect(await delivery?.(`POST ${R}/git/refs`, { ref, sha: first })).toMatchObject({ status: 201 });
    for (const call of [ada, delivery]) {
      expect(await call?.(`DELETE ${R}/git/${ref}`)).toMatchObject({ status: 422 });
      expect(await call?.(`PATCH ${R}/git/${ref}`, { sha: second, force: true })).toMatchObject({ status: 422 });
    }
  });
});

test('a change of one protection changes its ruleset alone', async () => {
  project.write(PLATFORM, (text) =>
    text.replace("repository.branch('develop'), checks: [validate] }", "repository.branch('develop'), checks: [validate], approvals: 1 }"),
  );
  expect(doneTo(await stack.up(as('ada')))).toEqual(['update RepositoryRuleset/stagegate: branch develop']);
  const { body } = await ada(`GET ${R}/rulesets/${idOf('stagegate: branch develop')}`);
  expect(body.rules).toContainEqual(
    expect.objectContaining({ type: 'pull_request', parameters: expect.objectContaining({ required_approving_review_count: 1 }) }),
  );
});

test('drift made by hand is found by a refresh, and repaired by an update', async () => {
  const changed = [
    await ada(`PUT ${R}/rulesets/${idOf('stagegate: environments')}`, { enforcement: 'disabled' }),
    await ada(`DELETE ${R}/rulesets/${idOf('stagegate: releases, history')}`),
    await ada(`DELETE ${R}/environments/dev`),
    await ada(`PUT ${R}/actions/permissions/workflow`, { default_workflow_permissions: 'write', can_approve_pull_request_reviews: true }),
  ];
  expect(changed.filter(({ status }) => status >= 300)).toEqual([]);
  const refreshed = await stack.refresh(as('ada'));
  expect(doneTo(refreshed)).toEqual([
    'delete RepositoryEnvironment/dev',
    'delete RepositoryEnvironmentDeploymentPolicy/dev/branch/main',
    'delete RepositoryRuleset/stagegate: releases, history',
    'update RepositoryRuleset/stagegate: environments',
    'update WorkflowRepositoryPermissions/lebrick07/openluffy',
  ]);
  expect(await stack.up(as('ada'))).toMatchObject({ code: 0, changes: { create: 3, update: 2, same: RESOURCES - 5 } });
  expect([...repository().rulesets.values()].map(({ enforcement }) => enforcement)).toEqual(Array.from({ length: 7 }, () => 'active'));
  expect(repository().environments.has('dev')).toBe(true);
  expect(repository().actions?.workflow).toEqual({ default_workflow_permissions: 'read', can_approve_pull_request_reviews: false });
});

test('a rename with an alias replaces nothing', async () => {
  project.write('stacks/github.ts', (text) =>
    text
      .replace("new RepositoryResources('github'", "new RepositoryResources('repositories'")
      .replace('secrets }, options)', "secrets }, { ...options, aliases: [{ name: 'github' }] })"),
  );
  expect(await stack.up(as('ada'))).toMatchObject({ code: 0, changes: { same: RESOURCES } });
});

test('a protection that is renamed keeps its ruleset, where the stack says what it was called', async () => {
  const protection = (name: string): string =>
    `new BranchProtection(repository, '${name}', { ref: repository.branch('develop'), linearHistory: true });\n`;
  project.write(PLATFORM, (text) => `${text}${protection('linear')}`);
  const ruleset = (name: string): string => `RepositoryRuleset/lebrick07/openluffy/stagegate: branch develop (${name})`;
  expect(done(await stack.up(as('ada')))).toEqual([`create repositories/${ruleset('linear')}`]);
  const before = idOf('stagegate: branch develop (linear)');

  project.write(PLATFORM, (text) => text.replace(protection('linear'), protection('straight')));
  project.write('stacks/github.ts', (text) =>
    text.replace('inputs, secrets }', `inputs, secrets, renamed: { '${ruleset('straight')}': '${ruleset('linear')}' } }`),
  );
  expect(done(await stack.up(as('ada')))).toEqual([`update repositories/${ruleset('straight')}`]);
  expect(idOf('stagegate: branch develop (straight)')).toBe(before);
  expect(rulesets()).toHaveLength(8);
});

test('nothing is destroyed of what is protected until that was said in the configuration, then nothing is left', async () => {
  const before = stack.state().text;
  const refused = await stack.destroy({ ...as('ada'), args: ['--skip-preview=false'] });
  expect(refused.code).not.toBe(0);
  expect(messages(refused)).toContain('because it is protected');
  expect(stack.state().text).toBe(before);

  stack.configure({ 'stagegate:protect': false });
  expect(await stack.up(as('ada'))).toMatchObject({ code: 0 });
  expect(await stack.destroy(as('ada'))).toMatchObject({ code: 0 });
  expect(stack.state().resources).toEqual([]);
  const { environments, variables, secrets, protections } = repository();
  expect([rulesets(), [...environments], [...variables], [...secrets], [...protections]]).toEqual([[], [], [], [], []]);
  // Which actions may run stays as it was: deleted, every action might.
  expect(repository().actions).toMatchObject({ allowed: 'selected', shaPinningRequired: true });
});

let commits = 0;

/** A commit on top of a branch, which no branch has yet. */
async function commitOn(branch: string): Promise<string> {
  const { store } = await openLocalHost(await repository().hostFolder, { as: 'ada' });
  const parent = (await store.tryRef(`refs/heads/${branch}`)) ?? '';
  commits += 1;
  const tree = await store.writeTree(new Map([['README.md', `change ${commits}\n`]]));
  return store.writeCommit({ tree, parents: [parent], author: 'alice', message: 'Change', at: 0 });
}

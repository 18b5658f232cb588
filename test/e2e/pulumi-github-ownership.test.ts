import { type BuiltPackage, builtPackage } from '../built-package';
import { type GitHub, startGitHub } from '../github';
import { calling } from '../github/calling';
import { messages, type Pulumi, type Stack, startPulumi } from './bed/pulumi';

const PLATFORM = 'examples/01-openluffy/platform.ts';
const R = '/repos/lebrick07/openluffy';

let built: BuiltPackage;
let github: GitHub;
let pulumi: Pulumi;
let stack: Stack;

beforeAll(async () => {
  built = builtPackage();
  github = await startGitHub({
    people: {
      repository: 'lebrick07/openluffy',
      people: { ada: { role: 'admin', owner: true }, bob: { role: 'write' } },
      teams: { engineers: { id: 7, members: ['bob'] } },
      apps: { delivery: { id: 1147001 }, intake: { id: 1147002 }, 'github-actions': { id: 15368 } },
    },
    plan: 'enterprise',
  });
  pulumi = startPulumi({ stagegate: built.folder });
  const project = pulumi.project('stagegate', {
    'Pulumi.yaml': { from: 'Pulumi.yaml' },
    'Pulumi.github.yaml': { from: 'Pulumi.github.yaml' },
    stacks: { from: 'stacks' },
    [PLATFORM]: { from: PLATFORM },
  });
  stack = await project.stack('github', {
    config: { 'github:baseUrl': github.url, 'github:writeDelayMs': 1, 'github:retryDelayMs': 10 },
  });
});

afterAll(async () => {
  await pulumi?.stop();
  await github?.close();
  built?.remove();
});

afterEach(() => expect(github.problems).toEqual([]));

const repository = () => github.world.repository('lebrick07', 'openluffy');
const prod = () => repository().environments.get('prod');
const branchMain = () => [...repository().rulesets.values()].find(({ name }) => name === 'stagegate: branch main');
const registered = (type: string): string[] =>
  stack.state().resources.flatMap(({ urn }) => (urn.includes(`:${type}::`) ? [urn.slice(urn.lastIndexOf('/') + 1)] : []));
const as = (): { readonly env: Record<string, string> } => ({ env: { GITHUB_TOKEN: github.token('ada') } });
const ada = calling(() => github);
const bob = async (): Promise<unknown> => (await ada('GET /users/bob')).body.id;

/** What somebody set up before there was a program. */
beforeAll(async () => {
  const ref_name = { include: ['~DEFAULT_BRANCH'], exclude: [] };
  const made = [
    await ada(`POST ${R}/rulesets`, {
      name: 'stagegate: branch main',
      enforcement: 'active',
      conditions: { ref_name },
      rules: [{ type: 'deletion' }],
    }),
    await ada(`PUT ${R}/environments/prod`, { reviewers: [{ type: 'User', id: await bob() }], wait_timer: 30 }),
    await ada(`PUT ${R}/actions/permissions`, { enabled: true, allowed_actions: 'local_only' }),
  ];
  expect(made.map(({ status }) => status)).toEqual([201, 200, 204]);
  const at = '2026-01-01T00:00:00Z';
  prod()?.secrets.set('TOKEN', { name: 'TOKEN', value: 'of somebody', createdAt: at, updatedAt: at });
});

const replaced =
  /actions\/permissions of lebrick07\/openluffy are replaced, and no deletion brings them back: \{.*"allowed_actions":"local_only"/;

test('a preview says at which environment up will stop, and which permissions it replaces', async () => {
  const preview = await stack.preview(as());
  expect(preview.code).toBe(0);
  expect(messages(preview)).toMatch(
    /up will stop here: error SG062 foreign-environment {2}github\/RepositoryEnvironment\/lebrick07\/openluffy\/prod/,
  );
  expect(messages(preview).match(/SG062/g)).toHaveLength(1);
  expect(messages(preview)).toMatch(replaced);
  expect(messages(preview)).not.toContain('permissions/workflow of');
});

test('what somebody else made stays as it is: up says why it stops, and its state has neither', async () => {
  const [ruleset, environment] = [JSON.stringify(branchMain()), JSON.stringify(prod())];
  const stopped = await stack.up({ ...as(), args: ['--continue-on-error'] });
  expect(stopped.code).not.toBe(0);
  expect(messages(stopped)).toMatch(/POST http\S+\/repos\/lebrick07\/openluffy\/rulesets: 422 Validation Failed \[.*Name must be unique/);
  const failed = stopped.steps.filter(({ failed, type }) => failed && type.startsWith('github:')).map(({ name }) => name);
  expect(failed.sort()).toEqual([
    'github/RepositoryEnvironment/lebrick07/openluffy/prod',
    'github/RepositoryRuleset/lebrick07/openluffy/stagegate: branch main',
  ]);
  expect(messages(stopped)).toMatch(/SG062 foreign-environment[\s\S]*reviewers and secrets are somebody else’s\s+given +openluffy:prod/);
  expect(messages(stopped)).toMatch(replaced);

  expect([JSON.stringify(branchMain()), JSON.stringify(prod())]).toEqual([ruleset, environment]);
  expect([prod()?.secrets.get('TOKEN')?.value, prod()?.waitTimer, prod()?.reviewers.length]).toEqual(['of somebody', 30, 1]);
  expect(stack.state().pending).toEqual([]);
  expect(registered('RepositoryEnvironment').sort()).toEqual(['dev', 'preprod', 'stagegate', 'stagegate-intake']);
  expect(registered('RepositoryRuleset')).toHaveLength(6);
});

test('up goes on when the ruleset is removed and the environment taken over by the command that it printed, with its secret', async () => {
  // Both are refused; without the option the engine may stop at the ruleset, before it says anything of the environment.
  const again = await stack.up({ ...as(), args: ['--continue-on-error'] });
  expect(again.code).not.toBe(0);
  const command = /take it over: pulumi import (.*)$/m.exec(messages(again))?.[1] ?? '';
  expect(command).not.toBe('');
  const args = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  expect(await stack.import({ ...as(), args })).toMatchObject({ code: 0, changes: { import: 1 } });
  expect(await ada(`DELETE ${R}/rulesets/${branchMain()?.id}`)).toMatchObject({ status: 204 });

  const up = await stack.up(as());
  expect(up).toMatchObject({ code: 0, changes: { update: 1 } });
  expect(messages(up)).not.toContain('SG062');
  expect(branchMain()?.enforcement).toBe('active');
  expect(prod()).toMatchObject({ reviewers: [], waitTimer: 0, branchPolicy: { custom_branch_policies: true } });
  expect(prod()?.secrets.get('TOKEN')?.value).toBe('of somebody');
  expect(await stack.up({ ...as(), args: ['--expect-no-changes'] })).toMatchObject({ code: 0 });
});

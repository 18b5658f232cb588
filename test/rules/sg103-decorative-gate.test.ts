import { Kind } from 'stagegate';
import { decorativeGate } from '../../lib/rules/sg103-decorative-gate';
import type { Program } from '../generated/platform-generator';
import { environment, found, policy, rulesetOf } from './shop';

const manual = environment('prod', { sync: 'manual', group: 'release-engineers' });
const application = (name: string, spec: Readonly<Record<string, unknown>>) => (program: Program) =>
  program.environments.get(name)?.override(Kind.application, { spec });
const project = (name: string, spec: Readonly<Record<string, unknown>>) => (program: Program) =>
  program.environments.get(name)?.override(Kind.appProject, { spec });

test('gates that rulesets and sync settings enforce pass, with automatic and with manual sync', () => {
  expect(found(decorativeGate)).toEqual([]);
  expect(found(decorativeGate, { plan: manual })).toEqual([]);
  expect(
    found(decorativeGate, {
      plan: { ...manual, policies: policy('staging-to-prod', { gates: [{ kind: 'healthy' }, { kind: 'manual', at: 'sync' }] }).policies },
    }),
  ).toEqual([]);
});

test('a manual environment whose Application syncs by itself is refused, and one that has it disabled passes', () => {
  expect(found(decorativeGate, { plan: manual, program: application('prod', { syncPolicy: { automated: {} } }) })).toEqual([
    {
      path: 'shop/prod',
      message: 'Application shop-prod syncs by itself, so that nobody is asked before prod runs a release',
      given: 'sync: Sync.manual(), and Application shop-prod with syncPolicy.automated',
      expected: 'no syncPolicy.automated',
      remedy: 'drop the override of syncPolicy, or declare sync: Sync.automatic() for prod',
    },
  ]);
  expect(found(decorativeGate, { plan: manual, program: application('prod', { syncPolicy: { automated: { enabled: false } } }) })).toEqual(
    [],
  );
});

test('self-heal on a manual environment is named as what it is, switched on or not', () => {
  for (const automated of [{ selfHeal: true }, { enabled: false, selfHeal: true }]) {
    expect(found(decorativeGate, { plan: manual, program: application('prod', { syncPolicy: { automated } }) })).toEqual([
      {
        path: 'shop/prod',
        message: 'self-heal-needs-automated-sync: prod is synced by a person, and Application shop-prod heals itself',
        given: 'sync: Sync.manual(), and Application shop-prod with automated.selfHeal: true',
        expected: 'no syncPolicy.automated: Argo CD heals only what it syncs by itself',
        remedy: 'drop the override of syncPolicy, or declare sync: Sync.automatic() for prod',
      },
    ]);
  }
});

test('a person who is to sync what syncs by itself is asked in vain', () => {
  const plan = policy('staging-to-prod', { gates: [{ kind: 'healthy' }, { kind: 'manual', at: 'sync' }] });
  expect(found(decorativeGate, { plan })).toEqual([
    {
      path: 'shop/staging-to-prod',
      message: 'a person is to sync prod, which syncs by itself',
      given: "Gate.manual({ at: 'sync' }) and sync: Sync.automatic() in prod",
      expected: 'sync: Sync.manual() in prod',
      remedy: 'declare sync: Sync.manual() for prod, or use Gate.manual(), which asks before the merge',
    },
  ]);
});

test.each([
  ['no automated sync', { enabled: false }, 'what the gates let through does not run in dev by itself'],
  ['automated.selfHeal off', { selfHeal: false }, 'what runs in dev may differ from what the gates let through'],
  ['automated.prune off', { prune: false }, 'what runs in dev may differ from what the gates let through'],
])('an automatic environment with %s is refused', (given, automated, message) => {
  expect(found(decorativeGate, { program: application('dev', { syncPolicy: { automated } }) })).toMatchObject([
    {
      path: 'shop/dev',
      message,
      given: `sync: Sync.automatic(), and Application shop-dev with ${given}`,
      expected: 'syncPolicy.automated with prune and selfHeal',
    },
  ]);
});

test.each([
  [
    { source: { targetRevision: 'feature' } },
    'prod runs what people write to feature, past every gate',
    'targetRevision: feature',
    'targetRevision: refs/heads/env/prod',
  ],
  [
    { source: { targetRevision: 'env/prod' } },
    'prod follows a short name, and whoever pushes refs/env/prod, which no ruleset covers, decides what it means',
    'targetRevision: env/prod',
    'targetRevision: refs/heads/env/prod',
  ],
  [{ source: { path: 'preview' } }, 'prod runs another folder than the one that releases are put in', 'path: preview', 'path: manifests'],
  [
    { source: { repoURL: 'https://github.com/mia/shop.git' } },
    'prod runs what another repository says',
    'repoURL: https://github.com/mia/shop.git',
    'repoURL: https://github.com/acme/shop.git',
  ],
  [
    { sources: [{ repoURL: 'https://charts.example.com', targetRevision: '1', path: '.' }] },
    'prod runs what no gate has seen',
    'sources: 1 sources',
    'sources: none; one source, env/prod',
  ],
])('an Application of production with %j is refused', (spec, message, given, expected) => {
  expect(found(decorativeGate, { program: application('prod', spec) })).toMatchObject([
    { path: 'shop/prod', message, given: `Application shop-prod with ${given}`, expected },
  ]);
});

test('an Application below production that follows the branch of another environment is refused', () => {
  expect(found(decorativeGate, { program: application('staging', { source: { targetRevision: 'env/dev' } }) })).toMatchObject([
    { message: 'staging runs what is merged for dev' },
  ]);
});

test.each([
  [
    { destinations: [{ name: 'cluster-0', namespace: 'shop-prod' }] },
    'a release of dev may write into other namespaces',
    'destinations shop-prod',
  ],
  [{ sourceRepos: ['*'] }, 'the project of dev takes manifests from elsewhere', 'sourceRepos *'],
  [
    { roles: [{ name: 'all', groups: ['developers'], policies: ['p, proj:shop-dev:all, applications, override, shop-dev/*, allow'] }] },
    'people may run in dev what its branch does not say',
    "policy 'p, proj:shop-dev:all, applications, override, shop-dev/*, allow'",
  ],
])('a project with %j is refused', (spec, message, given) => {
  expect(found(decorativeGate, { program: project('dev', spec) })).toMatchObject([
    { path: 'shop/dev', message, given: `AppProject shop-dev with ${given}` },
  ]);
});

test('each rule of the rulesets that carry deliveries is missed when it is gone', () => {
  const rules = [
    ['delivery', 'creation', 'nothing keeps others than the delivery app from creating it: env/prod'],
    ['delivery', 'update', 'nothing keeps others than the delivery app from pushing to it: env/prod'],
    ['environments', 'pull_request', 'nothing demands a pull request: env/prod'],
    ['environments', 'required_status_checks', 'nothing requires stagegate/gates: env/prod'],
    ['environments', 'deletion', 'nothing keeps it from being deleted: env/prod'],
    ['environments', 'non_fast_forward', 'nothing keeps its history from being rewritten: env/prod'],
    ['delivery, history', 'deletion', 'nothing keeps it from being deleted: stagegate/state'],
    ['delivery, history', 'non_fast_forward', 'nothing keeps its history from being rewritten: promote/prod/…'],
    ['releases, creation', 'creation', 'nothing keeps others than the delivery app from creating it: stagegate/releases/…'],
    ['releases, history', 'update', 'nothing keeps others than the delivery app from pushing to it: stagegate/releases/…'],
  ] as const;
  for (const [name, type, message] of rules) {
    const messages = found(decorativeGate, {
      compiled: (desired) => {
        const ruleset = rulesetOf(desired, name);
        ruleset.rules = ruleset.rules.filter((rule) => rule.type !== type) as typeof ruleset.rules;
      },
    }).map((finding) => finding.message);
    expect(messages).toContain(message);
  }
});

test('gates that anybody may report, that are not strict, or that the delivery app passes over are refused', () => {
  const environments = (
    change: (check: { integration_id?: number | string }, parameters: { strict_required_status_checks_policy: boolean }) => void,
  ) =>
    found(decorativeGate, {
      compiled: (desired) => {
        for (const rule of rulesetOf(desired, 'environments').rules)
          if (rule.type === 'required_status_checks')
            for (const check of rule.parameters.required_status_checks) change(check, rule.parameters);
      },
    }).filter(({ path }) => path === 'shop/prod');
  expect(environments((check) => delete check.integration_id)).toMatchObject([
    { message: 'nothing binds stagegate/gates to the delivery app: env/prod', given: 'stagegate/gates from anybody' },
  ]);
  expect(environments((check) => Object.assign(check, { integration_id: 15_368 }))).toMatchObject([
    { given: 'stagegate/gates from app 15368', expected: 'stagegate/gates from app stagegate on env/prod' },
  ]);
  expect(environments((_, parameters) => Object.assign(parameters, { strict_required_status_checks_policy: false }))).toMatchObject([
    { message: 'nothing demands a head that is up to date with its base: env/prod' },
  ]);
  const passing = found(decorativeGate, {
    compiled: (desired) =>
      void rulesetOf(desired, 'environments').bypass_actors.push({
        actor_type: 'Integration',
        actor_id: desired.delivery.apps.delivery.id,
        bypass_mode: 'always',
      }),
  });
  expect(passing.map(({ message }) => message)).toContain('nothing holds the delivery app itself to stagegate/gates: env/prod');
});

test('a gate, a policy or a wanted ref that is lost in compilation is refused', () => {
  const edge = (change: (edge: { gates: unknown[]; on?: unknown }) => void) =>
    found(decorativeGate, {
      compiled: (desired) => change(desired.delivery.edges.find(({ to }) => to === 'prod') as { gates: unknown[] }),
    }).map(({ message }) => message);
  expect(edge((found) => found.gates.pop())).toEqual(['gate approvals is not compiled']);
  expect(edge((found) => Object.assign(found.gates[2] as object, { total: 1 }))).toEqual(['gate approvals is compiled as another one']);
  expect(edge((found) => delete found.on)).toEqual(['the ref that has to hold the release is compiled as another one']);
  expect(found(decorativeGate, { compiled: (desired) => void desired.delivery.edges.pop() })).toMatchObject([
    { message: 'the policy staging-to-prod is not compiled', expected: 'an edge staging → prod' },
  ]);
});

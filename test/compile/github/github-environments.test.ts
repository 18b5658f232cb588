import { compileDelivery } from '../../../lib/compile/delivery';
import { githubEnvironments } from '../../../lib/compile/github/github-environments';
import type { PlatformModel, RepositoryModel } from '../../../lib/model/platform-model';
import { edited, openluffy } from '../model-fixture';

function environments(model: PlatformModel, change: Partial<RepositoryModel> = {}) {
  const [repository] = model.repositories;
  if (repository === undefined) throw new Error('the model has no repository');
  return githubEnvironments(model, compileDelivery(model), { ...repository, ...change });
}

const main = { type: 'branch', name: 'main' };

test('OpenLuffy has an environment for each of its own and one for each key, exactly these', () => {
  expect(environments(openluffy())).toEqual([
    { name: 'dev', admits: [main], variables: {}, secrets: [] },
    { name: 'preprod', admits: [main], variables: {}, secrets: [] },
    { name: 'prod', admits: [main], variables: {}, secrets: [] },
    { name: 'stagegate', admits: [main], variables: { STAGEGATE_APP_ID: '{{slot:app/delivery}}' }, secrets: ['STAGEGATE_APP_PRIVATE_KEY'] },
    {
      name: 'stagegate-intake',
      admits: [{ type: 'branch', name: 'develop' }, main],
      variables: { STAGEGATE_INTAKE_APP_ID: '{{slot:app/intake}}' },
      secrets: ['STAGEGATE_INTAKE_PRIVATE_KEY'],
    },
  ]);
});

test.each([
  ['public', 'free', { can_admins_bypass: false }],
  ['private', 'enterprise', { can_admins_bypass: false }],
  ['private', 'team', {}],
  ['internal', 'pro', {}],
] as const)('administrators of a %s repository on plan %s are kept out where GitHub can: %j', (visibility, plan, expected) => {
  for (const environment of environments(openluffy(), { visibility, plan })) {
    expect('can_admins_bypass' in environment ? { can_admins_bypass: environment.can_admins_bypass } : {}).toEqual(expected);
  }
});

test('no environment admits every ref', () => {
  for (const { admits } of environments(openluffy())) expect(admits.length).toBeGreaterThan(0);
});

test('an environment that is retired has none, one that is planned has', () => {
  const model = edited(openluffy(), (draft) => {
    for (const environment of draft.environments) {
      if (environment.name === 'dev') environment.lifecycle = 'retired';
      if (environment.name === 'prod') environment.lifecycle = 'planned';
    }
  });
  expect(environments(model).map(({ name }) => name)).toEqual(['preprod', 'prod', 'stagegate', 'stagegate-intake']);
});

test('a source repository holds the key of the intake app alone, for its own refs', () => {
  const model = edited(openluffy(), (draft) => {
    for (const environment of draft.environments) {
      if (environment.source) environment.source = { kind: 'tags', repository: 'lebrick07/api', pattern: 'v*' };
    }
  });
  const found = environments(model, { name: 'lebrick07/api', delivery: false });
  expect(found.map(({ name, admits }) => [name, admits])).toEqual([['stagegate-intake', [{ type: 'tag', name: 'v*' }]]]);
});

test('a registry other than that of GitHub has its login beside the key of the intake app', () => {
  const model = edited(openluffy(), (draft) => {
    draft.registry = 'registry.example.com/shop';
  });
  expect(environments(model).at(-1)?.secrets).toEqual([
    'STAGEGATE_REGISTRY_USER',
    'STAGEGATE_REGISTRY_PASSWORD',
    'STAGEGATE_INTAKE_PRIVATE_KEY',
  ]);
});

test('an environment may not bear the name of one that holds a key, in any case of letters', () => {
  const model = edited(openluffy(), (draft) => {
    for (const environment of draft.environments) if (environment.name === 'dev') environment.name = 'StageGate';
  });
  expect(() => environments(model)).toThrow(/SG042 reserved-environment openluffy\/dev: .*given StageGate/);
});

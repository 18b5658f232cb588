import { Kind } from 'stagegate';
import { literalSecret } from '../../lib/rules/sg302-literal-secret';
import type { Program } from '../generated/platform-generator';
import { contextOf, deliveryOf, environment, found, SHOP, service } from './shop';

const token = `ghp_${'a1B2c3D4e5'.repeat(4)}`;
const expected = {
  expected: 'a reference to a secret store',
  remedy: 'use Secret.external(…), and replace the value, which has been written down',
};
const added = (object: Readonly<Record<string, unknown>>) => (program: Program) =>
  program.services.get('api')?.addObjects(({ name }) => (name === 'dev' ? [object] : []));

test('references to a secret store pass, and so do settings that are none', () => {
  expect(found(literalSecret)).toEqual([]);
  const env = {
    TOKEN_URL: 'https://id.example.com/token',
    PASSWORD_FILE: '/run/secrets/password',
    SORT_KEY: 'created_at',
    PUBLIC_KEY: 'MIIBIjANBgkq',
    TOKEN_TTL: '3600',
    FEATURES: 'basket,search',
    GIT_COMMIT: `${'a'.repeat(20)}1234567890bcdef12345`,
  };
  expect(found(literalSecret, { plan: service('api', { props: { env } }) })).toEqual([]);
});

test('a secret in env is one finding for all environments, and its value is not in it', () => {
  const plan = service('api', { props: { env: { DATABASE_PASSWORD: 'correct-horse' } } });
  const findings = found(literalSecret, { plan });
  expect(findings).toEqual([
    {
      path: 'shop/api',
      message: 'a secret is written as a literal: env DATABASE_PASSWORD of api in dev, prod and staging',
      given: '13 characters, recognised by its name',
      ...expected,
    },
  ]);
  expect(JSON.stringify(findings)).not.toContain('correct-horse');
});

test('a secret in a setting is reported on its environment, not on the services that get it', () => {
  expect(found(literalSecret, { plan: environment('prod', { props: { settings: { SMTP_PASSWORD: 'swordfish' } } }) })).toEqual([
    {
      path: 'shop/prod',
      message: 'a secret is written as a literal: setting SMTP_PASSWORD in prod',
      given: '9 characters, recognised by its name',
      ...expected,
    },
  ]);
});

test.each([
  ['a command of a suite', { suite: `TOKEN=${token} make integration` }, 'command of suite integration', 'a GitHub token'],
  [
    'an assignment in a command',
    { suite: 'API_TOKEN=s3cr3t-t0ken make integration' },
    'API_TOKEN in command of suite integration',
    'its name',
  ],
  [
    'an option of a command',
    { suite: 'make integration && curl --password=hunter22 x' },
    'password in command of suite integration',
    'its name',
  ],
])('a secret in %s is refused', (_, change, place, reason) => {
  expect(found(literalSecret, { plan: { ...SHOP, ...change } })).toMatchObject([
    {
      path: 'shop/integration',
      message: `a secret is written as a literal: ${place}`,
      given: expect.stringContaining(`recognised by ${reason}`),
    },
  ]);
});

test('a command that takes its secret from the environment passes', () => {
  expect(found(literalSecret, { plan: { ...SHOP, suite: 'TOKEN="$DEPLOY_TOKEN" make integration --password "$PASSWORD"' } })).toEqual([]);
});

test('an override of a container is looked at where it is compiled', () => {
  const program = ({ services }: Program) =>
    services.get('api')?.override(Kind.deployment, {
      spec: { template: { spec: { containers: [{ name: 'api', env: [{ name: 'UPSTREAM', value: token }] }] } } },
    });
  expect(found(literalSecret, { program })).toEqual([
    {
      path: 'shop/api',
      message: 'a secret is written as a literal: env UPSTREAM of Deployment api in dev, prod and staging',
      given: '44 characters, recognised by a GitHub token',
      ...expected,
    },
  ]);
});

test.each([
  ['Secret', { stringData: { user: 'mia' } }, 'stringData.user of Secret extra in dev', 'it is the data of a Secret'],
  ['Secret', { data: { user: 'bWlh' } }, 'data.user of Secret extra in dev', 'it is the data of a Secret'],
  ['ConfigMap', { data: { 'aws.ini': 'id = AKIAABCDEFGHIJKLMNOP' } }, 'data.aws.ini of ConfigMap extra in dev', 'an AWS access key'],
  ['ConfigMap', { data: { seed: 'q7Zr0vXn2Lk9TbWy4GsJ8dHf5MpQc3' } }, 'data.seed of ConfigMap extra in dev', 'its randomness'],
  [
    'ConfigMap',
    {
      metadata: {
        name: 'extra',
        annotations: { 'example.com/hook': 'https://hooks.slack.com/services/T0AAAAAAA/B0BBBBBBB/abcdefghijklmnop' },
      },
    },
    'metadata.annotations.example.com/hook of ConfigMap extra in dev',
    'a Slack webhook',
  ],
])('an added %s with %j is refused', (kind, content, place, reason) => {
  const program = added({ apiVersion: 'v1', kind, metadata: { name: 'extra' }, ...content });
  expect(found(literalSecret, { program })).toMatchObject([
    { path: 'shop/api', message: `a secret is written as a literal: ${place}`, given: expect.stringContaining(`recognised by ${reason}`) },
  ]);
});

test.each([
  [{ parameters: [{ name: 'database.password', value: 'correct-horse' }] }, 'helm parameter database.password'],
  [{ values: 'database:\n  password: correct-horse\n' }, 'helm value password'],
  [{ valuesObject: { database: { password: 'correct-horse' } } }, 'helm value database.password'],
])('a secret in the Helm values of an Application is refused: %j', (helm, place) => {
  const program = ({ environments }: Program) => environments.get('prod')?.override(Kind.application, { spec: { source: { helm } } });
  expect(found(literalSecret, { program })).toMatchObject([
    { path: 'shop/prod', message: `a secret is written as a literal: ${place} of Application shop-prod in prod` },
  ]);
});

test('a secret in a workflow is refused, and a reference to one passes', () => {
  const step = (env: Record<string, string>) =>
    found(literalSecret, {
      compiled: (desired) => {
        const [job] = Object.values(deliveryOf(desired).workflows[0]?.jobs ?? {});
        job?.steps.push({ name: 'Extra', run: 'make', env });
      },
    });
  expect(step({ API_TOKEN: `$${'{{ secrets.API_TOKEN }}'}` })).toEqual([]);
  expect(step({ API_TOKEN: 'abc123def456' })).toMatchObject([
    { path: 'shop/delivery', message: expect.stringContaining('API_TOKEN of .github/workflows/') },
  ]);
});

test('no rule prints a secret, whatever is wrong beside it', () => {
  const { model, desired } = contextOf({
    plan: service('api', { props: { env: { DATABASE_PASSWORD: 'correct-horse', UPSTREAM: token } } }),
  });
  const text = JSON.stringify(
    literalSecret
      .check({
        model,
        desired,
        facts: {},
        exploration: () => {
          throw new Error('unused');
        },
      })
      .map(({ about: _, ...finding }) => finding),
  );
  expect(text).not.toContain('correct-horse');
  expect(text).not.toContain(token);
});

import { Kind } from 'stagegate';
import { invalidNameOrAmount } from '../../lib/rules/sg303-invalid-name-or-amount';
import type { Program } from '../generated/platform-generator';
import { deliveryOf, environment, found, rulesetOf, SHOP, service } from './shop';

test('composed names and the derived quota pass', () => {
  expect(found(invalidNameOrAmount)).toEqual([]);
  expect(found(invalidNameOrAmount, { plan: service('api', { scaled: true }) })).toEqual([]);
});

test('a quota below what a rollout needs is refused with the sum', () => {
  expect(found(invalidNameOrAmount, { plan: environment('prod', { props: { limits: { cpu: '200m' } } }) })).toEqual([
    {
      path: 'shop/prod',
      message: 'the quota of prod does not hold a rollout of all its services',
      given: 'requests.cpu: 200m',
      expected: 'at least 630m, what its services ask for together while they roll out',
      remedy: 'raise limits of prod, or lower what its services request',
    },
  ]);
  expect(found(invalidNameOrAmount, { plan: environment('prod', { props: { limits: { cpu: '630m' } } }) })).toEqual([]);
});

test('a quota of too few pods, or one that is no quantity, is refused', () => {
  expect(found(invalidNameOrAmount, { plan: environment('prod', { props: { limits: { pods: 3 } } }) })).toMatchObject([
    { given: 'pods: 3', expected: 'at least 6, what its services ask for together while they roll out' },
  ]);
  expect(found(invalidNameOrAmount, { plan: environment('prod', { props: { limits: { memory: 'plenty' } } }) })).toMatchObject([
    { message: 'Kubernetes reads no quantity in the quota of prod', given: "requests.memory: 'plenty'" },
  ]);
});

test('a limit below its request, and what is no quantity, are refused where they are compiled', () => {
  const limits = { ...SHOP, services: service('api', { props: { limits: { cpu: '1', memory: '16Mi' } } }).services };
  expect(found(invalidNameOrAmount, { plan: limits }).filter(({ message }) => message.includes('in prod'))).toEqual([
    {
      path: 'shop/api',
      message: 'the limit is below the request: memory of container api of Deployment api in prod',
      given: 'requests 128Mi, limits 16Mi',
      expected: 'limits of at least 128Mi',
      remedy: 'raise the limit, or lower the request',
    },
  ]);
  const unreadable = found(invalidNameOrAmount, { plan: service('api', { props: { requests: { cpu: 'lots' } } }) });
  expect(unreadable).toContainEqual({
    path: 'shop/api',
    message: 'Kubernetes reads no quantity in requests.cpu of container api of Deployment api in prod',
    given: "'lots'",
    expected: "cores, for instance '500m' or '2'",
    remedy: 'write a quantity of Kubernetes',
  });
});

test('quantities are compared by their amount, not by their text', () => {
  expect(
    found(invalidNameOrAmount, {
      plan: service('api', { props: { requests: { cpu: '0.5', memory: '0.25Gi' }, limits: { cpu: '500m', memory: '256Mi' } } }),
    }),
  ).toEqual([]);
});

test.each([
  ['a Service', Kind.service, { metadata: { name: '1api' } }, 'the name of Service 1api in prod', "'1api', 4 characters"],
  [
    'a label',
    Kind.service,
    { metadata: { labels: { owner: 'o'.repeat(64) } } },
    'label owner of Service api in prod',
    `'${'o'.repeat(64)}', 64 characters`,
  ],
  ['a Deployment', Kind.deployment, { metadata: { name: 'Api' } }, 'the name of Deployment Api in prod', "'Api', 3 characters"],
  [
    'a namespace',
    Kind.service,
    { metadata: { namespace: 'n'.repeat(64) } },
    'the namespace of Service api in prod',
    `'${'n'.repeat(64)}', 64 characters`,
  ],
])('%s with a name that Kubernetes does not take is refused', (_, kind, change, what, given) => {
  const program = ({ services, environments }: Program) => services.get('api')?.override(kind, change, { in: environments.get('prod') });
  expect(found(invalidNameOrAmount, { program })).toMatchObject([
    { path: 'shop/prod', message: `Kubernetes does not take ${what}`, given },
  ]);
});

test('names that GitHub does not take are refused', () => {
  const findings = found(invalidNameOrAmount, {
    compiled: (desired) => {
      rulesetOf(desired, 'delivery').name = 'r'.repeat(101);
      const [environmentOnHost] = deliveryOf(desired).environments;
      if (environmentOnHost !== undefined) environmentOnHost.name = 'a;b';
      const [workflow] = deliveryOf(desired).workflows;
      if (workflow !== undefined) workflow.jobs['1st'] = Object.values(workflow.jobs)[0] as never;
    },
  });
  expect(findings.map(({ message }) => message)).toEqual([
    'GitHub takes no ruleset of this name',
    'GitHub takes no environment of this name',
    'GitHub takes no job of this id',
  ]);
});

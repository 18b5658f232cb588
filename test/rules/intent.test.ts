import { intentOf } from '../../lib/rules/intent';
import { contextOf, environment, policy, protection, SHOP } from './shop';

const intent = (plan = SHOP) => intentOf(contextOf({ plan }).model);

test('the intent repeats the declaration: environments, edges with their gates, protections', () => {
  const { environments, edges, protections } = intent();
  expect(environments).toEqual([
    { name: 'dev', tier: 'development', sync: 'automatic', source: { kind: 'branch', repository: 'acme/shop', pattern: 'develop' } },
    { name: 'prod', tier: 'production', sync: 'automatic' },
    { name: 'staging', tier: 'staging', sync: 'automatic' },
  ]);
  expect(edges.map(({ policy: name, gates }) => [name, gates.map(({ id }) => id)])).toEqual([
    ['dev-to-staging', ['healthy', 'soak']],
    ['staging-to-prod', ['healthy', 'verified-integration', 'approvals']],
  ]);
  expect(protections.map(({ ref, approvals, checks }) => [ref.pattern, approvals, checks])).toEqual([
    ['develop', 0, [{ context: 'validate', app: 15_368 }]],
    ['release', 1, [{ context: 'validate', app: 15_368 }]],
  ]);
});

test('a retired environment is no longer intended', () => {
  expect(intent(environment('prod', { props: { lifecycle: 'retired' } })).environments.map(({ name }) => name)).toEqual(['dev', 'staging']);
});

test('who is declared exempt is exempt in the intent', () => {
  expect(intent(protection('develop', { bypass: true })).protections[0]?.bypass).toEqual([
    { kind: 'role', role: 'maintain', mode: 'always' },
  ]);
});

test('the program needs what the strictest edge into production asks for, and one approval where none does', () => {
  expect(intent().program).toMatchObject({
    repository: 'acme/shop',
    branch: 'main',
    approvals: 2,
    including: [{ team: 'engineers', count: 1 }],
    upToDate: true,
  });
  expect(intent(policy('staging-to-prod', { gates: [{ kind: 'healthy' }] })).program).toMatchObject({ approvals: 1, including: [] });
});

test('what is compiled has no part in the intent', () => {
  const { model } = contextOf({ compiled: (desired) => void desired.delivery.edges.splice(0) });
  expect(intentOf(model).edges).toHaveLength(2);
});

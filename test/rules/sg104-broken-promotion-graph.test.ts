import { brokenPromotionGraph } from '../../lib/rules/sg104-broken-promotion-graph';
import type { PolicyPlan } from '../generated/platform-generator';
import { contextOf, environment, found, SHOP } from './shop';

const back: PolicyPlan = { name: 'back', from: 'prod', to: 'staging', gates: [], rollback: 'manual' };

test('a chain from a source to production passes', () => {
  expect(found(brokenPromotionGraph)).toEqual([]);
});

test('a cycle is printed as a path, once', () => {
  expect(found(brokenPromotionGraph, { plan: { ...SHOP, policies: [...SHOP.policies, back] } })).toEqual([
    {
      path: 'shop/back',
      message: 'policies form a cycle: prod → staging → prod',
      given: 'back and staging-to-prod',
      expected: 'a graph without cycles',
      remedy: 'remove one of these policies; a way back is a rollback, not a promotion',
    },
  ]);
});

test('a policy from an environment to itself is a cycle', () => {
  const plan = { ...SHOP, policies: [...SHOP.policies, { ...back, to: 'prod' }] };
  expect(found(brokenPromotionGraph, { plan })).toMatchObject([{ message: 'policies form a cycle: prod → prod' }]);
});

test('two policies for one edge are refused', () => {
  const again = { ...(SHOP.policies[1] as PolicyPlan), name: 'again' };
  expect(found(brokenPromotionGraph, { plan: { ...SHOP, policies: [...SHOP.policies, again] } })).toEqual([
    {
      path: 'shop/staging-to-prod',
      message: 'two policies for the edge staging → prod',
      given: 'again and staging-to-prod',
      expected: 'one policy for an edge',
      remedy: 'join the gates of again and staging-to-prod in one policy',
    },
  ]);
});

test('an active environment that nothing leads to is refused, and what hangs below it is not reported again', () => {
  const plan = { ...SHOP, policies: SHOP.policies.slice(1) };
  expect(found(brokenPromotionGraph, { plan })).toEqual([
    {
      path: 'shop/staging',
      message: 'no release can ever reach staging',
      given: 'no source and no policy into it',
      expected: 'a source, or a policy from an environment that releases reach',
      remedy: 'add a PromotionPolicy into staging, or give it a source',
    },
  ]);
});

test('a planned environment needs no way in, and nothing passes through a suspended one', () => {
  const planned = environment('prod', { props: { lifecycle: 'planned' } });
  expect(found(brokenPromotionGraph, { plan: { ...planned, policies: planned.policies.slice(0, 1) } })).toEqual([]);
  expect(found(brokenPromotionGraph, { plan: environment('staging', { props: { lifecycle: 'suspended' } }) })).toMatchObject([
    { path: 'shop/prod', given: 'policies only from environments that take no releases: staging is suspended' },
  ]);
});

test('a policy that names an unknown environment is refused', () => {
  const context = contextOf();
  const model = {
    ...context.model,
    policies: context.model.policies.map((policy) => (policy.to === 'prod' ? { ...policy, to: 'live' } : policy)),
  };
  expect(brokenPromotionGraph.check({ ...context, model })).toMatchObject([
    {
      path: 'shop/staging-to-prod',
      message: 'staging-to-prod names an environment that does not exist',
      given: 'live',
      expected: 'dev, prod and staging',
    },
    { path: 'shop/prod', message: 'no release can ever reach prod' },
  ]);
});

import { productionBypassesValidation } from '../../lib/rules/sg102-production-bypasses-validation';
import { environment, found, policy, SHOP } from './shop';

const hotfix = { kind: 'branch', repository: 'delivery', pattern: 'ship' } as const;

test('a production that takes healthy or verified releases from staging passes', () => {
  expect(found(productionBypassesValidation)).toEqual([]);
  expect(found(productionBypassesValidation, { plan: policy('staging-to-prod', { gates: [{ kind: 'verified' }] }) })).toEqual([]);
});

test('a production with a source and nothing before it is refused', () => {
  const plan = { ...environment('prod', { source: hotfix }), policies: SHOP.policies.slice(0, 1) };
  expect(found(productionBypassesValidation, { plan })).toEqual([
    {
      path: 'shop/prod',
      message: 'a push to ship deploys prod, and no environment before it has seen the release',
      given: 'prod.source is branch ship of acme/shop, without an incoming policy',
      expected: 'prod fed by promotion from staging',
      remedy: 'drop prod.source; add new PromotionPolicy(…, { from: staging, to: prod, gates: [Gate.healthy(), …] })',
    },
  ]);
});

test('approvals and a soak do not say that a release works', () => {
  const plan = policy('staging-to-prod', {
    gates: [
      { kind: 'soak', minutes: 5 },
      { kind: 'approvals', total: 1, including: [] },
    ],
  });
  expect(found(productionBypassesValidation, { plan })).toEqual([
    {
      path: 'shop/staging-to-prod',
      message: 'releases enter prod without having been healthy or verified in staging',
      given: 'gates soak, approvals',
      expected: 'Gate.healthy() or Gate.verified(…) among the gates',
      remedy: 'add Gate.healthy() to the gates of staging-to-prod',
    },
  ]);
});

test('a policy without gates into staging passes, and one into production does not', () => {
  expect(found(productionBypassesValidation, { plan: policy('dev-to-staging', { gates: [] }) })).toEqual([]);
  expect(found(productionBypassesValidation, { plan: policy('staging-to-prod', { gates: [] }) })[0]?.given).toBe('no gates');
});

test('a policy from development into production bypasses staging, and passes where there is no staging', () => {
  const plan = policy('staging-to-prod', { from: 'dev' });
  expect(found(productionBypassesValidation, { plan })).toEqual([
    {
      path: 'shop/staging-to-prod',
      message: 'releases enter prod from dev and bypass staging',
      given: 'from: dev, an environment of tier development',
      expected: 'from: staging',
      remedy: 'promote from dev to staging, and from there to prod',
    },
  ]);
  const small = { ...plan, environments: plan.environments.filter(({ name }) => name !== 'staging'), policies: plan.policies.slice(1) };
  expect(found(productionBypassesValidation, { plan: small })).toEqual([]);
});

test('an environment that builds and receives is refused unless its policy says rebuild', () => {
  const plan = environment('staging', { source: hotfix });
  expect(found(productionBypassesValidation, { plan })).toEqual([
    {
      path: 'shop/staging',
      message: 'staging builds its own images and receives releases as well',
      given: 'staging.source is branch ship of acme/shop, and dev-to-staging promotes from dev',
      expected: 'releases that are promoted run with the images that were tested',
      remedy: 'drop staging.source; if staging has to build anew, say rebuild: true on dev-to-staging',
    },
  ]);
  const rebuilt = { ...plan, policies: plan.policies.map((one) => (one.to === 'staging' ? { ...one, rebuild: true } : one)) };
  expect(found(productionBypassesValidation, { plan: rebuilt })).toEqual([]);
});

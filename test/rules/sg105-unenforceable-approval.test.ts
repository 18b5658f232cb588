import { unenforceableApproval } from '../../lib/rules/sg105-unenforceable-approval';
import { contextOf, found, policy, SHOP } from './shop';

test('approvals in a repository with rulesets pass, be it private or public', () => {
  expect(found(unenforceableApproval)).toEqual([]);
  expect(found(unenforceableApproval, { plan: { ...SHOP, plan: 'free', visibility: 'public' } })).toEqual([]);
});

test('approvals in a private repository on the free plan are refused', () => {
  expect(found(unenforceableApproval, { plan: { ...SHOP, plan: 'free' } })).toEqual([
    {
      path: 'shop/delivery',
      message: 'GitHub enforces no rulesets in acme/shop, so that nothing demands the approvals of staging-to-prod',
      given: 'plan free, visibility private (declared)',
      expected: 'plan pro, team or enterprise, or visibility public',
      remedy: 'take such a plan or make the repository public; until then anybody with write access deploys',
    },
  ]);
});

test('what the host says of the plan counts more than the declaration', () => {
  const facts = { hostPlan: { 'acme/shop': { plan: 'free', visibility: 'private' } } } as const;
  expect(found(unenforceableApproval, { facts })).toMatchObject([{ given: 'plan free, visibility private (found on the host)' }]);
  expect(unenforceableApproval.notChecked?.(contextOf({ facts }))).toBeUndefined();
  expect(unenforceableApproval.notChecked?.(contextOf())).toBe(
    'the plan and visibility of acme/shop are taken from the program; the host was not asked',
  );
});

test('an internal repository needs an Enterprise plan', () => {
  const facts = { hostPlan: { 'acme/shop': { plan: 'team', visibility: 'internal' } } } as const;
  expect(found(unenforceableApproval, { facts })).toMatchObject([{ message: 'acme/shop cannot be internal on its plan' }]);
});

test('more approvals than there are named people are refused, as many are not', () => {
  const people = (count: number) =>
    policy('staging-to-prod', { gates: [{ kind: 'healthy' }, { kind: 'approvals', total: 2, including: [{ people: ['mia'], count }] }] });
  expect(found(unenforceableApproval, { plan: people(2) })).toEqual([
    {
      path: 'shop/staging-to-prod',
      message: '2 approvals are asked of 1 named person',
      given: 'people: mia; count: 2',
      expected: 'at least 2 people, and one more where one of them may be the author',
      remedy: 'ask for 1, or name more people',
    },
  ]);
  expect(found(unenforceableApproval, { plan: people(1) })).toEqual([]);
});

import { sharedAccountApproval } from '../../lib/rules/sg406-shared-account-approval';
import { environment, found, policy } from './shop';

test('people, teams and groups of the single sign-on pass', () => {
  expect(found(sharedAccountApproval)).toEqual([]);
  expect(found(sharedAccountApproval, { plan: environment('prod', { sync: 'manual', group: 'release-engineers' }) })).toEqual([]);
});

test('a shared account among the approvers is refused', () => {
  const plan = policy('staging-to-prod', {
    gates: [{ kind: 'healthy' }, { kind: 'approvals', total: 1, including: [{ people: ['Admin', 'mia'] }] }],
  });
  expect(found(sharedAccountApproval, { plan })).toEqual([
    {
      path: 'shop/staging-to-prod',
      message: 'Admin is an account that people share, and cannot approve',
      given: 'gate approvals with Admin among the approvers',
      expected: 'people by their own login, or a team of them',
      remedy: 'name who approves in place of Admin',
    },
  ]);
});

test('a shared account with the right to sync is refused', () => {
  expect(found(sharedAccountApproval, { plan: environment('prod', { sync: 'manual', group: 'admin' }) })).toEqual([
    {
      path: 'shop/prod',
      message: 'admin is an account that people share, and may sync prod',
      given: 'group admin with the right to sync Application shop-prod',
      expected: 'a group of people of the single sign-on',
      remedy: "name the group: sync: Sync.manual({ group: '…' })",
    },
  ]);
});

test('a manual production that only administrators may sync is warned of, a manual staging is not', () => {
  expect(found(sharedAccountApproval, { plan: environment('prod', { sync: 'manual' }) })).toEqual([
    {
      path: 'shop/prod',
      severity: 'warning',
      message: 'nobody but the administrators of Argo CD may sync prod, often one shared account',
      given: 'sync: Sync.manual() without a group',
      expected: 'a group of people of the single sign-on',
      remedy: "name the group: sync: Sync.manual({ group: '…' })",
    },
  ]);
  expect(found(sharedAccountApproval, { plan: environment('staging', { sync: 'manual' }) })).toEqual([]);
});

import { tooFewApprovers } from '../../lib/rules/sg404-too-few-approvers';
import { contextOf, found, policy } from './shop';

const facts = (engineers: number) => ({ facts: { teamSizes: { engineers } } });

test('a team with more members than approvals passes', () => {
  expect(found(tooFewApprovers, facts(2))).toEqual([]);
});

test('a team without anybody to spare is warned of: one of them may be the author', () => {
  expect(tooFewApprovers.severity).toBe('warning');
  expect(found(tooFewApprovers, facts(1))).toEqual([
    {
      path: 'shop/staging-to-prod',
      message: 'nobody of team engineers can be the author of what it approves',
      given: '1 of 1 member',
      expected: 'at least 2 members',
      remedy: 'add people to engineers, or ask for fewer',
    },
  ]);
  expect(found(tooFewApprovers, facts(0))).toMatchObject([{ message: 'team engineers has fewer members than approvals are asked of it' }]);
});

test('without the sizes of teams it says what it did not check, and with them nothing', () => {
  expect(found(tooFewApprovers)).toEqual([]);
  expect(tooFewApprovers.notChecked?.(contextOf())).toBe('how many members engineers has is not known');
  expect(tooFewApprovers.notChecked?.(contextOf(facts(2)))).toBeUndefined();
  expect(tooFewApprovers.notChecked?.(contextOf({ plan: policy('staging-to-prod', { gates: [{ kind: 'healthy' }] }) }))).toBeUndefined();
});

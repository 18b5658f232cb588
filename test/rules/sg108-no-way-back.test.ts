import { noWayBack } from '../../lib/rules/sg108-no-way-back';
import { found, policy } from './shop';

const forward = (environment: string) => ({
  compiled: (desired: { delivery: { edges: { to: string; lanes: { kind: string }[] }[] } }) => {
    for (const edge of desired.delivery.edges) if (edge.to === environment) edge.lanes = edge.lanes.filter(({ kind }) => kind === 'normal');
  },
});

test('a person who may roll back, or a rollback by itself, passes', () => {
  expect(found(noWayBack)).toEqual([]);
  expect(found(noWayBack, { plan: policy('staging-to-prod', { rollback: 'automatic' }) })).toEqual([]);
});

test('a promotion into production without a rollback lane is warned of, one into staging is not', () => {
  expect(noWayBack.severity).toBe('warning');
  expect(found(noWayBack, forward('staging'))).toEqual([]);
  expect(found(noWayBack, forward('prod'))).toEqual([
    {
      path: 'shop/staging-to-prod',
      message: 'nothing leads back from a bad release in prod',
      given: 'lanes normal',
      expected: 'a lane manual-rollback or automatic-rollback',
      remedy: 'add rollback: Rollback.manual() to staging-to-prod',
    },
  ]);
});

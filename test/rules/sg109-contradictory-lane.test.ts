import { contradictoryLane } from '../../lib/rules/sg109-contradictory-lane';
import { environment, found, policy } from './shop';

test('an automatic rollback into an environment that syncs by itself passes', () => {
  expect(found(contradictoryLane, { plan: policy('staging-to-prod', { rollback: 'automatic' }) })).toEqual([]);
  expect(found(contradictoryLane, { plan: environment('prod', { sync: 'manual' }) })).toEqual([]);
});

test('an automatic rollback into an environment that a person syncs is refused', () => {
  const plan = { ...environment('prod', { sync: 'manual' }), policies: policy('staging-to-prod', { rollback: 'automatic' }).policies };
  expect(found(contradictoryLane, { plan })).toEqual([
    {
      path: 'shop/staging-to-prod',
      message: 'prod is synced by a person, so that nothing can be rolled back there automatically',
      given: 'rollback: Rollback.automatic() on staging-to-prod, sync: Sync.manual() in prod',
      expected: 'rollback: Rollback.manual(), or sync: Sync.automatic()',
      remedy: 'declare rollback: Rollback.manual() on staging-to-prod, or sync: Sync.automatic() in prod',
    },
  ]);
});

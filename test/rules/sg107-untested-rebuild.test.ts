import { untestedRebuild } from '../../lib/rules/sg107-untested-rebuild';
import { found, policy } from './shop';

test('a rebuild below production passes, and so does a promotion of what was tested', () => {
  expect(found(untestedRebuild)).toEqual([]);
  expect(found(untestedRebuild, { plan: policy('dev-to-staging', { rebuild: true }) })).toEqual([]);
});

test('a rebuild into production is warned of', () => {
  expect(untestedRebuild.severity).toBe('warning');
  expect(found(untestedRebuild, { plan: policy('staging-to-prod', { rebuild: true }) })).toEqual([
    {
      path: 'shop/staging-to-prod',
      message: 'prod builds anew: the image that was tested in staging is not the image that is deployed',
      given: 'rebuild: true',
      expected: 'the digests that ran in staging',
      remedy: 'drop rebuild from staging-to-prod',
    },
  ]);
});

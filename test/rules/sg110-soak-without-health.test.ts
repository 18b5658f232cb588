import { soakWithoutHealth } from '../../lib/rules/sg110-soak-without-health';
import { found, policy } from './shop';

test('a soak beside a health gate passes, and so do gates without a soak', () => {
  expect(found(soakWithoutHealth)).toEqual([]);
  expect(found(soakWithoutHealth, { plan: policy('dev-to-staging', { gates: [] }) })).toEqual([]);
});

test('a soak alone is refused, also beside a verification', () => {
  expect(found(soakWithoutHealth, { plan: policy('dev-to-staging', { gates: [{ kind: 'soak', minutes: 90 }] }) })).toEqual([
    {
      path: 'shop/dev-to-staging',
      message: 'releases are promoted to staging without being healthy at that time',
      given: 'gates soak with a soak of 1h30m in dev',
      expected: 'Gate.healthy() beside Gate.soak(…)',
      remedy: 'add Gate.healthy() to the gates of dev-to-staging',
    },
  ]);
  expect(
    found(soakWithoutHealth, { plan: policy('dev-to-staging', { gates: [{ kind: 'verified' }, { kind: 'soak', minutes: 1 }] }) }),
  ).toHaveLength(1);
});

import { Environment, Gate, PromotionPolicy, Tier } from 'stagegate';
import { machineOf } from '../../lib/explorer/events';
import { Bounds, explore } from '../../lib/explorer/explore';
import { search } from '../../lib/explorer/search';
import { slicesOf } from '../../lib/explorer/slices';
import { sourceRefs } from '../../lib/explorer/source-refs';
import { worldOf } from '../../lib/explorer/world';
import { type Ground, lawful, platformOf } from './lawful-platforms';

/** A staging environment that feeds a number of regions; `gates` of each. */
const regions =
  (count: number, gates: (region: number) => readonly Gate[]) =>
  ({ platform, repository, target, suite }: Ground) => {
    const staging = new Environment(platform, 'staging', { tier: Tier.staging, target, source: repository.branch('main') });
    for (let region = 0; region < count; region++) {
      const to = new Environment(platform, `region-${region}`, { tier: Tier.production, target });
      new PromotionPolicy(platform, `to-${region}`, { from: staging, to, gates: [Gate.healthy(), Gate.verified(suite), ...gates(region)] });
    }
  };

test('regions side by side are explored one by one, each with what lies upstream of it', () => {
  const { desired, intent } = platformOf(regions(3, () => [Gate.manual()]));
  expect(slicesOf(desired, intent).map(({ environments }) => environments.map(({ name }) => name))).toEqual([
    ['region-0', 'staging'],
    ['region-1', 'staging'],
    ['region-2', 'staging'],
  ]);
});

test('environments that one branch feeds are explored together', () => {
  const { desired, intent } = platformOf(({ platform, repository, target }) => {
    for (const name of ['a', 'b']) new Environment(platform, name, { tier: Tier.staging, target, source: repository.branch('main') });
    new Environment(platform, 'c', { tier: Tier.staging, target, source: repository.branch('develop') });
  });
  expect(slicesOf(desired, intent).map(({ environments }) => environments.map(({ name }) => name))).toEqual([['c'], ['a', 'b']]);
});

test('forty regions are explored to closure', () => {
  const { desired, intent } = platformOf(regions(40, () => [Gate.approvals({ total: 2 })]));
  const result = explore(desired, intent, Bounds.quick);
  expect(result.complete).toBe(true);
  expect(result.violations).toEqual([]);
  expect(Object.keys(result.firstLawfulArrival)).toHaveLength(41);
});

test.each([
  ...Object.entries(lawful),
  ['three regions, of which one has no gate of its own', regions(3, (region) => (region === 1 ? [] : [Gate.manual()]))] as const,
])('%s: slices tell all that the whole tells', (_name, declare) => {
  const { desired, intent } = platformOf(declare);
  const weaker = {
    ...desired,
    delivery: { ...desired.delivery, edges: desired.delivery.edges.map((edge) => ({ ...edge, gates: edge.gates.slice(1) })) },
  };
  for (const compiled of [desired, weaker]) {
    const { environments } = compiled.delivery;
    const whole = search(
      machineOf(worldOf(compiled, intent, Bounds.quick, { environments, refs: sourceRefs(compiled, intent, environments) })),
    );
    const sliced = explore(compiled, intent, Bounds.quick);
    const told = sliced.violations.map(({ kind, environment, gate, events }) => [kind, environment, gate, events.length].join(' '));
    const expected = whole.findings.map(({ harm, events }) => [harm.kind, harm.environment, harm.gate, events.length].join(' '));
    // The whole stops at the first harm of a step; slices may find another environment harmed by the same step.
    expect(told).toEqual(expect.arrayContaining(expected));
    expect(told.length === 0).toBe(expected.length === 0);
    expect(environments.map(({ name }) => sliced.firstLawfulArrival[name] ?? -1)).toEqual(whole.arrivals);
  }
});

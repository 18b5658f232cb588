import { Environment, Gate, PromotionPolicy, Target, Tier } from 'stagegate';
import { Bounds, type Exploration, explore } from '../../lib/explorer/explore';
import { replay } from '../../lib/explorer/replay';
import { type Ground, lawful, platformOf } from './lawful-platforms';

function explored(
  declare: (ground: Ground) => void,
  bounds = Bounds.quick,
): Exploration & { readonly replayed: readonly (string | undefined)[] } {
  const { desired, intent } = platformOf(declare);
  const result = explore(desired, intent, bounds);
  return { ...result, replayed: result.violations.map(({ events }) => replay(desired, intent, events).harm?.message) };
}

test.each(Object.entries(lawful))('%s: nothing goes against the intent and every environment is lawfully reached', (_name, declare) => {
  const { desired, intent } = platformOf(declare);
  for (const bounds of [Bounds.quick, { ...Bounds.full, commits: 2 }]) {
    const result = explore(desired, intent, bounds);
    expect(result.violations.map(({ lines }) => lines)).toEqual([]);
    expect(result.unreached).toEqual([]);
    expect(Object.keys(result.firstLawfulArrival).sort()).toEqual(intent.environments.map(({ name }) => name).sort());
    expect(result.complete).toBe(true);
  }
});

test('a push that deploys staging and production at once is told in two lines', () => {
  const { violations, replayed } = explored(({ platform, repository }) => {
    const target = Target.coolify({ url: 'https://coolify.acme.example' });
    new Environment(platform, 'staging', { tier: Tier.staging, target, source: repository.branch('main') });
    new Environment(platform, 'production', { tier: Tier.production, target, source: repository.branch('main') });
  });
  expect(violations).toHaveLength(1);
  expect(violations[0]).toMatchObject({ kind: 'simultaneous', environment: 'production', together: ['staging'] });
  expect(violations[0]?.lines).toEqual([
    'developer pushes 4f2a1c to main',
    'staging runs 4f2a1c, production runs 4f2a1c; nobody verified it',
  ]);
  expect(replayed).toEqual([violations[0]?.message]);
});

test('production that takes releases from its own source gets what nobody verified', () => {
  const { violations } = explored(({ platform, repository, target }) => {
    new Environment(platform, 'prod', { tier: Tier.production, target, source: repository.tags('v*.*.*') });
  });
  expect(violations.map(({ kind, environment }) => [kind, environment])).toEqual([['unverified', 'prod']]);
  expect(violations[0]?.lines).toEqual(['4f2a1c is tagged v1.1.1', 'prod runs 4f2a1c; nobody verified it']);
});

test('an edge into production without health or a suite lets an unhealthy release in', () => {
  const { violations, replayed } = explored(({ platform, repository, target }) => {
    const staging = new Environment(platform, 'staging', { tier: Tier.staging, target, source: repository.branch('main') });
    const prod = new Environment(platform, 'prod', { tier: Tier.production, target });
    new PromotionPolicy(platform, 'staging-to-prod', { from: staging, to: prod, gates: [Gate.manual()] });
  });
  expect(violations.map(({ kind, environment }) => [kind, environment])).toEqual([['unverified', 'prod']]);
  expect(violations[0]?.lines).toEqual([
    'developer pushes 4f2a1c to main; staging runs 4f2a1c',
    'staging reports 4f2a1c healthy',
    'staging reports 4f2a1c unhealthy',
    'a person asks for 4f2a1c in prod',
    'prod runs 4f2a1c; nobody verified it',
  ]);
  expect(replayed).toEqual([violations[0]?.message]);
});

test('an environment that nothing leads to is out of reach, and what comes after it too', () => {
  const { unreached } = explored(({ platform, repository, target }) => {
    new Environment(platform, 'dev', { tier: Tier.development, target, source: repository.branch('main') });
    const staging = new Environment(platform, 'staging', { tier: Tier.staging, target });
    const prod = new Environment(platform, 'prod', { tier: Tier.production, target });
    new PromotionPolicy(platform, 'staging-to-prod', { from: staging, to: prod, gates: [Gate.healthy()] });
  });
  expect(unreached).toEqual([
    { environment: 'prod', reason: 'no release reaches staging, from which staging-to-prod leads' },
    { environment: 'staging', reason: 'no source and no policy leads to it' },
  ]);
});

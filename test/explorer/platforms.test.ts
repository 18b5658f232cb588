import {
  BranchProtection,
  Build,
  Bypass,
  Check,
  Cluster,
  compile,
  Environment,
  Gate,
  Platform,
  PromotionPolicy,
  Repository,
  Rollback,
  resolve,
  ServiceStack,
  Suite,
  Sync,
  Target,
  Tier,
} from 'stagegate';
import { Bounds, type Exploration, explore } from '../../lib/explorer/explore';
import { replay } from '../../lib/explorer/replay';
import { intentOf } from '../../lib/rules/intent';

interface Ground {
  readonly platform: Platform;
  readonly repository: Repository;
  readonly target: ReturnType<typeof Target.kubernetes>;
  readonly suite: Suite;
}

/** A platform with one service; `declare` adds environments and policies. */
function platformOf(declare: (ground: Ground) => void) {
  const platform = new Platform('shop', { registry: 'ghcr.io/acme', domain: 'acme.example' });
  const repository = new Repository(platform, 'shop', { name: 'acme/shop', delivery: true, plan: 'team' });
  const target = Target.kubernetes(Cluster.argoCd('in-cluster', { url: 'https://argocd.acme.example' }));
  const suite = new Suite(platform, 'smoke', { run: 'make smoke' });
  new ServiceStack(platform, 'api', { build: Build.dockerfile('api'), port: 8080, health: '/' });
  declare({ platform, repository, target, suite });
  const model = resolve(platform);
  return { desired: compile(model), intent: intentOf(model) };
}

function explored(
  declare: (ground: Ground) => void,
  bounds = Bounds.quick,
): Exploration & { readonly replayed: readonly (string | undefined)[] } {
  const { desired, intent } = platformOf(declare);
  const result = explore(desired, intent, bounds);
  return { ...result, replayed: result.violations.map(({ events }) => replay(desired, intent, events).harm?.message) };
}

const lawful: Readonly<Record<string, (ground: Ground) => void>> = {
  'a chain of four with every kind of gate': ({ platform, repository, target, suite }) => {
    const a = new Environment(platform, 'a', { tier: Tier.development, target, source: repository.branch('develop') });
    const b = new Environment(platform, 'b', { tier: Tier.staging, target });
    const c = new Environment(platform, 'c', { tier: Tier.staging, target, sync: Sync.manual() });
    const d = new Environment(platform, 'd', { tier: Tier.production, target });
    new PromotionPolicy(platform, 'a-to-b', { from: a, to: b, gates: [Gate.healthy(), Gate.soak('10m')] });
    new PromotionPolicy(platform, 'b-to-c', { from: b, to: c, gates: [Gate.healthy(), Gate.verified(suite), Gate.manual()] });
    new PromotionPolicy(platform, 'c-to-d', {
      from: c,
      to: d,
      gates: [
        Gate.healthy(),
        Gate.check(Check.run('scan', 'make scan')),
        Gate.approvals({ total: 3, including: [{ team: 'ops', count: 2 }, { team: 'qa' }] }),
      ],
    });
    new BranchProtection(repository, 'develop', { ref: repository.branch('develop'), checks: [Check.run('scan', 'make scan')] });
  },
  'two production tiers side by side, fed from tags': ({ platform, repository, target, suite }) => {
    const staging = new Environment(platform, 'staging', { tier: Tier.staging, target, source: repository.branch('main') });
    const eu = new Environment(platform, 'eu', { tier: Tier.production, target });
    const us = new Environment(platform, 'us', { tier: Tier.production, target });
    for (const to of [eu, us]) {
      new PromotionPolicy(platform, `staging-to-${to.environmentName}`, {
        from: staging,
        to,
        on: repository.tags('v*.*.*'),
        gates: [Gate.healthy(), Gate.verified(suite)],
      });
    }
  },
  'releases made from tags': ({ platform, repository, target }) => {
    const staging = new Environment(platform, 'staging', { tier: Tier.staging, target, source: repository.tags('v*.*.*') });
    const prod = new Environment(platform, 'prod', { tier: Tier.production, target });
    new PromotionPolicy(platform, 'staging-to-prod', {
      from: staging,
      to: prod,
      gates: [Gate.healthy(), Gate.soak('1h'), Gate.manual()],
      rollback: Rollback.automatic(),
    });
    new BranchProtection(repository, 'tags', { ref: repository.tags('v*.*.*'), bypass: [Bypass.team('release-engineers')] });
  },
  'a source in another repository, every release in order': ({ platform, target }) => {
    const code = new Repository(platform, 'code', { name: 'acme/code', plan: 'team' });
    const staging = new Environment(platform, 'staging', { tier: Tier.staging, target, source: code.branch('main') });
    const prod = new Environment(platform, 'prod', { tier: Tier.production, target });
    new PromotionPolicy(platform, 'staging-to-prod', {
      from: staging,
      to: prod,
      select: 'each',
      gates: [Gate.healthy(), Gate.approvals({ total: 2 })],
      rollback: Rollback.manual({ approvals: 1 }),
    });
    new BranchProtection(code, 'main', {
      ref: code.branch('main'),
      approvals: 1,
      linearHistory: true,
      bypass: [Bypass.role('maintain', { mode: 'pull_request' })],
    });
  },
  'a target without Argo CD, and one that Pulumi applies': ({ platform, repository, target }) => {
    const coolify = Target.coolify({ url: 'https://coolify.acme.example' });
    const staging = new Environment(platform, 'staging', { tier: Tier.staging, target: coolify, source: repository.branch('main') });
    const prod = new Environment(platform, 'prod', { tier: Tier.production, target, sync: Sync.pulumi() });
    new PromotionPolicy(platform, 'staging-to-prod', {
      from: staging,
      to: prod,
      gates: [Gate.healthy(), Gate.approvals({ total: 1, including: [{ people: ['mia', 'noa'] }] })],
    });
  },
};

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

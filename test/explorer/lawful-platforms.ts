import {
  BranchProtection,
  Build,
  Bypass,
  Check,
  Cluster,
  compile,
  type DesiredState,
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
import type { Intent } from '../../lib/explorer/intent';
import { intentOf } from '../../lib/rules/intent';

export interface Ground {
  readonly platform: Platform;
  readonly repository: Repository;
  readonly target: ReturnType<typeof Target.kubernetes>;
  readonly suite: Suite;
}

/** A platform with one service; `declare` adds environments and policies. */
export function platformOf(declare: (ground: Ground) => void): { readonly desired: DesiredState; readonly intent: Intent } {
  const platform = new Platform('shop', { registry: 'ghcr.io/acme', domain: 'acme.example' });
  const repository = new Repository(platform, 'shop', { name: 'acme/shop', delivery: true, plan: 'team' });
  const target = Target.kubernetes(Cluster.argoCd('in-cluster', { url: 'https://argocd.acme.example' }));
  const suite = new Suite(platform, 'smoke', { run: 'make smoke' });
  new ServiceStack(platform, 'api', { build: Build.dockerfile('api'), port: 8080, health: '/' });
  declare({ platform, repository, target, suite });
  const model = resolve(platform);
  return { desired: compile(model), intent: intentOf(model) };
}

/** Platforms of several shapes in which nothing is wrong. */
export const lawful: Readonly<Record<string, (ground: Ground) => void>> = {
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

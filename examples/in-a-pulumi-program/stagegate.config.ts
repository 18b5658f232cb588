import { Build, Cluster, Environment, Gate, Platform, PromotionPolicy, Repository, ServiceStack, Slot, Target, Tier } from 'stagegate';

export const platform = new Platform('checkout', {
  registry: 'ghcr.io/acme',
  domain: 'acme.example.com',
  program: 'stagegate.config.ts',
});

const repository = new Repository(platform, 'repository', { name: 'acme/checkout', delivery: true, plan: 'team' });
const target = Target.kubernetes(Cluster.argoCd('in-cluster', { url: 'https://argocd.acme.example.com' }));

/** The host of production, which the cluster knows and this program does not. */
export const host = Slot.host('checkout');

export const staging = new Environment(platform, 'staging', { tier: Tier.staging, target, source: repository.branch('main') });
export const prod = new Environment(platform, 'prod', { tier: Tier.production, target, host });

new ServiceStack(platform, 'checkout', { build: Build.dockerfile('checkout'), port: 8080, health: '/healthz', route: '/' });

new PromotionPolicy(platform, 'staging-to-prod', {
  from: staging,
  to: prod,
  gates: [Gate.healthy(), Gate.soak('30m'), Gate.approvals({ total: 1, including: [{ team: 'engineers' }] })],
});

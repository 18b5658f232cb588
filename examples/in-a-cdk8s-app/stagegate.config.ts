import { Build, Cluster, Environment, Gate, Platform, PromotionPolicy, Repository, Secret, ServiceStack, Target, Tier } from 'stagegate';

export const platform = new Platform('catalogue', {
  registry: 'ghcr.io/acme',
  domain: 'acme.example.com',
  program: 'stagegate.config.ts',
});

const repository = new Repository(platform, 'manifests', { name: 'acme/manifests', delivery: true, plan: 'team' });
const target = Target.kubernetes(Cluster.argoCd('in-cluster', { url: 'https://argocd.acme.example.com' }));

export const staging = new Environment(platform, 'staging', { tier: Tier.staging, target, source: repository.branch('main') });
export const prod = new Environment(platform, 'prod', { tier: Tier.production, target, host: 'catalogue.acme.example.com' });

new ServiceStack(platform, 'catalogue', {
  build: Build.dockerfile('catalogue'),
  port: 8080,
  health: '/healthz',
  route: '/',
  secrets: { DATABASE_URL: Secret.external('catalogue/{environment}/database-url') },
  egress: ['postgres.data:5432'],
});

new PromotionPolicy(platform, 'staging-to-prod', {
  from: staging,
  to: prod,
  gates: [Gate.healthy(), Gate.soak('30m'), Gate.approvals({ total: 1, including: [{ team: 'engineers' }] })],
});

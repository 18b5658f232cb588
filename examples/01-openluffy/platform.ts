import {
  BranchProtection,
  Build,
  Check,
  Cluster,
  Environment,
  Gate,
  Platform,
  PromotionPolicy,
  Repository,
  Secret,
  ServiceStack,
  Strategy,
  Suite,
  Sync,
  Target,
  Tier,
} from 'stagegate';

export const platform = new Platform('openluffy', {
  registry: 'ghcr.io/lebrick07',
  domain: 'openluffy.local',
  metrics: 'http://prometheus.monitoring:9090',
});

const repository = new Repository(platform, 'openluffy', { name: 'lebrick07/openluffy', delivery: true, plan: 'team' });
const validate = Check.run('validate', 'make test');
const integration = new Suite(platform, 'integration', { run: 'make integration' });

const cluster = Cluster.argoCd('in-cluster', { url: 'https://argocd.local' });
export const dev = new Environment(platform, 'dev', {
  tier: Tier.development,
  target: Target.kubernetes(cluster),
  source: repository.branch('develop'),
});
export const preprod = new Environment(platform, 'preprod', { tier: Tier.staging, target: Target.kubernetes(cluster) });
export const prod = new Environment(platform, 'prod', {
  tier: Tier.production,
  target: Target.kubernetes(cluster),
  host: 'openluffy.local',
  sync: Sync.manual(),
});

const backend = new ServiceStack(platform, 'backend', {
  build: Build.dockerfile('backend'),
  port: 8000,
  health: '/healthz',
  route: '/api',
  secrets: { DATABASE_URL: Secret.external('openluffy/{environment}/database-url') },
  egress: ['postgres.data:5432'],
});
new ServiceStack(platform, 'frontend', {
  build: Build.dockerfile('frontend'),
  port: 8080,
  health: '/',
  route: '/',
  uses: { API_URL: backend },
});
backend.in(prod, { replicas: 3, strategy: Strategy.rolling({ maxUnavailable: 0 }) });

new PromotionPolicy(platform, 'dev-to-preprod', { from: dev, to: preprod, gates: [Gate.healthy(), Gate.soak('30s')] });
new PromotionPolicy(platform, 'preprod-to-prod', {
  from: preprod,
  to: prod,
  on: repository.branch('main'),
  gates: [Gate.healthy(), Gate.verified(integration), Gate.approvals({ total: 1, including: [{ team: 'engineers' }] })],
});

new BranchProtection(repository, 'develop', { ref: repository.branch('develop'), checks: [validate] });
new BranchProtection(repository, 'main', { ref: repository.branch('main'), checks: [validate], approvals: 1, onlyFrom: ['develop'] });

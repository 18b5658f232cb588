// A program of Pulumi with everything that stagegate/pulumi registers and reads, for SDKs at either end of the peer ranges.
import * as github from '@pulumi/github';
import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
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
  Slot,
  Sync,
  Target,
  Tier,
} from 'stagegate';
import {
  bindInput,
  ConfigKey,
  checkPlatform,
  chosenStack,
  EnvironmentResources,
  RefusedProgramError,
  RepositoryResources,
  stackConfig,
} from 'stagegate/pulumi';

const platform = new Platform('shop', { registry: 'ghcr.io/acme', domain: 'shop.example.com' });
const repository = new Repository(platform, 'shop', { name: 'acme/shop', delivery: true, plan: 'team' });
const target = Target.kubernetes(Cluster.argoCd('main', { url: 'https://argocd.example.com' }));
const host = Slot.host('shop');
const dev = new Environment(platform, 'dev', {
  tier: Tier.development,
  target,
  source: repository.branch('develop'),
  sync: Sync.pulumi(),
});
const prod = new Environment(platform, 'prod', { tier: Tier.production, target, host });

new ServiceStack(platform, 'web', {
  build: Build.dockerfile('web'),
  port: 8080,
  health: '/',
  route: '/',
  env: { LEVEL: 'info' },
  secrets: { DATABASE_URL: Secret.external('shop/{environment}/database-url') },
  autoscaling: { min: 2, max: 4 },
});
new PromotionPolicy(platform, 'dev-to-prod', {
  from: dev,
  to: prod,
  on: repository.branch('main'),
  gates: [Gate.healthy(), Gate.approvals({ total: 1, including: [{ team: 'engineers' }] })],
});
const validate = Check.run('validate', 'make test');
new BranchProtection(repository, 'develop', { ref: repository.branch('develop'), checks: [validate] });
new BranchProtection(repository, 'main', { ref: repository.branch('main'), checks: [validate], approvals: 1, onlyFrom: ['develop'] });

function stack(): Record<string, unknown> {
  checkPlatform(platform);
  const config = stackConfig({
    'kubernetes:context': ConfigKey.text({ expected: 'a context' }),
    key: ConfigKey.secret({ expected: 'a key' }),
  });
  const context = config['kubernetes:context'];
  const cluster = new k8s.Provider('cluster', { context, clusterIdentifier: context, enablePatchForce: true });
  const account = new github.Provider('account', { ...github.config, owner: 'acme' });

  const digest = `sha256:${'1'.repeat(64)}`;
  const image = bindInput('image/web', pulumi.output(`ghcr.io/acme/shop/web@${digest}`));
  const environments = [
    new EnvironmentResources('dev', { environment: dev, inputs: [image] }, { provider: cluster }),
    new EnvironmentResources(
      'prod',
      { environment: prod, inputs: [bindInput(host, pulumi.secret('shop.example.com'))] },
      { providers: { kubernetes: cluster }, aliases: [{ name: 'production' }] },
    ),
  ];
  const ids = [bindInput('app/delivery', pulumi.output(11)), bindInput('app/intake', 12)];
  const secrets = { 'stagegate/STAGEGATE_APP_PRIVATE_KEY': config.key };
  const repositories = new RepositoryResources('github', { platform, inputs: ids, secrets }, { provider: account });
  return { urls: environments.map(({ outputs }) => outputs.url), rulesets: repositories.outputs.rulesets };
}

const refused = new RefusedProgramError('refused', []);
if (!pulumi.RunError.isInstance(refused)) throw new Error('Pulumi would print the stack of a refusal');

export const outputs = chosenStack({ main: stack });

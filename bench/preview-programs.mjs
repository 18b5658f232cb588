// The two programs that bench/preview.mjs compares, as the files of their projects.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export const SERVICES = 200;

const platform = `
const { BranchProtection, Build, Check, Cluster, Environment, Platform, Repository, ServiceStack, Sync, Target, Tier } = require('stagegate');

const platform = new Platform('load', { registry: 'ghcr.io/acme', domain: 'load.example.com' });
const repository = new Repository(platform, 'load', { name: 'acme/load', delivery: true, plan: 'team' });
const target = Target.kubernetes(Cluster.argoCd('main', { url: 'https://argocd.example.com' }));
const source = repository.branch('develop');
const dev = new Environment(platform, 'dev', { tier: Tier.development, target, source, sync: Sync.pulumi() });
const names = Array.from({ length: ${SERVICES} }, (_, index) => 'service-' + (index + 1));
for (const name of names) new ServiceStack(platform, name, { build: Build.dockerfile(name), port: 8080, health: '/', route: '/' + name });
new BranchProtection(repository, 'develop', { ref: source, checks: [Check.run('validate', 'make test')], approvals: 1 });

const image = (name) => 'ghcr.io/acme/load/' + name + '@sha256:${'c0'.repeat(32)}';
module.exports = { platform, dev, names, image };
`;

const provider = "const provider = new k8s.Provider('dev', { kubeconfig: '' });";

/** Through stagegate: compiled, checked, registered. */
export const throughStagegate = {
  'platform.js': platform,
  'index.js': `
const k8s = require('@pulumi/kubernetes');
const { bindInput, EnvironmentResources } = require('stagegate/pulumi');
const { dev, image, names } = require('./platform');

${provider}
const inputs = names.map((name) => bindInput('image/' + name, image(name)));
new EnvironmentResources('dev', { environment: dev, inputs }, { provider });
`,
};

/** A script that prints what the stack registers, as JSON, from the platform alone. */
export const printResources = `
const { bind, compile, environmentStack, resolve } = require('stagegate');
const { image, names, platform } = require('./platform');
const bound = bind(compile(resolve(platform)), Object.fromEntries(names.map((name) => ['image/' + name, image(name)])));
const [{ name, services }] = bound.environments;
process.stdout.write(JSON.stringify(environmentStack(bound, name, { released: services }).resources));
`;

/** The same resources, each written out as a person would: its kind, its object, and what has to be there first. */
export function writtenOut(resources) {
  const places = new Map(resources.map(({ name }, index) => [name, index]));
  const lines = resources.map(({ type, name, inputs, dependsOn }, index) => {
    const [module, kind] = type.split(':').slice(1);
    const [group, version] = module.split('/');
    const typed = `${group.split('.')[0]}.${version}.${kind}`;
    const made = sdkHas(typed, type) ? typed : 'apiextensions.CustomResource';
    // Nobody writes down that a Service comes after each network policy of its namespace.
    const before = dependsOn.filter((one) => one.startsWith('Namespace/') || isOfService(resources[places.get(one)]));
    const after = before.map((one) => `made[${places.get(one)}]`).join(', ');
    return `made[${index}] = new k8s.${made}('dev/${name}', ${JSON.stringify(inputs)}, { parent, provider, dependsOn: [${after}] });`;
  });
  return {
    'index.js': [
      "const k8s = require('@pulumi/kubernetes');",
      "const pulumi = require('@pulumi/pulumi');",
      provider,
      "const parent = new pulumi.ComponentResource('stagegate:index:EnvironmentResources', 'dev', {}, { provider });",
      'const made = [];',
      ...lines,
    ].join('\n'),
  };
}

const isOfService = ({ inputs }) => inputs.metadata.labels?.['app.kubernetes.io/name'] !== undefined;

/** Whether the SDK has a class of exactly this type. */
function sdkHas(path, type) {
  const found = path.split('.').reduce((at, name) => at?.[name], require('@pulumi/kubernetes'));
  return found?.__pulumiType === type;
}

import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import {
  BranchProtection,
  Build,
  Check,
  Cluster,
  Environment,
  Gate,
  Kind,
  Platform,
  PromotionPolicy,
  Repository,
  resolve,
  Secret,
  ServiceStack,
  Suite,
  Target,
  Tier,
} from 'stagegate';

const target = Target.kubernetes(Cluster.argoCd('in-cluster', { url: 'https://argocd.example.com' }));
const service = { build: Build.dockerfile('.'), port: 8080, health: '/' };

function platformOf(props: Partial<ConstructorParameters<typeof Platform>[1]> = {}) {
  const platform = new Platform('shop', { registry: 'ghcr.io/acme', domain: 'shop.example.com', ...props });
  const repository = new Repository(platform, 'code', { name: 'acme/shop' });
  return { platform, repository };
}

test('the model does not depend on the order of declaration', () => {
  const declare = (order: readonly number[]) => {
    const { platform, repository } = platformOf();
    const names = ['alpha', 'beta', 'gamma', 'delta'];
    for (const index of order) {
      const name = names[index] as string;
      new Environment(platform, name, { tier: Tier.staging, target });
      new ServiceStack(platform, `service-${name}`, { ...service, env: { B: '2', A: '1' } });
      new Suite(platform, `suite-${name}`, { run: 'true' });
      new BranchProtection(repository, name, { ref: repository.branch(name), checks: [Check.run(`check-${name}`, 'true')] });
    }
    return JSON.stringify(resolve(platform));
  };
  const first = declare([0, 1, 2, 3]);
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (order) => declare(order) === first),
    { numRuns: 24 },
  );
});

test('the model is frozen plain data: it survives JSON unchanged and cannot be written to', () => {
  const { platform } = platformOf();
  const environment = new Environment(platform, 'prod', { tier: Tier.production, target });
  new ServiceStack(platform, 'api', service).in(environment, { replicas: 5 });
  const model = resolve(platform);
  expect(JSON.parse(JSON.stringify(model))).toEqual(model);
  expect(() => {
    (model.services[0] as { port: number }).port = 1;
  }).toThrow(TypeError);
});

test('what a refinement says wins over the service, the environment, the profile and the tier, in this order', () => {
  const layers = ['tier', 'profile', 'environment', 'service', 'refinement'] as const;
  const replicasWith = (deepest: number) => {
    const says = (layer: (typeof layers)[number], replicas: number) => (layers.indexOf(layer) <= deepest ? { replicas } : {});
    const { platform } = platformOf({ profiles: { production: says('profile', 11) } });
    const prod = new Environment(platform, 'prod', { tier: Tier.production, target, ...says('environment', 12) });
    new ServiceStack(platform, 'api', { ...service, ...says('service', 13) }).in(prod, says('refinement', 14));
    return resolve(platform).services[0]?.environments[0]?.replicas;
  };
  expect(layers.map((_layer, index) => replicasWith(index))).toEqual([2, 11, 12, 13, 14]);
});

test('records merge by key, lists and strategies replace', () => {
  const { platform } = platformOf();
  const prod = new Environment(platform, 'prod', { tier: Tier.production, target, settings: { REGION: 'eu', LOG_LEVEL: 'warn' } });
  const api = new ServiceStack(platform, 'api', {
    ...service,
    env: { REGION: 'us', MODE: 'a' },
    writable: ['/tmp', '/cache'],
    requests: { cpu: '1' },
  });
  api.in(prod, { env: { MODE: 'b' }, writable: ['/data'], requests: { memory: '1Gi' } });
  expect(resolve(platform).services[0]?.environments[0]).toMatchObject({
    env: { LOG_LEVEL: 'warn', MODE: 'b', REGION: 'us' },
    writable: ['/data'],
    requests: { cpu: '1', memory: '1Gi' },
  });
});

test('namespaces, hosts, issuers, log levels and image tags follow from tier, domain and promotion when nothing is said', () => {
  const { platform, repository } = platformOf({ domain: 'openluffy.local' });
  const dev = new Environment(platform, 'dev', { tier: Tier.development, target, source: repository.branch('develop') });
  const prod = new Environment(platform, 'prod', { tier: Tier.production, target, host: 'shop.example.com' });
  new PromotionPolicy(platform, 'p', { from: dev, to: prod, on: repository.branch('main'), gates: [Gate.healthy()] });
  expect(
    resolve(platform).environments.map(({ name, host, tls, logLevel, data, imageTag, target: at }) => ({
      name,
      host,
      tls,
      logLevel,
      data,
      imageTag,
      at,
    })),
  ).toEqual([
    {
      name: 'dev',
      host: 'dev.openluffy.local',
      tls: { kind: 'issuer', issuer: 'internal' },
      logLevel: 'debug',
      data: 'synthetic',
      imageTag: { prefix: 'dev', length: 7 },
      at: { kind: 'kubernetes', cluster: 'in-cluster', namespace: 'shop-dev' },
    },
    {
      name: 'prod',
      host: 'shop.example.com',
      tls: { kind: 'issuer', issuer: 'letsencrypt' },
      logLevel: 'info',
      data: 'live',
      imageTag: { prefix: 'main', length: 7 },
      at: { kind: 'kubernetes', cluster: 'in-cluster', namespace: 'shop-prod' },
    },
  ]);
});

test('the path of a secret is a path of its environment', () => {
  const { platform } = platformOf();
  new Environment(platform, 'prod', { tier: Tier.production, target });
  new ServiceStack(platform, 'api', {
    ...service,
    secrets: { DATABASE_URL: Secret.external('shop/{environment}/{service}/url', { key: 'url' }) },
  });
  expect(resolve(platform).services[0]?.environments[0]?.secrets).toEqual([
    { variable: 'DATABASE_URL', store: 'default', secretPath: 'shop/prod/api/url', key: 'url' },
  ]);
});

test('a service that is absent from an environment is not compiled there, and the absence is kept with its reason', () => {
  const { platform } = platformOf();
  const dev = new Environment(platform, 'dev', { tier: Tier.development, target });
  new Environment(platform, 'prod', { tier: Tier.production, target });
  new ServiceStack(platform, 'api', service).absentFrom(dev, { reason: 'needs the ledger', until: '2027-01-31' });
  const [api] = resolve(platform).services;
  expect(api?.environments.map(({ environment }) => environment)).toEqual(['prod']);
  expect(api?.absences).toEqual([{ environment: 'dev', reason: 'needs the ledger', until: '2027-01-31' }]);
});

test('a service and its sidecars have images of their own', () => {
  const { platform } = platformOf();
  new ServiceStack(platform, 'api', {
    ...service,
    sidecars: { proxy: { build: Build.image('docker.io/envoyproxy/envoy') }, agent: { build: Build.dockerfile('agent') } },
  });
  expect(resolve(platform).services.map(({ image, sidecars }) => [image, ...sidecars.map((sidecar) => sidecar.image)])).toEqual([
    ['ghcr.io/acme/shop/api', 'ghcr.io/acme/shop/api-agent', 'docker.io/envoyproxy/envoy'],
  ]);
});

test('gates of one kind get ids of their own', () => {
  const { platform, repository } = platformOf();
  const dev = new Environment(platform, 'dev', { tier: Tier.development, target, source: repository.branch('main') });
  const prod = new Environment(platform, 'prod', { tier: Tier.production, target });
  const smoke = new Suite(platform, 'smoke', { run: 'true' });
  new PromotionPolicy(platform, 'p', {
    from: dev,
    to: prod,
    gates: [Gate.soak('30s'), Gate.soak('1h'), Gate.verified(smoke), Gate.check(Check.run('lint', 'true'))],
  });
  expect(resolve(platform).policies[0]?.gates.map(({ id }) => id)).toEqual(['soak', 'soak-2', 'verified-smoke', 'check-lint']);
});

test('what a program of another realm gives as plain data is plain data', () => {
  const { platform } = platformOf();
  new Environment(platform, 'prod', { tier: Tier.production, target });
  const api = new ServiceStack(platform, 'api', service);
  api.override(Kind.deployment, runInNewContext('({ spec: { minReadySeconds: 5 } })'));
  expect(resolve(platform).services[0]?.environments[0]?.overrides).toEqual([
    { kind: Kind.deployment, change: { merge: { spec: { minReadySeconds: 5 } } } },
  ]);
});

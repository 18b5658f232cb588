import {
  BranchProtection,
  Build,
  Cluster,
  Environment,
  Gate,
  InvalidValueError,
  Platform,
  PromotionPolicy,
  Repository,
  resolve,
  ServiceStack,
  Suite,
  Target,
  Tier,
} from 'stagegate';
import { refusal } from '../declared';

const cluster = Cluster.argoCd('in-cluster', { url: 'https://argocd.example.com' });
const target = Target.kubernetes(cluster);
const service = { build: Build.dockerfile('.'), port: 8080, health: '/' };

function shop() {
  const platform = new Platform('shop', { registry: 'ghcr.io/acme', domain: 'shop.example.com' });
  const repository = new Repository(platform, 'code', { name: 'acme/shop' });
  const dev = new Environment(platform, 'dev', { tier: Tier.development, target, source: repository.branch('main') });
  const prod = new Environment(platform, 'prod', { tier: Tier.production, target });
  return { platform, repository, dev, prod };
}

test('a wrong value is refused by the constructor with code, path, given, expected and remedy', () => {
  const { platform } = shop();
  expect(refusal(() => new Environment(platform, 'staging', { tier: Tier.staging, target, host: 'https://shop.example.com/' }))).toEqual({
    code: 'SG003',
    name: 'invalid-host',
    severity: 'error',
    path: 'shop/staging',
    message: 'a host is a full DNS name',
    given: '"https://shop.example.com/"',
    expected: "lower case labels joined by dots, for instance 'shop.example.com', without scheme, port or path",
    remedy: 'write the bare host name',
  });
});

test('the message of the thrown error holds everything that its diagnostic says', () => {
  const { platform } = shop();
  try {
    new ServiceStack(platform, 'api', { ...service, port: 0 });
    throw new Error('accepted');
  } catch (error) {
    expect(InvalidValueError.is(error)).toBe(true);
    expect((error as Error).message).toBe(
      'SG007 invalid-number shop/api: port is out of range; given 0; expected a whole number from 1 to 65535; choose port within the range',
    );
  }
});

const wrong: readonly [string, string, (nouns: ReturnType<typeof shop>) => unknown][] = [
  ['an id that is no name', 'SG001', ({ platform }) => new Environment(platform, 'Prod_1', { tier: Tier.production, target })],
  ['an id that is taken', 'SG006', ({ platform }) => new Environment(platform, 'dev', { tier: Tier.development, target })],
  [
    'an address without scheme',
    'SG004',
    ({ platform }) => new Environment(platform, 'x', { tier: Tier.staging, target: Target.coolify({ url: 'coolify.local' }) }),
  ],
  [
    'a namespace that Kubernetes refuses',
    'SG001',
    ({ platform }) => new Environment(platform, 'x', { tier: Tier.staging, target, namespace: 'Shop' }),
  ],
  [
    'a negative number of replicas',
    'SG007',
    ({ platform }) => new Environment(platform, 'x', { tier: Tier.staging, target, replicas: -1 }),
  ],
  [
    'a hash shorter than seven characters',
    'SG007',
    ({ platform }) => new Environment(platform, 'x', { tier: Tier.staging, target, imageTag: { length: 3 } }),
  ],
  ['a health path without slash', 'SG016', ({ platform }) => new ServiceStack(platform, 'api', { ...service, health: 'healthz' })],
  ['a variable that no shell takes', 'SG001', ({ platform }) => new ServiceStack(platform, 'api', { ...service, env: { 'a-b': '1' } })],
  [
    'autoscaling whose maximum is below its minimum',
    'SG007',
    ({ platform }) => new ServiceStack(platform, 'api', { ...service, autoscaling: { min: 3, max: 2 } }),
  ],
  ['a repository without owner', 'SG012', ({ platform }) => new Repository(platform, 'x', { name: 'shop' })],
  ['a branch that git refuses', 'SG013', ({ repository }) => repository.branch('feature..x')],
  ['a branch by its full ref', 'SG013', ({ repository }) => repository.branch('refs/heads/main')],
  ['a tag pattern with a space', 'SG013', ({ repository }) => repository.tags('v *')],
  ['a suite without command', 'SG014', ({ platform }) => new Suite(platform, 'x', { run: ' ' })],
  [
    'a soak without unit',
    'SG002',
    ({ platform, dev, prod }) => new PromotionPolicy(platform, 'p', { from: dev, to: prod, gates: [Gate.soak('30' as '30s')] }),
  ],
  [
    'more approvals than GitHub counts',
    'SG007',
    ({ platform, dev, prod }) => new PromotionPolicy(platform, 'p', { from: dev, to: prod, gates: [Gate.approvals({ total: 11 })] }),
  ],
  [
    'groups that ask for more than the total',
    'SG017',
    ({ platform, dev, prod }) =>
      new PromotionPolicy(platform, 'p', {
        from: dev,
        to: prod,
        gates: [Gate.approvals({ total: 1, including: [{ team: 'a' }, { team: 'b' }] })],
      }),
  ],
  [
    'an environment of another platform',
    'SG009',
    ({ platform, dev }) => new PromotionPolicy(platform, 'p', { from: dev, to: shop().prod, gates: [] }),
  ],
  [
    'a protection below another repository',
    'SG009',
    ({ platform, repository }) =>
      new BranchProtection(new Repository(platform, 'other', { name: 'acme/other' }), 'main', { ref: repository.branch('main') }),
  ],
  [
    'a protection that leaves no way to merge',
    'SG018',
    ({ repository }) => new BranchProtection(repository, 'main', { ref: repository.branch('main'), mergeMethods: [] }),
  ],
  ['a registry with a scheme', 'SG010', () => new Platform('x', { registry: 'https://ghcr.io/acme', domain: 'example.com' })],
  ['a suppression without reason', 'SG011', ({ platform }) => platform.suppress('SG306', { reason: '' })],
  [
    'an absence without a day',
    'SG015',
    ({ platform, dev }) => new ServiceStack(platform, 'api', service).absentFrom(dev, { reason: 'not ported yet', until: 'soon' }),
  ],
  [
    'two refinements for one environment',
    'SG006',
    ({ platform, dev }) => {
      const api = new ServiceStack(platform, 'api', service);
      api.in(dev, { replicas: 1 });
      api.in(dev, { replicas: 2 });
    },
  ],
  [
    'a way out without port',
    'SG019',
    ({ platform }) => {
      new ServiceStack(platform, 'api', { ...service, egress: ['postgres.data'] });
      resolve(platform);
    },
  ],
  [
    'two services of one name',
    'SG006',
    ({ platform }) => {
      new ServiceStack(platform, 'api', service);
      new ServiceStack(platform, 'other', { ...service, name: 'api' });
      resolve(platform);
    },
  ],
  [
    'an added object that holds a Date',
    'SG021',
    ({ platform }) => {
      new ServiceStack(platform, 'api', service).addObjects(() => [
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { at: new Date(0) } },
      ]);
      resolve(platform);
    },
  ],
  [
    'two delivery repositories',
    'SG020',
    ({ platform }) => {
      new Repository(platform, 'a', { name: 'acme/a', delivery: true });
      new Repository(platform, 'b', { name: 'acme/b', delivery: true });
      resolve(platform);
    },
  ],
  [
    'two clusters of one name',
    'SG006',
    ({ platform }) => {
      new Environment(platform, 'x', {
        tier: Tier.staging,
        target: Target.kubernetes(Cluster.argoCd('in-cluster', { url: 'https://other.example.com' })),
      });
      resolve(platform);
    },
  ],
  [
    'a declaration after the platform was resolved',
    'SG008',
    ({ platform }) => {
      resolve(platform);
      new Suite(platform, 'late', { run: 'true' });
    },
  ],
  [
    'a refinement after the platform was resolved',
    'SG008',
    ({ platform, dev }) => {
      const api = new ServiceStack(platform, 'api', service);
      resolve(platform);
      api.in(dev, { replicas: 2 });
    },
  ],
];

test.each(wrong)('%s is refused with %s', (_what, code, declare) => {
  const diagnostic = refusal(() => declare(shop()));
  expect(diagnostic.code).toBe(code);
  for (const part of [diagnostic.path, diagnostic.given, diagnostic.expected, diagnostic.remedy]) expect(part).not.toBe('');
});

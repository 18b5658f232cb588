import { ApiObject, App, Chart, JsonPatch, Testing, YamlOutputType } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { type Diagnostic, Secret, Strategy } from 'stagegate';
import { Workload, type WorkloadProps } from 'stagegate/kubernetes';
import { refusal } from '../declared';
import { DIGEST, removeSynthesised, rendered, shop, synthesised } from './shop';

afterEach(removeSynthesised);

const IMAGE = `ghcr.io/acme/api@${DIGEST}`;
const API = { image: IMAGE, port: 8080, health: '/healthz' };

interface Written {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an object of any kind
  readonly [field: string]: any;
}

/** The objects of a chart that is written as a whole, by kind. */
function written(
  declare: (chart: Chart) => void,
  props: { readonly namespace?: string; readonly labels?: Record<string, string> } = {},
): Written[] {
  const chart = new Chart(new App(), 'own', props);
  declare(chart);
  return Testing.synth(chart);
}

const only = (objects: readonly Written[], kind: string): Written => {
  const found = objects.filter((object) => object.kind === kind);
  if (found.length !== 1) throw new Error(`${found.length} objects of kind ${kind}`);
  return found[0] as Written;
};

test('a workload is the objects that a service has, named by its id, in the order in which they are applied', () => {
  const objects = written((chart) => {
    new Workload(chart, 'api', {
      ...API,
      env: { MODE: 'fast' },
      secrets: { DATABASE_URL: Secret.external('{service}/database-url') },
      autoscaling: { min: 2, max: 4 },
    });
  });
  expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    'ServiceAccount api',
    'ExternalSecret api',
    expect.stringMatching(/^ConfigMap api-config-[0-9a-f]{10}$/),
    'Service api',
    'Deployment api',
    'HorizontalPodAutoscaler api',
    'PodDisruptionBudget api',
  ]);
});

test('its pods are those of a service in production: the same but for labels and the image', () => {
  const service = shop(({ api }) => api.override({ group: 'apps', kind: 'Deployment' }, { metadata: { annotations: { note: null } } }));
  const deployment = [...rendered(service.prod)].find(([path]) => path.endsWith('web/deployment-web.yaml'))?.[1] ?? '';
  const files = synthesised(YamlOutputType.FILE_PER_RESOURCE, (app) => {
    const chart = new Chart(app, 'own', { namespace: 'shop-prod' });
    const api = new Workload(chart, 'api', { ...API, port: 8000 });
    const env = { LOG_LEVEL: 'info' };
    new Workload(chart, 'web', { image: `ghcr.io/acme/shop/web@${DIGEST}`, port: 8080, health: '/', env, uses: { API_URL: api } });
  });
  const withoutLabels = (text = '') =>
    text
      .split('\n')
      .filter((line) => !/^\s+(app\.kubernetes\.io|stagegate\.dev)\//.test(line))
      .join('\n');
  expect(withoutLabels(files.get('Deployment.web.k8s.yaml'))).toBe(withoutLabels(deployment));
});

test('names, selectors and namespace do not change when it moves within its chart', () => {
  const of = (scope: (chart: Chart) => Construct) => written((chart) => new Workload(scope(chart), 'api', API), { namespace: 'shop' });
  const flat = of((chart) => chart);
  expect(of((chart) => new Construct(new Construct(chart, 'deep'), 'deeper'))).toEqual(flat);
  expect(only(flat, 'Deployment').spec.selector).toEqual({
    matchLabels: { 'app.kubernetes.io/instance': 'api', 'app.kubernetes.io/name': 'api' },
  });
  expect(flat.map(({ metadata }) => metadata.namespace)).toEqual(flat.map(() => 'shop'));
});

test('in a chart without a namespace its objects have none', () => {
  expect(written((chart) => new Workload(chart, 'api', API)).filter(({ metadata }) => 'namespace' in metadata)).toEqual([]);
});

test('labels of the chart and of the workload are on its objects, and what selects pods stays', () => {
  const objects = written((chart) => new Workload(chart, 'api', { ...API, labels: { team: 'shop' } }), { labels: { stage: 'live' } });
  for (const { metadata } of objects)
    expect(metadata.labels).toMatchObject({ team: 'shop', stage: 'live', 'app.kubernetes.io/name': 'api' });
  expect(only(objects, 'Deployment').spec.template.metadata.labels).toEqual({
    team: 'shop',
    'app.kubernetes.io/instance': 'api',
    'app.kubernetes.io/name': 'api',
  });
});

test('one pod has neither disruption budget nor spread; two have both, which is the default', () => {
  const one = written((chart) => new Workload(chart, 'api', { ...API, replicas: 1 }));
  const two = written((chart) => new Workload(chart, 'api', API));
  expect(one.some(({ kind }) => kind === 'PodDisruptionBudget')).toBe(false);
  expect(only(one, 'Deployment').spec.template.spec.topologySpreadConstraints).toBeUndefined();
  expect(only(two, 'PodDisruptionBudget').spec.maxUnavailable).toBe(1);
  expect(only(two, 'Deployment').spec.replicas).toBe(2);
  expect(only(two, 'Deployment').spec.template.spec.topologySpreadConstraints).toHaveLength(1);
});

test('amounts that are given replace the defaults, field by field', () => {
  const objects = written((chart) => new Workload(chart, 'api', { ...API, requests: { memory: '1Gi' }, limits: { memory: '2Gi' } }));
  expect(only(objects, 'Deployment').spec.template.spec.containers[0].resources).toEqual({
    requests: { cpu: '100m', memory: '1Gi', 'ephemeral-storage': '64Mi' },
    limits: { cpu: '1', memory: '2Gi', 'ephemeral-storage': '1Gi' },
  });
});

test('an image is taken as a release records it', () => {
  const objects = written((chart) => new Workload(chart, 'api', { ...API, image: { repository: 'ghcr.io/acme/api', digest: DIGEST } }));
  expect(only(objects, 'Deployment').spec.template.spec.containers[0].image).toBe(IMAGE);
});

test('command, arguments, writable directories and strategy reach the pods', () => {
  const objects = written((chart) => {
    new Workload(chart, 'api', { ...API, command: ['/api'], args: ['--fast'], writable: ['/tmp'], strategy: Strategy.recreate() });
  });
  const { strategy, template } = only(objects, 'Deployment').spec;
  expect(strategy).toEqual({ type: 'Recreate' });
  expect(template.spec.containers[0]).toMatchObject({
    command: ['/api'],
    args: ['--fast'],
    volumeMounts: [{ mountPath: '/tmp', name: 'tmp' }],
  });
});

test('what it uses is an address: a workload, a Service of cdk8s-plus, with the namespace of another chart; env comes before', () => {
  const app = new App();
  const chart = new Chart(app, 'own', { namespace: 'shop' });
  const data = new Chart(app, 'data', { namespace: 'data' });
  const cache = new kplus.Service(data, 'cache', { metadata: { name: 'cache' }, ports: [{ port: 6379 }] });
  const web = new Workload(chart, 'web', { ...API, port: 3000 });
  new Workload(chart, 'api', { ...API, uses: { WEB: web, CACHE: cache, OTHER: web }, env: { OTHER: 'here' } });
  const config = (Testing.synth(chart) as Written[]).filter(({ kind }) => kind === 'ConfigMap');
  expect(config.map(({ data }) => data)).toEqual([{ CACHE: 'http://cache.data:6379', OTHER: 'here', WEB: 'http://web:3000' }]);
});

test('an object of it can be found and patched, and what it becomes is compared with its schema', () => {
  const app = new App();
  const workload = new Workload(new Chart(app, 'own'), 'api', API);
  ApiObject.of(workload).addJsonPatch(JsonPatch.replace('/spec/replicas', 5));
  expect(app.synthYaml()).toContain('replicas: 5');
  ApiObject.of(workload).addJsonPatch(JsonPatch.add('/spec/template/spec/containers/0/imagePolicy', 'Always'));
  expect(() => app.synthYaml()).toThrow('spec/template/spec/containers/0/imagePolicy: there is no such field');
});

test('resolvers of the app reach it as they reach other objects', () => {
  const app = new App({ resolvers: [{ resolve: (context) => context.value === 'known-later' && context.replaceValue('known') }] });
  new Workload(new Chart(app, 'own'), 'api', { ...API, env: { MODE: 'known-later' } });
  expect(app.synthYaml()).toContain('MODE: known\n');
});

test('two of one name in one namespace are refused, since one would silently replace the other', () => {
  const app = new App();
  const chart = new Chart(app, 'own');
  new Workload(new Construct(chart, 'a'), 'api', API);
  new Workload(new Construct(chart, 'b'), 'api', API);
  expect(() => app.synthYaml()).toThrow('SG034 duplicate-object own/b/api/Deployment');
});

test('a workload is recognised by what it is, not by its class', () => {
  const workload = new Workload(new Chart(new App(), 'own'), 'api', API);
  expect([workload, {}, undefined, new Chart(new App(), 'own')].map(Workload.isWorkload)).toEqual([true, false, false, false]);
});

describe('a workload is refused', () => {
  const refused = (change: Partial<Record<keyof WorkloadProps, unknown>>): Diagnostic =>
    refusal(() => new Workload(new Chart(new App(), 'own'), 'api', { ...API, ...change } as WorkloadProps));

  test('with an image by its tag, and told what to write', () => {
    expect(refused({ image: 'ghcr.io/acme/api:1.2' })).toEqual({
      code: 'SG010',
      name: 'invalid-image',
      severity: 'error',
      path: 'own/api',
      message: 'an image is not named by its digest',
      given: '"ghcr.io/acme/api:1.2"',
      expected: "'registry/name@sha256:' and 64 hexadecimal digits, since a tag can be moved to other bytes",
      remedy: 'write the digest that the registry gave for the image when it was pushed',
    });
  });

  test.each<[string, string, Partial<Record<keyof WorkloadProps, unknown>>]>([
    ['without an image', 'SG010', { image: undefined }],
    ['with a digest that is too short', 'SG010', { image: 'ghcr.io/acme/api@sha256:12' }],
    ['with a slot that nothing fills', 'SG010', { image: '{{slot:image/api}}' }],
    ['with a port out of range', 'SG007', { port: 70_000 }],
    ['without a port', 'SG007', { port: undefined }],
    ['with a port as text', 'SG007', { port: '8080' }],
    ['with a health path that is none', 'SG016', { health: 'healthz' }],
    ['without a health path', 'SG016', { health: undefined }],
    ['with a fraction of a pod', 'SG007', { replicas: 1.5 }],
    ['with bounds that cross', 'SG007', { autoscaling: { min: 3, max: 2 } }],
    ['with a name that no Service may have', 'SG001', { name: '1api' }],
    ['with a name that is too long', 'SG001', { name: 'a'.repeat(53) }],
    ['with a variable that no shell takes', 'SG001', { env: { 'MY-MODE': '1' } }],
    ['with an amount that is none', 'SG075', { requests: { cpu: 'a lot' } }],
    ['with memory as a number', 'SG075', { limits: { memory: 256 } }],
    ['with a writable directory that is no path', 'SG016', { writable: ['tmp'] }],
    ['with another value for a label that selects', 'SG077', { labels: { 'app.kubernetes.io/name': 'other' } }],
    ['with a secret for an environment, where there is none', 'SG078', { secrets: { KEY: Secret.external('shop/{environment}/key') } }],
    ['with something to use that has no address', 'SG009', { uses: { URL: {} } }],
  ])('%s', (_, code, change) => {
    const { code: given, path } = refused(change);
    expect({ code: given, path }).toEqual({ code, path: 'own/api' });
  });

  test('with a value in place of a reference to a secret, which is not repeated', () => {
    const diagnostic = refused({ secrets: { PASSWORD: 'hunter2' } });
    expect(diagnostic.code).toBe('SG078');
    expect(JSON.stringify(diagnostic)).not.toContain('hunter2');
  });

  test('outside of a chart', () => {
    expect(refusal(() => new Workload(new App(), 'api', API))).toMatchObject({
      code: 'SG009',
      path: 'api',
      given: 'the app itself as its scope',
    });
  });

  test('when it is written, with a value of another type than its schema says', () => {
    const app = new App();
    new Workload(new Chart(app, 'own'), 'api', { ...API, env: { PORT: 8080 as unknown as string } });
    expect(() => app.synthYaml()).toThrow('SG070 object-breaks-schema own/api/ConfigMap');
  });

  test('when it is written with a slot, since nothing fills slots in a chart', () => {
    const app = new App();
    new Workload(new Chart(app, 'own'), 'api', { ...API, env: { HOST: '{{slot:host/shop}}' } });
    expect(() => app.synthYaml()).toThrow('SG023 unbound-slot own/api/ConfigMap: a slot has no value; given host/shop');
  });
});

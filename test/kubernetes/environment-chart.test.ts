import { ApiObject, App, Chart, JsonPatch, Testing, Yaml, YamlOutputType } from 'cdk8s';
import { Construct } from 'constructs';
import { type Environment, Kind, Slot } from 'stagegate';
import { EnvironmentChart } from 'stagegate/kubernetes';
import { Document, parse } from 'yaml';
import { refusal } from '../declared';
import { IMAGES, removeSynthesised, rendered, shop, synthesised } from './shop';

afterEach(removeSynthesised);

const inApp = (props: { readonly environment: Environment }) => new EnvironmentChart(new App(), 'prod', { images: IMAGES, ...props });

describe('what an app writes is what render writes, byte for byte', () => {
  test('a file for the chart holds the files of render one after the other', () => {
    const { prod } = shop();
    const files = synthesised(undefined, (app) => new EnvironmentChart(app, 'prod', { environment: prod, images: IMAGES }));
    expect([...files.keys()]).toEqual(['prod.k8s.yaml']);
    expect(files.get('prod.k8s.yaml')).toBe([...rendered(prod).values()].join('---\n'));
  });

  test('a file for the app does so as well, each environment behind the one before', () => {
    const { dev, prod } = shop();
    const files = synthesised(YamlOutputType.FILE_PER_APP, (app) => {
      new EnvironmentChart(app, 'dev', { environment: dev, images: IMAGES });
      new EnvironmentChart(app, 'prod', { environment: prod, images: IMAGES });
    });
    expect(files).toEqual(new Map([['app.k8s.yaml', [...rendered(dev).values(), ...rendered(prod).values()].join('---\n')]]));
  });

  test('a file for each object holds the bytes of its rendered file', () => {
    const { prod } = shop();
    const expected = rendered(prod);
    for (const type of [YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE, YamlOutputType.FILE_PER_RESOURCE]) {
      const files = synthesised(type, (app) => new EnvironmentChart(app, 'prod', { environment: prod, images: IMAGES }));
      const folder = type === YamlOutputType.FILE_PER_RESOURCE ? '' : 'prod/';
      expect(files.get(`${folder}Deployment.api.k8s.yaml`)).toBe(expected.get('prod/manifests/api/deployment-api.yaml'));
      expect([...files.values()].sort()).toEqual([...expected.values()].sort());
    }
  });

  test('beside charts that were there before, which are written as before', () => {
    const { prod } = shop();
    const before = (app: App) =>
      new ApiObject(new Chart(app, 'own'), 'map', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'own' }, data: { list: 'a' } });
    const alone = synthesised(undefined, before);
    const beside = synthesised(undefined, (app) => {
      before(app);
      new EnvironmentChart(app, 'prod', { environment: prod, images: IMAGES });
    });
    expect(beside.get('own.k8s.yaml')).toBe(alone.get('own.k8s.yaml'));
    expect(beside.get('prod.k8s.yaml')).toBe([...rendered(prod).values()].join('---\n'));
  });

  test('by parts: what exists before any release needs no images, what services are does', () => {
    const { prod } = shop();
    const files = synthesised(undefined, (app) => {
      new EnvironmentChart(app, 'first', { environment: prod, part: 'bootstrap' });
      new EnvironmentChart(app, 'then', { environment: prod, part: 'manifests', images: IMAGES });
    });
    const of = (part: string) => [...rendered(prod)].flatMap(([path, text]) => (path.startsWith(`prod/${part}/`) ? [text] : []));
    expect(files.get('first.k8s.yaml')).toBe(of('bootstrap').join('---\n'));
    expect(files.get('then.k8s.yaml')).toBe(of('manifests').join('---\n'));
  });

  test('with the images of a release, as release.yaml holds them', () => {
    const { prod } = shop();
    const images: Record<string, Record<string, { repository: string; digest: string }>> = { api: {}, web: {} };
    for (const [name, image] of Object.entries(IMAGES)) {
      const [repository = '', digest = ''] = image.split('@');
      images[name.split('/')[0] ?? ''] = { ...images[name.split('/')[0] ?? ''], [`image/${name}`]: { repository, digest } };
    }
    const files = synthesised(undefined, (app) => new EnvironmentChart(app, 'prod', { environment: prod, release: { images } }));
    expect(files.get('prod.k8s.yaml')).toBe([...rendered(prod).values()].join('---\n'));
  });

  test('with a host that a slot names', () => {
    const { prod } = shop(({ api }) => api.override(Kind.ingress, { spec: { rules: [{ host: Slot.host('prod') }] } }));
    const values = { 'host/prod': 'shop.example.com' };
    const files = synthesised(undefined, (app) => new EnvironmentChart(app, 'prod', { environment: prod, images: IMAGES, values }));
    expect(files.get('prod.k8s.yaml')).toBe([...rendered(prod, values).values()].join('---\n'));
    expect(files.get('prod.k8s.yaml')).toContain('host: shop.example.com');
  });
});

describe('an object of the chart', () => {
  test('is plain data to whoever asks for JSON, for instance to a test', () => {
    const objects = Testing.synth(inApp({ environment: shop().prod })) as { kind: string; metadata: { name: string } }[];
    expect(objects[0]).toStrictEqual(JSON.parse(JSON.stringify(objects[0])));
    expect(Object.keys(objects[0] ?? {})).toEqual(['apiVersion', 'kind', 'metadata']);
    expect(objects.map(({ kind }) => kind).slice(-3)).toEqual(['Deployment', 'PodDisruptionBudget', 'Ingress']);
  });

  test('is the same data in a library of YAML that does not ask it for its text', () => {
    for (const object of Testing.synth(inApp({ environment: shop().prod }))) {
      const plain = JSON.parse(JSON.stringify(object));
      expect(new Document(object).toJS()).toEqual(plain);
      expect(parse(Yaml.stringify({ kind: 'List', items: [object] }), { version: '1.1' })).toEqual({ kind: 'List', items: [plain] });
    }
  });

  test('is a direct child of the chart, named as its rendered file', () => {
    const { prod } = shop();
    const chart = inApp({ environment: prod });
    expect(chart.apiObjects.length).toBe(rendered(prod).size);
    expect(ApiObject.of(chart.node.findChild('api.deployment-api')).name).toBe('api');
  });

  test('takes labels and patches as every object of cdk8s does, and is written with them', () => {
    const chart = inApp({ environment: shop().prod });
    const deployment = ApiObject.of(chart.node.findChild('web.deployment-web'));
    deployment.metadata.addLabel('team', 'shop');
    deployment.addJsonPatch(JsonPatch.replace('/spec/replicas', 7));
    const text = Yaml.stringify(deployment.toJson());
    expect(text).toMatch(/^ {4}team: shop$/m);
    expect(text).toMatch(/^ {2}replicas: 7$/m);
    expect(text.split('\n').slice(0, 2)).toEqual(['apiVersion: apps/v1', 'kind: Deployment']);
  });

  test('is written as it is then, when somebody changes what the chart gives', () => {
    const [object] = inApp({ environment: shop().prod }).toJson();
    object.metadata.labels.team = 'shop';
    expect(Yaml.stringify(object)).toMatch(/^ {4}team: shop$/m);
    expect(Yaml.stringify({ ...object, kind: 'Changed' })).toContain('kind: Changed');
  });

  test('is compared with the schema of its kind when the app is written, patches and all', () => {
    const app = new App();
    const chart = new EnvironmentChart(app, 'prod', { environment: shop().prod, images: IMAGES });
    ApiObject.of(chart.node.findChild('web.deployment-web')).addJsonPatch(JsonPatch.add('/spec/replica', 7));
    expect(() => app.synthYaml()).toThrow(
      'SG070 object-breaks-schema prod/web.deployment-web: Deployment.apps web is not what its schema asks for; given spec/replica: there is no such field',
    );
  });
});

describe('a chart is refused', () => {
  const app = () => new App();
  const { prod, server } = shop();

  test.each<[string, string, () => unknown]>([
    ['without images', 'SG023', () => new EnvironmentChart(app(), 'prod', { environment: prod })],
    [
      'with an image by its tag',
      'SG010',
      () => new EnvironmentChart(app(), 'prod', { environment: prod, images: { ...IMAGES, web: 'ghcr.io/acme/web:1' } }),
    ],
    [
      'with an image that no service has',
      'SG072',
      () => new EnvironmentChart(app(), 'prod', { environment: prod, images: { ...IMAGES, wep: IMAGES.web } }),
    ],
    [
      'with an image that is given twice',
      'SG006',
      () => new EnvironmentChart(app(), 'prod', { environment: prod, images: { ...IMAGES, 'image/web': IMAGES.web } }),
    ],
    [
      'with a value that fits no slot',
      'SG022',
      () => new EnvironmentChart(app(), 'prod', { environment: prod, images: IMAGES, values: { 'app/delivery': 'x' } }),
    ],
    [
      'for an environment that is not on Kubernetes',
      'SG074',
      () => new EnvironmentChart(app(), 'server', { environment: server, images: IMAGES }),
    ],
    [
      'for something that is no environment',
      'SG009',
      () => new EnvironmentChart(app(), 'prod', { environment: {} as Environment, images: IMAGES }),
    ],
    ['within a platform', 'SG009', () => new EnvironmentChart(shop().platform, 'chart', { environment: prod, images: IMAGES })],
    [
      'within another chart',
      'SG073',
      () => new EnvironmentChart(new Construct(new Chart(app(), 'own'), 'group'), 'prod', { environment: prod, images: IMAGES }),
    ],
    ['under an id that is no name', 'SG001', () => new EnvironmentChart(app(), 'in prod', { environment: prod, images: IMAGES })],
  ])('%s', (_, code, declare) => {
    expect(refusal(declare).code).toBe(code);
  });

  test('under an id that is taken', () => {
    const one = app();
    new Chart(one, 'prod');
    expect(refusal(() => new EnvironmentChart(one, 'prod', { environment: prod, images: IMAGES })).code).toBe('SG006');
  });

  test('with what is wrong, and what to do', () => {
    expect(refusal(() => new EnvironmentChart(app(), 'prod', { environment: prod, images: { api: IMAGES.api } }))).toEqual({
      code: 'SG023',
      name: 'unbound-slot',
      severity: 'error',
      path: 'prod',
      message: '2 slots have no value',
      given: 'image/api/proxy, image/web',
      expected: 'a value for every slot',
      remedy: "give images by service, images: { backend: 'registry/name@sha256:…' }, or a release; other slots in values",
    });
  });
});

describe('an app is refused as a whole', () => {
  test('when an object of it has kind, name and namespace of one of the environment', () => {
    const app = new App();
    new EnvironmentChart(app, 'prod', { environment: shop().prod, images: IMAGES });
    new ApiObject(new Chart(app, 'own'), 'namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop-prod' } });
    expect(() => app.synthYaml()).toThrow(
      'SG034 duplicate-object own/namespace: two objects of the app have one kind and one name; given Namespace /shop-prod in prod/bootstrap.namespace-shop-prod and in own/namespace',
    );
  });

  test('when two environments are written to files of one name', () => {
    const { dev, prod } = shop();
    const declare = (app: App) => {
      new EnvironmentChart(app, 'dev', { environment: dev, images: IMAGES });
      new EnvironmentChart(app, 'prod', { environment: prod, images: IMAGES });
    };
    expect(() => synthesised(YamlOutputType.FILE_PER_RESOURCE, declare)).toThrow('SG071 overwritten-file prod/');
    expect(synthesised(YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE, declare).size).toBe(rendered(dev).size + rendered(prod).size);
  });

  test('but not for what its own charts do among themselves', () => {
    const app = new App();
    new EnvironmentChart(app, 'prod', { environment: shop().prod, images: IMAGES });
    for (const id of ['a', 'b'])
      new ApiObject(new Chart(app, id), 'map', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'same' } });
    expect(() => app.synthYaml()).not.toThrow();
  });
});

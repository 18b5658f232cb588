import { App, Chart, Testing } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { TlsIngress, type TlsIngressProps, Workload } from 'stagegate/kubernetes';
import { refusal } from '../declared';
import { DIGEST } from './shop';

interface Written {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an object of any kind
  readonly [field: string]: any;
}

const HOST = 'shop.example.com';
const own = (namespace?: string) => new Chart(new App(), 'own', { namespace });
const workload = (chart: Chart, id = 'api') => new Workload(chart, id, { image: `ghcr.io/acme/api@${DIGEST}`, port: 8080, health: '/' });
const service = (chart: Chart, ports: kplus.ServicePort[] = [{ port: 9000 }]) =>
  new kplus.Service(chart, 'legacy', { metadata: { name: 'legacy' }, ports });

const written = (chart: Chart, kind: string) => (Testing.synth(chart) as Written[]).filter((object) => object.kind === kind);

test('a host with an issuer is an Ingress and a Certificate, whose secret both name', () => {
  const chart = own('shop');
  new TlsIngress(chart, 'web', { host: HOST, routes: { '/api': workload(chart) }, issuer: 'letsencrypt' });
  expect(written(chart, 'Certificate')).toEqual([
    {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: { name: 'web-tls', namespace: 'shop', labels: { 'app.kubernetes.io/name': 'web' } },
      spec: {
        dnsNames: [HOST],
        issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: 'letsencrypt' },
        privateKey: { algorithm: 'ECDSA', rotationPolicy: 'Always', size: 256 },
        secretName: 'web-tls',
        usages: ['digital signature', 'server auth'],
      },
    },
  ]);
  expect(written(chart, 'Ingress')).toEqual([
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'web', namespace: 'shop', labels: { 'app.kubernetes.io/name': 'web' } },
      spec: {
        rules: [
          {
            host: HOST,
            http: { paths: [{ backend: { service: { name: 'api', port: { name: 'http' } } }, path: '/api', pathType: 'Prefix' }] },
          },
        ],
        tls: [{ hosts: [HOST], secretName: 'web-tls' }],
      },
    },
  ]);
});

test('with a secret there is no Certificate; name and class are as given', () => {
  const chart = own();
  new TlsIngress(chart, 'web', { host: HOST, routes: { '/': workload(chart) }, secret: 'wildcard', name: 'shop', class: 'nginx' });
  expect(written(chart, 'Certificate')).toEqual([]);
  expect(written(chart, 'Ingress')).toMatchObject([
    { metadata: { name: 'shop' }, spec: { ingressClassName: 'nginx', tls: [{ hosts: [HOST], secretName: 'wildcard' }] } },
  ]);
});

test('routes lead to workloads, to Services of cdk8s-plus and to Services that exist, in the order of their paths', () => {
  const chart = own();
  const metrics = new kplus.Service(chart, 'metrics', {
    metadata: { name: 'metrics' },
    ports: [
      { port: 80, name: 'web' },
      { port: 81, name: 'admin' },
    ],
  });
  new TlsIngress(chart, 'web', {
    host: HOST,
    routes: {
      '/old': service(chart),
      '/metrics': { service: metrics, port: 'admin' },
      '/api': workload(chart),
      '/elsewhere': { service: 'elsewhere', port: 'http' },
    },
    issuer: 'letsencrypt',
  });
  const [ingress] = written(chart, 'Ingress');
  const paths: { path: string; backend: { service: unknown } }[] = ingress?.spec.rules[0].http.paths;
  expect(paths.map(({ path, backend }) => [path, backend.service])).toEqual([
    ['/api', { name: 'api', port: { name: 'http' } }],
    ['/elsewhere', { name: 'elsewhere', port: { name: 'http' } }],
    ['/metrics', { name: 'metrics', port: { number: 81 } }],
    ['/old', { name: 'legacy', port: { number: 9000 } }],
  ]);
});

test('a Service of another chart in the same namespace is in reach, and makes no dependency between the charts', () => {
  const app = new App();
  const [one, other] = ['one', 'other'].map((id) => new Chart(app, id, { namespace: 'shop' })) as [Chart, Chart];
  new TlsIngress(one, 'web', { host: HOST, routes: { '/': service(other) }, issuer: 'letsencrypt' });
  expect(app.synthYaml()).toContain('name: legacy');
  expect(app.node.findAll().flatMap(({ node }) => node.dependencies)).toEqual([]);
});

describe('an ingress is refused', () => {
  const cases: readonly (readonly [string, string, (chart: Chart) => Partial<Record<keyof TlsIngressProps, unknown>>])[] = [
    ['with a host that is none', 'SG003', () => ({ host: 'https://shop.example.com' })],
    ['without a host', 'SG003', () => ({ host: undefined })],
    ['without routes', 'SG079', () => ({ routes: {} })],
    ['with a route that is no path', 'SG016', (chart) => ({ routes: { api: workload(chart) } })],
    ['with neither issuer nor secret', 'SG079', () => ({ issuer: undefined })],
    ['with both', 'SG079', () => ({ secret: 'wildcard' })],
    ['with an issuer that no object is named', 'SG001', () => ({ issuer: 'Let us encrypt' })],
    ['with a class that is none', 'SG001', () => ({ class: 'Nginx!' })],
    ['with a route to nothing', 'SG009', () => ({ routes: { '/': undefined } })],
    ['with a route to an object of another kind', 'SG009', (chart) => ({ routes: { '/': new kplus.ConfigMap(chart, 'map') } })],
    ['with a route to a workload of another app', 'SG009', () => ({ routes: { '/': workload(own('shop')) } })],
    ['with a route to a Service of another app', 'SG009', () => ({ routes: { '/': service(own('shop')) } })],
    [
      'with a route to a Service in another namespace',
      'SG009',
      (chart) => ({ routes: { '/': service(new Chart(chart.node.root as App, 'data', { namespace: 'data' })) } }),
    ],
    ['with a route to a Service without ports', 'SG009', (chart) => ({ routes: { '/': service(chart, []) } })],
    ['with a route to a Service of several ports', 'SG009', (chart) => ({ routes: { '/': service(chart, [{ port: 1 }, { port: 2 }]) } })],
    [
      'with a route to a port that the Service does not have',
      'SG009',
      (chart) => ({ routes: { '/': { service: service(chart), port: 1 } } }),
    ],
    ['with a route to a named Service without a port', 'SG009', () => ({ routes: { '/': { service: 'api' } } })],
  ];

  test.each(cases)('%s', (_, code, change) => {
    const chart = own('shop');
    const props = { host: HOST, routes: { '/': workload(chart, 'other') }, issuer: 'letsencrypt', ...change(chart) } as TlsIngressProps;
    const { code: refused, path } = refusal(() => new TlsIngress(chart, 'web', props));
    expect({ code: refused, path }).toEqual({ code, path: 'own/web' });
  });

  test('with where it leads, and what would do', () => {
    const chart = own('shop');
    const data = new Chart(chart.node.root as App, 'data', { namespace: 'data' });
    expect(refusal(() => new TlsIngress(chart, 'web', { host: HOST, routes: { '/': service(data) }, issuer: 'x' }))).toEqual({
      code: 'SG009',
      name: 'foreign-reference',
      severity: 'error',
      path: 'own/web',
      message: 'the route / is out of reach',
      given: 'data/legacy in namespace data',
      expected: 'an object in namespace shop',
      remedy: 'declare both in charts of one namespace',
    });
  });
});

import type { KubernetesObject } from '../../lib/desired/desired-state';
import { changesBetween, configMap, deployment, differenceBetween, environment, object, told } from './sides';

describe('An object is matched with what it was', () => {
  test('by kind, namespace and name, whatever the version of its kind', () => {
    const [change] = changesBetween(
      [object('autoscaling/v1', 'HorizontalPodAutoscaler', 'api')],
      [object('autoscaling/v2', 'HorizontalPodAutoscaler', 'api')],
    );
    expect(change).toMatchObject({ action: 'update', fields: [{ path: 'apiVersion', before: 'autoscaling/v1', after: 'autoscaling/v2' }] });
  });

  test('a name that follows the content is followed: one ConfigMap is updated, and what refers to it says that it follows', () => {
    const reads = (name: string) => deployment('api', { container: { envFrom: [{ configMapRef: { name } }] } });
    const changes = changesBetween(
      [configMap('api-config-9989538786', { LEVEL: 'info' }, { immutable: true }), reads('api-config-9989538786')],
      [configMap('api-config-3e8331a1ad', { LEVEL: 'warn' }, { immutable: true }), reads('api-config-3e8331a1ad')],
    );
    expect(told(changes)).toEqual(['update ConfigMap api-config-9989538786 → api-config-3e8331a1ad', 'update Deployment api']);
    expect(changes[0]?.fields).toEqual([{ path: 'data.LEVEL', before: 'info', after: 'warn' }]);
    expect(changes[1]?.fields).toEqual([
      {
        path: 'spec.template.spec.containers[api].envFrom[0].configMapRef.name',
        before: 'api-config-9989538786',
        after: 'api-config-3e8331a1ad',
        follows: 'the content of ConfigMap api-config',
      },
    ]);
    expect(changes[1]?.meanings).toEqual([{ weight: 'note', text: 'pods start anew, as they follow the content of ConfigMap api-config' }]);
  });

  test('an annotation with the hash of a content follows it', () => {
    const hashed = (hash: string) =>
      deployment('api', { spec: { template: { metadata: { annotations: { 'checksum/config': hash } }, spec: {} } } });
    expect(changesBetween([hashed('a1'.repeat(32))], [hashed('b2'.repeat(32))])[0]).toMatchObject({
      fields: [{ path: 'spec.template.metadata.annotations["checksum/config"]', follows: 'the content that it is the hash of' }],
      meanings: [{ weight: 'note', text: 'pods start anew, as they follow the content that it is the hash of' }],
    });
  });

  test('of several old contents the one counts that is in use', () => {
    const reads = (name: string) => deployment('api', { container: { envFrom: [{ configMapRef: { name } }] } });
    const old = ['1111111111', '2222222222', '3333333333'].map((hash) => configMap(`api-config-${hash}`, { LEVEL: hash }));
    const changes = changesBetween(
      [...old, reads('api-config-2222222222')],
      [configMap('api-config-4444444444', { LEVEL: 'x' }), reads('api-config-4444444444')],
    );
    expect(told(changes)).toEqual([
      'delete ConfigMap api-config-1111111111',
      'delete ConfigMap api-config-3333333333',
      'update ConfigMap api-config-2222222222 → api-config-4444444444',
      'update Deployment api',
    ]);
  });

  test('an equal object under another name is renamed; of two that are equally good none is guessed', () => {
    const account = (name: string) => object('v1', 'ServiceAccount', name, { automountServiceAccountToken: false });
    expect(told(changesBetween([account('old')], [account('new')]))).toEqual(['rename ServiceAccount old → new']);
    expect(told(changesBetween([account('old')], [account('new'), account('other')]))).toEqual([
      'create ServiceAccount new',
      'delete ServiceAccount old',
      'create ServiceAccount other',
    ]);
    expect(told(changesBetween([configMap('old', { a: '1' })], [configMap('new', { b: '2' })]))).toEqual([
      'create ConfigMap new',
      'delete ConfigMap old',
    ]);
  });

  test('the same object in another namespace has moved', () => {
    const here = configMap('settings', { a: '1', b: '2' });
    const there = { ...here, metadata: { ...here.metadata, namespace: 'elsewhere' } };
    const [change] = changesBetween([here], [there]);
    expect(change).toMatchObject({
      action: 'rename',
      namespace: 'elsewhere',
      previous: { namespace: 'shop', name: 'settings' },
      fields: [],
    });
    expect(change?.meanings).toEqual([{ weight: 'note', text: 'moves from namespace shop to elsewhere' }]);
  });

  test('a service under another name takes its objects along, and what refers to it follows', () => {
    const objects = (name: string): KubernetesObject[] => [
      deployment(name, {
        container: { ports: [{ name: 'http', containerPort: 8080 }], readinessProbe: { httpGet: { path: '/', port: 'http' } } },
      }),
      object('v1', 'Service', name, { spec: { ports: [{ name: 'http', port: 80 }], selector: { 'app.kubernetes.io/name': name } } }),
    ];
    const web = (upstream: string) => [configMap('web', { UPSTREAM: `http://${upstream}:80` })];
    const { changes, blast } = differenceBetween(
      environment({ backend: objects('backend'), web: web('backend') }),
      environment({ api: objects('api'), web: web('api') }),
    );
    expect(told(changes)).toEqual(['rename Deployment backend → api', 'rename Service backend → api', 'update ConfigMap web']);
    expect(changes.flatMap(({ fields }) => fields).every(({ follows }) => follows === 'the name api in place of backend')).toBe(true);
    expect(changes[0]?.fields.map(({ path }) => path)).toContain('spec.template.spec.containers[backend → api].image');
    expect(changes[0]?.previous).toEqual({ namespace: 'shop', name: 'backend', service: 'backend' });
    expect(blast.services).toEqual(['api', 'backend', 'web']);
  });

  test('services that are alike but for what they do are not one', () => {
    const one = deployment('orders', { container: { ports: [{ containerPort: 8080 }], args: ['orders'] } });
    const other = deployment('billing', { container: { ports: [{ containerPort: 9000 }], args: ['--mode', 'bills'] } });
    const { changes } = differenceBetween(environment({ orders: [one] }), environment({ billing: [other] }));
    expect(told(changes)).toEqual(['delete Deployment orders', 'create Deployment billing'].sort((a) => (a.startsWith('create') ? -1 : 1)));
  });

  test('an object that a stack applied and a release brings now has changed hands', () => {
    const account = object('v1', 'ServiceAccount', 'api');
    const { changes } = differenceBetween(environment({ api: [] }, { stack: [account] }), environment({ api: [account] }));
    expect(changes).toMatchObject([{ action: 'update', service: 'api', previous: { name: 'api' }, fields: [] }]);
    expect(changes[0]?.meanings[0]?.text).toBe("comes with releases, and no longer from the environment's stack");
  });
});

describe('What means the same is no change', () => {
  test.each<[string, KubernetesObject, KubernetesObject]>([
    [
      'containers, variables, ports and volumes in another order',
      deployment('api', {
        container: {
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '2' },
          ],
          ports: [{ containerPort: 1 }, { containerPort: 2 }],
        },
        pod: {
          volumes: [
            { name: 'x', emptyDir: {} },
            { name: 'y', emptyDir: {} },
          ],
        },
      }),
      deployment('api', {
        container: {
          env: [
            { name: 'B', value: '2' },
            { name: 'A', value: '1' },
          ],
          ports: [{ containerPort: 2 }, { containerPort: 1 }],
        },
        pod: {
          volumes: [
            { name: 'y', emptyDir: {} },
            { name: 'x', emptyDir: {} },
          ],
        },
      }),
    ],
    [
      'what Kubernetes takes anyway',
      deployment('api', { container: { ports: [{ containerPort: 1 }], readinessProbe: { httpGet: { port: 1 } } } }),
      deployment('api', {
        container: {
          ports: [{ containerPort: 1, protocol: 'TCP' }],
          readinessProbe: { httpGet: { port: 1, path: '/', scheme: 'HTTP' }, periodSeconds: 10, failureThreshold: 3 },
          imagePullPolicy: 'IfNotPresent',
          terminationMessagePath: '/dev/termination-log',
        },
        pod: { restartPolicy: 'Always', dnsPolicy: 'ClusterFirst', securityContext: {} },
        spec: { revisionHistoryLimit: 10, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } } },
      }),
    ],
    [
      'an amount in other words',
      deployment('api', { container: { resources: { requests: { cpu: '0.5', memory: '1Gi' } } } }),
      deployment('api', { container: { resources: { requests: { cpu: '500m', memory: '1024Mi' } } } }),
    ],
    [
      'rules of a network policy in another order, with the protocol that is meant',
      object('networking.k8s.io/v1', 'NetworkPolicy', 'api', {
        spec: {
          podSelector: {},
          policyTypes: ['Ingress', 'Egress'],
          egress: [{ ports: [{ port: 53, protocol: 'UDP' }, { port: 53 }] }, { to: [{}] }],
        },
      }),
      object('networking.k8s.io/v1', 'NetworkPolicy', 'api', {
        spec: {
          podSelector: {},
          policyTypes: ['Egress', 'Ingress'],
          egress: [
            { to: [{}] },
            {
              ports: [
                { port: 53, protocol: 'TCP' },
                { port: 53, protocol: 'UDP' },
              ],
            },
          ],
        },
      }),
    ],
    [
      'marks of the server and of tools',
      object('v1', 'ServiceAccount', 'api'),
      object(
        'v1',
        'ServiceAccount',
        'api',
        { status: { a: 1 } },
        {
          uid: 'x',
          resourceVersion: '7',
          generation: 2,
          creationTimestamp: null,
          managedFields: [],
          labels: { 'helm.sh/chart': 'api-1.2.3' },
          annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', 'argocd.argoproj.io/tracking-id': 'x' },
        },
      ),
    ],
  ])('%s', (_, before, after) => {
    expect(changesBetween([before], [after])).toEqual([]);
    expect(changesBetween([after], [before])).toEqual([]);
  });

  test('but a default in place of something else is told as it is written', () => {
    const strategy = (type: string) => deployment('api', { spec: { strategy: { type }, replicas: 1 } });
    expect(changesBetween([strategy('Recreate')], [strategy('RollingUpdate')])[0]?.fields).toEqual([
      { path: 'spec.strategy.type', before: 'Recreate', after: 'RollingUpdate' },
    ]);
    expect(
      changesBetween([deployment('api', { spec: { replicas: 3 } })], [deployment('api', { spec: { replicas: 1 } })])[0]?.fields,
    ).toEqual([{ path: 'spec.replicas', before: 3, after: 1 }]);
  });

  test('the order of init containers is no accident', () => {
    const first = { name: 'first', image: 'x' };
    const second = { name: 'second', image: 'y' };
    const [change] = changesBetween(
      [deployment('api', { pod: { initContainers: [first, second] } })],
      [deployment('api', { pod: { initContainers: [second, first] } })],
    );
    expect(change?.fields).toEqual([
      { path: 'spec.template.spec.initContainers[order]', before: ['first', 'second'], after: ['second', 'first'] },
    ]);
  });
});

describe('Fields are told by readable paths', () => {
  const paths = (before: KubernetesObject, after: KubernetesObject): string[] =>
    (changesBetween([before], [after])[0]?.fields ?? []).map(({ path }) => path);

  test('items of lists by their names, others by their place', () => {
    expect(
      paths(
        deployment('api', { container: { args: ['--a', '--b'], env: [{ name: 'LEVEL', value: 'info' }], ports: [{ containerPort: 80 }] } }),
        deployment('api', {
          container: { args: ['--a', '--c'], env: [{ name: 'LEVEL', value: 'warn' }], ports: [{ containerPort: 80, hostPort: 80 }] },
        }),
      ),
    ).toEqual([
      'spec.template.spec.containers[api].args[1]',
      'spec.template.spec.containers[api].env[LEVEL].value',
      'spec.template.spec.containers[api].ports[80/TCP].hostPort',
    ]);
  });

  test('keys with dots in quotes', () => {
    expect(
      paths(
        object('v1', 'ServiceAccount', 'a', {}, { labels: { 'a/b.c': 'x' } }),
        object('v1', 'ServiceAccount', 'a', {}, { labels: { 'a/b.c': 'y' } }),
      ),
    ).toEqual(['metadata.labels["a/b.c"]']);
  });

  test('an item that is put before others is one change', () => {
    const [change] = changesBetween(
      [deployment('api', { container: { args: ['b', 'c'] } })],
      [deployment('api', { container: { args: ['a', 'b', 'c'] } })],
    );
    expect(change?.fields).toEqual([{ path: 'spec.template.spec.containers[api].args[0]', after: 'a' }]);
  });
});

describe('What the API server does not let change replaces the object', () => {
  const claim = (storage: string, accessModes = ['ReadWriteOnce']) =>
    object('v1', 'PersistentVolumeClaim', 'data', { spec: { accessModes, resources: { requests: { storage } } } });
  const stateful = (spec: object) => object('apps/v1', 'StatefulSet', 'db', { spec: { serviceName: 'db', replicas: 1, ...spec } });
  const service = (spec: object) => object('v1', 'Service', 'api', { spec });

  test.each<[string, KubernetesObject, KubernetesObject, readonly string[] | undefined]>([
    [
      'selector of a Deployment',
      deployment('api'),
      deployment('api', { spec: { selector: { matchLabels: { other: 'x' } } } }),
      ['spec.selector'],
    ],
    ['replicas of a Deployment', deployment('api'), deployment('api', { spec: { replicas: 9 } }), undefined],
    ['service name of a StatefulSet', stateful({}), stateful({ serviceName: 'other' }), ['spec.serviceName']],
    ['template of a StatefulSet', stateful({}), stateful({ template: { spec: {} } }), undefined],
    ['volume claims of a StatefulSet', stateful({}), stateful({ volumeClaimTemplates: [claim('1Gi')] }), ['spec.volumeClaimTemplates']],
    ['a claim that shrinks', claim('2Gi'), claim('1Gi'), ['spec.resources.requests.storage']],
    ['a claim that grows', claim('1Gi'), claim('2Gi'), undefined],
    ['access modes of a claim', claim('1Gi'), claim('1Gi', ['ReadWriteMany']), ['spec.accessModes']],
    [
      'template of a Job',
      object('batch/v1', 'Job', 'j', { spec: { template: { spec: { a: 1 } } } }),
      object('batch/v1', 'Job', 'j', { spec: { template: { spec: { a: 2 } } } }),
      ['spec.template'],
    ],
    ['address of a Service', service({ clusterIP: '10.0.0.1' }), service({ clusterIP: '10.0.0.2' }), ['spec.clusterIP']],
    ['address of a Service that is left out', service({ clusterIP: '10.0.0.1' }), service({}), undefined],
    ['a Service that is not said to have no address any more', service({ clusterIP: 'None' }), service({}), undefined],
    ['a Service that has no address any more', service({}), service({ clusterIP: 'None' }), ['spec.clusterIP']],
    [
      'scopes of a quota',
      object('v1', 'ResourceQuota', 'q', { spec: { scopes: ['Terminating'] } }),
      object('v1', 'ResourceQuota', 'q', { spec: { scopes: ['NotTerminating'] } }),
      ['spec.scopes'],
    ],
    [
      'role of a RoleBinding',
      object('rbac.authorization.k8s.io/v1', 'RoleBinding', 'b', { roleRef: { name: 'a' } }),
      object('rbac.authorization.k8s.io/v1', 'RoleBinding', 'b', { roleRef: { name: 'b' } }),
      ['roleRef'],
    ],
    [
      'data of a sealed ConfigMap',
      configMap('c', { a: '1' }, { immutable: true }),
      configMap('c', { a: '2' }, { immutable: true }),
      ['data'],
    ],
    ['data of an open ConfigMap', configMap('c', { a: '1' }), configMap('c', { a: '2' }), undefined],
    ['type of a Secret', object('v1', 'Secret', 's'), object('v1', 'Secret', 's', { type: 'kubernetes.io/tls' }), ['type']],
    [
      'parameters of a StorageClass',
      object('storage.k8s.io/v1', 'StorageClass', 's', { parameters: { type: 'a' } }),
      object('storage.k8s.io/v1', 'StorageClass', 's', { parameters: { type: 'b' } }),
      ['parameters'],
    ],
    [
      'a field of that name of somebody else',
      object('example.com/v1', 'Deployment', 'd', { spec: { selector: 'a' } }),
      object('example.com/v1', 'Deployment', 'd', { spec: { selector: 'b' } }),
      undefined,
    ],
  ])('%s', (_, before, after, expected) => {
    const [change] = changesBetween([before], [after]);
    expect(change?.action).toBe(expected === undefined ? 'update' : 'replace');
    expect(change?.immutable).toEqual(expected);
  });
});

test('what is touched is told: services, the hosts that they serve, and what pods ask for', () => {
  const asking = (replicas: number) =>
    deployment('api', { spec: { replicas }, container: { resources: { requests: { cpu: '100m', memory: '64Mi' } } } });
  const route = object('networking.k8s.io/v1', 'Ingress', 'api', { spec: { rules: [{ host: 'shop.example.com' }] } });
  const { blast } = differenceBetween(
    environment({ api: [asking(2), route], web: [configMap('web', {})] }),
    environment({ api: [asking(4), route], web: [configMap('web', {})] }),
  );
  expect(blast).toMatchObject({
    services: ['api'],
    hosts: ['shop.example.com'],
    // A quarter more while a rollout is under way.
    before: { pods: 3, requests: { cpu: 300, memory: 3 * 64 * 2 ** 20 } },
    after: { pods: 5, requests: { cpu: 500, memory: 5 * 64 * 2 ** 20 } },
  });
});

test('a host that nothing serves any more is told apart from those that are served', () => {
  const route = (name: string, ...hosts: string[]) =>
    object('networking.k8s.io/v1', 'Ingress', name, { spec: { rules: hosts.map((host) => ({ host })) } });
  const { blast } = differenceBetween(
    environment({ api: [route('api', 'old.example.com', 'both.example.com')], web: [route('web', 'both.example.com')] }),
    environment({ api: [route('api', 'new.example.com')], web: [route('web', 'both.example.com')] }),
  );
  expect(blast).toMatchObject({ hosts: ['both.example.com', 'new.example.com'], formerHosts: ['old.example.com'] });
});

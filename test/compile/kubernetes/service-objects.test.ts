import fc from 'fast-check';
import { RELEASED_KINDS } from '../../../lib/compile/argocd/app-project';
import { kindOf, kindText, sortObjects } from '../../../lib/compile/kubernetes/object';
import { serviceObjects } from '../../../lib/compile/kubernetes/service-objects';
import type { KubernetesObject } from '../../../lib/desired/desired-state';
import type { PlatformModel } from '../../../lib/model/platform-model';
import { type Draft, edited, environmentOf, openluffy, placed, serviceOf } from '../model-fixture';

function objectsOf(model: PlatformModel, service: string, environment: string): KubernetesObject[] {
  return serviceObjects(model, serviceOf(model, service), environmentOf(model, environment));
}

/** The one object of a kind, with a change to the model. */
function only(
  kind: string,
  service: string,
  environment: string,
  change: (draft: Draft<PlatformModel>) => void = () => {},
): KubernetesObject {
  const found = objectsOf(edited(openluffy(), change), service, environment).filter((object) => object.kind === kind);
  expect(found).toHaveLength(1);
  return found[0] as KubernetesObject;
}

function kinds(model: PlatformModel, service: string, environment: string): string[] {
  return objectsOf(model, service, environment).map((object) => `${object.kind} ${object.metadata.name}`);
}

const labels = (service: string, environment: string) => ({
  'app.kubernetes.io/instance': `openluffy-${environment}`,
  'app.kubernetes.io/managed-by': 'stagegate',
  'app.kubernetes.io/name': service,
  'app.kubernetes.io/part-of': 'openluffy',
  'stagegate.dev/environment': environment,
});
const selector = (service: string, environment: string) => ({
  'app.kubernetes.io/instance': `openluffy-${environment}`,
  'app.kubernetes.io/name': service,
});
const namespace = (name: string) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } });

test('a service in production has these objects, in this order', () => {
  expect(kinds(openluffy(), 'backend', 'prod')).toEqual([
    'ServiceAccount backend',
    'NetworkPolicy backend',
    'ExternalSecret backend',
    expect.stringMatching(/^ConfigMap backend-config-[0-9a-f]{10}$/),
    'Service backend',
    'Deployment backend',
    'PodDisruptionBudget backend',
    'Certificate openluffy-prod-tls',
    'Ingress backend',
  ]);
});

test('a service without secrets, with one pod, has neither ExternalSecret nor disruption budget', () => {
  expect(kinds(openluffy(), 'frontend', 'dev')).toEqual([
    'ServiceAccount frontend',
    'NetworkPolicy frontend',
    expect.stringMatching(/^ConfigMap frontend-config-[0-9a-f]{10}$/),
    'Service frontend',
    'Deployment frontend',
    'Ingress frontend',
  ]);
});

test('a service that is absent from an environment, or an environment elsewhere, has no objects', () => {
  const absent = edited(openluffy(), (draft) => {
    for (const service of draft.services)
      service.environments = service.environments.filter((candidate) => candidate.environment !== 'dev');
  });
  expect(objectsOf(absent, 'backend', 'dev')).toEqual([]);
  const elsewhere = edited(openluffy(), (draft) => {
    if (draft.environments[0] !== undefined) draft.environments[0].target = { kind: 'coolify', url: 'https://coolify.example.com' };
  });
  expect(objectsOf(elsewhere, 'backend', 'dev')).toEqual([]);
});

test('the pods of a service run without any privilege', () => {
  const { spec } = only('Deployment', 'backend', 'prod') as unknown as { spec: { template: { spec: Record<string, unknown> } } };
  const { containers, securityContext, automountServiceAccountToken, serviceAccountName, enableServiceLinks } = spec.template.spec as {
    containers: Record<string, unknown>[];
  } & Record<string, unknown>;
  expect({ securityContext, automountServiceAccountToken, serviceAccountName, enableServiceLinks }).toEqual({
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      fsGroup: 10001,
      runAsGroup: 10001,
      runAsNonRoot: true,
      runAsUser: 10001,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    serviceAccountName: 'backend',
  });
  expect(containers.map((container) => container.securityContext)).toEqual([
    {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsGroup: 10001,
      runAsNonRoot: true,
      runAsUser: 10001,
      seccompProfile: { type: 'RuntimeDefault' },
    },
  ]);
});

test('the Deployment of a service in production is exactly this', () => {
  const config = only('ConfigMap', 'backend', 'prod').metadata.name;
  const check = { httpGet: { path: '/healthz', port: 'http', scheme: 'HTTP' } };
  expect(only('Deployment', 'backend', 'prod')).toMatchObject({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'backend', namespace: 'openluffy-prod', labels: labels('backend', 'prod') },
    spec: {
      progressDeadlineSeconds: 600,
      replicas: 3,
      selector: { matchLabels: selector('backend', 'prod') },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels: labels('backend', 'prod') },
        spec: {
          affinity: {
            podAntiAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                {
                  weight: 100,
                  podAffinityTerm: { labelSelector: { matchLabels: selector('backend', 'prod') }, topologyKey: 'kubernetes.io/hostname' },
                },
              ],
            },
          },
          containers: [
            {
              name: 'backend',
              env: [{ name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'backend-secrets', key: 'DATABASE_URL' } } }],
              envFrom: [{ configMapRef: { name: config } }],
              image: '{{slot:image/backend}}',
              imagePullPolicy: 'Always',
              lifecycle: { preStop: { sleep: { seconds: 5 } } },
              livenessProbe: { tcpSocket: { port: 'http' }, failureThreshold: 6, periodSeconds: 10, timeoutSeconds: 2 },
              ports: [{ name: 'http', containerPort: 8000, protocol: 'TCP' }],
              readinessProbe: { ...check, failureThreshold: 2, periodSeconds: 5, timeoutSeconds: 2 },
              resources: {
                limits: { cpu: '1', 'ephemeral-storage': '1Gi', memory: '256Mi' },
                requests: { cpu: '100m', 'ephemeral-storage': '64Mi', memory: '128Mi' },
              },
              startupProbe: { ...check, failureThreshold: 30, periodSeconds: 5, timeoutSeconds: 2 },
            },
          ],
          terminationGracePeriodSeconds: 30,
          topologySpreadConstraints: [
            {
              labelSelector: { matchLabels: selector('backend', 'prod') },
              maxSkew: 1,
              topologyKey: 'topology.kubernetes.io/zone',
              whenUnsatisfiable: 'ScheduleAnyway',
            },
          ],
        },
      },
    },
  });
});

test('the deadline of a rollout is the time after which a release counts as failed', () => {
  const changed = only('Deployment', 'backend', 'dev', (draft) => {
    if (draft.environments[0] !== undefined) draft.environments[0].health.timeoutSeconds = 90;
  });
  expect(changed.spec).toHaveProperty('progressDeadlineSeconds', 90);
});

test('one pod is not spread and has no budget, and two are and have', () => {
  for (const replicas of [1, 2]) {
    const model = edited(openluffy(), (draft) => {
      placed(draft, 'backend', 'prod').replicas = replicas;
    });
    const objects = objectsOf(model, 'backend', 'prod');
    const deployment = objects.find((object) => object.kind === 'Deployment');
    expect(JSON.stringify(deployment).includes('topologySpreadConstraints')).toBe(replicas === 2);
    expect(objects.some((object) => object.kind === 'PodDisruptionBudget')).toBe(replicas === 2);
  }
});

test('an autoscaled Deployment leaves the number of pods to the autoscaler', () => {
  const scaled = (draft: Draft<PlatformModel>) => {
    placed(draft, 'backend', 'prod').autoscaling = { min: 2, max: 6, cpuPercent: 70 };
  };
  expect(only('Deployment', 'backend', 'prod', scaled).spec).not.toHaveProperty('replicas');
  expect(only('HorizontalPodAutoscaler', 'backend', 'prod', scaled).spec).toEqual({
    maxReplicas: 6,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
    minReplicas: 2,
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'backend' },
  });
});

test('pods that stop before new ones start have no rolling update', () => {
  const changed = only('Deployment', 'backend', 'prod', (draft) => {
    placed(draft, 'backend', 'prod').strategy = { kind: 'recreate' };
  });
  expect(changed.spec).toHaveProperty('strategy', { type: 'Recreate' });
});

test('a ServiceAccount gets no token, and a Service opens the one port', () => {
  expect(only('ServiceAccount', 'backend', 'prod')).toEqual({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'backend', namespace: 'openluffy-prod', labels: labels('backend', 'prod') },
    automountServiceAccountToken: false,
  });
  expect(only('Service', 'backend', 'prod').spec).toEqual({
    ports: [{ name: 'http', port: 8000, protocol: 'TCP', targetPort: 'http' }],
    selector: selector('backend', 'prod'),
    type: 'ClusterIP',
  });
});

test('a disruption takes one pod at a time, and never waits for pods that are broken anyway', () => {
  expect(only('PodDisruptionBudget', 'backend', 'prod').spec).toEqual({
    maxUnavailable: 1,
    selector: { matchLabels: selector('backend', 'prod') },
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
  });
});

test('a network policy opens what is declared, in both directions, and nothing else', () => {
  expect(only('NetworkPolicy', 'backend', 'prod').spec).toEqual({
    egress: [{ to: [namespace('data')], ports: [{ port: 5432, protocol: 'TCP' }] }],
    ingress: [
      { from: [{ podSelector: { matchLabels: selector('frontend', 'prod') } }], ports: [{ port: 8000, protocol: 'TCP' }] },
      { from: [namespace('ingress')], ports: [{ port: 8000, protocol: 'TCP' }] },
      { from: [namespace('monitoring')], ports: [{ port: 8000, protocol: 'TCP' }] },
    ],
    podSelector: { matchLabels: selector('backend', 'prod') },
    policyTypes: ['Ingress', 'Egress'],
  });
  expect(only('NetworkPolicy', 'frontend', 'prod').spec).toMatchObject({
    egress: [{ to: [{ podSelector: { matchLabels: selector('backend', 'prod') } }], ports: [{ port: 8000, protocol: 'TCP' }] }],
  });
});

test('a service that nobody uses, without route and metrics, admits nobody', () => {
  const alone = only('NetworkPolicy', 'frontend', 'prod', (draft) => {
    delete draft.metrics;
    delete placed(draft, 'frontend', 'prod').route;
    for (const service of draft.services) service.uses = [];
  });
  expect(alone.spec).toEqual({
    egress: [],
    ingress: [],
    podSelector: { matchLabels: selector('frontend', 'prod') },
    policyTypes: ['Ingress', 'Egress'],
  });
});

test('a service opens nothing for a caller that is absent from the environment', () => {
  const model = edited(openluffy(), (draft) => {
    const frontend = draft.services.find((service) => service.name === 'frontend');
    if (frontend !== undefined) frontend.environments = frontend.environments.filter((candidate) => candidate.environment !== 'prod');
  });
  const policy = objectsOf(model, 'backend', 'prod').find((object) => object.kind === 'NetworkPolicy');
  expect(JSON.stringify(policy?.spec)).not.toContain('frontend');
});

test('ways out are a range as it stands, and the internet without private addresses', () => {
  const policy = only('NetworkPolicy', 'frontend', 'dev', (draft) => {
    const frontend = draft.services.find((service) => service.name === 'frontend');
    frontend?.egress.push(
      { text: '10.1.0.0/16:6379', to: { kind: 'cidr', cidr: '10.1.0.0/16' }, port: 6379 },
      { text: 'api.example.com:443', to: { kind: 'internet', host: 'api.example.com' }, port: 443 },
    );
  });
  const { egress } = policy.spec as unknown as { egress: unknown[] };
  expect(egress.slice(1)).toEqual([
    { to: [{ ipBlock: { cidr: '10.1.0.0/16' } }], ports: [{ port: 6379, protocol: 'TCP' }] },
    {
      to: [
        {
          ipBlock: {
            cidr: '0.0.0.0/0',
            except: ['10.0.0.0/8', '100.64.0.0/10', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
          },
        },
        { ipBlock: { cidr: '::/0', except: ['fc00::/7', 'fe80::/10'] } },
      ],
      ports: [{ port: 443, protocol: 'TCP' }],
    },
  ]);
});

test.each([
  ['http://prometheus.monitoring:9090', 'monitoring'],
  ['http://prometheus.observability.svc:9090', 'observability'],
  ['http://prometheus.observability.svc.cluster.local:9090', 'observability'],
  ['https://metrics.example.com', 'monitoring'],
  ['https://example.com', 'monitoring'],
])('the metrics server at %s reads from namespace %s', (metrics, expected) => {
  const policy = only('NetworkPolicy', 'frontend', 'dev', (draft) => {
    draft.metrics = metrics;
  });
  const { ingress } = policy.spec as unknown as { ingress: { from: unknown[] }[] };
  expect(ingress.at(-1)?.from).toEqual([namespace(expected)]);
});

test('the namespace and the class of the ingress controller are those of the platform', () => {
  const traefik = (draft: Draft<PlatformModel>) => {
    draft.ingress = { namespace: 'traefik', class: 'traefik-internal' };
  };
  const { ingress } = only('NetworkPolicy', 'frontend', 'dev', traefik).spec as unknown as { ingress: { from: unknown[] }[] };
  expect(ingress[0]?.from).toEqual([namespace('traefik')]);
  expect(only('Ingress', 'frontend', 'dev', traefik).spec).toHaveProperty('ingressClassName', 'traefik-internal');
});

test('an Ingress serves the route on the host of the environment with its certificate, and carries no annotation', () => {
  expect(only('Ingress', 'backend', 'dev')).toEqual({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'backend', namespace: 'openluffy-dev', labels: labels('backend', 'dev') },
    spec: {
      rules: [
        {
          host: 'dev.openluffy.local',
          http: { paths: [{ backend: { service: { name: 'backend', port: { name: 'http' } } }, path: '/api', pathType: 'Prefix' }] },
        },
      ],
      tls: [{ hosts: ['dev.openluffy.local'], secretName: 'openluffy-dev-tls' }],
    },
  });
});

test('TLS comes from a given secret, or not at all, when the environment says so', () => {
  const given = (tls: Draft<PlatformModel>['environments'][number]['tls']) => (draft: Draft<PlatformModel>) => {
    for (const environment of draft.environments) environment.tls = tls;
  };
  expect(only('Ingress', 'backend', 'dev', given({ kind: 'secret', secret: 'wildcard' })).spec).toHaveProperty('tls', [
    { hosts: ['dev.openluffy.local'], secretName: 'wildcard' },
  ]);
  expect(only('Ingress', 'backend', 'dev', given({ kind: 'off' })).spec).not.toHaveProperty('tls');
  for (const tls of [{ kind: 'secret', secret: 'wildcard' }, { kind: 'off' }] as const) {
    expect(objectsOf(edited(openluffy(), given(tls)), 'backend', 'dev').map((object) => object.kind)).not.toContain('Certificate');
  }
});

test('the routes of an environment share one certificate, which the first routed service carries', () => {
  const model = openluffy();
  const certificates = model.services.flatMap((service) =>
    objectsOf(model, service.name, 'prod').filter((object) => object.kind === 'Certificate'),
  );
  expect(certificates).toHaveLength(1);
  expect(certificates[0]?.spec).toEqual({
    dnsNames: ['openluffy.local'],
    issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: 'internal' },
    privateKey: { algorithm: 'ECDSA', rotationPolicy: 'Always', size: 256 },
    secretName: 'openluffy-prod-tls',
    usages: ['digital signature', 'server auth'],
  });
  const moved = edited(model, (draft) => {
    delete placed(draft, 'backend', 'prod').route;
  });
  expect(kinds(moved, 'backend', 'prod')).not.toContain('Certificate openluffy-prod-tls');
  expect(kinds(moved, 'frontend', 'prod')).toContain('Certificate openluffy-prod-tls');
});

test('a public issuer may have its challenges answered, an internal one has none to answer', () => {
  const solver = 'NetworkPolicy environment.acme-solver';
  const model = edited(openluffy(), (draft) => {
    if (draft.environments[2] !== undefined) draft.environments[2].host = 'shop.example.com';
  });
  expect(kinds(model, 'backend', 'prod')).toContain(solver);
  expect(kinds(model, 'backend', 'dev')).not.toContain(solver);
  const policy = objectsOf(model, 'backend', 'prod').find((object) => object.metadata.name === 'environment.acme-solver');
  expect(policy?.spec).toEqual({
    ingress: [{ from: [namespace('ingress')], ports: [{ port: 8089, protocol: 'TCP' }] }],
    podSelector: { matchLabels: { 'acme.cert-manager.io/http01-solver': 'true' } },
    policyTypes: ['Ingress'],
  });
});

test('a ConfigMap holds settings and the addresses of used services', () => {
  const { data, immutable } = only('ConfigMap', 'frontend', 'dev') as KubernetesObject & { data: object; immutable: boolean };
  expect(data).toEqual({ API_URL: 'http://backend:8000', LOG_LEVEL: 'debug' });
  expect(immutable).toBe(true);
});

test('a variable that is declared by its value is not replaced by an address', () => {
  const changed = only('ConfigMap', 'frontend', 'dev', (draft) => {
    placed(draft, 'frontend', 'dev').env.API_URL = 'http://mock';
  });
  expect(changed.data).toHaveProperty('API_URL', 'http://mock');
});

test('a ConfigMap has another name exactly when it has another content', () => {
  const name = (env: Record<string, string>) =>
    only('ConfigMap', 'frontend', 'dev', (draft) => {
      placed(draft, 'frontend', 'dev').env = env;
    }).metadata.name;
  expect(name({ B: '2', A: '1' })).toBe(name({ A: '1', B: '2' }));
  const record = fc.dictionary(fc.constantFrom('A', 'B', 'C'), fc.string({ maxLength: 3 }));
  fc.assert(
    fc.property(record, record, (one, other) => {
      expect(name(one) === name(other)).toBe(JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort()));
    }),
    { numRuns: 30 },
  );
});

test('a ConfigMap that is filled in when it is bound can still be changed', () => {
  const changed = only('ConfigMap', 'frontend', 'dev', (draft) => {
    placed(draft, 'frontend', 'dev').env.PUBLIC_URL = 'https://{{slot:host/web}}';
  });
  expect(changed).not.toHaveProperty('immutable');
});

test('a service without any variable has no ConfigMap', () => {
  const model = edited(openluffy(), (draft) => {
    placed(draft, 'backend', 'dev').env = {};
  });
  const objects = objectsOf(model, 'backend', 'dev');
  expect(objects.map((object) => object.kind)).not.toContain('ConfigMap');
  expect(JSON.stringify(objects)).not.toContain('envFrom');
});

test('secrets are references into the environment’s own part of the store, applied before the pods', () => {
  expect(only('ExternalSecret', 'backend', 'preprod')).toEqual({
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: {
      name: 'backend',
      namespace: 'openluffy-preprod',
      annotations: { 'argocd.argoproj.io/sync-wave': '-1' },
      labels: labels('backend', 'preprod'),
    },
    spec: {
      data: [
        {
          remoteRef: {
            conversionStrategy: 'Default',
            decodingStrategy: 'None',
            key: 'openluffy/preprod/database-url',
            metadataPolicy: 'None',
          },
          secretKey: 'DATABASE_URL',
        },
      ],
      refreshInterval: '1h0m0s',
      secretStoreRef: { kind: 'ClusterSecretStore', name: 'default' },
      target: { name: 'backend-secrets', creationPolicy: 'Owner', deletionPolicy: 'Retain' },
    },
  });
});

test('a secret of another store, or one key of an entry, says so', () => {
  const { spec } = only('ExternalSecret', 'backend', 'dev', (draft) => {
    placed(draft, 'backend', 'dev').secrets.push({ variable: 'TOKEN', store: 'vault', secretPath: 'shared/token', key: 'value' });
  }) as unknown as { spec: { data: unknown[] } };
  expect(spec.data[1]).toEqual({
    remoteRef: { conversionStrategy: 'Default', decodingStrategy: 'None', key: 'shared/token', metadataPolicy: 'None', property: 'value' },
    secretKey: 'TOKEN',
    sourceRef: { storeRef: { kind: 'ClusterSecretStore', name: 'vault' } },
  });
});

test('no object holds a Secret or a value of one', () => {
  const model = openluffy();
  const everything = model.environments.flatMap((environment) =>
    model.services.flatMap((service) => serviceObjects(model, service, environment)),
  );
  expect(everything.filter((object) => object.kind === 'Secret')).toEqual([]);
});

test('a writable directory is an emptyDir of bounded size', () => {
  const { spec } = only('Deployment', 'backend', 'dev', (draft) => {
    placed(draft, 'backend', 'dev').writable = ['/tmp', '/var/cache'];
  }) as unknown as { spec: { template: { spec: { volumes: unknown; containers: { volumeMounts: unknown }[] } } } };
  expect(spec.template.spec.volumes).toEqual([
    { name: 'tmp', emptyDir: { sizeLimit: '512Mi' } },
    { name: 'var-cache', emptyDir: { sizeLimit: '512Mi' } },
  ]);
  expect(spec.template.spec.containers[0]?.volumeMounts).toEqual([
    { name: 'tmp', mountPath: '/tmp' },
    { name: 'var-cache', mountPath: '/var/cache' },
  ]);
});

test('a sidecar is a container of its own with its own image slot and the same restrictions', () => {
  const { spec } = only('Deployment', 'backend', 'dev', (draft) => {
    draft.services[0]?.sidecars.push({
      name: 'proxy',
      build: { kind: 'image', repository: 'docker.io/envoyproxy/envoy' },
      image: 'docker.io/envoyproxy/envoy',
      port: 9901,
      env: { MODE: 'sidecar' },
      requests: { cpu: '10m', memory: '32Mi' },
      limits: { cpu: '100m', memory: '64Mi' },
    });
  }) as unknown as { spec: { template: { spec: { containers: Record<string, unknown>[] } } } };
  const [main, sidecar] = spec.template.spec.containers;
  expect(sidecar).toEqual({
    name: 'proxy',
    env: [{ name: 'MODE', value: 'sidecar' }],
    image: '{{slot:image/backend/proxy}}',
    imagePullPolicy: 'Always',
    ports: [{ name: 's-proxy', containerPort: 9901, protocol: 'TCP' }],
    readinessProbe: { tcpSocket: { port: 's-proxy' }, failureThreshold: 2, periodSeconds: 5, timeoutSeconds: 2 },
    resources: {
      limits: { cpu: '100m', 'ephemeral-storage': '1Gi', memory: '64Mi' },
      requests: { cpu: '10m', 'ephemeral-storage': '64Mi', memory: '32Mi' },
    },
    securityContext: main?.securityContext,
    startupProbe: { tcpSocket: { port: 's-proxy' }, failureThreshold: 30, periodSeconds: 5, timeoutSeconds: 2 },
  });
});

test('command and arguments replace those of the image only where they are given', () => {
  const { spec } = only('Deployment', 'backend', 'dev', (draft) => {
    if (draft.services[0] !== undefined) draft.services[0].args = ['--serve'];
  }) as unknown as { spec: { template: { spec: { containers: Record<string, unknown>[] } } } };
  expect(spec.template.spec.containers[0]).toHaveProperty('args', ['--serve']);
  expect(spec.template.spec.containers[0]).not.toHaveProperty('command');
});

test('objects have one order, whatever order they come in, and the same bytes each time', () => {
  const objects = objectsOf(openluffy(), 'backend', 'prod');
  fc.assert(
    fc.property(fc.shuffledSubarray(objects, { minLength: objects.length }), (shuffled) => {
      expect(sortObjects(shuffled)).toEqual(objects);
    }),
  );
  expect(JSON.stringify(objectsOf(openluffy(), 'backend', 'prod'))).toBe(JSON.stringify(objects));
});

test('what an object is comes first in it, everything else by the alphabet', () => {
  for (const object of objectsOf(openluffy(), 'backend', 'prod')) {
    expect(Object.keys(object).slice(0, 3)).toEqual(['apiVersion', 'kind', 'metadata']);
    expect(Object.keys(object.metadata).slice(0, 2)).toEqual(['name', 'namespace']);
    const spec = Object.keys((object.spec ?? {}) as object);
    expect(spec).toEqual([...spec].sort());
  }
});

test('every kind that a service is compiled to is one that its AppProject admits', () => {
  const admitted = RELEASED_KINDS.map(kindText);
  const model = edited(openluffy(), (draft) => {
    placed(draft, 'backend', 'prod').autoscaling = { min: 2, max: 4, cpuPercent: 80 };
  });
  const used = new Set(objectsOf(model, 'backend', 'prod').map((object) => kindText(kindOf(object))));
  expect([...used].filter((kind) => !admitted.includes(kind))).toEqual([]);
  expect(used.size).toBe(RELEASED_KINDS.length);
});

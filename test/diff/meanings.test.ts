import type { KubernetesObject } from '../../lib/desired/desired-state';
import type { Meaning } from '../../lib/diff/difference';
import type { Tier } from '../../lib/values/tier';
import { changesBetween, deployment, differenceBetween, environment, object } from './sides';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const budget = (spec: object = { maxUnavailable: 1 }) =>
  object('policy/v1', 'PodDisruptionBudget', 'api', { spec: { selector: { matchLabels: { 'app.kubernetes.io/name': 'api' } }, ...spec } });
const replicas = (number: number | undefined) => deployment('api', { spec: { replicas: number } });
const scaler = (minReplicas: number, maxReplicas: number) =>
  object('autoscaling/v2', 'HorizontalPodAutoscaler', 'api', {
    spec: { minReplicas, maxReplicas, scaleTargetRef: { kind: 'Deployment', name: 'api' } },
  });
const container = (given: object) => deployment('api', { container: given as Record<string, unknown> });
const pod = (given: object) => deployment('api', { pod: given as Record<string, unknown> });
const image = (reference: string) => container({ image: reference });
const route = (host: string, paths: Readonly<Record<string, string>>, tls = true, name = 'api') =>
  object('networking.k8s.io/v1', 'Ingress', name, {
    spec: {
      rules: [
        {
          host,
          http: {
            paths: Object.entries(paths).map(([path, service]) => ({ path, pathType: 'Prefix', backend: { service: { name: service } } })),
          },
        },
      ],
      ...(tls ? { tls: [{ hosts: [host], secretName: 'tls' }] } : {}),
    },
  });
const policy = (spec: object, name = 'api') =>
  object('networking.k8s.io/v1', 'NetworkPolicy', name, { spec: { podSelector: {}, ...spec } });
const from = (...peers: object[]) => policy({ policyTypes: ['Ingress'], ingress: [{ from: peers, ports: [{ port: 8080 }] }] });
const pods = (name: string) => ({ podSelector: { matchLabels: { 'app.kubernetes.io/name': name } } });
const namespace = (level?: string) =>
  ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop', labels: level === undefined ? {} : { 'pod-security.kubernetes.io/enforce': level } },
  }) as KubernetesObject;
const application = (spec: object, finalizers: readonly string[] = []) =>
  object(
    'argoproj.io/v1alpha1',
    'Application',
    'shop',
    { spec: { project: 'shop', source: { repoURL: 'https://x', targetRevision: 'env/prod', path: 'manifests' }, ...spec } },
    { finalizers },
  );
const project = (spec: object) => object('argoproj.io/v1alpha1', 'AppProject', 'shop', { spec });
const role = (...rules: object[]) => object('rbac.authorization.k8s.io/v1', 'Role', 'api', { rules });
const binding = (...names: string[]) =>
  object('rbac.authorization.k8s.io/v1', 'RoleBinding', 'api', {
    roleRef: { kind: 'Role', name: 'reader' },
    subjects: names.map((name) => ({ kind: 'Group', name })),
  });
const quota = (memory: string) => object('v1', 'ResourceQuota', 'quota', { spec: { hard: { 'requests.memory': memory } } });
/** What the pods of a Deployment ask for while so many are rolled out, one more at a time, and room for another one. */
const quotaFor = (replicas: number, spare = 1) => {
  const [pods, cpu, memory] = [replicas + 1 + spare, `${replicas + 1 + spare}00m`, `${replicas + 1 + spare}Gi`];
  return object('v1', 'ResourceQuota', 'quota', {
    spec: { hard: { 'requests.memory': memory, 'limits.memory': memory, 'requests.cpu': cpu, pods: `${pods}`, services: '5' } },
  });
};
const askingFor = (replicas: number) =>
  deployment('api', {
    spec: { replicas },
    container: { resources: { requests: { cpu: '100m', memory: '1Gi' }, limits: { memory: '1Gi' } } },
  });
const asking = (memory: string, limit = '1Gi') =>
  container({ resources: { requests: { cpu: '100m', memory }, limits: { memory: limit } } });
const admission = (...expressions: string[]) =>
  object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', 'images', {
    spec: { validations: expressions.map((expression) => ({ expression, message: `m ${expression}` })) },
  });
const bound = (action: string) =>
  object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', 'images', { spec: { validationActions: [action] } });
const hardened = (given: object = {}) => ({
  securityContext: {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
    ...given,
  },
});

type Case = readonly [
  what: string,
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
  expected: readonly string[],
  tier?: Tier,
];

/** Every meaning as `!` for a risk or `·` for a note, with the kind of the object. */
function meanings(before: readonly KubernetesObject[], after: readonly KubernetesObject[], tier?: Tier): string[] {
  const mark = ({ weight, text }: Meaning): string => `${weight === 'risk' ? '!' : '·'} ${text}`;
  return changesBetween(before, after, tier).flatMap((change) => change.meanings.map((meaning) => `${change.kind} ${mark(meaning)}`));
}

const CASES: readonly Case[] = [
  [
    'one pod is left, and the budget goes with it',
    [replicas(3), budget()],
    [replicas(1)],
    [
      'Deployment ! replicas 3 → 1: the disruption budget no longer holds',
      'PodDisruptionBudget · the disruption budget goes: it has no use for a single pod',
    ],
  ],
  [
    'one pod is left in development',
    [replicas(3), budget()],
    [replicas(1)],
    [
      'Deployment · replicas 3 → 1: the disruption budget no longer holds',
      'PodDisruptionBudget · the disruption budget goes: it has no use for a single pod',
    ],
    'development',
  ],
  [
    'one pod is left without a budget',
    [replicas(2)],
    [replicas(1)],
    ['Deployment ! replicas 2 → 1: every restart of the pod is an outage'],
  ],
  ['none is left', [replicas(2)], [replicas(0)], ['Deployment ! replicas 2 → 0: no pod is left to serve']],
  ['fewer', [replicas(4)], [replicas(2)], ['Deployment · replicas 4 → 2']],
  ['more', [replicas(2)], [replicas(4)], ['Deployment · replicas 2 → 4']],
  ['one by default', [replicas(2)], [replicas(undefined)], ['Deployment ! replicas 2 → 1: every restart of the pod is an outage']],
  [
    'an autoscaler decides',
    [replicas(2)],
    [replicas(undefined), scaler(2, 4)],
    ['Deployment · an autoscaler decides how many pods there are, 2 before'],
  ],
  [
    'the budget alone goes',
    [replicas(3), budget()],
    [replicas(3)],
    ['PodDisruptionBudget ! no disruption budget for api: a drain may take all its pods at once'],
  ],
  [
    'the budget lets nobody go',
    [replicas(2), budget()],
    [replicas(2), budget({ minAvailable: 2 })],
    ['PodDisruptionBudget ! no pod of api may be evicted: the drain of a node waits for ever'],
  ],
  [
    'bounds of an autoscaler',
    [replicas(undefined), scaler(2, 4)],
    [replicas(undefined), scaler(2, 8)],
    ['HorizontalPodAutoscaler · 2 to 4 pods → 2 to 8'],
  ],
  [
    'an autoscaler that may go down to one',
    [replicas(undefined), scaler(2, 4), budget()],
    [replicas(undefined), scaler(1, 4), budget()],
    ['HorizontalPodAutoscaler ! 2 to 4 pods → 1 to 4: the disruption budget no longer holds at rest'],
  ],
  [
    'an autoscaler that scales nothing',
    [replicas(undefined), scaler(2, 4)],
    [replicas(undefined), scaler(2, 2)],
    ['HorizontalPodAutoscaler ! 2 to 4 pods → 2 to 2: nothing is scaled any more'],
  ],
  [
    'Recreate',
    [deployment('api')],
    [deployment('api', { spec: { strategy: { type: 'Recreate' } } })],
    ['Deployment ! all pods stop before new ones start: each rollout is an outage'],
  ],

  ['another digest', [image(`r.io/api@${digest('a')}`)], [image(`r.io/api@${digest('b')}`)], ['Deployment · image aaaaaaa → bbbbbbb']],
  ['another tag', [image('r.io/api:1')], [image('r.io/api:2')], ['Deployment · image 1 → 2']],
  [
    'no digest any more',
    [image(`r.io/api@${digest('a')}`)],
    [image('r.io/api:latest')],
    ['Deployment ! image aaaaaaa → latest: no longer by its digest, so that other bytes may run under the same name'],
  ],
  ['another registry', [image('a.io/api:1')], [image('b.io/api:1')], ['Deployment ! image comes from b.io in place of a.io']],
  ['another repository', [image('a.io/api:1')], [image('a.io/other:1')], ['Deployment · image is a.io/other in place of a.io/api']],
  ['an image that a release brings', [image('{{slot:image/api}}')], [image('{{slot:image/other}}')], []],
  [
    'a second container',
    [pod({})],
    [
      pod({
        containers: [
          { name: 'api', image: `ghcr.io/acme/api@${digest('a')}` },
          { name: 'proxy', image: 'x' },
        ],
      }),
    ],
    ['Deployment · container proxy runs as well'],
  ],
  [
    'no readiness probe',
    [container({ readinessProbe: {} })],
    [container({})],
    ['Deployment ! api has no readiness probe any more: it gets requests before it can answer them'],
  ],
  [
    'no liveness probe',
    [container({ livenessProbe: {} })],
    [container({})],
    ['Deployment · api has no liveness probe any more: nothing restarts it when it hangs'],
    'staging',
  ],
  [
    'a lower memory limit',
    [asking('1Mi', '512Mi')],
    [asking('1Mi', '256Mi')],
    ['Deployment ! memory limit 512Mi → 256Mi: a pod that needs more is killed'],
  ],
  ['a higher memory limit', [asking('1Mi', '256Mi')], [asking('1Mi', '512Mi')], ['Deployment · memory limit 256Mi → 512Mi']],
  [
    'no memory limit',
    [asking('1Mi')],
    [container({ resources: { requests: { cpu: '100m', memory: '1Mi' } } })],
    ['Deployment ! memory limit 1Gi → none: one pod may use up the memory of its node'],
  ],
  ['higher requests', [asking('1Mi')], [asking('2Mi')], ['Deployment · asks for 2Mi memory in place of 1Mi']],
  [
    'a quota below what is asked for',
    [asking('1Gi'), quota('4Gi')],
    [asking('1Gi'), quota('1Gi')],
    ['ResourceQuota ! requests.memory 1Gi is less than the 3Gi that pods ask for: some of them do not start'],
  ],
  [
    'a quota that follows what pods ask for',
    [askingFor(2), quotaFor(2)],
    [askingFor(4), quotaFor(4)],
    ['Deployment · replicas 2 → 4', 'ResourceQuota · follows what all pods ask for, with as much to spare as before'],
  ],
  ['a quota that leaves less than before', [askingFor(2), quotaFor(2, 2)], [askingFor(4), quotaFor(4)], ['Deployment · replicas 2 → 4']],
  ['a quota that still holds', [asking('1Gi'), quota('8Gi')], [asking('1Gi'), quota('4Gi')], []],

  [
    'a host that goes and one that comes',
    [route('a.io', { '/': 'api' })],
    [route('b.io', { '/': 'api' })],
    ['Ingress ! a.io is no longer served', 'Ingress · b.io is served, where its DNS entry leads to the cluster'],
  ],
  [
    'a host that another object still serves',
    [route('a.io', { '/': 'api' }), route('a.io', { '/x': 'x' }, true, 'x')],
    [route('a.io', { '/x': 'x' }, true, 'x')],
    ['Ingress ! a.io/ leads nowhere any more'],
  ],
  [
    'a path that leads elsewhere',
    [route('a.io', { '/': 'api' })],
    [route('a.io', { '/': 'web' })],
    ['Ingress · a.io/ leads to web in place of api'],
  ],
  ['a path more', [route('a.io', { '/': 'api' })], [route('a.io', { '/': 'api', '/x': 'x' })], ['Ingress · a.io/x leads to x']],
  ['no TLS', [route('a.io', { '/': 'api' })], [route('a.io', { '/': 'api' }, false)], ['Ingress ! a.io is served without TLS']],
  [
    'a Service that is open',
    [object('v1', 'Service', 'api', { spec: {} })],
    [object('v1', 'Service', 'api', { spec: { type: 'LoadBalancer' } })],
    ['Service ! LoadBalancer: it can be reached from outside the cluster'],
  ],

  [
    'a policy open to the world',
    [from(pods('web'))],
    [from({ ipBlock: { cidr: '0.0.0.0/0' } })],
    ['NetworkPolicy ! opened to the world: any address may reach it on 8080', 'NetworkPolicy · web may no longer reach it on 8080'],
  ],
  [
    'a rule for everybody',
    [from(pods('web'))],
    [policy({ policyTypes: ['Ingress'], ingress: [{}] })],
    ['NetworkPolicy ! opened to the world: any address may reach it', 'NetworkPolicy · web may no longer reach it on 8080'],
  ],
  [
    'a policy that is closed',
    [from({ ipBlock: { cidr: '0.0.0.0/0' } })],
    [from(pods('web'))],
    ['NetworkPolicy · no longer open to the world', 'NetworkPolicy · web may reach it on 8080'],
  ],
  ['one peer more', [from(pods('web'))], [from(pods('web'), pods('jobs'))], ['NetworkPolicy · jobs may reach it on 8080']],
  [
    'every namespace',
    [from(pods('web'))],
    [from(pods('web'), { namespaceSelector: {} })],
    ['NetworkPolicy ! every pod of every namespace may reach it on 8080'],
  ],
  [
    'outward to the world',
    [policy({ policyTypes: ['Egress'] })],
    [policy({ policyTypes: ['Egress'], egress: [{ to: [{ ipBlock: { cidr: '::/0' } }] }] })],
    ['NetworkPolicy ! opened to the world: it may reach any address'],
  ],
  [
    'a direction that is no longer restricted',
    [policy({ policyTypes: ['Ingress', 'Egress'] })],
    [policy({ policyTypes: ['Ingress'] })],
    ['NetworkPolicy ! it may reach anybody: what goes out is no longer restricted'],
  ],
  [
    'the default denial goes',
    [deployment('api'), policy({ policyTypes: ['Ingress'] })],
    [deployment('api')],
    ['NetworkPolicy ! nothing restricts any more what comes in'],
  ],
  [
    'a policy goes, and the default denial stays',
    [deployment('api'), from(pods('web')), policy({ policyTypes: ['Ingress'] }, 'deny')],
    [deployment('api'), policy({ policyTypes: ['Ingress'] }, 'deny')],
    ['NetworkPolicy · web may no longer reach it on 8080'],
  ],
  ['a policy goes with the pods that it was for', [deployment('api'), policy({ policyTypes: ['Ingress'] })], [], []],

  [
    'privileged',
    [container(hardened())],
    [container(hardened({ privileged: true }))],
    ['Deployment ! api is privileged: it may do on its node what root may'],
  ],
  ['root', [container(hardened())], [container(hardened({ runAsNonRoot: false }))], ['Deployment ! api may run as root']],
  [
    'a writable root',
    [container(hardened())],
    [container(hardened({ readOnlyRootFilesystem: false }))],
    ['Deployment ! api may write to its root file system'],
  ],
  [
    'escalation',
    [container(hardened())],
    [container(hardened({ allowPrivilegeEscalation: true }))],
    ['Deployment ! api may gain more privileges than it was started with'],
  ],
  [
    'capabilities',
    [container(hardened())],
    [container(hardened({ capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] } }))],
    ['Deployment ! api has the capabilities NET_ADMIN'],
  ],
  [
    'no seccomp',
    [container(hardened())],
    [container(hardened({ seccompProfile: { type: 'Unconfined' } }))],
    ['Deployment ! api may make every system call'],
  ],
  [
    'root no longer',
    [container(hardened({ runAsNonRoot: false }))],
    [container(hardened())],
    ['Deployment · api may no longer run as root'],
  ],
  [
    'the same said of the pod',
    [container(hardened())],
    [deployment('api', { container: hardened({ runAsNonRoot: undefined }), pod: { securityContext: { runAsNonRoot: true } } })],
    [],
  ],
  ['the network of the node', [pod({})], [pod({ hostNetwork: true })], ['Deployment ! pods use the network of their node']],
  [
    'files of the node',
    [pod({})],
    [pod({ volumes: [{ name: 'x', hostPath: { path: '/' } }] })],
    ['Deployment ! pods read or write files of their node'],
  ],
  [
    'a lower level of pod security',
    [namespace('restricted')],
    [namespace('baseline')],
    ['Namespace ! pods are held to the level baseline in place of restricted'],
  ],
  [
    'no level of pod security',
    [namespace('baseline')],
    [namespace()],
    ['Namespace ! pods are held to the level privileged in place of baseline'],
  ],
  [
    'a token of the cluster',
    [object('v1', 'ServiceAccount', 'a', { automountServiceAccountToken: false })],
    [object('v1', 'ServiceAccount', 'a')],
    ['ServiceAccount ! its pods get a token of the cluster'],
  ],

  [
    'every verb',
    [role({ apiGroups: [''], resources: ['pods'], verbs: ['get'] })],
    [role({ apiGroups: [''], resources: ['pods'], verbs: ['*'] })],
    ['Role ! may do everything with pods', 'Role · may no longer get pods'],
  ],
  ['everything', [role()], [role({ apiGroups: ['*'], resources: ['*'], verbs: ['get'] })], ['Role ! may get everything']],
  ['all secrets', [role()], [role({ apiGroups: [''], resources: ['secrets'], verbs: ['get'] })], ['Role ! may get secrets']],
  [
    'one secret',
    [role()],
    [role({ apiGroups: [''], resources: ['secrets'], resourceNames: ['own'], verbs: ['get'] })],
    ['Role · may get secrets own'],
  ],
  [
    'everybody',
    [binding('team')],
    [binding('team', 'system:authenticated')],
    ['RoleBinding ! Group system:authenticated gets Role reader'],
  ],
  [
    'somebody',
    [binding('team')],
    [binding('other')],
    ['RoleBinding · Group other gets Role reader', 'RoleBinding · Group team no longer has Role reader'],
  ],

  ['a demand less', [admission('a', 'b')], [admission('a')], ['ValidatingAdmissionPolicy ! no longer demanded: m b']],
  ['a demand more', [admission('a')], [admission('a', 'b')], ['ValidatingAdmissionPolicy · demanded: m b']],
  ['only warnings', [bound('Deny')], [bound('Warn')], ['ValidatingAdmissionPolicyBinding ! its policy only warns']],

  [
    'automatic sync in production',
    [application({})],
    [application({ syncPolicy: { automated: { prune: true, selfHeal: true } } })],
    [
      'Application ! syncs by itself: what is merged runs, and nobody starts it',
      'Application ! what is no longer declared is deleted from the cluster',
      'Application · changes made by hand are undone',
    ],
  ],
  [
    'sync by hand',
    [application({ syncPolicy: { automated: { prune: true } } })],
    [application({})],
    ['Application · syncs only when somebody starts it'],
  ],
  [
    'sync that is switched off',
    [application({ syncPolicy: { automated: {} } })],
    [application({ syncPolicy: { automated: { enabled: false } } })],
    ['Application · syncs only when somebody starts it'],
  ],
  [
    'no self-heal',
    [application({ syncPolicy: { automated: { selfHeal: true } } })],
    [application({ syncPolicy: { automated: {} } })],
    ['Application ! changes made by hand stay in the cluster'],
  ],
  [
    'another destination',
    [application({ destination: { name: 'a', namespace: 'x' } })],
    [application({ destination: { name: 'b', namespace: 'x' } })],
    ['Application ! deploys to b/x in place of a/x'],
  ],
  [
    'another branch',
    [application({})],
    [application({ source: { repoURL: 'https://x', targetRevision: 'main', path: 'manifests' } })],
    ['Application ! follows main in place of env/prod'],
  ],
  [
    'a finalizer that deletes',
    [application({})],
    [application({}, ['resources-finalizer.argocd.argoproj.io'])],
    ['Application ! deleting the Application deletes all that it deployed'],
  ],
  [
    'a finalizer that goes',
    [object('v1', 'Service', 'a', {}, { finalizers: ['x/y'] })],
    [object('v1', 'Service', 'a')],
    ['Service ! finalizer x/y is gone: a deletion no longer waits for it'],
  ],
  [
    'a wider project',
    [project({ destinations: [{ name: 'a', namespace: 'x' }], sourceRepos: ['r'] })],
    [project({ destinations: [{ name: 'a', namespace: '*' }], sourceRepos: ['r', '*'] })],
    [
      'AppProject ! the project may be deployed from *',
      'AppProject ! the project may be deployed to a/*',
      'AppProject · the project may no longer be deployed to a/x',
    ],
  ],
  [
    'kinds of a project',
    [project({ namespaceResourceWhitelist: [] })],
    [
      project({
        namespaceResourceWhitelist: [{ group: 'batch', kind: 'CronJob' }],
        clusterResourceWhitelist: [{ group: '', kind: 'Namespace' }],
      }),
    ],
    ['AppProject ! the project may hold, for the whole cluster, Namespace', 'AppProject · the project may hold CronJob.batch'],
  ],
  [
    'rights in Argo CD',
    [project({})],
    [project({ roles: [{ name: 'x', groups: ['team'], policies: ['p, a'] }] })],
    ['AppProject ! rights in Argo CD for team by p, a'],
  ],

  ['a namespace that goes', [namespace()], [], ['Namespace ! everything in the namespace is deleted, its volumes as well']],
  [
    'a claim that goes',
    [object('v1', 'PersistentVolumeClaim', 'data', { spec: { a: 1 } })],
    [],
    ['PersistentVolumeClaim ! its volume is given up: unless the storage class retains it, the data is lost'],
  ],
  [
    'a StatefulSet that goes',
    [object('apps/v1', 'StatefulSet', 'db', { spec: {} })],
    [],
    ['StatefulSet ! its pods stop; their volume claims stay, with the data'],
  ],
  [
    'a StatefulSet that is replaced',
    [object('apps/v1', 'StatefulSet', 'db', { spec: { serviceName: 'a' } })],
    [object('apps/v1', 'StatefulSet', 'db', { spec: { serviceName: 'b' } })],
    ['StatefulSet ! to be replaced it is deleted first: its pods stop; their volume claims stay, with the data'],
  ],
  [
    'a claim under another name',
    [object('v1', 'PersistentVolumeClaim', 'data', { spec: { a: 1 } })],
    [object('v1', 'PersistentVolumeClaim', 'store', { spec: { a: 1 } })],
    [
      'PersistentVolumeClaim ! Kubernetes cannot rename it: it begins empty, and data goes: its volume is given up: unless the storage class retains it, the data is lost',
    ],
  ],
  [
    'a Deployment that is replaced',
    [deployment('api')],
    [deployment('api', { spec: { selector: { matchLabels: { a: 'b' } } } })],
    ['Deployment ! to be replaced it is deleted first: all its pods stop before new ones start'],
  ],
  [
    'data that goes with its StatefulSet',
    [object('apps/v1', 'StatefulSet', 'db', { spec: {} })],
    [object('apps/v1', 'StatefulSet', 'db', { spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' } } })],
    ['StatefulSet ! the data of its volumes is deleted when it is deleted'],
  ],

  [
    'another certificate',
    [object('cert-manager.io/v1', 'Certificate', 'c', { spec: { dnsNames: ['a.io'], issuerRef: { name: 'internal' } } })],
    [object('cert-manager.io/v1', 'Certificate', 'c', { spec: { dnsNames: ['b.io', 'c.io'], issuerRef: { name: 'letsencrypt' } } })],
    [
      'Certificate · certificate for b.io and c.io in place of a.io',
      'Certificate · certificate from issuer letsencrypt in place of internal',
    ],
  ],
  [
    'another schedule',
    [object('batch/v1', 'CronJob', 'j', { spec: { schedule: '0 1 * * *' } })],
    [object('batch/v1', 'CronJob', 'j', { spec: { schedule: '0 2 * * *' } })],
    ['CronJob · runs at 0 2 * * * in place of 0 1 * * *'],
  ],
  [
    'a suspended job',
    [object('batch/v1', 'CronJob', 'j', { spec: {} })],
    [object('batch/v1', 'CronJob', 'j', { spec: { suspend: true } })],
    ['CronJob ! is suspended: it runs no longer'],
  ],
  [
    'a secret from elsewhere',
    [object('external-secrets.io/v1', 'ExternalSecret', 's', { spec: { data: [{ secretKey: 'A', remoteRef: { key: 'x' } }] } })],
    [
      object('external-secrets.io/v1', 'ExternalSecret', 's', {
        spec: {
          data: [
            { secretKey: 'A', remoteRef: { key: 'y' } },
            { secretKey: 'B', remoteRef: { key: 'z' } },
          ],
        },
      }),
    ],
    ['ExternalSecret · A comes from y in place of x', 'ExternalSecret · B is read from z'],
  ],
];

test.each(CASES.map((row) => [row[0], row] as const))('%s', (_, [, before, after, expected, tier]) => {
  expect(meanings(before, after, tier)).toEqual(expected);
});

describe('What no meaning speaks of beside one that is known is named', () => {
  const unexplained = (before: KubernetesObject, after: KubernetesObject) => changesBetween([before], [after])[0]?.unexplained;
  const [old, young] = [`r.io/api@${digest('a')}`, `r.io/api@${digest('b')}`];

  test('of an object of which something is known, the other fields that differ', () => {
    const after = container({ image: young, args: ['--insecure'] });
    expect(unexplained(container({ image: old }), after)).toEqual(['spec.template.spec.containers[api].args']);
    expect(unexplained(image(old), image(young))).toBeUndefined();
  });

  test('none of an object of which nothing is known: all of its fields are', () => {
    expect(unexplained(container({ args: ['a'] }), container({ args: ['b'] }))).toBeUndefined();
  });

  test('none that only follows', () => {
    const reading = (map: string, reference: string) => [
      object('v1', 'ConfigMap', map, { data: { A: map } }),
      container({ image: reference, envFrom: [{ configMapRef: { name: map } }] }),
    ];
    const changes = changesBetween(reading('api-config-1111111111', old), reading('api-config-2222222222', young));
    expect(changes.find(({ kind }) => kind === 'Deployment')).toMatchObject({ meanings: [{ text: 'image aaaaaaa → bbbbbbb' }] });
    expect(changes.every((change) => change.unexplained === undefined)).toBe(true);
  });

  test('every rule speaks of the fields that it has looked at', () => {
    const left = CASES.flatMap(([what, before, after]) =>
      changesBetween(before, after).flatMap(({ kind, unexplained: paths = [] }) => paths.map((path) => `${what}: ${kind} ${path}`)),
    );
    expect(left).toEqual([]);
  });
});

test('a service under another name is said to start anew, without an image of a release before, and not to move', () => {
  const difference = (tier: Tier) => {
    const of = (name: string) =>
      environment(
        {
          [name]: [
            deployment(name),
            object('v1', 'Service', name, {
              spec: { selector: { 'app.kubernetes.io/name': name }, ports: [{ port: 80, targetPort: 8080 }] },
            }),
            route('a.io', { '/': name }, true, name),
          ],
        },
        { tier },
      );
    return differenceBetween(of('frontend'), of('web')).changes;
  };
  const [first] = difference('production');
  expect(difference('production').map(({ action, kind, meanings: [...all] }) => [action, kind, ...all.map(({ text }) => text)])).toEqual([
    [
      'rename',
      'Deployment',
      'Kubernetes cannot rename it: web starts anew beside frontend, which is then deleted',
      'no release made before this change has an image for web: it waits for the next one',
    ],
    ['rename', 'Ingress'],
    ['rename', 'Service', 'within the cluster it answers as web, no longer as frontend'],
  ]);
  expect(first?.meanings.map(({ weight }) => weight)).toEqual(['risk', 'note']);
  expect(difference('staging')[0]?.meanings.map(({ weight }) => weight)).toEqual(['note', 'note']);
});

test('what no rule knows has no meaning', () => {
  expect(meanings([container({ env: [{ name: 'A', value: '1' }] })], [container({ env: [{ name: 'A', value: '2' }] })])).toEqual([]);
  expect(meanings([object('example.com/v1', 'Thing', 't', { a: 1 })], [object('example.com/v1', 'Thing', 't', { a: 2 })])).toEqual([]);
});

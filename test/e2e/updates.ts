import type { KubernetesObject } from '../../lib/desired/desired-state';

/** An object and what somebody makes of it, which the API server takes or refuses. */
export interface Update {
  readonly what: string;
  readonly before: KubernetesObject;
  readonly after: KubernetesObject;
}

type Content = Readonly<Record<string, unknown>>;

/** Updates of objects of one kind, each of another object, so that all can be tried at once. */
function of(
  apiVersion: string,
  kind: string,
  rows: readonly (readonly [what: string, before: Content, after: Content, name?: string])[],
  scope: 'namespaced' | 'cluster' = 'namespaced',
): readonly Update[] {
  return rows.map(([what, before, after, name = `${what.toLowerCase().replaceAll(/\W+/g, '-')}-${kind.toLowerCase()}`]) => {
    const metadata = { name, ...(scope === 'namespaced' ? { namespace: 'default' } : {}) };
    const made = (content: Content) => ({ apiVersion, kind, metadata, ...content }) as unknown as KubernetesObject;
    return { what: `${what} of a ${kind}`, before: made(before), after: made(after) };
  });
}

const labelled = (app: string, image = 'x:1') => ({ metadata: { labels: { app } }, spec: { containers: [{ name: 'main', image }] } });
const selecting = (app: string, more: Content = {}): Content => ({
  spec: { selector: { matchLabels: { app } }, template: labelled(app), ...more },
});
const stateful = (more: Content = {}): Content => selecting('x', { serviceName: 'x', ...more });
const template = (image: string, restartPolicy = 'Never') => ({
  template: { spec: { restartPolicy, containers: [{ name: 'main', image }] } },
});
const job = (more: Content = {}): Content => ({ spec: { ...template('x:1'), ...more } });
const indexed = (more: Content = {}): Content => job({ completionMode: 'Indexed', completions: 3, ...more });
const chosen = (labels: Readonly<Record<string, string>>): Content =>
  job({ manualSelector: true, selector: { matchLabels: labels }, template: { metadata: { labels }, ...template('x:1').template } });
const ignoring = (code: number): Content =>
  job({ podFailurePolicy: { rules: [{ action: 'Ignore', onExitCodes: { operator: 'In', values: [code] } }] } });
const claim = (more: Content = {}, storage = '2Gi'): Content => ({
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...more },
});
const volume = (source: Content): Content => ({
  spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, storageClassName: 'x', ...source },
});
const onNode = {
  nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] }] } },
};
const storage = (more: Content = {}): Content => ({ provisioner: 'example.com/x', ...more });
const service = (more: Content = {}): Content => ({ spec: { selector: { app: 'x' }, ports: [{ port: 80 }], ...more } });
const balanced = (loadBalancerClass: string): Content => service({ type: 'LoadBalancer', loadBalancerClass });
const role = (kind: string, name: string): Content => ({ roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name } });
const subjects = { subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'engineers' }] };
const definition = (name: string, more: Content = {}, names: Content = {}): Content => ({
  spec: {
    group: `${name}.example.com`,
    scope: 'Namespaced',
    names: { kind: 'Thing', plural: 'things', ...names },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    ...more,
  },
});

/** Updates of every kind that the bed knows of which something is fixed: of what is fixed, and of what is not. */
export const UPDATES: readonly Update[] = [
  ...of('apps/v1', 'Deployment', [
    ['selector', selecting('x'), selecting('y')],
    ['replicas', selecting('x'), selecting('x', { replicas: 3 })],
    ['template', selecting('x'), selecting('x', { template: labelled('x', 'y:1') })],
    ['strategy', selecting('x'), selecting('x', { strategy: { rollingUpdate: { maxSurge: 2 } } })],
  ]),
  ...of('apps/v1', 'ReplicaSet', [
    ['selector', selecting('x'), selecting('y')],
    ['replicas', selecting('x'), selecting('x', { replicas: 3 })],
  ]),
  ...of('apps/v1', 'DaemonSet', [
    ['selector', selecting('x'), selecting('y')],
    ['template', selecting('x'), selecting('x', { template: labelled('x', 'y:1') })],
  ]),
  ...of('apps/v1', 'StatefulSet', [
    ['selector', stateful(), { spec: { selector: { matchLabels: { app: 'y' } }, serviceName: 'x', template: labelled('y') } }],
    ['service name', stateful(), stateful({ serviceName: 'y' })],
    ['pod management', stateful(), stateful({ podManagementPolicy: 'Parallel' })],
    ['volume claims', stateful(), stateful({ volumeClaimTemplates: [{ metadata: { name: 'x' }, ...claim() }] })],
    ['replicas', stateful(), stateful({ replicas: 3 })],
    ['template', stateful(), stateful({ template: labelled('x', 'y:1') })],
    ['update strategy', stateful(), stateful({ updateStrategy: { rollingUpdate: { partition: 1 } } })],
    ['ordinals', stateful(), stateful({ ordinals: { start: 1 } })],
    ['ready seconds', stateful(), stateful({ minReadySeconds: 5 })],
    ['history', stateful(), stateful({ revisionHistoryLimit: 3 })],
    ['retention', stateful(), stateful({ persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' } })],
  ]),
  ...of('batch/v1', 'Job', [
    ['template', job(), job(template('y:1'))],
    ['completions', job({ completions: 1 }), job({ completions: 2 })],
    ['mode', job({ completions: 3 }), indexed()],
    ['selector', chosen({ app: 'x' }), chosen({ app: 'x', more: 'y' })],
    ['limit of an index', indexed({ backoffLimitPerIndex: 1 }), indexed({ backoffLimitPerIndex: 2 })],
    ['manager', job({ managedBy: 'example.com/x' }), job({ managedBy: 'example.com/y' })],
    ['failure policy', ignoring(1), ignoring(2)],
    [
      'success policy',
      indexed({ successPolicy: { rules: [{ succeededCount: 1 }] } }),
      indexed({ successPolicy: { rules: [{ succeededCount: 2 }] } }),
    ],
    ['parallelism', job(), job({ parallelism: 2 })],
    ['limit', job(), job({ backoffLimit: 2 })],
    ['suspension', job(), job({ suspend: true })],
  ]),
  ...of('v1', 'PersistentVolumeClaim', [
    ['access', claim(), claim({ accessModes: ['ReadWriteMany'] })],
    ['class', claim({ storageClassName: 'x' }), claim({ storageClassName: 'y' })],
    ['mode', claim(), claim({ volumeMode: 'Block' })],
    ['shrinking', claim(), claim({}, '1Gi')],
  ]),
  ...of(
    'v1',
    'PersistentVolume',
    [
      ['path', volume({ hostPath: { path: '/a' } }), volume({ hostPath: { path: '/b' } })],
      ['nfs', volume({ nfs: { server: 'x', path: '/a' } }), volume({ nfs: { server: 'x', path: '/b' } })],
      ['csi', volume({ csi: { driver: 'x', volumeHandle: 'a' } }), volume({ csi: { driver: 'x', volumeHandle: 'b' } })],
      ['local', volume({ local: { path: '/a' }, ...onNode }), volume({ local: { path: '/b' }, ...onNode })],
      ['aws', volume({ awsElasticBlockStore: { volumeID: 'a' } }), volume({ awsElasticBlockStore: { volumeID: 'b' } })],
      ['gce', volume({ gcePersistentDisk: { pdName: 'a' } }), volume({ gcePersistentDisk: { pdName: 'b' } })],
      ['mode', volume({ hostPath: { path: '/a' } }), volume({ hostPath: { path: '/a' }, volumeMode: 'Block' })],
      ['reclaiming', volume({ hostPath: { path: '/a' } }), volume({ hostPath: { path: '/a' }, persistentVolumeReclaimPolicy: 'Delete' })],
    ],
    'cluster',
  ),
  ...of(
    'storage.k8s.io/v1',
    'StorageClass',
    [
      ['parameters', storage({ parameters: { a: 'b' } }), storage({ parameters: { a: 'c' } })],
      ['provisioner', storage(), { provisioner: 'example.com/y' }],
      ['reclaiming', storage(), storage({ reclaimPolicy: 'Retain' })],
      ['binding', storage(), storage({ volumeBindingMode: 'WaitForFirstConsumer' })],
      ['growth', storage(), storage({ allowVolumeExpansion: true })],
    ],
    'cluster',
  ),
  ...of('v1', 'Secret', [
    ['type', { type: 'Opaque' }, { type: 'example.com/x' }],
    ['sealed data', { data: { a: 'YQ==' }, immutable: true }, { data: { a: 'Yg==' }, immutable: true }],
    ['sealed text', { immutable: true }, { stringData: { a: 'b' }, immutable: true }],
    ['seal', { data: { a: 'YQ==' }, immutable: true }, { data: { a: 'YQ==' }, immutable: false }],
    ['data', { data: { a: 'YQ==' } }, { data: { a: 'Yg==' } }],
  ]),
  ...of('v1', 'ConfigMap', [
    ['sealed data', { data: { a: 'b' }, immutable: true }, { data: { a: 'c' }, immutable: true }],
    ['sealed bytes', { binaryData: { a: 'YQ==' }, immutable: true }, { binaryData: { a: 'Yg==' }, immutable: true }],
    ['seal', { immutable: true }, { immutable: false }],
    ['data', { data: { a: 'b' } }, { data: { a: 'c' } }],
    ['sealing', { data: { a: 'b' } }, { data: { a: 'b' }, immutable: true }],
  ]),
  ...of('v1', 'Service', [
    ['address', service({ clusterIP: '10.0.0.11' }), service({ clusterIP: '10.0.0.12' })],
    [
      'addresses',
      service({ clusterIP: '10.0.0.13', clusterIPs: ['10.0.0.13'] }),
      service({ clusterIP: '10.0.0.14', clusterIPs: ['10.0.0.14'] }),
    ],
    ['headless', service(), service({ clusterIP: 'None' })],
    ['addressed', service({ clusterIP: 'None' }), service()],
    ['no address any more', service({ clusterIP: '10.0.0.15' }), service()],
    ['external name', service(), { spec: { type: 'ExternalName', externalName: 'x.example.com', ports: [{ port: 80 }] } }],
    ['class', balanced('example.com/x'), balanced('example.com/y')],
    ['type', service(), service({ type: 'NodePort' })],
  ]),
  ...of('v1', 'ResourceQuota', [
    ['scopes', { spec: { hard: { pods: '1' }, scopes: ['Terminating'] } }, { spec: { hard: { pods: '1' }, scopes: ['NotTerminating'] } }],
    ['scopes that go', { spec: { hard: { pods: '1' }, scopes: ['Terminating'] } }, { spec: { hard: { pods: '1' } } }],
    ['amounts', { spec: { hard: { pods: '1' } } }, { spec: { hard: { pods: '2' } } }],
  ]),
  ...of('rbac.authorization.k8s.io/v1', 'RoleBinding', [
    ['role', role('Role', 'x'), role('Role', 'y')],
    ['subjects', role('Role', 'x'), { ...role('Role', 'x'), ...subjects }],
  ]),
  ...of(
    'rbac.authorization.k8s.io/v1',
    'ClusterRoleBinding',
    [
      ['role', role('ClusterRole', 'x'), role('ClusterRole', 'y')],
      ['subjects', role('ClusterRole', 'x'), { ...role('ClusterRole', 'x'), ...subjects }],
    ],
    'cluster',
  ),
  ...of(
    'networking.k8s.io/v1',
    'IngressClass',
    [['controller', { spec: { controller: 'example.com/x' } }, { spec: { controller: 'example.com/y' } }]],
    'cluster',
  ),
  ...of(
    'scheduling.k8s.io/v1',
    'PriorityClass',
    [
      ['value', { value: 1 }, { value: 2 }],
      ['preemption', { value: 1 }, { value: 1, preemptionPolicy: 'Never' }],
      ['words', { value: 1 }, { value: 1, description: 'x' }],
    ],
    'cluster',
  ),
  ...of('node.k8s.io/v1', 'RuntimeClass', [['handler', { handler: 'x' }, { handler: 'y' }]], 'cluster'),
  ...of(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    [
      ['group', definition('group'), definition('other'), 'things.group.example.com'],
      ['kind', definition('kind'), definition('kind', {}, { kind: 'Other' }), 'things.kind.example.com'],
      ['plural', definition('plural'), definition('plural', {}, { plural: 'others' }), 'things.plural.example.com'],
      ['scope', definition('scope'), definition('scope', { scope: 'Cluster' }), 'things.scope.example.com'],
      ['short names', definition('short'), definition('short', {}, { shortNames: ['tg'] }), 'things.short.example.com'],
    ],
    'cluster',
  ),
];

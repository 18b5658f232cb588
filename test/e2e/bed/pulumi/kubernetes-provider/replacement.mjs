/** Which changes the provider makes by a new object. Others that the API server does not allow are refused by it. Pure. */

const selector = ['spec.selector'];
const job = ['spec.completions', 'spec.parallelism', 'spec.selector', 'spec.template'];
const claim = ['spec.accessModes', 'spec.selector', 'spec.storageClassName', 'spec.volumeName'];

const byKind = {
  'apps/v1 DaemonSet': selector,
  'apps/v1 Deployment': selector,
  'apps/v1 StatefulSet': [
    ...['spec.podManagementPolicy', 'spec.revisionHistoryLimit', 'spec.selector', 'spec.serviceName'],
    'spec.volumeClaimTemplates',
  ],
  'batch/v1 Job': job,
  'rbac.authorization.k8s.io/v1 ClusterRoleBinding': ['roleRef'],
  'rbac.authorization.k8s.io/v1 RoleBinding': ['roleRef'],
  'storage.k8s.io/v1 StorageClass': ['parameters', 'provisioner'],
  'v1 PersistentVolumeClaim': claim,
  'v1 ResourceQuota': ['spec.scopes'],
  'v1 Service': ['spec.clusterIP'],
};

/** Data of ConfigMaps and Secrets is replaced with the object, unless the provider is told that they may change. */
function ofData({ apiVersion, kind, immutable }, { enableConfigMapMutable, enableSecretMutable }) {
  if (apiVersion !== 'v1') return [];
  if (kind === 'ConfigMap') return enableConfigMapMutable && immutable !== true ? [] : ['data', 'binaryData'];
  if (kind === 'Secret') return enableSecretMutable && immutable !== true ? ['type'] : ['type', 'data'];
  return [];
}

/**
 * Those of the paths whose change needs a new object.
 * @param {{ apiVersion: string, kind: string, immutable?: boolean }} object
 */
export function replacing(object, paths, settings) {
  const { apiVersion, kind } = object;
  const fixed = ['metadata.name', 'metadata.namespace', ...(byKind[`${apiVersion} ${kind}`] ?? []), ...ofData(object, settings)];
  return paths.filter((path) => fixed.some((start) => path === start || path.startsWith(`${start}.`) || path.startsWith(`${start}[`)));
}

/** Whether the old object has to go before the new one comes, since both are called the same. */
export function sameName(before, after) {
  return before.metadata?.name === after.metadata.name && before.metadata?.namespace === after.metadata.namespace;
}

import type { KubernetesObject } from '../desired/desired-state';

/** API groups whose kinds the tables of this folder name without their group. */
const KNOWN_GROUPS = new Set([
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apps',
  'argoproj.io',
  'autoscaling',
  'batch',
  'cert-manager.io',
  'external-secrets.io',
  'gateway.networking.k8s.io',
  'monitoring.coreos.com',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
]);

const PODS_OF = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'Rollout'];
const CONTAINERS = ['containers', 'initContainers', 'ephemeralContainers'];
const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'];

/** Places that hold a type of its own, wherever that type is used. */
const TYPES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(PODS_OF.map((kind) => [`${kind}.spec.template`, 'PodTemplate'])),
  'CronJob.spec.jobTemplate': 'Job',
  'PodTemplate.spec': 'PodSpec',
  'Pod.spec': 'PodSpec',
  ...Object.fromEntries(CONTAINERS.map((field) => [`PodSpec.${field}[]`, 'Container'])),
  ...Object.fromEntries(PROBES.map((field) => [`Container.${field}`, 'Probe'])),
  'PodSpec.volumes[]': 'Volume',
  'Volume.ephemeral.volumeClaimTemplate': 'PersistentVolumeClaim',
  'StatefulSet.spec.volumeClaimTemplates[]': 'PersistentVolumeClaim',
  'ClusterRole.rules': 'Role.rules',
  'ClusterRoleBinding.subjects': 'RoleBinding.subjects',
  'ClusterRoleBinding.roleRef': 'RoleBinding.roleRef',
};

/** What follows a place for the items of a list. */
export const ITEM = '[]';

/**
 * The place of a field by that of what holds it: `Deployment` and `spec` are `Deployment.spec`. A place that holds a known type bears its
 * name, so that one row of a table is about containers wherever they are.
 */
export function placeOf(parent: string, key: string): string {
  if (key === 'metadata') return 'Metadata';
  if (parent === 'workflow.jobs') return 'workflow.jobs.*';
  const place = key === ITEM ? `${parent}${ITEM}` : `${parent}.${key}`;
  return TYPES[place] ?? place;
}

/** The place of an object as a whole: its kind, with the group where that is none of the known ones. */
export function placeOfObject(object: Pick<KubernetesObject, 'apiVersion' | 'kind'>): string {
  const group = groupOf(object);
  return KNOWN_GROUPS.has(group) ? object.kind : `${object.kind}@${group}`;
}

/** API group of an object, empty for the core. */
export function groupOf({ apiVersion }: Pick<KubernetesObject, 'apiVersion'>): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

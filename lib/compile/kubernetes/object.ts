import type { KubernetesObject } from '../../desired/desired-state';
import type { Json } from '../../model/platform-model';
import type { Kind } from '../../values/workload';
import type { EmittedKinds, Metadata } from './types';

/** An object of a kind that is emitted, typed by the kind, with its fields in the one order. */
export function kubernetesObject<K extends keyof EmittedKinds & string>(
  type: K,
  metadata: Metadata,
  content: EmittedKinds[K],
): KubernetesObject {
  const cut = type.lastIndexOf('/');
  return inOrder({ apiVersion: type.slice(0, cut), kind: type.slice(cut + 1), metadata, ...content } as unknown as KubernetesObject);
}

/** API group and kind of an object; versions of one kind are one kind. */
export function kindOf(object: KubernetesObject): Kind {
  return { group: object.apiVersion.includes('/') ? object.apiVersion.slice(0, object.apiVersion.indexOf('/')) : '', kind: object.kind };
}

/** A kind as messages name it: `Deployment.apps`, `Service`. */
export function kindText({ group, kind }: Kind): string {
  return group === '' ? kind : `${kind}.${group}`;
}

export function sameKind(one: Kind, other: Kind): boolean {
  return one.group === other.group && one.kind === other.kind;
}

const FIRST = ['apiVersion', 'group', 'kind', 'metadata', 'name', 'namespace'];

/** A copy of an object whose keys are in the one order: what identifies it first, then by the alphabet. Undefined fields are left out. */
export function inOrder(object: KubernetesObject): KubernetesObject {
  return ordered(object as unknown as Json) as unknown as KubernetesObject;
}

function ordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Readonly<Record<string, Json | undefined>>)
    .filter((entry): entry is [string, Json] => entry[1] !== undefined)
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, ordered(item)]));
}

function rank(key: string): number {
  const index = FIRST.indexOf(key);
  return index < 0 ? FIRST.length : index;
}

/** Kinds in the order in which a person, or a plain `kubectl apply`, wants them: what others need comes first. */
const KIND_ORDER = [
  'Namespace',
  'ResourceQuota',
  'LimitRange',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'NetworkPolicy',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'SecretStore',
  'ExternalSecret',
  'Secret',
  'ConfigMap',
  'PersistentVolumeClaim',
  'Service',
  'Deployment',
  'StatefulSet',
  'Job',
  'CronJob',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
  'Issuer',
  'Certificate',
  'Ingress',
];
const LAST_KINDS = ['AppProject', 'Application'];

/** Objects in the one order: by kind, then by name. Kinds that nobody ranked come behind the known ones, AppProject and Application last. */
export function sortObjects(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return [...objects].sort((a, b) => kindRank(a) - kindRank(b) || compare(sortKey(a), sortKey(b)));
}

function kindRank(object: KubernetesObject): number {
  const last = LAST_KINDS.indexOf(object.kind);
  if (last >= 0) return KIND_ORDER.length + 1 + last;
  const index = KIND_ORDER.indexOf(object.kind);
  return index < 0 ? KIND_ORDER.length : index;
}

function sortKey(object: KubernetesObject): string {
  return `${kindText(kindOf(object))} ${object.metadata.name} ${object.metadata.namespace ?? ''}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

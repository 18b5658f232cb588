import { kindOf, kindText } from '../compile/kubernetes/object';
import type { KubernetesObject } from '../desired/desired-state';
import type { Json } from '../model/platform-model';
import type { Tier } from '../values/tier';
import { GUARDS, type GuardRule, guarded } from './guard';
import type { StackResource } from './stack';

const GUARDED_KINDS: Readonly<Record<string, GuardRule>> = {
  Namespace: GUARDS.namespace,
  'Application.argoproj.io': GUARDS.application,
  PersistentVolumeClaim: GUARDS.volumeClaim,
};

/** An object as a resource of the Kubernetes provider. */
export function kubernetesResource(object: KubernetesObject, tier: Tier, dependsOn: readonly string[]): StackResource {
  return {
    type: kubernetesType(object),
    name: kubernetesName(object),
    inputs: isOfKubernetes(object) ? withoutEmptyLists(object) : object,
    dependsOn,
    ...guarded(GUARDED_KINDS[kindText(kindOf(object))], [tier]),
    aliases: [],
  };
}

/** Type token of an object; the provider splits the module at `/`, so that the core group needs its name there. */
export function kubernetesType({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>): string {
  return `kubernetes:${apiVersion.includes('/') ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

/**
 * Logical name of an object: kind, namespace, name. Another version of its API is the same object. Kinds of Kubernetes' own groups, which no
 * two of them share, stand alone; those of others bear their group.
 */
export function kubernetesName(object: KubernetesObject): string {
  const { name, namespace } = object.metadata;
  return [isOfKubernetes(object) ? object.kind : kindText(kindOf(object)), ...(namespace === undefined ? [] : [namespace]), name].join('/');
}

function isOfKubernetes(object: KubernetesObject): boolean {
  return /^[a-z]*$|\.k8s\.io$/.test(kindOf(object).group);
}

/** The API server drops empty lists from its own kinds, and the next run would see a difference for ever. */
function withoutEmptyLists(object: KubernetesObject): StackResource['inputs'] {
  const without = (value: Json | undefined): Json | undefined => {
    if (Array.isArray(value)) return value.map((item) => without(item) as Json);
    if (typeof value !== 'object' || value === null) return value;
    const kept = Object.entries(value).filter(([, item]) => !(Array.isArray(item) && item.length === 0));
    return Object.fromEntries(kept.map(([key, item]) => [key, without(item) as Json]));
  };
  return without(object as unknown as Json) as StackResource['inputs'];
}

import { kindOf, kindText } from '../compile/kubernetes/object';
import type { KubernetesObject } from '../desired/desired-state';
import type { Tier } from '../values/tier';
import { GUARDS, type GuardRule, guarded } from './guard';
import type { StackResource } from './stack';

const GUARDED_KINDS: Readonly<Record<string, GuardRule>> = {
  Namespace: GUARDS.namespace,
  PersistentVolumeClaim: GUARDS.volumeClaim,
};

/** An object as a resource of the Kubernetes provider. */
export function kubernetesResource(object: KubernetesObject, tier: Tier, dependsOn: readonly string[]): StackResource {
  return {
    type: kubernetesType(object),
    name: kubernetesName(object),
    inputs: object,
    dependsOn,
    ...guarded(GUARDED_KINDS[kindText(kindOf(object))], [tier]),
    aliases: [],
  };
}

/** Type token of an object; the provider splits the module at `/`, so that the core group needs its name there. */
export function kubernetesType({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>): string {
  return `kubernetes:${apiVersion.includes('/') ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

/** Logical name of an object: kind, namespace, name. Another version of its API is the same object. */
export function kubernetesName(object: KubernetesObject): string {
  const { name, namespace } = object.metadata;
  return [kindText(kindOf(object)), ...(namespace === undefined ? [] : [namespace]), name].join('/');
}

import type { DesiredService, KubernetesObject } from '../desired/desired-state';
import type { Tier } from '../values/tier';
import { kubernetesName, kubernetesResource } from './kubernetes-resource';
import type { StackResource } from './stack';

/** The objects of one service, as a release holds them. */
export type ReleasedService = Pick<DesiredService, 'name' | 'objects'>;

/**
 * What a stack applies of a service, in steps: what pods refer to, pods, what is ready only when pods are, what leads to that. The provider
 * waits for each object, so that none may wait for something that comes later.
 */
const STEPS: readonly (readonly string[])[] = [
  [
    'ServiceAccount',
    'Role',
    'RoleBinding',
    'NetworkPolicy',
    'SecretStore',
    'ExternalSecret',
    'Secret',
    'ConfigMap',
    'PersistentVolumeClaim',
  ],
  ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'],
  ['Service', 'HorizontalPodAutoscaler', 'PodDisruptionBudget'],
  ['Ingress', 'HTTPRoute'],
];

/** Objects of services as resources: all of them after the environment's own, those of one service in steps. */
export function releasedResources(services: readonly ReleasedService[], tier: Tier, bootstrap: readonly string[]): StackResource[] {
  return services.flatMap(({ objects }) => {
    const steps = STEPS.map((kinds) => objects.filter(({ kind }) => kinds.includes(kind))).filter((step) => step.length > 0);
    // Kinds that nobody ranked wait for none, and none waits for them.
    const unranked = objects.filter((object) => !steps.flat().includes(object));
    const after = (object: KubernetesObject, earlier: readonly KubernetesObject[] = []): StackResource =>
      kubernetesResource(object, tier, [...bootstrap, ...earlier.map(kubernetesName)]);
    return [
      ...unranked.map((object) => after(object)),
      ...steps.flatMap((step, index) => step.map((object) => after(object, steps[index - 1]))),
    ];
  });
}

import type { KubernetesObject } from '../../desired/desired-state';
import type { EnvironmentModel, PlatformModel } from '../../model/platform-model';
import type { Kind } from '../../values/workload';
import { applicationName } from '../delivery';
import { environmentLabels } from '../kubernetes/labels';
import { certificateName, ENVIRONMENT_NAME, ENVIRONMENT_POLICIES } from '../kubernetes/names';
import { kindOf, kindText, kubernetesObject } from '../kubernetes/object';
import type { AppProjectSpec, GroupKind } from '../kubernetes/types';
import { clusterOf, deliveryUrl } from './references';

/** Argo CD keeps the project for as long as an Application is in it. */
const FINALIZER = 'resources-finalizer.argocd.argoproj.io';

/** Every kind that a release of this version can hold without `addObjects`, whether a service needs it today or not. */
export const RELEASED_KINDS: readonly Kind[] = [
  { group: '', kind: 'ConfigMap' },
  { group: '', kind: 'Service' },
  { group: '', kind: 'ServiceAccount' },
  { group: 'apps', kind: 'Deployment' },
  { group: 'autoscaling', kind: 'HorizontalPodAutoscaler' },
  { group: 'cert-manager.io', kind: 'Certificate' },
  { group: 'external-secrets.io', kind: 'ExternalSecret' },
  { group: 'networking.k8s.io', kind: 'Ingress' },
  { group: 'networking.k8s.io', kind: 'NetworkPolicy' },
  { group: 'policy', kind: 'PodDisruptionBudget' },
];

/**
 * What the Application of an environment may do: read the delivery repository, write the kinds of a release and those of added objects
 * into its own namespace on its own cluster, and nothing else. With a declared group, its members may sync; an AppProject cannot name
 * a branch, so nobody gets `override`, and the branch is the infrastructure stack's.
 */
export function appProject(
  model: PlatformModel,
  environment: EnvironmentModel,
  namespace: string,
  services: readonly KubernetesObject[],
): KubernetesObject {
  const name = applicationName(model.name, environment.name);
  const cluster = clusterOf(model, environment);
  const roles = syncRoles(environment, name);
  return kubernetesObject(
    'argoproj.io/v1alpha1/AppProject',
    { name, namespace: cluster.namespace, labels: environmentLabels(model, environment), finalizers: [FINALIZER] },
    {
      spec: {
        description: `${environment.name} of ${model.name}`,
        sourceRepos: [deliveryUrl(model)],
        destinations: [{ name: cluster.name, namespace }],
        clusterResourceWhitelist: [],
        namespaceResourceWhitelist: allowedKinds(services),
        orphanedResources: { warn: true, ignore: notOrphaned(model, environment) },
        ...(roles.length === 0 ? {} : { roles }),
      },
    },
  );
}

function allowedKinds(services: readonly KubernetesObject[]): GroupKind[] {
  const kinds = new Map([...RELEASED_KINDS, ...services.map(kindOf)].map((kind) => [kindText(kind), kind]));
  return [...kinds.values()]
    .sort((a, b) => (a.group === b.group ? (a.kind < b.kind ? -1 : 1) : a.group < b.group ? -1 : 1))
    .map(({ group, kind }) => ({ group, kind }));
}

/** What lies in the namespace without being part of a release: the stack's own objects, and the secret that cert-manager writes. */
function notOrphaned(model: PlatformModel, environment: EnvironmentModel): (GroupKind & { readonly name: string })[] {
  return [
    { group: '', kind: 'LimitRange', name: ENVIRONMENT_NAME },
    { group: '', kind: 'ResourceQuota', name: ENVIRONMENT_NAME },
    ...(environment.tls.kind === 'issuer' ? [{ group: '', kind: 'Secret', name: certificateName(model, environment) }] : []),
    ...(environment.tls.kind === 'secret' ? [{ group: '', kind: 'Secret', name: environment.tls.secret }] : []),
    { group: 'networking.k8s.io', kind: 'NetworkPolicy', name: ENVIRONMENT_POLICIES.defaultDeny },
    { group: 'networking.k8s.io', kind: 'NetworkPolicy', name: ENVIRONMENT_POLICIES.dns },
  ];
}

function syncRoles(environment: EnvironmentModel, name: string): NonNullable<AppProjectSpec['roles']> {
  if (environment.sync.kind !== 'manual' || environment.sync.group === undefined) return [];
  return [
    {
      name: 'sync',
      description: `may sync ${environment.name}`,
      groups: [environment.sync.group],
      policies: [`p, proj:${name}:sync, applications, sync, ${name}/${name}, allow`],
    },
  ];
}

import { revisionOfBranch } from '../../desired/application-revision';
import type { KubernetesObject } from '../../desired/desired-state';
import type { EnvironmentModel, PlatformModel } from '../../model/platform-model';
import { applicationName, environmentBranch } from '../delivery';
import { environmentLabels } from '../kubernetes/labels';
import { instanceName } from '../kubernetes/names';
import { kubernetesObject } from '../kubernetes/object';
import { clusterOf, deliveryUrl } from './references';

/** Folder of an environment's branch that holds its manifests. */
export const MANIFESTS = 'manifests';

/** With it, deleting the Application deletes what it deployed. */
const CASCADE = 'resources-finalizer.argocd.argoproj.io';

/**
 * The one Application of an environment. It follows `env/<environment>` by its full name; without automatic sync there is no `automated` at all, since an
 * empty one means on. Deleting it takes its objects along, except in a production tier.
 */
export function application(model: PlatformModel, environment: EnvironmentModel, namespace: string): KubernetesObject {
  const name = applicationName(model.name, environment.name);
  const cluster = clusterOf(model, environment);
  return kubernetesObject(
    'argoproj.io/v1alpha1/Application',
    {
      name,
      namespace: cluster.namespace,
      // The label by which people filter in Argo CD: `app:<platform>-*`.
      labels: { ...environmentLabels(model, environment), app: instanceName(model, environment) },
      // Without it, fields that the definition of a custom resource fills in count as drift for ever.
      annotations: { 'argocd.argoproj.io/compare-options': 'ServerSideDiff=true' },
      ...(environment.tier === 'production' ? {} : { finalizers: [CASCADE] }),
    },
    {
      spec: {
        project: name,
        source: {
          repoURL: deliveryUrl(model),
          targetRevision: revisionOfBranch(environmentBranch(environment.name)),
          path: MANIFESTS,
          directory: { recurse: true },
        },
        destination: { name: cluster.name, namespace },
        syncPolicy: {
          ...(environment.sync.kind === 'automatic' ? { automated: { prune: true, selfHeal: true } } : {}),
          syncOptions: ['ServerSideApply=true', 'PruneLast=true'],
          retry: { limit: 5, backoff: { duration: '10s', factor: 2, maxDuration: '3m' } },
        },
        revisionHistoryLimit: environment.revisionHistory,
      },
    },
  );
}

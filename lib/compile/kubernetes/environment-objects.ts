import type { KubernetesObject } from '../../desired/desired-state';
import type { EnvironmentModel, PlatformModel } from '../../model/platform-model';
import { appProject } from '../argocd/app-project';
import { application } from '../argocd/application';
import { admissionObjects } from './admission';
import { environmentLabels } from './labels';
import { environmentNetworkPolicies } from './network';
import { kindOf, kubernetesObject, sameKind, sortObjects } from './object';
import { applyOverrides, refuseDuplicates } from './overrides';
import { limitRange, resourceQuota } from './quota';
import { serviceObjects, sharedObjects } from './service-objects';

/**
 * The objects that an environment's stack applies before any release: Namespace first, the one Application last.
 * None when the environment is not on Kubernetes.
 *
 * @throws InvalidValueError SG031 to SG034 when an override or an added object does not fit.
 */
export function environmentObjects(model: PlatformModel, environment: EnvironmentModel): KubernetesObject[] {
  const { target } = environment;
  if (target.kind !== 'kubernetes') return [];
  const { namespace } = target;
  const services = model.services.flatMap((service) => serviceObjects(model, service, environment));
  const objects = [
    namespaceObject(model, environment, namespace),
    resourceQuota(model, environment, namespace, services),
    limitRange(model, environment, namespace),
    ...environmentNetworkPolicies(model, environment, namespace),
    ...admissionObjects(model, environment, namespace),
    ...(environment.sync.kind === 'pulumi'
      ? []
      : [appProject(model, environment, namespace, services), application(model, environment, namespace)]),
  ];
  refuseDuplicates([...objects, ...services], environment.path);
  const shared = sharedObjects(model, environment).map(kindOf);
  const overrides = environment.overrides.filter(
    ({ kind }) => !shared.some((other) => sameKind(other, kind)) || objects.some((object) => sameKind(kindOf(object), kind)),
  );
  return sortObjects(applyOverrides(objects, overrides, environment.path));
}

function namespaceObject(model: PlatformModel, environment: EnvironmentModel, name: string): KubernetesObject {
  const podSecurity = Object.fromEntries(['audit', 'enforce', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']));
  const labels = { ...environmentLabels(model, environment), ...podSecurity, 'stagegate.dev/data': environment.data };
  return kubernetesObject('v1/Namespace', { name, labels }, {});
}

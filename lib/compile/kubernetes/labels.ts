import type { EnvironmentModel, PlatformModel, ServiceModel } from '../../model/platform-model';
import { instanceName } from './names';

export type Labels = Readonly<Record<string, string>>;

/** What selects the pods of a service, and stays the same for as long as the service has its name. */
export function selectorLabels(model: PlatformModel, service: string, environment: EnvironmentModel): Labels {
  return { 'app.kubernetes.io/instance': instanceName(model, environment), 'app.kubernetes.io/name': service };
}

/** Labels of every object of a service. */
export function serviceLabels(model: PlatformModel, service: ServiceModel, environment: EnvironmentModel): Labels {
  return {
    ...selectorLabels(model, service.name, environment),
    'app.kubernetes.io/managed-by': 'stagegate',
    'app.kubernetes.io/part-of': model.name,
    'stagegate.dev/environment': environment.name,
  };
}

/** Labels of every object of an environment as a whole. */
export function environmentLabels(model: PlatformModel, environment: EnvironmentModel): Labels {
  return {
    'app.kubernetes.io/managed-by': 'stagegate',
    'app.kubernetes.io/part-of': model.name,
    'stagegate.dev/environment': environment.name,
    'stagegate.dev/tier': environment.tier,
  };
}

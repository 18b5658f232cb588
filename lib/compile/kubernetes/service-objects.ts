import type { DesiredService, KubernetesObject } from '../../desired/desired-state';
import type { EnvironmentModel, OverrideModel, PlatformModel, ServiceInEnvironmentModel, ServiceModel } from '../../model/platform-model';
import { imageSlot, slotToken } from '../../values/slot';
import { addedObjects } from './added-objects';
import { carriesCertificate, certificateObjects, ingress } from './exposure';
import { selectorLabels, serviceLabels } from './labels';
import { serviceNetworkPolicy, usedServices } from './network';
import { kindOf, sameKind, sortObjects } from './object';
import { applyOverrides, describeOverrides, refuseDuplicates } from './overrides';
import { workloadObjects } from './workload';
import type { WorkloadSpec } from './workload-spec';

/**
 * The objects of a service in an environment, in the one order, overrides applied and added objects among them.
 * None when the service does not run there, or when the environment is not on Kubernetes.
 *
 * @throws InvalidValueError SG031 to SG034 when an override or an added object does not fit.
 */
export function serviceObjects(model: PlatformModel, service: ServiceModel, environment: EnvironmentModel): KubernetesObject[] {
  const placed = service.environments.find((candidate) => candidate.environment === environment.name);
  if (placed === undefined || environment.target.kind !== 'kubernetes') return [];
  const { namespace } = environment.target;
  const path = `${service.path} in ${environment.name}`;
  const own = applyOverrides(ownObjects(model, service, environment, placed, namespace), placed.overrides, path);
  const shared = carriesCertificate(model, service, environment) ? sharedObjects(model, environment) : [];
  const objects = [...own, ...shared, ...addedObjects(placed.addedObjects, namespace, path)];
  refuseDuplicates(objects, path);
  return sortObjects(objects);
}

/** A service in an environment with what was overridden, for the report. */
export function desiredService(model: PlatformModel, service: ServiceModel, environment: EnvironmentModel): DesiredService {
  const placed = service.environments.find((candidate) => candidate.environment === environment.name);
  return {
    name: service.name,
    objects: serviceObjects(model, service, environment),
    overridden: describeOverrides(placed?.overrides ?? [], placed?.addedObjects ?? []),
  };
}

/** What all routes of an environment share, with the environment's overrides. */
export function sharedObjects(model: PlatformModel, environment: EnvironmentModel): KubernetesObject[] {
  if (environment.target.kind !== 'kubernetes') return [];
  const objects = certificateObjects(model, environment, environment.target.namespace);
  const fitting = (override: OverrideModel) => objects.some((object) => sameKind(kindOf(object), override.kind));
  return applyOverrides(objects, environment.overrides.filter(fitting), environment.path);
}

function ownObjects(
  model: PlatformModel,
  service: ServiceModel,
  environment: EnvironmentModel,
  placed: ServiceInEnvironmentModel,
  namespace: string,
): KubernetesObject[] {
  return [
    ...workloadObjects(workloadOf(model, service, environment, placed, namespace)),
    serviceNetworkPolicy(model, service, environment, placed, namespace),
    ...(placed.route === undefined ? [] : [ingress(model, service, environment, namespace, placed.route)]),
  ];
}

/** A service in an environment as the workload that it is; its images are slots. */
function workloadOf(
  model: PlatformModel,
  service: ServiceModel,
  environment: EnvironmentModel,
  placed: ServiceInEnvironmentModel,
  namespace: string,
): WorkloadSpec {
  const { name } = service;
  return {
    name,
    namespace,
    labels: serviceLabels(model, service, environment),
    selector: selectorLabels(model, name, environment),
    image: slotToken(imageSlot(name)),
    port: service.port,
    health: service.health.path,
    command: service.command,
    args: service.args,
    replicas: placed.replicas,
    ...(placed.autoscaling === undefined ? {} : { autoscaling: placed.autoscaling }),
    strategy: placed.strategy,
    requests: placed.requests,
    limits: placed.limits,
    env: { ...addresses(model, service, environment), ...placed.env },
    secrets: placed.secrets,
    writable: placed.writable,
    sidecars: service.sidecars.map((sidecar) => ({ ...sidecar, image: slotToken(imageSlot(name, sidecar.name)) })),
    progressSeconds: environment.health.timeoutSeconds,
  };
}

/** Addresses of the services that a service uses, by the variable that gets them. */
function addresses(model: PlatformModel, service: ServiceModel, environment: EnvironmentModel): Record<string, string> {
  const used = usedServices(model, service, environment);
  return Object.fromEntries(
    service.uses.flatMap(({ variable, service: name }) =>
      used.filter((other) => other.name === name).map((other) => [variable, `http://${other.name}:${other.port}`] as const),
    ),
  );
}

import type { DesiredEnvironment, DesiredState } from '../desired/desired-state';
import { deepFreeze } from '../model/freeze';
import type { EnvironmentModel, PlatformModel } from '../model/platform-model';
import { compileDelivery } from './delivery';
import { desiredDocuments } from './documents/documents';
import { desiredRepositories } from './github/repositories';
import { environmentObjects } from './kubernetes/environment-objects';
import { desiredService } from './kubernetes/service-objects';

/**
 * Compiles a platform to everything that has to agree with it: objects, rules, workflows, files and what delivery executes.
 * Pure; the result is frozen. Images and ids that are not known yet are slots.
 *
 * @throws InvalidValueError when an override or a patch does not fit what is compiled.
 */
export function compile(model: PlatformModel): DesiredState {
  const delivery = compileDelivery(model);
  return deepFreeze({
    version: 1,
    platform: model.name,
    environments: model.environments.map((environment) => desiredEnvironment(model, environment)),
    repositories: desiredRepositories(model, delivery),
    delivery,
    documents: desiredDocuments(model, delivery),
  });
}

function desiredEnvironment(model: PlatformModel, environment: EnvironmentModel): DesiredEnvironment {
  const { name, tier, lifecycle, target } = environment;
  if (target.kind !== 'kubernetes') return { name, tier, lifecycle, target: target.kind, bootstrap: [], services: [] };
  const services = model.services.filter((service) => service.environments.some((refined) => refined.environment === name));
  return {
    name,
    tier,
    lifecycle,
    target: target.kind,
    bootstrap: environmentObjects(model, environment),
    services: services.map((service) => desiredService(model, service, environment)),
  };
}

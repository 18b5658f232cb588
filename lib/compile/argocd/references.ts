import type { ClusterModel, EnvironmentModel, PlatformModel } from '../../model/platform-model';

/**
 * The cluster that an environment runs on.
 *
 * @throws Error when the model has none: it was not made by `resolve`.
 */
export function clusterOf(model: PlatformModel, environment: EnvironmentModel): ClusterModel {
  const { target } = environment;
  const cluster = target.kind === 'kubernetes' ? model.clusters.find((candidate) => candidate.name === target.cluster) : undefined;
  if (cluster === undefined) throw new Error(`the model has no cluster for ${environment.name}`);
  return cluster;
}

/**
 * Address from which Argo CD fetches the environments' branches.
 *
 * @throws Error when the model has no delivery repository: it was not made by `resolve`.
 */
export function deliveryUrl(model: PlatformModel): string {
  const delivery = model.repositories.find((repository) => repository.delivery || repository.name === model.program.repository);
  if (delivery === undefined) throw new Error(`the model has no repository ${model.program.repository}`);
  return delivery.url;
}

import type { DesiredDelivery, DesiredWorkflow } from '../../desired/desired-state';
import type { PlatformModel } from '../../model/platform-model';
import { buildWorkflow } from './build-workflow';
import { deliverWorkflow } from './deliver-workflow';
import { previewCommentWorkflow } from './preview-comment-workflow';
import { previewWorkflow } from './preview-workflow';
import { releaseWorkflow } from './release-workflow';
import { suiteWorkflows } from './suite-workflow';
import { tagWorkflow } from './tag-workflow';
import { validateWorkflows } from './validate-workflow';

/**
 * The workflows of a repository, in order of path. In every repository with declared checks: `validate`. Where releases are born or
 * wanted: `release-<environment>`. In the delivery repository: `release`, `deliver`, `preview`, `preview-comment` and one for each suite.
 *
 * @throws InvalidValueError SG040, SG043
 */
export function workflowsOf(model: PlatformModel, delivery: DesiredDelivery, repository: string): DesiredWorkflow[] {
  const releases = delivery.environments.flatMap((environment) => {
    if (environment.source !== undefined) {
      return environment.source.repository === repository ? [buildWorkflow(model, delivery, environment, environment.source)] : [];
    }
    const edges = delivery.edges.filter((edge) => edge.to === environment.name && edge.on?.repository === repository);
    return edges.length === 0 ? [] : [tagWorkflow(model, delivery, environment, edges, repository)];
  });
  const own = repository === delivery.repository;
  return [
    ...validateWorkflows(model, repository),
    ...releases,
    ...(own ? [deliverWorkflow(delivery), previewWorkflow(delivery), previewCommentWorkflow(delivery), ...suiteWorkflows(delivery)] : []),
    ...(own && delivery.environments.some(({ source }) => source !== undefined) ? [releaseWorkflow(delivery)] : []),
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
}

import type { DesiredActionsPermissions, DesiredDelivery, DesiredRepository } from '../../desired/desired-state';
import type { PlatformModel, RepositoryModel } from '../../model/platform-model';
import { codeOwnersFiles } from './codeowners';
import { deliveryRulesets } from './delivery-rulesets';
import { githubEnvironments } from './github-environments';
import { protectionRulesets } from './protection-rulesets';
import { workflowsOf } from './workflows';

/**
 * What every repository of a platform has to be on GitHub: rulesets, environments, permissions of Actions, workflows, CODEOWNERS.
 *
 * @throws InvalidValueError SG040 to SG043 when something declared has no form on GitHub.
 */
export function desiredRepositories(model: PlatformModel, delivery: DesiredDelivery): DesiredRepository[] {
  return model.repositories.map((repository) => desiredRepository(model, delivery, repository));
}

function desiredRepository(model: PlatformModel, delivery: DesiredDelivery, repository: RepositoryModel): DesiredRepository {
  const { name, visibility, plan, defaultBranch } = repository;
  const own = name === delivery.repository;
  return {
    name,
    visibility,
    plan,
    defaultBranch,
    rulesets: [...(own ? deliveryRulesets(delivery) : []), ...protectionRulesets(model, delivery, name)].sort((a, b) =>
      a.name < b.name ? -1 : 1,
    ),
    environments: githubEnvironments(model, delivery, repository),
    actions: ACTIONS,
    workflows: workflowsOf(model, delivery, name),
    files: own ? codeOwnersFiles(delivery) : [],
  };
}

/**
 * Only GitHub's own actions, by commit; a workflow's token reads unless its job says otherwise, and never approves: one that did could
 * change the program with nobody but its author.
 */
const ACTIONS: DesiredActionsPermissions = {
  allowed: 'selected',
  githubOwned: true,
  patterns: [],
  shaPinningRequired: true,
  defaultWorkflowPermissions: 'read',
  canApprovePullRequestReviews: false,
};

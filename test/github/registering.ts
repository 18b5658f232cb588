import type { DesiredRepository } from '../../lib/desired/desired-state';
import { type SealingKey, seal } from './sealed-box';

/** Everything that the stack of the repositories registers of one, as calls of the REST interface; the same value for every secret. */
export function* registeringCalls(
  repository: DesiredRepository,
  key: Pick<SealingKey, 'id' | 'publicKey'>,
  secret = 'secret',
): Generator<readonly [call: string, body: unknown]> {
  const at = `/repos/${repository.name}`;
  for (const ruleset of repository.rulesets) yield [`POST ${at}/rulesets`, ruleset];
  for (const environment of repository.environments) {
    const path = `${at}/environments/${encodeURIComponent(environment.name)}`;
    const { can_admins_bypass } = environment;
    const admits = { protected_branches: false, custom_branch_policies: true };
    yield [`PUT ${path}`, { deployment_branch_policy: admits, ...(can_admins_bypass === undefined ? {} : { can_admins_bypass }) }];
    for (const ref of environment.admits) yield [`POST ${path}/deployment-branch-policies`, ref];
    for (const [name, value] of Object.entries(environment.variables)) yield [`POST ${path}/variables`, { name, value: String(value) }];
    for (const name of environment.secrets) {
      yield [`PUT ${path}/secrets/${name}`, { encrypted_value: seal(key.publicKey, secret), key_id: key.id }];
    }
  }
  const { allowed, githubOwned, patterns, shaPinningRequired, ...workflow } = repository.actions;
  yield [`PUT ${at}/actions/permissions`, { enabled: true, allowed_actions: allowed, sha_pinning_required: shaPinningRequired }];
  yield [
    `PUT ${at}/actions/permissions/selected-actions`,
    { github_owned_allowed: githubOwned, verified_allowed: false, patterns_allowed: patterns },
  ];
  yield [
    `PUT ${at}/actions/permissions/workflow`,
    {
      default_workflow_permissions: workflow.defaultWorkflowPermissions,
      can_approve_pull_request_reviews: workflow.canApprovePullRequestReviews,
    },
  ];
}

import type {
  DesiredActionsPermissions,
  DesiredGitHubEnvironment,
  DesiredRuleset,
  DesiredState,
  KubernetesObject,
} from '../desired/desired-state';
import { refuse } from '../values/diagnostic';

/** What the stack of an environment applies, in order: Namespace first, Application last. */
export interface EnvironmentStack {
  readonly environment: string;
  readonly objects: readonly KubernetesObject[];
}

/** What the stack `github` applies; workflow files and CODEOWNERS are commits and not part of it. */
export interface RepositoryStack {
  readonly repositories: readonly {
    readonly name: string;
    readonly rulesets: readonly DesiredRuleset[];
    readonly environments: readonly DesiredGitHubEnvironment[];
    readonly actions: DesiredActionsPermissions;
  }[];
}

/**
 * What the stack of one environment applies.
 *
 * @throws InvalidValueError SG024 when there is no such environment.
 */
export function environmentStack(desired: DesiredState, name: string): EnvironmentStack {
  const environment = desired.environments.find((candidate) => candidate.name === name);
  if (environment !== undefined) return { environment: name, objects: environment.bootstrap };
  return refuse({
    code: 'SG024',
    name: 'unknown-environment',
    path: desired.platform,
    message: 'there is no such environment',
    given: name,
    expected: desired.environments.map((candidate) => candidate.name).join(', '),
    remedy: 'name one of them, or declare the environment',
  });
}

/** What the stack of all repositories applies. */
export function repositoryStack(desired: DesiredState): RepositoryStack {
  return {
    repositories: desired.repositories.map(({ name, rulesets, environments, actions }) => ({ name, rulesets, environments, actions })),
  };
}

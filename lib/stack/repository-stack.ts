import type { DesiredGitHubEnvironment, DesiredRepository, DesiredRuleset, DesiredState } from '../desired/desired-state';
import type { Json } from '../model/platform-model';
import { refuse } from '../values/diagnostic';
import type { Tier } from '../values/tier';
import { githubType, rulesetInputs } from './github-resource';
import { GUARDS, type GuardRule, guarded } from './guard';
import { finishedStack, type Renamed, type Stack, type StackResource } from './stack';

/** Name of the stack of all repositories. */
export const REPOSITORY_STACK = 'github';

export interface RepositoryStackOptions {
  /** Repositories that it is about, `owner/name`. @default all of the platform */
  readonly repositories?: readonly string[];
  /** What was renamed. @default nothing */
  readonly renamed?: Renamed;
}

/**
 * What the stack of the repositories registers: rulesets, environments with their variables and secrets, permissions of Actions. The
 * repositories themselves exist; workflow files and CODEOWNERS are commits.
 *
 * @throws InvalidValueError SG058 when a repository is none of the platform's, SG050, SG057
 */
export function repositoryStack(desired: DesiredState, options: RepositoryStackOptions = {}): Stack {
  const names = options.repositories ?? desired.repositories.map(({ name }) => name);
  const resources = names.flatMap((name) => repositoryResources(desired, desiredRepository(desired, name)));
  return finishedStack({ name: REPOSITORY_STACK, kind: 'repositories', resources }, options.renamed);
}

function repositoryResources(desired: DesiredState, repository: DesiredRepository): StackResource[] {
  const tiers = [...new Set(desired.environments.map(({ tier }) => tier))];
  const production = desired.environments.filter(({ tier }) => tier === 'production').map(({ name }) => name);
  const of = repositoryOf(repository);
  return [
    ...repository.rulesets.map((ruleset) =>
      of('RepositoryRuleset', ruleset.name, rulesetInputs(ruleset, nameOf(repository)), {
        guard: carriesDeliveries(repository, desired, ruleset) ? GUARDS.deliveryRuleset : undefined,
        tiers,
      }),
    ),
    ...repository.environments.flatMap((environment) =>
      environmentResources(of, environment, environment.secrets.length > 0 || production.includes(environment.name) ? tiers : []),
    ),
    of(
      'ActionsRepositoryPermissions',
      undefined,
      {
        enabled: true,
        allowedActions: repository.actions.allowed,
        allowedActionsConfig: {
          githubOwnedAllowed: repository.actions.githubOwned,
          patternsAlloweds: [...repository.actions.patterns],
          verifiedAllowed: false,
        },
        shaPinningRequired: repository.actions.shaPinningRequired,
      },
      { guard: GUARDS.actionsPermissions, tiers },
    ),
    of('WorkflowRepositoryPermissions', undefined, {
      defaultWorkflowPermissions: repository.actions.defaultWorkflowPermissions,
      canApprovePullRequestReviews: repository.actions.canApprovePullRequestReviews,
    }),
  ];
}

interface Placed {
  readonly guard?: GuardRule | undefined;
  readonly tiers?: readonly Tier[];
  readonly dependsOn?: readonly string[];
  readonly secret?: string;
}

type MakeResource = (kind: string, name: string | undefined, inputs: Readonly<Record<string, Json>>, placed?: Placed) => StackResource;

/** Makes resources of one repository: `<kind>/<owner>/<repository>/<what it is called there>`. */
function repositoryOf(repository: DesiredRepository): MakeResource {
  return (kind, name, inputs, { guard, tiers = [], dependsOn = [], secret } = {}) => ({
    type: githubType(kind),
    name: [kind, repository.name, ...(name === undefined ? [] : [name])].join('/'),
    inputs: { repository: nameOf(repository), ...inputs },
    dependsOn,
    ...guarded(guard, tiers),
    aliases: [],
    ...(secret === undefined ? {} : { secret }),
  });
}

/** A GitHub environment and what lies in it; refs are admitted one by one, never by whether they are protected. */
function environmentResources(of: MakeResource, environment: DesiredGitHubEnvironment, tiers: readonly Tier[]): StackResource[] {
  const { name, admits, variables, secrets } = environment;
  const holder = of(
    'RepositoryEnvironment',
    name,
    {
      environment: name,
      ...(environment.can_admins_bypass === undefined ? {} : { canAdminsBypass: environment.can_admins_bypass }),
      deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
    },
    { guard: GUARDS.secretsEnvironment, tiers },
  );
  const dependsOn = [holder.name];
  return [
    holder,
    ...admits.map((ref) =>
      of(
        'RepositoryEnvironmentDeploymentPolicy',
        `${name}/${ref.type}/${ref.name}`,
        { environment: name, ...(ref.type === 'branch' ? { branchPattern: ref.name } : { tagPattern: ref.name }) },
        { dependsOn },
      ),
    ),
    ...Object.entries(variables).map(([variable, value]) =>
      of('ActionsEnvironmentVariable', `${name}/${variable}`, { environment: name, variableName: variable, value }, { dependsOn }),
    ),
    ...secrets.map((secret) =>
      of(
        'ActionsEnvironmentSecret',
        `${name}/${secret}`,
        { environment: name, secretName: secret },
        { dependsOn, secret: `${name}/${secret}` },
      ),
    ),
  ];
}

/** Whether a ruleset holds refs that releases, promotions, their state or the program lie on: no change of the program drops it. */
function carriesDeliveries(repository: DesiredRepository, { delivery }: DesiredState, ruleset: DesiredRuleset): boolean {
  if (repository.name !== delivery.repository) return false;
  const prefixes = [
    ...delivery.environments.map(({ branch }) => `refs/heads/${branch}`),
    `refs/heads/${delivery.promotionBranchPrefix}`,
    `refs/heads/${delivery.stateBranch}`,
    `refs/tags/${delivery.releaseTagPrefix}`,
  ];
  const program = `refs/heads/${delivery.programBranch}`;
  return ruleset.conditions.ref_name.include.some((ref) => ref === program || prefixes.some((prefix) => ref.startsWith(prefix)));
}

function desiredRepository(desired: DesiredState, name: string): DesiredRepository {
  const repository = desired.repositories.find((candidate) => candidate.name === name);
  if (repository !== undefined) return repository;
  return refuse({
    code: 'SG058',
    name: 'unknown-repository',
    path: desired.platform,
    message: 'the platform declares no such repository',
    given: name,
    expected: desired.repositories.map((candidate) => candidate.name).join(', '),
    remedy: 'name one of them, or declare the repository',
  });
}

/** The name without its owner, whom the provider knows. */
function nameOf({ name }: DesiredRepository): string {
  return name.slice(name.indexOf('/') + 1);
}

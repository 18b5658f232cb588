import type { DesiredDelivery, DesiredGitHubEnvironment } from '../../desired/desired-state';
import type { PlatformModel, RepositoryModel, SourceModel } from '../../model/platform-model';
import { refuse } from '../../values/diagnostic';
import { registryLogin } from './registry-login';

/** GitHub environments that hold the keys of the two apps, with the names of what they hold. */
export const DELIVERY_ENVIRONMENT = { name: 'stagegate', appId: 'STAGEGATE_APP_ID', privateKey: 'STAGEGATE_APP_PRIVATE_KEY' } as const;
export const INTAKE_ENVIRONMENT = {
  name: 'stagegate-intake',
  appId: 'STAGEGATE_INTAKE_APP_ID',
  privateKey: 'STAGEGATE_INTAKE_PRIVATE_KEY',
} as const;

/**
 * GitHub environments of a repository. The delivery app's key is for runs on the program branch alone, the intake app's key for runs on
 * refs that start releases; each environment of the platform has one in the delivery repository, for runs on the program branch, so that
 * what the stacks of production need is out of reach for everything that builds.
 *
 * @throws InvalidValueError SG042 when an environment of the platform bears the name of one that holds a key.
 */
export function githubEnvironments(
  model: PlatformModel,
  delivery: DesiredDelivery,
  repository: RepositoryModel,
): DesiredGitHubEnvironment[] {
  const result: DesiredGitHubEnvironment[] = [];
  const admin = bypassOfAdministrators(repository);
  const program = [{ type: 'branch', name: delivery.programBranch }] as const;
  if (repository.name === delivery.repository) {
    for (const environment of model.environments.filter(({ lifecycle }) => lifecycle !== 'retired')) {
      refuseReserved(environment.name, environment.path);
      result.push({ name: environment.name, admits: program, ...admin, variables: {}, secrets: [] });
    }
    const { name, appId, privateKey } = DELIVERY_ENVIRONMENT;
    result.push({ name, admits: program, ...admin, variables: { [appId]: String(delivery.apps.delivery.id) }, secrets: [privateKey] });
  }
  const sources = intakeRefs(model, repository.name);
  if (sources.length > 0) {
    const { name, appId, privateKey } = INTAKE_ENVIRONMENT;
    const login = registryLogin(model);
    result.push({
      name,
      admits: sources.map((source) => ({ type: source.kind === 'branch' ? 'branch' : 'tag', name: source.pattern })),
      ...admin,
      variables: { [appId]: String(delivery.apps.intake.id) },
      secrets: [...(login.kind === 'secrets' ? [login.user, login.password] : []), privateKey],
    });
  }
  return result.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Refs of a repository on which a push starts something in the delivery repository, each once. */
export function intakeRefs(model: PlatformModel, repository: string): SourceModel[] {
  const refs = [...model.environments.flatMap(({ source }) => source ?? []), ...model.policies.flatMap(({ on }) => on ?? [])];
  const own = new Map(refs.filter((ref) => ref.repository === repository).map((ref) => [`${ref.kind} ${ref.pattern}`, ref]));
  return [...own].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, ref]) => ref);
}

/** Only public repositories and GitHub Enterprise can keep administrators from passing the rules of an environment. */
function bypassOfAdministrators({ visibility, plan }: RepositoryModel): Pick<DesiredGitHubEnvironment, 'can_admins_bypass'> {
  return visibility === 'public' || plan === 'enterprise' ? { can_admins_bypass: false } : {};
}

/** GitHub takes names of environments without regard to case. */
function refuseReserved(name: string, path: string): void {
  const reserved = [DELIVERY_ENVIRONMENT.name, INTAKE_ENVIRONMENT.name] as const;
  if (!reserved.some((one) => one === name.toLowerCase())) return;
  refuse({
    code: 'SG042',
    name: 'reserved-environment',
    path,
    message: 'the GitHub environment of this name holds the key of an app',
    given: name,
    expected: `a name other than ${reserved.join(' and ')}`,
    remedy: 'name the environment differently',
  });
}

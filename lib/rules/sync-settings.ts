import { branchOfRevision, revisionOfBranch } from '../desired/application-revision';
import type { DesiredState, KubernetesObject } from '../desired/desired-state';
import type { EnvironmentModel, Json, PlatformModel } from '../model/platform-model';
import { applicationsOf, isKind, listAt, textAt, tryDesiredEnvironment, valueAt } from './environments';
import { matchingPushWorkflow } from './push-workflows';
import { type RuleFinding, refSubject } from './rule';

/** What Argo CD makes of `syncPolicy.automated`. */
export interface AutomatedSync {
  readonly enabled: boolean;
  readonly selfHeal: boolean;
  readonly prune: boolean;
}

export function tryAutomatedSync(application: KubernetesObject): AutomatedSync | undefined {
  const automated = valueAt(application, 'spec', 'syncPolicy', 'automated');
  if (typeof automated !== 'object' || automated === null) return undefined;
  return {
    enabled: valueAt(automated, 'enabled') !== false,
    selfHeal: valueAt(automated, 'selfHeal') === true,
    prune: valueAt(automated, 'prune') === true,
  };
}

/** Where the compiled Application and AppProject do not hold what is declared. */
export function syncFindings(model: PlatformModel, desired: DesiredState, environment: EnvironmentModel): RuleFinding[] {
  if (environment.target.kind !== 'kubernetes' || environment.sync.kind === 'pulumi') return [];
  const applications = applicationsOf(desired, environment.name);
  const findings = applications.flatMap((application) => [
    ...automationFindings(environment, application),
    ...originFindings(model, desired, environment, application),
  ]);
  const projects = (tryDesiredEnvironment(desired, environment.name)?.bootstrap ?? []).filter((object) =>
    isKind(object, 'argoproj.io', 'AppProject'),
  );
  return [...findings, ...projects.flatMap((project) => projectFindings(model, environment, project))];
}

function automationFindings(environment: EnvironmentModel, application: KubernetesObject): RuleFinding[] {
  const { name, path, sync } = environment;
  const automated = tryAutomatedSync(application);
  const about = { environments: [name] };
  const subject = `Application ${application.metadata.name}`;
  if (sync.kind === 'manual') {
    if (automated?.selfHeal === true) {
      return [
        {
          path,
          message: `self-heal-needs-automated-sync: ${name} is synced by a person, and ${subject} heals itself`,
          given: `sync: Sync.manual(), and ${subject} with automated.selfHeal: true`,
          expected: 'no syncPolicy.automated: Argo CD heals only what it syncs by itself',
          remedy: `drop the override of syncPolicy, or declare sync: Sync.automatic() for ${name}`,
          about,
        },
      ];
    }
    if (automated?.enabled !== true) return [];
    return [
      {
        path,
        message: `${subject} syncs by itself, so that nobody is asked before ${name} runs a release`,
        given: `sync: Sync.manual(), and ${subject} with syncPolicy.automated`,
        expected: 'no syncPolicy.automated',
        remedy: `drop the override of syncPolicy, or declare sync: Sync.automatic() for ${name}`,
        about,
      },
    ];
  }
  const wrong =
    automated?.enabled !== true
      ? 'no automated sync'
      : !automated.selfHeal
        ? 'automated.selfHeal off'
        : !automated.prune
          ? 'automated.prune off'
          : undefined;
  if (wrong === undefined) return [];
  return [
    {
      path,
      message:
        automated?.enabled === true
          ? `what runs in ${name} may differ from what the gates let through`
          : `what the gates let through does not run in ${name} by itself`,
      given: `sync: Sync.automatic(), and ${subject} with ${wrong}`,
      expected: 'syncPolicy.automated with prune and selfHeal',
      remedy: `drop the override of syncPolicy, or declare sync: Sync.manual() for ${name}`,
      about,
    },
  ];
}

/** Where an Application takes its manifests from. The branch of another environment in production is SG101, one that starts workflows SG113. */
function originFindings(
  model: PlatformModel,
  desired: DesiredState,
  environment: EnvironmentModel,
  application: KubernetesObject,
): RuleFinding[] {
  const { name, path } = environment;
  const delivery = desired.delivery.environments.find((candidate) => candidate.name === name);
  const branch = delivery?.branch ?? '';
  const url = model.repositories.find((repository) => repository.name === model.program.repository)?.url ?? '';
  const followed = textAt(application, 'spec', 'source', 'targetRevision') ?? 'HEAD';
  const revision = branchOfRevision(followed);
  const finding = (message: string, field: string, given: string, expected: string): RuleFinding => ({
    path,
    message,
    given: `Application ${application.metadata.name} with ${field}: ${given}`,
    expected: `${field}: ${expected}`,
    remedy: `drop the override of ${field} in ${name}`,
    about: { environments: [name], refs: [refSubject(model.program.repository, `refs/heads/${revision}`)] },
  });
  if (listAt(application, 'spec', 'sources').length > 0) {
    return [
      finding(
        `${name} runs what no gate has seen`,
        'sources',
        `${listAt(application, 'spec', 'sources').length} sources`,
        `none; one source, ${branch}`,
      ),
    ];
  }
  const findings: RuleFinding[] = [];
  const origin = textAt(application, 'spec', 'source', 'repoURL') ?? '';
  if (origin !== url) findings.push(finding(`${name} runs what another repository says`, 'repoURL', origin, url));
  const other = desired.delivery.environments.find((candidate) => candidate.branch === revision && candidate.name !== name);
  const elsewhere = (other !== undefined && environment.tier === 'production') || matchingPushWorkflow(desired, revision) !== undefined;
  if (revision !== branch && !elsewhere) {
    findings.push(
      finding(
        other === undefined
          ? `${name} runs what people write to ${revision}, past every gate`
          : `${name} runs what is merged for ${other.name}`,
        'targetRevision',
        followed,
        revisionOfBranch(branch),
      ),
    );
  }
  if (followed === branch) {
    findings.push(
      finding(
        `${name} follows a short name, and whoever pushes refs/${branch}, which no ruleset covers, decides what it means`,
        'targetRevision',
        followed,
        revisionOfBranch(branch),
      ),
    );
  }
  const folder = textAt(application, 'spec', 'source', 'path') ?? '';
  if (folder !== 'manifests')
    findings.push(finding(`${name} runs another folder than the one that releases are put in`, 'path', folder, 'manifests'));
  return findings;
}

/** Who may do what in Argo CD: a project that reaches further than its environment, or a role that passes over the branch. */
function projectFindings(model: PlatformModel, environment: EnvironmentModel, project: KubernetesObject): RuleFinding[] {
  const { name, path, target } = environment;
  if (target.kind !== 'kubernetes') return [];
  const url = model.repositories.find((repository) => repository.name === model.program.repository)?.url ?? '';
  const finding = (message: string, given: string, expected: string): RuleFinding => ({
    path,
    message,
    given: `AppProject ${project.metadata.name} with ${given}`,
    expected,
    remedy: `drop the override of the AppProject in ${name}`,
    about: { environments: [name] },
  });
  const findings: RuleFinding[] = [];
  const repositories = listAt(project, 'spec', 'sourceRepos').filter((repository) => repository !== url);
  if (repositories.length > 0)
    findings.push(
      finding(
        `the project of ${name} takes manifests from elsewhere`,
        `sourceRepos ${repositories.map(String).join(', ')}`,
        `sourceRepos ${url} only`,
      ),
    );
  const places = listAt(project, 'spec', 'destinations').filter((place) => textAt(place, 'namespace') !== target.namespace);
  if (places.length > 0) {
    findings.push(
      finding(
        `a release of ${name} may write into other namespaces`,
        `destinations ${places.map((place) => textAt(place, 'namespace') ?? '*').join(', ')}`,
        `destination ${target.namespace} only`,
      ),
    );
  }
  const powers = listAt(project, 'spec', 'roles').flatMap((role) => listAt(role, 'policies').filter(isOverpowered));
  if (powers.length > 0) {
    findings.push(
      finding(
        `people may run in ${name} what its branch does not say`,
        `policy '${String(powers[0])}'`,
        'roles that may get and sync, nothing else',
      ),
    );
  }
  return findings;
}

/** Policies read `p, subject, resource, action, object, effect`. */
function isOverpowered(policy: Json): boolean {
  const [, , resource = '', action = '', , effect = 'allow'] = String(policy)
    .split(',')
    .map((part) => part.trim());
  return effect === 'allow' && !(['applications', 'logs'].includes(resource) && ['get', 'sync'].includes(action));
}

import type { DesiredEnvironment, DesiredState, KubernetesObject } from '../desired/desired-state';
import { refuse } from '../values/diagnostic';
import type { Tier } from '../values/tier';
import { kubernetesName, kubernetesResource } from './kubernetes-resource';
import { type ReleasedService, releasedResources } from './released-resources';
import { finishedStack, type Renamed, type Stack, type StackResource } from './stack';

export interface EnvironmentStackOptions {
  /** What was renamed. @default nothing */
  readonly renamed?: Renamed;
  /** Services whose objects the stack applies as well, where no Argo CD does. @default none */
  readonly released?: readonly ReleasedService[];
}

/**
 * What the stack of one environment registers: its namespace with limits and network floor, admission policy, AppProject, Application.
 * Deleted in the reverse order: the Application first, while its AppProject exists, the Namespace last.
 *
 * @throws InvalidValueError SG024 when there is no such environment, SG050, SG057
 */
export function environmentStack(desired: DesiredState, name: string, options: EnvironmentStackOptions = {}): Stack {
  const { tier, bootstrap } = desiredEnvironment(desired, name);
  const resources = bootstrapResources(bootstrap, tier);
  const released = releasedResources(
    options.released ?? [],
    tier,
    resources.map((resource) => resource.name),
  );
  return finishedStack({ name, kind: 'environment', resources: [...resources, ...released] }, options.renamed);
}

function bootstrapResources(objects: readonly KubernetesObject[], tier: Tier): StackResource[] {
  return objects.map((object, index) =>
    kubernetesResource(object, tier, prerequisites(object, objects.slice(0, index)).map(kubernetesName)),
  );
}

/** What exists before an object does, of those that precede it. */
function prerequisites(object: KubernetesObject, earlier: readonly KubernetesObject[]): readonly KubernetesObject[] {
  switch (object.kind) {
    // What comes before them is what they let in, and what they leave behind when they are deleted.
    case 'AppProject':
    case 'Application':
      return earlier;
    case 'ValidatingAdmissionPolicyBinding':
      return earlier.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
    default:
      return earlier.filter(({ kind, metadata }) => kind === 'Namespace' && metadata.name === object.metadata.namespace);
  }
}

/** @throws InvalidValueError SG024 when there is no such environment. */
export function desiredEnvironment(desired: DesiredState, name: string): DesiredEnvironment {
  const environment = desired.environments.find((candidate) => candidate.name === name);
  if (environment !== undefined) return environment;
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

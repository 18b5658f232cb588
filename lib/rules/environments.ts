import type { DesiredEnvironment, DesiredState, KubernetesObject } from '../desired/desired-state';
import type { EnvironmentModel, Json, PlatformModel, PolicyModel, SourceModel } from '../model/platform-model';
import { tryCommonName } from './ref-pattern';

/** Environments that exist or will exist: all but retired ones. */
export function presentEnvironments(model: PlatformModel): EnvironmentModel[] {
  return model.environments.filter(({ lifecycle }) => lifecycle !== 'retired');
}

/** Whether releases move into an environment. */
export function takesReleases({ lifecycle }: EnvironmentModel): boolean {
  return lifecycle === 'active' || lifecycle === 'deprecated';
}

export function tryEnvironment(model: PlatformModel, name: string): EnvironmentModel | undefined {
  return model.environments.find((environment) => environment.name === name);
}

/** The construct path of an environment, or its name when it is unknown. */
export function environmentPath(model: PlatformModel, name: string): string {
  return tryEnvironment(model, name)?.path ?? `${model.name}/${name}`;
}

export function tryDesiredEnvironment(desired: DesiredState, name: string): DesiredEnvironment | undefined {
  return desired.environments.find((environment) => environment.name === name);
}

/** All compiled objects of an environment: its own, and those of its services. */
export function objectsOf(environment: DesiredEnvironment): readonly KubernetesObject[] {
  return [...environment.bootstrap, ...environment.services.flatMap((service) => service.objects)];
}

/** Argo CD Applications that the stack of an environment applies. */
export function applicationsOf(desired: DesiredState, environment: string): readonly KubernetesObject[] {
  return (tryDesiredEnvironment(desired, environment)?.bootstrap ?? []).filter((object) => isKind(object, 'argoproj.io', 'Application'));
}

export function isKind(object: KubernetesObject, group: string, kind: string): boolean {
  return object.kind === kind && (group === '' ? !object.apiVersion.includes('/') : object.apiVersion.startsWith(`${group}/`));
}

/** The value at a path of keys in a compiled object; undefined where there is none. */
export function valueAt(value: unknown, ...keys: readonly (string | number)[]): Json | undefined {
  let at: unknown = value;
  for (const key of keys) at = typeof at === 'object' && at !== null ? (at as Readonly<Record<string | number, unknown>>)[key] : undefined;
  return at as Json | undefined;
}

/** The list at a path of keys in a compiled object, empty where there is none. */
export function listAt(value: unknown, ...keys: readonly (string | number)[]): readonly Json[] {
  const found = valueAt(value, ...keys);
  return Array.isArray(found) ? found : [];
}

export function textAt(value: unknown, ...keys: readonly (string | number)[]): string | undefined {
  const found = valueAt(value, ...keys);
  return typeof found === 'string' ? found : undefined;
}

/** `branch main of acme/shop`, `tags v*.*.* of acme/shop`. */
export function sourceText({ kind, pattern, repository }: SourceModel): string {
  return `${kind === 'branch' ? 'branch' : 'tags'} ${pattern} of ${repository}`;
}

/** A full ref, or pattern of full refs, of a source. */
export function refOf({ kind, pattern }: SourceModel): string {
  return `${kind === 'branch' ? 'refs/heads' : 'refs/tags'}/${pattern}`;
}

/** A ref that all sources share; undefined when there is none. */
export function trySharedRef(...sources: readonly SourceModel[]): string | undefined {
  const [first, ...others] = sources;
  if (first === undefined || others.some(({ kind, repository }) => kind !== first.kind || repository !== first.repository))
    return undefined;
  return others.every(({ pattern }) => pattern === first.pattern) ? first.pattern : tryCommonName(...sources.map(({ pattern }) => pattern));
}

/** Pairs of the items, each once. */
export function pairs<T>(items: readonly T[]): (readonly [T, T])[] {
  return items.flatMap((one, index) => items.slice(index + 1).map((other) => [one, other] as const));
}

/** `a`, `a and b`, `a, b and c`. */
export function andText(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

export function incomingPolicies(model: PlatformModel, environment: string): PolicyModel[] {
  return model.policies.filter(({ to }) => to === environment);
}

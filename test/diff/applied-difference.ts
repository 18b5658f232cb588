import type { DesiredEnvironment, DesiredRepository, DesiredState, KubernetesObject } from '../../lib/desired/desired-state';
import { comparable } from '../../lib/diff/comparable';
import type { EnvironmentDifference, ObjectChange, RepositoryDifference, SettingChange } from '../../lib/diff/difference';
import type { ObjectDifference } from '../../lib/diff/difference-of';
import { canonicalText } from '../../lib/diff/list-shapes';
import { objectKey, placedObjects } from '../../lib/diff/matching/placed-object';
import { placeOfObject } from '../../lib/diff/places';
import type { Json } from '../../lib/model/platform-model';
import { applied } from './applied';

/** All that a difference is about, as texts that are equal for what means the same. */
export type Contents = ReadonlyMap<string, string>;

/** What a desired state holds: environments, objects with who brings them, settings and files of repositories. */
export function contentsOf({ environments, repositories }: Pick<DesiredState, 'environments' | 'repositories'>): Contents {
  const found = new Map<string, string>();
  for (const environment of environments) {
    found.set(environment.name, `${environment.tier} ${environment.lifecycle}`);
    for (const [key, { object, owner }] of objectsOf(environment)) found.set(`${environment.name} ${key}`, `${owner} ${textOf(object)}`);
  }
  for (const repository of repositories) {
    found.set(repository.name, '');
    for (const [key, content] of settingsOf(repository))
      found.set(`${repository.name} ${key}`, canonicalText(key.split(':')[0] ?? '', content));
  }
  return found;
}

/** What a desired state holds after the changes that were reported of it. */
export function afterDifference(base: DesiredState, difference: ObjectDifference): Contents {
  const found = new Map(contentsOf(base));
  for (const change of difference.environments) applyEnvironment(found, base, change);
  for (const change of difference.repositories) applyRepository(found, base, change);
  return found;
}

function applyEnvironment(found: Map<string, string>, base: DesiredState, difference: EnvironmentDifference): void {
  const { name, previous, action, tier, lifecycle, changes } = difference;
  const was = base.environments.find((environment) => environment.name === (previous?.name ?? name));
  const objects = was === undefined || action === 'create' ? new Map<string, OwnedObject>() : objectsOf(was);
  for (const change of changes) {
    const { key, value } = applyObject(objects, change);
    objects.delete(keyBefore(change));
    if (value !== undefined) objects.set(key, value);
  }
  for (const key of [...found.keys()]) if (key === was?.name || key.startsWith(`${was?.name} `)) found.delete(key);
  if (action === 'delete') {
    if (objects.size > 0) found.set(`left in ${name}`, [...objects.keys()].join());
    return;
  }
  found.set(name, `${tier} ${lifecycle}`);
  for (const [key, { object, owner }] of objects) found.set(`${name} ${key}`, `${owner} ${textOf(object)}`);
}

interface OwnedObject {
  readonly object: KubernetesObject;
  readonly owner: 'stack' | 'release';
}

function objectsOf(environment: DesiredEnvironment): Map<string, OwnedObject> {
  return new Map(
    placedObjects(environment).map(({ object, service }) => [
      objectKey(object),
      { object, owner: service === undefined ? 'stack' : 'release' },
    ]),
  );
}

function keyBefore({ apiVersion, kind, namespace, name, previous }: ObjectChange): string {
  return objectKey({ apiVersion, kind, metadata: previous ?? { name, ...(namespace === undefined ? {} : { namespace }) } });
}

function applyObject(
  objects: ReadonlyMap<string, OwnedObject>,
  change: ObjectChange,
): { readonly key: string; readonly value?: OwnedObject } {
  const { action, apiVersion, kind, namespace, name, service, fields } = change;
  const identity = { name, ...(namespace === undefined ? {} : { namespace }) };
  const key = objectKey({ apiVersion, kind, metadata: identity });
  const owner = service === undefined ? 'stack' : 'release';
  const before = objects.get(keyBefore(change));
  if ((before === undefined) !== (action === 'create')) throw new Error(`${action} of ${keyBefore(change)}`);
  if (action === 'delete') return { key };
  if (change.object !== undefined) return { key, value: { object: change.object, owner } };
  const known = comparable(before?.object as KubernetesObject);
  const { name: _name, namespace: _namespace, ...metadata } = known.metadata;
  const after = applied({ ...known, metadata } as unknown as Json, fields, placeOfObject(known)) as unknown as KubernetesObject;
  return { key, value: { object: { ...after, metadata: { ...after.metadata, ...identity } }, owner } };
}

function textOf(object: KubernetesObject): string {
  return canonicalText(placeOfObject(object), comparable(object) as unknown as Json);
}

function settingsOf(repository: DesiredRepository): Map<string, Json> {
  const { rulesets, environments, actions, workflows, files } = repository;
  const entries: [string, unknown][] = [
    ...rulesets.map(({ name, ...content }): [string, unknown] => [`ruleset:${name}`, content]),
    ...environments.map(({ name, ...content }): [string, unknown] => [`environment:${name}`, content]),
    ...workflows.map(({ path, ...content }): [string, unknown] => [`workflow:${path}`, content]),
    ...files.map(({ path, content }): [string, unknown] => [`file:${path}`, { content }]),
    ['actions permissions:', actions],
  ];
  return new Map(entries as [string, Json][]);
}

function applyRepository(found: Map<string, string>, base: DesiredState, { name, previous, changes }: RepositoryDifference): void {
  const was = base.repositories.find((repository) => repository.name === (previous ?? name));
  const settings = was === undefined ? new Map<string, Json>() : settingsOf(was);
  for (const change of changes) {
    const before = settings.get(settingKey(change, change.previous ?? change.name));
    const after = applied(before ?? {}, change.fields, change.kind);
    settings.delete(settingKey(change, change.previous ?? change.name));
    if (change.action !== 'delete') settings.set(settingKey(change, change.name), after as Json);
    else if (JSON.stringify(after) !== '{}') throw new Error(`${change.name} is not told whole`);
  }
  for (const key of [...found.keys()]) if (key === was?.name || key.startsWith(`${was?.name} `)) found.delete(key);
  if (was !== undefined && settings.size === 0) return;
  found.set(name, '');
  for (const [key, content] of settings) found.set(`${name} ${key}`, canonicalText(key.split(':')[0] ?? '', content));
}

function settingKey({ kind }: SettingChange, name: string): string {
  return kind === 'actions permissions' ? `${kind}:` : `${kind}:${name}`;
}

import type { KubernetesObject } from '../desired/desired-state';
import type { Json } from '../model/platform-model';
import { comparable } from './comparable';
import { withoutSecrets } from './concealment';
import type { ObjectChange } from './difference';
import { type FieldComparison, fieldChanges } from './field-changes';
import { immutableChanges } from './immutable-fields';
import { sameJson } from './json';
import type { ObjectPair } from './matching/object-pairs';
import type { PlacedObject } from './matching/placed-object';
import type { Explained } from './meaning/changed-object';
import { placeOfObject } from './places';

/** What a change of an object means, and of which fields that says nothing, given the change and the object on either side. */
export type Explain = (change: ObjectChange, before: KubernetesObject | undefined, after: KubernetesObject | undefined) => Explained;

/** What becomes of an object; undefined when nothing does. */
export function objectChange(pair: ObjectPair, comparison: Omit<FieldComparison, 'place'>, explain: Explain): ObjectChange | undefined {
  const { before, after } = pair;
  const change =
    before !== undefined && after !== undefined
      ? changeOf(pair.by, before, after, comparison)
      : wholeChange(after === undefined ? 'delete' : 'create', (after ?? before) as PlacedObject);
  return change === undefined ? undefined : { ...change, ...explain(change, before?.object, after?.object) };
}

function wholeChange(action: 'create' | 'delete', { object, service }: PlacedObject): ObjectChange {
  const shown = withoutSecrets('', placeOfObject(object), '', comparable(object) as unknown as Json) as unknown as KubernetesObject;
  return { action, ...identityOf(object, service), fields: [], object: shown, meanings: [] };
}

function changeOf(
  by: ObjectPair['by'],
  before: PlacedObject,
  after: PlacedObject,
  comparison: Omit<FieldComparison, 'place'>,
): ObjectChange | undefined {
  const isCalledAlike = sameName(before.object, after.object);
  // Which service an object lies with makes no difference to a cluster; whether a release or a stack brings it does.
  const isSamePlace = isCalledAlike && (before.service === undefined) === (after.service === undefined);
  if (isSamePlace && sameJson(before.object, after.object)) return undefined;
  const [was, is] = [unnamed(comparable(before.object)), unnamed(comparable(after.object))];
  const fields = fieldChanges(was, is, { ...comparison, place: placeOfObject(after.object) });
  if (isSamePlace && fields.length === 0) return undefined;
  const immutable = by === 'name' ? immutableChanges(before.object, after.object, fields) : [];
  const { namespace, name } = before.object.metadata;
  const previous = {
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(before.service === undefined ? {} : { service: before.service }),
  };
  return {
    action: by === 'likeness' ? 'rename' : immutable.length > 0 ? 'replace' : 'update',
    ...identityOf(after.object, after.service),
    ...(isCalledAlike && before.service === after.service ? {} : { previous }),
    ...(immutable.length === 0 ? {} : { immutable }),
    fields,
    meanings: [],
  };
}

function identityOf({ apiVersion, kind, metadata: { namespace, name } }: KubernetesObject, service: string | undefined) {
  return { ...(service === undefined ? {} : { service }), apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
}

function sameName({ metadata: a }: KubernetesObject, { metadata: b }: KubernetesObject): boolean {
  return a.name === b.name && a.namespace === b.namespace;
}

/** An object without what it is called, which is told apart from its fields. */
function unnamed({ metadata: { name: _name, namespace: _namespace, ...metadata }, ...object }: KubernetesObject): Json {
  return { ...object, metadata } as unknown as Json;
}

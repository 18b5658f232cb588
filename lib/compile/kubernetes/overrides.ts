import { applyPatch } from 'rfc6902';
import type { KubernetesObject } from '../../desired/desired-state';
import type { Json, OverrideModel } from '../../model/platform-model';
import { refuse, shown } from '../../values/diagnostic';
import type { JsonPatchOperation } from '../../values/workload';
import { inOrder, kindOf, kindText, sameKind } from './object';

/**
 * Objects with changes applied, in their order. A change touches every object of its kind. A merge joins records by key and lists of
 * named things by name (mounts by their path), replaces other lists, and removes what is `null`.
 *
 * @throws InvalidValueError SG031 when no object has the kind, SG032 when a patch does not fit.
 */
export function applyOverrides(
  objects: readonly KubernetesObject[],
  overrides: readonly OverrideModel[],
  path: string,
): KubernetesObject[] {
  return overrides.reduce<KubernetesObject[]>(
    (current, override) => {
      const { kind, change } = override;
      if (!current.some((object) => sameKind(kindOf(object), kind))) {
        refuse({
          code: 'SG031',
          name: 'override-without-object',
          path,
          message: 'an override changes no object',
          given: `an override of ${kindText(kind)}`,
          expected: [...new Set(current.map((object) => kindText(kindOf(object))))].sort().join(', '),
          remedy: 'name one of these kinds, or drop the override',
        });
      }
      return current.map((object) => {
        if (!sameKind(kindOf(object), kind)) return object;
        const changed = 'merge' in change ? merged(asJson(object), change.merge) : patched(object, change.patch, path);
        return inOrder(changed as unknown as KubernetesObject);
      });
    },
    [...objects],
  );
}

/** What overrides and added objects change, one line each, for the report. */
export function describeOverrides(overrides: readonly OverrideModel[], added: readonly Json[]): string[] {
  return [
    ...overrides.map(({ kind, change }) => {
      const fields = 'merge' in change ? leaves(change.merge) : change.patch.map((operation) => `${operation.op} ${operation.path}`);
      return `${kindText(kind)}: ${fields.join(', ')}`;
    }),
    ...added.map((object) => {
      const { apiVersion, kind, metadata } = object as unknown as KubernetesObject;
      return `${kindText(kindOf({ apiVersion, kind, metadata }))}: added ${metadata.name}`;
    }),
  ];
}

/**
 * Refuses two objects of one kind and name in one namespace, of which one would silently replace the other.
 *
 * @throws InvalidValueError SG034
 */
export function refuseDuplicates(objects: readonly KubernetesObject[], path: string): void {
  const seen = new Set<string>();
  for (const object of objects) {
    const identity = `${kindText(kindOf(object))} ${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    if (seen.has(identity)) {
      refuse({
        code: 'SG034',
        name: 'duplicate-object',
        path,
        message: 'two objects have one kind and one name',
        given: `${identity} twice`,
        expected: 'one object of a kind for a name in a namespace',
        remedy: 'rename the added object, or override the compiled one',
      });
    }
    seen.add(identity);
  }
}

type JsonRecord = { readonly [key: string]: Json };

function asJson(object: KubernetesObject): Json {
  return object as unknown as Json;
}

function isRecord(value: Json | undefined): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function merged(base: Json | undefined, change: Json): Json {
  if (Array.isArray(change)) return Array.isArray(base) ? mergedLists(base, change) : change;
  if (!isRecord(change)) return change;
  const result = new Map<string, Json>(isRecord(base) ? Object.entries(base) : []);
  for (const [key, value] of Object.entries(change)) {
    if (value === null) result.delete(key);
    else result.set(key, merged(result.get(key), value));
  }
  return Object.fromEntries(result);
}

/** The field that tells the items of both lists apart; undefined when some item lacks it, or two share a value. */
function keyOf(...lists: readonly (readonly Json[])[]): string | undefined {
  return ['mountPath', 'name'].find((key) =>
    lists.every((items) => {
      const values = items.map((item) => (isRecord(item) ? item[key] : undefined));
      return values.every((value) => typeof value === 'string') && new Set(values).size === values.length;
    }),
  );
}

function mergedLists(base: readonly Json[], change: readonly Json[]): Json {
  const key = change.length === 0 ? undefined : keyOf(base, change);
  if (key === undefined) return change;
  const identity = (item: Json) => (isRecord(item) ? item[key] : undefined);
  const known = base.map((item) => {
    const update = change.find((candidate) => identity(candidate) === identity(item));
    return update === undefined ? item : merged(item, update);
  });
  return [...known, ...change.filter((item) => !base.some((candidate) => identity(candidate) === identity(item)))];
}

function patched(object: KubernetesObject, operations: readonly JsonPatchOperation[], path: string): Json {
  const target = structuredClone(object);
  const errors = applyPatch(target, structuredClone(operations) as Parameters<typeof applyPatch>[1]);
  errors.forEach((error, index) => {
    const operation = operations[index];
    if (error === null || operation === undefined) return;
    const subject = `${kindText(kindOf(object))} ${object.metadata.name}`;
    const differs = operation.op === 'test';
    refuse({
      code: 'SG032',
      name: 'patch-does-not-fit',
      path,
      message: differs ? `a tested value of ${subject} is another one` : `${subject} has no such path`,
      given: shown(operation),
      expected: differs
        ? `${operation.path} with the value ${shown(operation.value)}`
        : 'a path whose parent exists, and that itself exists unless it is added',
      remedy: 'look at the object in the rendered output and correct the path',
    });
  });
  return target as unknown as Json;
}

/** Paths of the values in a merge, joined by dots. */
function leaves(value: Json, at = ''): string[] {
  if (!isRecord(value)) return [at];
  return Object.entries(value).flatMap(([key, item]) => leaves(item, at === '' ? key : `${at}.${key}`));
}

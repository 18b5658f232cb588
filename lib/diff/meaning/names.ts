import type { KubernetesObject } from '../../desired/desired-state';
import type { Json } from '../../model/platform-model';
import { isList, isRecord } from '../json';

/** An object of the base with the names that it would bear in the head: each text that says there, at the same field, what its new name would say. */
export function underNamesOf(
  head: KubernetesObject | undefined,
  object: KubernetesObject,
  renamed: (name: string) => string,
): KubernetesObject {
  if (head === undefined) return object;
  let texts: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  const visit = (path: string, value: Json): Json => {
    if (isList(value)) return value.map((item) => visit(`${path}[]`, item));
    if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(`${path}.${key}`, item)]));
    if (typeof value !== 'string') return value;
    const now = renamed(value);
    if (now === value) return value;
    texts ??= textsOf(head as unknown as Json);
    const there = texts.get(path);
    return there?.has(now) && !there.has(value) ? now : value;
  };
  return visit('', object as unknown as Json) as unknown as KubernetesObject;
}

/** All texts of an object by the field that says them. */
function textsOf(object: Json): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const visit = (path: string, value: Json): void => {
    if (isList(value)) for (const item of value) visit(`${path}[]`, item);
    else if (isRecord(value)) for (const [key, item] of Object.entries(value)) visit(`${path}.${key}`, item);
    else if (typeof value === 'string') found.set(path, (found.get(path) ?? new Set()).add(value));
  };
  visit('', object);
  return found;
}

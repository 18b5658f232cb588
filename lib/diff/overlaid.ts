import type { KubernetesObject } from '../desired/desired-state';
import type { Json } from '../model/platform-model';
import { isList, isRecord } from './json';
import { listComparison } from './list-shapes';
import { ITEM, placeOf, placeOfObject } from './places';

/** An object with everything that another says of it put over it: records key by key, named items by their names, other lists as a whole. */
export function overlaid(object: KubernetesObject, over: KubernetesObject): KubernetesObject {
  return merged(placeOfObject(over), object as unknown as Json, over as unknown as Json) as unknown as KubernetesObject;
}

function merged(place: string, under: Json | undefined, over: Json): Json {
  if (isRecord(over) && isRecord(under)) {
    const entries = Object.entries(over).map(([key, value]) => [key, merged(placeOf(place, key), under[key], value)]);
    return { ...under, ...Object.fromEntries(entries) };
  }
  if (!isList(over) || !isList(under)) return over;
  const lists = listComparison(place, under, over);
  if (lists.kind !== 'named') return over;
  const items = new Map(lists.before.map((name, index) => [name, under[index] as Json]));
  for (const [index, name] of lists.after.entries()) items.set(name, merged(placeOf(place, ITEM), items.get(name), over[index] as Json));
  return [...items.values()];
}

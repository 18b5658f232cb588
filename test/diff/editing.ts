import type { Json } from '../../lib/model/platform-model';
import type { Random } from '../generated/random';

/** A value with one thing changed somewhere in it: a key or item gone, new, or other; a list in another order. */
export function edited(value: Json, random: Random, pick: () => Json): Json {
  if (Array.isArray(value) && value.length > 0) {
    const items = value as readonly Json[];
    const index = random.whole(0, items.length - 1);
    switch (random.whole(0, 5)) {
      case 0:
        return items.toSpliced(index, 1);
      case 1:
        return items.toSpliced(index, 0, pick());
      case 2:
        return random.shuffled(items);
      default:
        return items.with(index, edited(items[index] as Json, random, pick));
    }
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const record = value as { readonly [key: string]: Json };
    const keys = Object.keys(record);
    const key = keys.length === 0 ? undefined : random.pick(keys);
    const kind = random.whole(0, 5);
    if (key === undefined || kind === 0) return { ...record, added: pick() };
    if (kind === 1) return Object.fromEntries(Object.entries(record).filter(([one]) => one !== key));
    return { ...record, [key]: edited(record[key] as Json, random, pick) };
  }
  return pick();
}

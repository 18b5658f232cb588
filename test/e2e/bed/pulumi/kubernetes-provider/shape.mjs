/** Comparison of plain data: what the inputs name of a live object, and where that differs from other inputs. Pure. */

/** What Pulumi sends for a value that a preview cannot know. */
export const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

export const isRecord = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

export function hasUnknown(value) {
  if (typeof value !== 'object' || value === null) return value === UNKNOWN;
  return Object.values(value).some(hasUnknown);
}

/**
 * The live object, without what the inputs do not name: what the API server filled in is no difference. Entries of a list beyond
 * those of the inputs are not named either, as the official provider sees it.
 */
export function prune(live, inputs) {
  if (isRecord(live) && isRecord(inputs)) {
    const named = Object.keys(live).filter((key) => key in inputs);
    return Object.fromEntries(named.map((key) => [key, prune(live[key], inputs[key])]));
  }
  if (Array.isArray(live) && Array.isArray(inputs)) {
    return inputs.slice(0, live.length).map((entry, index) => prune(live[index], entry));
  }
  return live;
}

/**
 * Paths at which two objects differ, such as `spec.ports[0].port`.
 * @returns {{ path: string, kind: 'ADD' | 'DELETE' | 'UPDATE' }[]}
 */
export function differences(before, after, path = '') {
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => differences(before[key], after[key], step(path, key)));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((entry, index) => differences(entry, after[index], `${path}[${index}]`));
  }
  if (JSON.stringify(sorted(before)) === JSON.stringify(sorted(after))) return [];
  return [{ path, kind: before === undefined ? 'ADD' : after === undefined ? 'DELETE' : 'UPDATE' }];
}

function step(path, key) {
  if (!/^[\w$-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

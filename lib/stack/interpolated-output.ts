import { refuse } from '../values/diagnostic';
import { holdsOutput, interpolatedOutput } from '../values/interpolated-output';

/**
 * Refuses data in which an Output stands as a value or was put into a text, which nobody would see before it is applied.
 *
 * @throws InvalidValueError SG052 naming where it stands.
 */
export function refuseInterpolatedOutputs(data: unknown, path: string): void {
  const place = tryPlace(data, []);
  if (place !== undefined) refuse(interpolatedOutput(path, `an Output in ${place.join('.')}`));
}

function tryPlace(value: unknown, place: readonly string[]): readonly string[] | undefined {
  if (typeof value === 'string') return holdsOutput(value) ? place : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  if ((value as { readonly __pulumiOutput?: unknown }).__pulumiOutput === true) return place;
  for (const [key, item] of Object.entries(value)) {
    if (holdsOutput(key)) return [...place, 'a key'];
    const found = tryPlace(item, [...place, label(value, key, item)]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Items of lists by their names, where they have one. */
function label(value: object, key: string, item: unknown): string {
  const name = (item as { readonly name?: unknown } | null)?.name;
  return Array.isArray(value) && typeof name === 'string' && !holdsOutput(name) ? name : key;
}

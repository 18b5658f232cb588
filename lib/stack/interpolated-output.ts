import { refuse } from '../values/diagnostic';

/** What Pulumi makes of an Output that becomes text: instead of its value, a warning. */
const WARNING = /Calling \[(?:toString|toJSON)\] on an \[Output<T>\]/;

/**
 * Data in which no Output was put into a text. The value of an Output is not known while a program runs, so that what stands there is
 * Pulumi's warning, which nobody would see before it is applied.
 *
 * @throws InvalidValueError SG052 naming where it stands.
 */
export function refuseInterpolatedOutputs(data: unknown, path: string): void {
  const place = tryPlace(data, []);
  if (place === undefined) return;
  refuse({
    code: 'SG052',
    name: 'interpolated-output',
    path,
    message: 'an Output was put into a text, which now holds a warning of Pulumi in place of the value',
    given: `the warning at ${place.join('.')}`,
    expected: 'a declared value that is known when the program runs',
    remedy: "declare a slot there, for instance Slot.host('main'), and pass the Output to it with bindInput(slot, output)",
  });
}

function tryPlace(value: unknown, place: readonly string[]): readonly string[] | undefined {
  if (typeof value === 'string') return WARNING.test(value) ? place : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    if (WARNING.test(key)) return [...place, 'a key'];
    const found = tryPlace(item, [...place, label(value, key, item)]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Items of lists by their names, where they have one. */
function label(value: object, key: string, item: unknown): string {
  const name = (item as { readonly name?: unknown } | null)?.name;
  return Array.isArray(value) && typeof name === 'string' && !WARNING.test(name) ? name : key;
}

import type { DesiredState } from '../desired/desired-state';
import { deepFreeze } from '../model/freeze';
import type { Json } from '../model/platform-model';
import { refuse, shown } from '../values/diagnostic';
import { isImageByDigest } from '../values/image';
import { fillText, type SlotValue, slotsIn } from '../values/slot';

const HOST = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)+$/;

/** The names of all slots that a part of the compiled data still has, sorted. */
export function openSlots(part: unknown): string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string') for (const slot of slotsIn(value)) found.add(slot);
    else if (typeof value === 'object' && value !== null) for (const [key, item] of Object.entries(value)) [key, item].forEach(visit);
  };
  visit(part);
  return [...found].sort();
}

/**
 * Fills slots of the compiled data, or of a part of it. Slots without a value stay open; `requireBound` refuses them.
 *
 * @throws InvalidValueError SG022 when a value does not fit its slot: an image without digest, a host that is none, an id that is no number.
 */
export function bind<T = DesiredState>(desired: T, values: Readonly<Record<string, SlotValue>>): T {
  for (const [slot, value] of Object.entries(values)) checkValue(slot, value);
  const known = new Map(Object.entries(values));
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') return fillText(value, known);
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [String(fillText(key, known)), fill(item)]));
    }
    return value as Json;
  };
  return deepFreeze(fill(desired)) as T;
}

/**
 * The same data, when no slot is left in it.
 *
 * @throws InvalidValueError SG023 naming every open slot.
 */
export function requireBound<T>(part: T, path: string): T {
  const open = openSlots(part);
  if (open.length === 0) return part;
  return refuse({
    code: 'SG023',
    name: 'unbound-slot',
    path,
    message: `${open.length === 1 ? 'a slot has' : `${open.length} slots have`} no value`,
    given: open.join(', '),
    expected: 'a value for every slot',
    remedy: 'give images with --images, other values with --values, or bind them in the program that applies the stack',
  });
}

function checkValue(slot: string, value: SlotValue): void {
  const wrong = (expected: string): never =>
    refuse({
      code: 'SG022',
      name: 'wrong-slot-value',
      path: slot,
      message: 'a value does not fit its slot',
      given: shown(value),
      expected,
      remedy: `give ${slot} such a value`,
    });
  if (typeof value !== 'string' && typeof value !== 'number') wrong('text or a number');
  if (slot.startsWith('image/') && !isImageByDigest(value)) wrong("an image by digest, 'registry/name@sha256:' and 64 hexadecimal digits");
  if (slot.startsWith('host/') && !(typeof value === 'string' && HOST.test(value))) wrong('a full host name');
  if (/^(app|team)\//.test(slot) && !(typeof value === 'number' && Number.isInteger(value) && value > 0))
    wrong(`the numeric id of a GitHub ${slot.startsWith('app/') ? 'App' : 'team'}`);
}

import { compile, type DesiredState, resolve } from 'stagegate';
import { bind, openSlots } from '../../lib/compile/bind';
import type { SlotValue } from '../../lib/values/slot';
import { buildProgram, lawfulPlan } from './platform-generator';
import { Random } from './random';

const SEED = Number(process.env.STAGEGATE_SEED ?? 20_261_121);

/** Lawful platforms, compiled. */
export function* lawfulPlatforms(count: number): Generator<DesiredState> {
  for (let index = 0; index < count; index++) {
    yield compile(resolve(buildProgram(lawfulPlan(new Random(SEED + index * 9973))).platform));
  }
}

/** A part of a compiled platform with a value in every slot: an image by digest, a host, the id of an app or of a team. */
export function filled<T>(part: T): { readonly bound: T; readonly values: Readonly<Record<string, SlotValue>> } {
  const values = Object.fromEntries(openSlots(part).map((slot, place) => [slot, slotValue(slot, place)]));
  return { bound: bind(part, values), values };
}

function slotValue(slot: string, place: number): SlotValue {
  if (slot.startsWith('image/')) return `registry.example.com/${slot}@sha256:${String(place).padStart(64, '0')}`;
  if (slot.startsWith('host/')) return `${slot.slice('host/'.length).replaceAll('/', '-')}.example.com`;
  if (/^(app|team)\//.test(slot)) return 2000 + place;
  throw new Error(`no value is known for the slot ${slot}`);
}

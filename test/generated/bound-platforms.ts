import { compile, type DesiredState, resolve } from 'stagegate';
import { bind, openSlots } from '../../lib/compile/bind';
import type { SlotValue } from '../../lib/values/slot';
import { buildProgram, lawfulPlan } from './platform-generator';
import { Random } from './random';

/** The same platforms as those that are explored, unless told otherwise. */
const SEED = Number(process.env.STAGEGATE_SEED ?? 20_261_121);

/** What is applied of a platform, and what fills its slots. */
export interface BoundPlatform extends Pick<DesiredState, 'repositories' | 'environments' | 'delivery'> {
  readonly values: Readonly<Record<string, SlotValue>>;
}

/** Lawful platforms, compiled, with a value in every slot: an image by digest, a host, the id of an app or of a team. */
export function* boundPlatforms(count: number): Generator<BoundPlatform> {
  for (let index = 0; index < count; index++) {
    const { repositories, environments, delivery } = compile(resolve(buildProgram(lawfulPlan(new Random(SEED + index * 9973))).platform));
    const applied = { repositories, environments, delivery };
    const values = Object.fromEntries(openSlots(applied).map((slot, place) => [slot, valueOf(slot, place)]));
    yield { ...bind(applied, values), values };
  }
}

function valueOf(slot: string, place: number): SlotValue {
  if (slot.startsWith('image/')) return `registry.example.com/${slot}@sha256:${String(place).padStart(64, '0')}`;
  if (slot.startsWith('host/')) return `${slot.slice('host/'.length).replaceAll('/', '-')}.example.com`;
  if (/^(app|team)\//.test(slot)) return 2000 + place;
  throw new Error(`no value is known for the slot ${slot}`);
}

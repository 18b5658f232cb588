import { bind, openSlots } from '../compile/bind';
import { compile } from '../compile/compile';
import type { DesiredEnvironment, DesiredState } from '../desired/desired-state';
import type { Environment } from '../environment';
import { resolve } from '../model/resolve';
import { Platform } from '../platform';
import { refuse } from '../values/diagnostic';
import { type ImageReference, imageByDigest } from '../values/image';
import type { SlotValue } from '../values/slot';

/** The images of a release, by service and slot: the content of `release.yaml`, or `release` of what `stagegate release show --json` prints. */
export interface ReleaseRecord {
  /** By service, then by slot: `{ backend: { 'image/backend': { repository, digest } } }`. */
  readonly images: Readonly<Record<string, Readonly<Record<string, ImageReference>>>>;
}

/** What fills the slots of an environment. */
export interface EnvironmentValues {
  /** The release that is written. @default none: the images are given one by one */
  readonly release?: ReleaseRecord;
  /** Images by service or by slot, `backend` or `image/backend/agent`, each by its digest. @default none */
  readonly images?: Readonly<Record<string, string>>;
  /** Values of other slots, for instance `host/prod-host`. @default none */
  readonly values?: Readonly<Record<string, SlotValue>>;
}

/** A platform is locked when it was resolved, so that it compiles to the same state however many charts ask. */
const compiled = new WeakMap<Platform, DesiredState>();

/**
 * An environment as it is compiled, its slots filled.
 *
 * @throws InvalidValueError SG010 or SG022 for a value that does not fit its slot, SG006 for a slot that is given twice, SG072 for a value
 * that fills nothing, and whatever the program is refused for.
 */
export function boundEnvironment(environment: Environment, given: EnvironmentValues, path: string): DesiredEnvironment {
  const platform = Platform.of(environment);
  const desired = compiled.get(platform) ?? compile(resolve(platform));
  compiled.set(platform, desired);
  const values = slotValues(given, path);
  const slots = openSlots(desired);
  const unknown = Object.keys(values).filter((slot) => !slots.includes(slot));
  if (unknown.length > 0) {
    refuse({
      code: 'SG072',
      name: 'unknown-slot',
      path,
      message: `${unknown.length === 1 ? 'a value fills' : 'values fill'} nothing`,
      given: unknown.join(', '),
      expected: slots.join(', ') || 'no values: the program has no slots',
      remedy: 'name a slot of the program; an image is named by its service',
    });
  }
  const found = desired.environments.find(({ name }) => name === environment.environmentName) as DesiredEnvironment;
  return bind(found, values);
}

function slotValues({ release, images, values }: EnvironmentValues, path: string): Record<string, SlotValue> {
  const filled: Record<string, SlotValue> = {};
  const fill = (slot: string, value: SlotValue): void => {
    if (slot in filled) {
      refuse({
        code: 'SG006',
        name: 'duplicate-declaration',
        path,
        message: 'a slot is filled twice',
        given: slot,
        expected: 'one value for a slot',
        remedy: 'give the release alone, or the images and values alone',
      });
    }
    filled[slot] = value;
  };
  for (const slots of Object.values(release?.images ?? {})) {
    for (const [slot, image] of Object.entries(slots)) fill(slot, imageByDigest(image, `${path} ${slot}`));
  }
  for (const [name, image] of Object.entries(images ?? {})) {
    fill(name.startsWith('image/') ? name : `image/${name}`, imageByDigest(image, `${path} ${name}`));
  }
  for (const [slot, value] of Object.entries(values ?? {})) fill(slot, value);
  return filled;
}

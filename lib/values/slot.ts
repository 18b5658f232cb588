import { refuse, shown } from './diagnostic';

/** What may fill a slot: image references and hosts are text, GitHub App ids are numbers. */
export type SlotValue = string | number;

const NAME = /^[a-z0-9]([-a-z0-9/]*[a-z0-9])?$/;
const TOKEN = /\{\{slot:([-a-z0-9/]+)\}\}/g;

/**
 * A named hole in the compiled data, filled by `bind`: from a release, or from outputs of an infrastructure program.
 * In data a slot is text, `{{slot:NAME}}`, alone or within other text.
 */
export const Slot = {
  /** A host name that is known only when the infrastructure has been applied. Its slot is named `host/NAME`. */
  host(name: string): string {
    return slotToken(`host/${name}`);
  },
};

/** The name of the slot that holds the image of a service, or of one of its sidecars. */
export function imageSlot(service: string, sidecar?: string): string {
  return sidecar === undefined ? `image/${service}` : `image/${service}/${sidecar}`;
}

/** The name of the slot that holds the numeric id of a GitHub App. */
export function appSlot(app: string): string {
  return `app/${app}`;
}

/** The text that stands for a slot in compiled data. */
export function slotToken(name: string): string {
  if (!NAME.test(name)) {
    refuse({
      code: 'SG005',
      name: 'invalid-slot',
      path: name,
      message: 'a slot needs a plain name',
      given: shown(name),
      expected: 'lower case letters, digits, "-" and "/"',
      remedy: 'choose another slot name',
    });
  }
  return `{{slot:${name}}}`;
}

/** The names of all slots in a text, in order of appearance. */
export function slotsIn(text: string): string[] {
  return [...text.matchAll(TOKEN)].map((match) => match[1] as string);
}

/** The text with every slot replaced; a text that is nothing but one slot takes the value as it is, number included. Unknown slots stay. */
export function fillText(text: string, values: ReadonlyMap<string, SlotValue>): SlotValue {
  const whole = /^\{\{slot:([-a-z0-9/]+)\}\}$/.exec(text);
  if (whole) return values.get(whole[1] as string) ?? text;
  return text.replace(TOKEN, (token, name: string) => String(values.get(name) ?? token));
}

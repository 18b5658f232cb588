import type { Meaning } from '../difference';
import { listAt, textAt } from '../json';
import { type MeaningRule, note } from './changed-object';

/** Where an ExternalSecret takes its values from; the values themselves are nowhere. */
export const secretReferences: MeaningRule = ({ change, before, after }) => {
  if (change.kind !== 'ExternalSecret' || before === undefined || after === undefined) return [];
  const found: Meaning[] = [];
  const [wasStore, isStore] = [before, after].map((object) => textAt(object, 'spec', 'secretStoreRef', 'name'));
  if (wasStore !== isStore) found.push(note(`secrets come from the store ${isStore} in place of ${wasStore}`));
  const keys = (object: unknown): ReadonlyMap<string, string> =>
    new Map(listAt(object, 'spec', 'data').map((item) => [textAt(item, 'secretKey') ?? '', textAt(item, 'remoteRef', 'key') ?? '']));
  const [was, is] = [keys(before), keys(after)];
  for (const [name, key] of was) {
    const now = is.get(name);
    if (now === undefined) found.push(note(`${name} is no longer read`));
    else if (now !== key) found.push(note(`${name} comes from ${now} in place of ${key}`));
  }
  for (const [name, key] of is) if (!was.has(name)) found.push(note(`${name} is read from ${key}`));
  return found;
};

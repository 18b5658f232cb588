import type { Follows } from './field-changes';
import { tryStem } from './matching/hash-names';
import type { ObjectPair } from './matching/object-pairs';
import { type Rename, renaming } from './matching/renaming';

const HASH = /^(?:sha256:)?[0-9a-f]{8,128}$/i;
const NAMES_HASH = /(?:checksum|hash|sha256|digest)/i;

/**
 * Tells values that only follow from another change: names of objects that are called by their content, names of what is called otherwise
 * now, and annotations with the hash of a content.
 */
export function followsOf(pairs: readonly ObjectPair[], renames: readonly Rename[]): Follows {
  const byContent = new Map(
    pairs.flatMap(({ before, after, by }) =>
      by === 'content' && before !== undefined && after !== undefined ? [[before.object.metadata.name, after.object] as const] : [],
    ),
  );
  const single = renames.map(([from, to]) => ({ from, to, ...renaming([[from, to]]) }));
  const all = renaming(renames);
  return (before, after, key) => {
    const object = byContent.get(before);
    if (object?.metadata.name === after) return `the content of ${object.kind} ${tryStem(after) ?? after}`;
    if (NAMES_HASH.test(key) && HASH.test(before) && HASH.test(after)) return 'the content that it is the hash of';
    if (all.isEmpty || all.apply(before) !== after) return undefined;
    const { from, to } = single.find(({ apply }) => apply(before) === after) ??
      single.find(({ apply }) => apply(before) !== before) ?? { from: before, to: after };
    return `the name ${to} in place of ${from}`;
  };
}

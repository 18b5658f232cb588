import fc from 'fast-check';
import { fieldChanges } from '../../lib/diff/field-changes';
import { sameJson } from '../../lib/diff/json';
import type { Json } from '../../lib/model/platform-model';
import { Random } from '../generated/random';
import { applied, reversed } from './applied';
import { edited } from './editing';

const key = fc.constantFrom('a', 'b', 'name', 'value', 'app.kubernetes.io/name', 'x y', '0', 'order', 'ключ', 'a"b', 'a]b');
const scalar = fc.oneof(
  fc.constantFrom<Json>(null, true, false, 0, 1, 'x', 'y', '', 'a → b', 'order', '7'),
  fc.integer({ min: -3, max: 3 }),
);

/** Values as manifests have them: records, lists of plain values, lists of records with and without names. */
const json: fc.Arbitrary<Json> = fc.letrec<{ json: Json; record: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    tie('record'),
    fc.array(scalar, { maxLength: 5 }),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.uniqueArray(fc.record({ name: fc.constantFrom('web', 'api', '1', 'order', 'a b', 'x"y'), image: scalar, more: tie('json') }), {
      selector: ({ name }) => name,
      maxLength: 4,
    }),
  ),
  record: fc.dictionary(key, tie('json'), { maxKeys: 4 }),
})).json;

const sorted = (changes: readonly unknown[]): string[] => changes.map((change) => JSON.stringify(change)).sort();

/** A value and another that was made from it by a few edits, so that most of both is the same; or any other. */
const pair = fc.tuple(json, json, fc.nat(), fc.nat({ max: 4 })).map(([before, other, seed, edits]) => {
  const random = new Random(seed);
  const pick = (): Json => random.pick<Json>([other, null, 1, 'x', { name: 'web', image: 'x' }, ['x', 'y']]);
  let after = edits === 0 ? other : before;
  for (let edit = 0; edit < edits; edit++) after = edited(after, random, pick);
  return [before, after] as const;
});

test('applying the changes that are reported gives the other value, in every order of a list', () => {
  fc.assert(
    fc.property(pair, ([before, after]) => {
      const changes = fieldChanges(before, after, { place: 'Anything' });
      expect(sameJson(applied(before, changes, 'Anything'), after)).toBe(true);
    }),
    { numRuns: 1500 },
  );
});

test('nothing is reported of a value and itself, and something of two that differ', () => {
  fc.assert(
    fc.property(pair, ([before, after]) => {
      expect(fieldChanges(before, structuredClone(before), { place: 'Anything' })).toEqual([]);
      expect(fieldChanges(before, after, { place: 'Anything' }).length === 0).toBe(sameJson(before, after));
    }),
    { numRuns: 500 },
  );
});

test('the other way round the same changes are reported, with before and after swapped', () => {
  fc.assert(
    fc.property(pair, ([before, after]) => {
      const there = fieldChanges(before, after, { place: 'Anything' });
      const back = fieldChanges(after, before, { place: 'Anything' });
      expect(sorted(reversed(back))).toEqual(sorted(there));
    }),
    { numRuns: 500 },
  );
});

test('no path is reported twice, but for an item that goes and one that comes', () => {
  fc.assert(
    fc.property(pair, ([before, after]) => {
      const changes = fieldChanges(before, after, { place: 'Anything' });
      const paths = changes.map(({ path, before }) => `${path} ${before === undefined}`);
      expect(new Set(paths).size).toBe(paths.length);
    }),
    { numRuns: 500 },
  );
});

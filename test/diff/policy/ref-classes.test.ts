import fc from 'fast-check';
import { patternMatches } from '../../../lib/desired/ref-pattern';
import { refClasses, refsCover } from '../../../lib/diff/policy/ref-classes';
import { refMatches } from '../../../lib/explorer/ref-pattern';

const piece = fc.constantFrom('a', 'b', 'release', '*', '?', 'v[0-9]', 'v*', '**', 'b*');
const pattern = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join('/'));
const name = fc
  .array(fc.constantFrom('a', 'b', 'ab', 'release', 'v1', 'va', 'x'), { minLength: 1, maxLength: 4 })
  .map((pieces) => pieces.join('/'));

test('names that patterns tell apart are in classes of their own, and every name is in one', () => {
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 4 }), name, (patterns, some) => {
      const classes = refClasses(patterns);
      const keys = classes.map(({ matches }) => matches.join());
      expect(new Set(keys).size).toBe(keys.length);
      for (const { name: found, matches } of classes) expect(patterns.map((one) => refMatches(one, found, ''))).toEqual(matches);
      expect(keys).toContain(patterns.map((one) => patternMatches(one, some)).join());
    }),
    { numRuns: 200 },
  );
});

test('patterns cover others exactly when no name tells them apart', () => {
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 3 }), fc.array(pattern, { maxLength: 3 }), name, (outer, inner, some) => {
      if (!refsCover(outer, inner)) {
        const apart = refClasses([...outer, ...inner]).find(
          ({ matches }) => matches.slice(outer.length).includes(true) && !matches.slice(0, outer.length).includes(true),
        );
        expect(apart).toBeDefined();
      } else if (inner.some((one) => refMatches(one, some, ''))) {
        expect(outer.some((one) => refMatches(one, some, ''))).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

test.each([
  [['env/**/*'], ['env/a/b', 'env/prod'], true],
  [['env/**'], ['env/a/b'], false],
  [['release/*', '*/hotfix'], ['release/hotfix'], true],
  [['release/*'], ['**/*'], false],
  [['**/*'], ['release/*', 'main'], true],
  [['v[0-4]', 'v[5-9]'], ['v[0-9]'], true],
  [['v[0-4]', 'v[6-9]'], ['v[0-9]'], false],
  [[], [], true],
  [[], ['main'], false],
] as const)('%j covers %j: %s', (outer, inner, covers) => {
  expect(refsCover(outer, inner)).toBe(covers);
});

test('as many patterns as rulesets have are told apart quickly', () => {
  const folders = Array.from({ length: 30 }, (_, index) => `team-${index}/**/*`);
  expect(refClasses(folders)).toHaveLength(31);
});

import { Bounds, explore } from '../../../lib/explorer/explore';
import { mutants } from '../../explorer/mutants';
import { policyChanges } from './changes';
import { openluffy } from './openluffy-program';

const { desired, intent } = openluffy();

/** Nothing but a workflow file: no demand, and found by the rules and in the difference of files. */
const isNoDemand = (name: string): boolean => /^\.github\/workflows\/.*: job \S+ renamed$/.test(name);

const weakened = mutants(desired).map(({ name, desired: mutant }) => ({
  name,
  mutant,
  harmful: explore(mutant, intent, Bounds.quick).violations.length > 0,
  changes: policyChanges({ desired }, { desired: mutant }),
  back: policyChanges({ desired: mutant }, { desired }),
}));

test('every mutant of what is compiled that lets harm happen is weaker', () => {
  const harmful = weakened.filter((one) => one.harmful);
  expect(harmful.length).toBeGreaterThan(140);
  const silent = harmful.filter(({ changes }) => !changes.some(({ direction }) => direction === 'weaker'));
  expect(silent.map(({ name }) => name)).toEqual([]);
});

test('with the sequence of events that does the harm, and none where there is no harm', () => {
  // Every third, since each is explored anew.
  const some = weakened.filter((_, index) => index % 3 === 0);
  expect(some.length).toBeGreaterThan(50);
  const sequences = some.map(({ name, mutant, harmful }) => {
    const changes = policyChanges({ desired, intent }, { desired: mutant });
    return { name, wrong: changes.some(({ possibleNow }) => possibleNow !== undefined) !== harmful };
  });
  expect(sequences.filter(({ wrong }) => wrong).map(({ name }) => name)).toEqual([]);
});

test('a mutant that only keeps releases out is told as well', () => {
  const others = weakened.filter((one) => !one.harmful);
  expect(others.length).toBeGreaterThan(15);
  const wrong = others.filter(({ name, changes }) => (changes.length === 0) !== isNoDemand(name));
  expect(wrong.map(({ name }) => name)).toEqual([]);
});

test('taking a mutant back is stronger where it was weaker, and never weaker', () => {
  const told = weakened.filter(({ changes }) => changes.every(({ direction }) => direction === 'weaker'));
  expect(told.length).toBeGreaterThan(140);
  for (const { name, changes, back } of told) {
    expect([name, ...back.map(({ subject, direction }) => `${direction} ${subject}`)]).toEqual([
      name,
      ...changes.map(({ subject }) => `stronger ${subject}`),
    ]);
  }
});

import { policyChanges } from '../../../lib/diff/policy/policy-changes';
import { Bounds, explore } from '../../../lib/explorer/explore';
import { mutants } from '../../explorer/mutants';
import { openluffy } from './openluffy-program';

const { desired, intent } = openluffy();

/** Nothing but a workflow file: no demand, and found by the rules and in the difference of files. */
const isNoDemand = (name: string): boolean => /^\.github\/workflows\/.*: job \S+ renamed$/.test(name);

const weakened = mutants(desired).map(({ name, desired: mutant }) => ({
  name,
  harmful: explore(mutant, intent, Bounds.quick).violations.length > 0,
  changes: policyChanges({ desired, intent }, { desired: mutant }),
  back: policyChanges({ desired: mutant }, { desired }),
}));

test('every mutant of what is compiled that lets harm happen is weaker, with the sequence of events', () => {
  const harmful = weakened.filter((mutant) => mutant.harmful);
  expect(harmful.length).toBeGreaterThan(140);
  const silent = harmful.filter(({ changes }) => !changes.some(({ direction }) => direction === 'weaker')).map(({ name }) => name);
  expect(silent).toEqual([]);
  const unexplained = harmful
    .filter(({ changes }) => !changes.some(({ possibleNow }) => possibleNow !== undefined))
    .map(({ name }) => name);
  expect(unexplained).toEqual([]);
});

test('a mutant that only keeps releases out is told as well, and no sequence is made up for it', () => {
  const others = weakened.filter((mutant) => !mutant.harmful);
  expect(others.length).toBeGreaterThan(15);
  const silent = others.filter(({ name, changes }) => (changes.length === 0) !== isNoDemand(name));
  expect(silent.map(({ name }) => name)).toEqual([]);
  expect(others.flatMap(({ changes }) => changes.flatMap(({ possibleNow }) => possibleNow ?? []))).toEqual([]);
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

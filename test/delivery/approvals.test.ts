import fc from 'fast-check';
import type { Review } from '../../lib/delivery';
import { type ApprovalDemand, countApprovals, reviewsAt } from '../../lib/delivery/approvals';

const PEOPLE = ['ada', 'bob', 'cyd', 'dan', 'eve'];

const demands = fc.record({
  total: fc.integer({ min: 0, max: 5 }),
  distinct: fc.boolean(),
  groups: fc.array(fc.record({ name: fc.constant('a group'), members: fc.subarray(PEOPLE), count: fc.integer({ min: 1, max: 2 }) }), {
    maxLength: 3,
  }),
});

/** Tries every way to give the places of the groups to people. */
function canFill(demand: ApprovalDemand, people: readonly string[]): boolean {
  const places = demand.groups.flatMap((group) => Array.from({ length: group.count }, () => group.members));
  const fill = (index: number, free: readonly string[]): boolean =>
    index === places.length ||
    free.some(
      (person) =>
        places[index]?.includes(person) &&
        fill(
          index + 1,
          free.filter((one) => one !== person),
        ),
    );
  return fill(0, people);
}

test('approvals are enough exactly when some way to give the places to different people exists, and as many people as asked approved', () => {
  fc.assert(
    fc.property(demands, fc.subarray(PEOPLE), (demand, people) => {
      const groups = demand.distinct
        ? canFill(demand, people)
        : demand.groups.every((group) => people.filter((person) => group.members.includes(person)).length >= group.count);
      expect(countApprovals(demand, people).enough).toBe(groups && people.length >= demand.total);
    }),
    { numRuns: 2000 },
  );
});

test('one more approval never takes a demand back, and repeating one adds nothing', () => {
  fc.assert(
    fc.property(demands, fc.subarray(PEOPLE), fc.constantFrom(...PEOPLE), (demand, people, more) => {
      if (countApprovals(demand, people).enough) expect(countApprovals(demand, [...people, more]).enough).toBe(true);
      expect(countApprovals(demand, [...people, ...people])).toEqual(countApprovals(demand, people));
    }),
  );
});

test('a person in two groups stands for one of them when approvals are distinct, and for both when they are not', () => {
  const groups = [
    { name: 'team engineers', members: ['mia', 'zoe'], count: 1 },
    { name: 'team operators', members: ['zoe'], count: 1 },
  ];
  expect(countApprovals({ total: 1, groups, distinct: true }, ['Zoe'])).toEqual({ enough: false, missing: ['1 more of team operators'] });
  expect(countApprovals({ total: 1, groups, distinct: false }, ['Zoe'])).toEqual({ enough: true, missing: [] });
  expect(countApprovals({ total: 2, groups, distinct: true }, ['zoe', 'mia']).enough).toBe(true);
  expect(countApprovals({ total: 3, groups, distinct: true }, ['zoe', 'mia'])).toEqual({ enough: false, missing: ['1 more'] });
});

test('the last word of each person counts, at the head that is open now, and apps have none', () => {
  const review = (login: string, state: Review['state'], at: number, commit = 'head', kind: 'person' | 'app' = 'person'): Review => ({
    author: { kind, login },
    state,
    commit,
    at,
  });
  const { approved, objected } = reviewsAt(
    [
      review('mia', 'approved', 1),
      review('mia', 'changes-requested', 3),
      review('zoe', 'changes-requested', 1),
      review('zoe', 'approved', 2),
      review('zoe', 'commented', 4),
      review('ada', 'approved', 1, 'older'),
      review('bob', 'approved', 1),
      review('bob', 'dismissed', 2),
      review('robot', 'approved', 1, 'head', 'app'),
    ],
    'head',
  );
  expect(approved.map(({ author }) => author.login)).toEqual(['zoe']);
  expect(objected.map(({ author }) => author.login)).toEqual(['mia']);
});

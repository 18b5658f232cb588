import { actorCovers, atLeast, type Claim, directionOf, implies, only } from '../../../lib/diff/policy/claim';

const people = (names: readonly string[], amount = 1): Claim => ({ kind: 'people', of: 'people', people: names, amount });

test.each<readonly [what: string, stronger: readonly Claim[], weaker: readonly Claim[]]>([
  ['more of something', [atLeast('approvals', 2)], [atLeast('approvals', 1)]],
  ['something', [atLeast('manual')], []],
  ['two things', [atLeast('a'), atLeast('b')], [atLeast('b')]],
  ['fewer that are let through', [only('exempt', ['role admin'], 'actors')], [only('exempt', ['role admin', 'team a'], 'actors')]],
  ['nobody who is let through', [only('exempt', [], 'actors')], [only('exempt', ['role admin'], 'actors')]],
  ['a limit', [only('kinds', ['Role'])], []],
  ['fewer people of whom one must approve', [people(['mia'])], [people(['mia', 'noor'])]],
  ['more of the same people', [people(['mia', 'noor'], 2)], [people(['mia', 'noor'])]],
  ['a narrower pattern', [only('runs', ['refs/heads/release/1.*'], 'refs')], [only('runs', ['refs/heads/release/*'], 'refs')]],
  ['a name in place of a pattern', [only('runs', ['refs/heads/main'], 'refs')], [only('runs', ['refs/heads/**/*'], 'refs')]],
  ['a longer beginning', [only('images', ['ghcr.io/acme/'], 'prefixes')], [only('images', ['ghcr.io/'], 'prefixes')]],
  ['no asterisk', [only('actions', ['acme/scan@v1'], 'globs')], [only('actions', ['acme/*'], 'globs')]],
])('%s is stronger, and less of it weaker', (_, stronger, weaker) => {
  expect(directionOf(weaker, stronger)).toBe('stronger');
  expect(directionOf(stronger, weaker)).toBe('weaker');
  expect(directionOf(stronger, stronger)).toBe('same');
});

test.each<readonly [what: string, before: readonly Claim[], after: readonly Claim[]]>([
  ['another thing', [atLeast('on main')], [atLeast('on release')]],
  ['more of one and less of another', [atLeast('soak', 30), atLeast('approvals', 1)], [atLeast('soak', 10), atLeast('approvals', 2)]],
  ['others who are let through', [only('exempt', ['team a'], 'actors')], [only('exempt', ['team b'], 'actors')]],
  ['patterns that overlap', [only('runs', ['refs/heads/release/*'], 'refs')], [only('runs', ['refs/heads/*/hotfix'], 'refs')]],
])('%s is neither', (_, before, after) => {
  expect(directionOf(before, after)).toBe('changed');
  expect(directionOf(after, before)).toBe('changed');
});

test('several patterns that admit the same as one are no change', () => {
  const one = [only('runs', ['refs/heads/v[0-9]'], 'refs')];
  const several = [only('runs', ['refs/heads/v[0-4]', 'refs/heads/v[5-9]'], 'refs')];
  expect(directionOf(one, several)).toBe('same');
  expect(directionOf(one, [only('runs', ['refs/heads/v[0-4]', 'refs/heads/v[6-9]'], 'refs')])).toBe('stronger');
});

test('what follows from another demand is not lost', () => {
  const reviewed = only('pull request', ['team a'], 'actors', ['update']);
  expect(implies(only('update', [], 'actors'), reviewed)).toBe(true);
  expect(implies(only('update', ['team a'], 'actors'), reviewed)).toBe(true);
  expect(implies(only('update', ['team b'], 'actors'), reviewed)).toBe(false);
  expect(implies(only('creation', [], 'actors'), reviewed)).toBe(false);
  expect(implies(only('update', ['team b'], 'actors'), atLeast('policy approvals', 2, ['update']))).toBe(false);
  expect(implies(only('update', [], 'actors'), atLeast('policy approvals', 2, ['update']))).toBe(true);
});

test.each([
  ['role write', 'role write', true],
  ['role write', 'role maintain', true],
  ['role write', 'role admin', true],
  ['role write', 'organisation administrators', true],
  ['role write', 'team a', true],
  ['role maintain', 'role write', false],
  ['role maintain', 'team a', false],
  ['role admin', 'organisation administrators', true],
  ['organisation administrators', 'role admin', false],
  ['role write', 'app stagegate', false],
  ['role write', 'role write in pull requests', true],
  ['role write in pull requests', 'role admin in pull requests', true],
  ['role write in pull requests', 'role admin', false],
  ['team a', 'team b', false],
  ['role 17', 'role 17', true],
])('an exemption of %s is one of %s: %s', (wide, item, covers) => {
  expect(actorCovers(wide, item)).toBe(covers);
});

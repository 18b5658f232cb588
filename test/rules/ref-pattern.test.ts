import fc from 'fast-check';
import { refMatches } from '../../lib/explorer/ref-pattern';
import { matchesWorkflowFilter, passesWorkflowFilters, tryCommonName } from '../../lib/rules/ref-pattern';

test.each([
  ['v*', 'v1.*', 'v1.0'],
  ['v*.*.*', 'v1.*', 'v1.0.0'],
  ['release/*', 'release/hotfix', 'release/hotfix'],
  ['release/**/*', '*/hotfix', 'release/hotfix'],
  ['v*', '*1', 'v1'],
  ['v*', 'w*', undefined],
  ['v[0-4]*', 'v[4-9]*', 'v40'],
  ['v[0-3]', 'v[4-9]', undefined],
])('a short ref that %s and %s both match is %s', (one, other, expected) => {
  expect(tryCommonName(one, other)).toBe(expected);
  expect(tryCommonName(other, one)).toBe(expected);
});

const matchesPattern = (pattern: string, name: string): boolean => refMatches(pattern, name, 'main');

test('a common name is matched by both patterns, and patterns that match one name have a common name', () => {
  const part = fc.constantFrom('v', '1', '.', '*', 'a', '?', '[0-9]', '/', '**/');
  const pattern = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
  const name = fc.array(fc.constantFrom('v', '1', 'a', '.a', '/a', '2'), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(pattern, pattern, name, (one, other, some) => {
      const common = tryCommonName(one, other);
      if (common !== undefined) return matchesPattern(one, common) && matchesPattern(other, common);
      return some.startsWith('/') || some.startsWith('.') || !(matchesPattern(one, some) && matchesPattern(other, some));
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['main', 'main', true],
  ['env/*', 'env/a/b', false],
  ['env/**', 'env/a/b', true],
  ['**', 'any/thing', true],
  ['v[0-9]+', 'v12', true],
  ['releases?', 'release', true],
  ['a.b', 'axb', false],
])('as workflows read it, the filter %s matches %s: %s', (filter, name, expected) => {
  expect(matchesWorkflowFilter(filter, name)).toBe(expected);
});

test('a filter with an exclamation mark takes out again what an earlier one let through', () => {
  expect(passesWorkflowFilters(['**', '!env/**'], 'env/prod')).toBe(false);
  expect(passesWorkflowFilters(['**', '!env/**'], 'main')).toBe(true);
  expect(passesWorkflowFilters(['!env/**', '**'], 'env/prod')).toBe(true);
});

import fc from 'fast-check';
import { everythingBelow, patternExpression, triggerFilter } from '../../../lib/compile/github/ref-patterns';

const admits = (pattern: string, name: string) => new RegExp(patternExpression(pattern)).test(name);

test.each([
  ['v*.*.*', 'v1.2.3', true],
  ['v*.*.*', 'v1.2.3-rc.1', true],
  ['v*.*.*', 'v1.2', false],
  ['v*.*.*', 'v1.2.3/x', false],
  ['v*.*.*', 'xv1.2.3', false],
  ['release/*', 'release/1', true],
  ['release/*', 'release/1/fix', false],
  ['release/**', 'release/1/fix', false],
  ['release/**/*', 'release/1', true],
  ['release/**/*', 'release/1/fix', true],
  ['v[0-9].?', 'v1.x', true],
  ['v[0-9].?', 'vx.x', false],
  ['v[!0-9]', 'vx', true],
  ['v[!0-9]', 'v1', false],
  ['v1+build', 'v1+build', true],
  ['v1+build', 'v11build', false],
])('the pattern %s of a ruleset admits %s: %s', (pattern, name, expected) => {
  expect(admits(pattern, name)).toBe(expected);
});

test('everything below a prefix reaches every depth, where two stars alone stop at the next slash', () => {
  expect(everythingBelow('promote/')).toBe('promote/**/*');
  expect(everythingBelow('env')).toBe('env/**/*');
  expect(admits(everythingBelow('promote/'), 'promote/prod/0b5e55ed')).toBe(true);
  expect(admits(everythingBelow('env/'), 'env/prod')).toBe(true);
  expect(admits(everythingBelow('env/'), 'environment')).toBe(false);
});

test.each([
  ['develop', 'develop'],
  ['v*.*.*', 'v*.*.*'],
  ['release/**/*', 'release/***'],
  ['v[0-9]*', 'v[0-9]*'],
  ['v?', 'v*'],
  ['v[!0-9]', 'v*'],
  ['c++', 'c\\+\\+'],
  ['!x', '\\!x'],
])('the pattern %s triggers a workflow by the filter %s', (pattern, filter) => {
  expect(triggerFilter(pattern)).toBe(filter);
});

test('a name of plain characters is its own pattern and nothing else', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9.+_-]{0,12}(\/[a-z0-9.+_-]{1,8})?$/);
  fc.assert(
    fc.property(name, name, (own, other) => {
      expect(admits(own, own)).toBe(true);
      expect(admits(own, other)).toBe(own === other);
    }),
  );
});

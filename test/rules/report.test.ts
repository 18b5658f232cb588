import { diagnosticText } from '../../lib/rules/report';

const diagnostic = {
  code: 'SG101',
  name: 'simultaneous-deploy',
  severity: 'error',
  path: 'staged/production',
  message: 'a push to main deploys staging and production at once',
  given: 'both',
  expected: 'one',
  remedy: 'drop it',
} as const;

test('a diagnostic is printed with its fields below one another', () => {
  expect(diagnosticText(diagnostic)).toBe(
    [
      'error SG101 simultaneous-deploy  staged/production',
      '  a push to main deploys staging and production at once',
      '  given      both',
      '  expected   one',
      '  remedy     drop it',
    ].join('\n'),
  );
});

test('a sequence is numbered, its numbers aligned', () => {
  const lines = diagnosticText({ ...diagnostic, sequence: Array.from({ length: 10 }, (_, index) => `event ${index + 1}`) }).split('\n');
  expect(lines.slice(5, 7)).toEqual(['  shortest way to harm', '     1  event 1']);
  expect(lines.at(-1)).toBe('    10  event 10');
});

test('an accepted diagnostic says why', () => {
  expect(diagnosticText({ ...diagnostic, suppressedBecause: 'we roll forward' })).toContain('\n  accepted   we roll forward');
});

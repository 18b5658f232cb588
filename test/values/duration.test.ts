import fc from 'fast-check';
import { durationText, seconds } from '../../lib/values/duration';
import { refusal } from '../declared';

test('a duration is a number and a unit, or several of them', () => {
  expect(seconds('30s', 'p')).toBe(30);
  expect(seconds('10m', 'p')).toBe(600);
  expect(seconds('1h30m', 'p')).toBe(5400);
  expect(seconds('7d', 'p')).toBe(604_800);
  expect(seconds('0.5h', 'p')).toBe(1800);
});

test.each(['30', '-5s', '30 sec', '', 's', '0s', '5ms', '1w', '1e3s', ' 30s'])(
  'the duration %j is refused with what was given and what is expected',
  (text) => {
    expect(refusal(() => seconds(text, 'shop/soak'))).toEqual({
      code: 'SG002',
      name: 'invalid-duration',
      severity: 'error',
      path: 'shop/soak',
      message: 'a duration needs a positive number and a unit',
      given: JSON.stringify(text),
      expected: "a number followed by s, m, h or d, for instance '30s', '10m', '1h30m'",
      remedy: 'write the duration with its unit',
    });
  },
);

test('what a number of seconds is written as is read back as the same number', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 40 * 86_400 }), (total) => seconds(durationText(total), 'p') === total));
});

import fc from 'fast-check';
import { bytesText, cpuText, tryBytes, tryCpu } from '../../lib/values/quantity';

test.each([
  ['1', 1000],
  ['250m', 250],
  ['0.1', 100],
  ['0.07', 70],
  ['1.5', 1500],
  ['100u', 1],
  ['2k', 2_000_000],
  ['1e1', 10_000],
  ['5e-1', 500],
])('%s of CPU is %d thousandths', (text, thousandths) => {
  expect(tryCpu(text)).toBe(thousandths);
});

test.each([
  ['128974848', 128_974_848],
  ['129e6', 129_000_000],
  ['129M', 129_000_000],
  ['128974848000m', 128_974_848],
  ['123Mi', 128_974_848],
  ['1Gi', 2 ** 30],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['1', 1],
  ['1500m', 2],
])('%s of memory is %d bytes', (text, bytes) => {
  expect(tryBytes(text)).toBe(bytes);
});

test.each(['', '1 Gi', '1GB', 'Mi', '-1', '1.2.3', '.', '0x10', '1ki', 'lots'])('%p is no quantity', (text) => {
  expect(tryCpu(text)).toBeUndefined();
  expect(tryBytes(text)).toBeUndefined();
});

test('an amount that is written and read is the same amount', () => {
  fc.assert(
    fc.property(fc.nat(), (amount) => {
      expect(tryCpu(cpuText(amount))).toBe(amount);
      expect(tryBytes(bytesText(amount))).toBe(amount);
    }),
  );
});

test('amounts are written in the largest unit that fits exactly', () => {
  expect([cpuText(2000), cpuText(1500), bytesText(2 ** 30), bytesText(3 * 2 ** 29), bytesText(2048), bytesText(1000)]).toEqual([
    '2',
    '1500m',
    '1Gi',
    '1536Mi',
    '2Ki',
    '1000',
  ]);
});

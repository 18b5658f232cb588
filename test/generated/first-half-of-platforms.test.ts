import { RULES } from '../../lib/rules/rules';
import { checkPlatforms, PLATFORMS, type Summary, summaryText } from './checked-platforms';

describe('the first half of the generated platforms', () => {
  let summary: Summary;

  beforeAll(() => {
    summary = checkPlatforms(0);
    process.stdout.write(`${summaryText(summary)}\n`);
  }, 1_200_000);

  test('check reports exactly what was planted, explored to the end', () => {
    expect(summary.failures.slice(0, 5)).toEqual([]);
  });

  test('half of them are lawful, and a release arrives in each of their production environments', () => {
    expect(summary.platforms).toBe(PLATFORMS / 2);
    expect(summary.faulty).toBe(Math.floor(summary.platforms / 2));
    expect(summary.arrivals.length).toBeGreaterThanOrEqual(summary.platforms - summary.faulty);
    expect(summary.arrivals.filter((events) => !(events > 0))).toEqual([]);
  });

  test('the code of each rule is planted a hundred times in two thousand platforms', () => {
    const rare = RULES.filter(({ code }) => (summary.planted.get(code) ?? 0) < PLATFORMS / 40);
    expect(rare.map(({ code }) => code)).toEqual([]);
  });
});

import { refuse, shown } from './diagnostic';

/** A length of time with its unit: `30s`, `10m`, `1h`, `7d`, or several of them, `1h30m`. */
export type Duration = `${number}${'s' | 'm' | 'h' | 'd'}` | `${number}h${number}m` | `${number}m${number}s`;

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const WHOLE = /^(?:\d+(?:\.\d+)?[smhd])+$/;

/**
 * The seconds of a duration.
 *
 * @throws InvalidValueError SG002 when the text has no unit, another unit, a sign, or is not above zero.
 */
export function seconds(duration: string, path: string): number {
  const parts = typeof duration === 'string' && WHOLE.test(duration) ? (duration.match(/\d+(?:\.\d+)?[smhd]/g) ?? []) : [];
  const total = parts.reduce((sum, part) => sum + Number(part.slice(0, -1)) * (UNIT_SECONDS[part.slice(-1)] ?? Number.NaN), 0);
  if (parts.length === 0 || !(total > 0)) {
    refuse({
      code: 'SG002',
      name: 'invalid-duration',
      path,
      message: 'a duration needs a positive number and a unit',
      given: shown(duration),
      expected: "a number followed by s, m, h or d, for instance '30s', '10m', '1h30m'",
      remedy: 'write the duration with its unit',
    });
  }
  return total;
}

/** The shortest text of a number of seconds: `90` is `1m30s`. */
export function durationText(totalSeconds: number): string {
  let rest = Math.round(totalSeconds);
  const parts: string[] = [];
  for (const [unit, length] of Object.entries({ d: 86_400, h: 3600, m: 60 })) {
    const count = Math.floor(rest / length);
    if (count > 0) parts.push(`${count}${unit}`);
    rest -= count * length;
  }
  if (rest > 0 || parts.length === 0) parts.push(`${rest}s`);
  return parts.join('');
}

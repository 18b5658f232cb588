import { accepts, positionKey, type RefPattern, reached, readPattern, START, step } from '../desired/ref-pattern';

/** Longest name that {@link tryCommonName} looks for. */
const LONGEST = 120;

/** A short name that git takes and all patterns match, wildcards filled where that is possible; undefined when there is none. */
export function tryCommonName(...patterns: readonly string[]): string | undefined {
  const filled = patterns.map((pattern) =>
    readPattern(pattern).flatMap((token): RefPattern => (token.kind === 'star' ? [{ kind: 'any' }, token] : [token])),
  );
  return shortestCommon(filled, patterns) ?? shortestCommon(patterns.map(readPattern), patterns);
}

function shortestCommon(readings: readonly RefPattern[], patterns: readonly string[]): string | undefined {
  const alphabet = [...new Set([...'0', ...patterns.join(''), 'a'])]
    .filter((char) => !/[*?[\]^~:\\\s]/.test(char))
    .sort((a, b) => Number(/\W/.test(a)) - Number(/\W/.test(b)) || (a < b ? -1 : 1));
  const start = readings.map((reading) => reached(reading, START));
  let frontier = [{ name: '', at: start }];
  const seen = new Set<string>();
  for (let length = 0; length <= LONGEST && frontier.length > 0; length++) {
    const hit = frontier.find(
      ({ name, at }) => name !== '' && !/[./]$/.test(name) && readings.every((reading, index) => accepts(reading, at[index] ?? [])),
    );
    if (hit !== undefined) return hit.name;
    frontier = frontier.flatMap(({ name, at }) =>
      alphabet.flatMap((char) => {
        const before = name.at(-1) ?? '/';
        if ((char === '/' || char === '.') && (before === '/' || before === '.')) return [];
        const next = { name: name + char, at: readings.map((reading, index) => step(reading, at[index] ?? [], char)) };
        const key = `${next.at.map(positionKey).join('|')}|${/[./]/.test(char) ? char : ''}`;
        if (next.at.some((positions) => positions.length === 0) || seen.has(key)) return [];
        seen.add(key);
        return [next];
      }),
    );
  }
  return undefined;
}

/** Whether a filter of a workflow's trigger matches a name: `*` stops at `/`, `**` does not, `+` and `?` repeat what is before them. */
export function matchesWorkflowFilter(filter: string, name: string): boolean {
  let source = '';
  for (let at = 0; at < filter.length; at++) {
    const char = filter[at] as string;
    if (char === '*' && filter[at + 1] === '*') {
      source += '.*';
      at++;
    } else if (char === '*') source += '[^/]*';
    else if (char === '\\' && at + 1 < filter.length) source += escaped(filter[++at] as string);
    else if (char === '[' && filter.indexOf(']', at) > at) {
      const end = filter.indexOf(']', at);
      source += filter.slice(at, end + 1);
      at = end;
    } else if ((char === '+' || char === '?') && at > 0) source += char;
    else source += escaped(char);
  }
  try {
    return new RegExp(`^${source}$`, 'u').test(name);
  } catch {
    return false;
  }
}

/** Whether the filters of a trigger, in order, let a name through; a filter with `!` takes out again what came before. */
export function passesWorkflowFilters(filters: readonly string[], name: string): boolean {
  return filters.reduce(
    (passes, filter) =>
      filter.startsWith('!') ? passes && !matchesWorkflowFilter(filter.slice(1), name) : passes || matchesWorkflowFilter(filter, name),
    false,
  );
}

function escaped(char: string): string {
  return char.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

/** One step of a pattern: a literal character, any character but `/`, one of a set, or a repetition. */
type Token =
  | { readonly kind: 'char'; readonly char: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'set'; readonly negated: boolean; readonly ranges: readonly (readonly [string, string])[] }
  /** Any number of characters but `/`. */
  | { readonly kind: 'star' }
  /** Any number of whole path segments, each with its `/`. */
  | { readonly kind: 'segments' };

/** Reads a pattern as rulesets and environment policies do: Ruby's fnmatch with FNM_PATHNAME. `*` stops at `/`, `**` + `/` crosses it. */
function tokens(pattern: string): Token[] {
  const read: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] as string;
    const atSegmentStart = at === 0 || pattern[at - 1] === '/';
    if (atSegmentStart && pattern.startsWith('**/', at)) {
      read.push({ kind: 'segments' });
      at += 2;
    } else if (char === '*') {
      if (read.at(-1)?.kind !== 'star') read.push({ kind: 'star' });
    } else if (char === '?') {
      read.push({ kind: 'any' });
    } else if (char === '[' && pattern.indexOf(']', at + 2) > 0) {
      const end = pattern.indexOf(']', at + 2);
      read.push(characterSet(pattern.slice(at + 1, end)));
      at = end;
    } else {
      read.push({ kind: 'char', char });
    }
  }
  return read;
}

function characterSet(text: string): Token {
  const negated = text.startsWith('^') || text.startsWith('!');
  const ranges: [string, string][] = [];
  for (const match of text.slice(negated ? 1 : 0).matchAll(/(.)-(.)|(.)/g)) {
    ranges.push(match[3] === undefined ? [match[1] as string, match[2] as string] : [match[3], match[3]]);
  }
  return { kind: 'set', negated, ranges };
}

function takes(token: Token, char: string): boolean {
  switch (token.kind) {
    case 'char':
      return token.char === char;
    case 'any':
    case 'star':
      return char !== '/';
    case 'set':
      return char !== '/' && token.ranges.some(([low, high]) => char >= low && char <= high) !== token.negated;
    case 'segments':
      return true;
  }
}

/** A position in a pattern; `inside` a run of whole segments, which ends only behind a `/`. */
interface Position {
  readonly at: number;
  readonly inside: boolean;
}

function positionKey(positions: readonly Position[]): string {
  return positions.map(({ at, inside }) => `${at}${inside ? 's' : ''}`).join(',');
}

/** All positions that need no further character to be reached. */
function reached(pattern: readonly Token[], positions: readonly Position[]): Position[] {
  const found = new Map<string, Position>();
  const add = (position: Position): void => {
    const key = positionKey([position]);
    if (found.has(key)) return;
    found.set(key, position);
    const token = pattern[position.at];
    if (!position.inside && (token?.kind === 'star' || token?.kind === 'segments')) add({ at: position.at + 1, inside: false });
  };
  positions.forEach(add);
  return [...found.values()].sort((a, b) => a.at - b.at || Number(a.inside) - Number(b.inside));
}

function step(pattern: readonly Token[], positions: readonly Position[], char: string): Position[] {
  const next: Position[] = [];
  for (const { at, inside } of positions) {
    const token = pattern[at];
    if (token === undefined || !takes(token, char)) continue;
    if (token.kind === 'segments') {
      if (char !== '/') next.push({ at, inside: true });
      else if (inside) next.push({ at, inside: false });
    } else if (token.kind === 'star') {
      next.push({ at, inside: false });
    } else {
      next.push({ at: at + 1, inside: false });
    }
  }
  return reached(pattern, next);
}

function accepts(pattern: readonly Token[], positions: readonly Position[]): boolean {
  return positions.some(({ at, inside }) => at === pattern.length && !inside);
}

/** Longest name that {@link tryCommonName} looks for. */
const LONGEST = 120;

/** A short name that git takes and all patterns match, wildcards filled where that is possible; undefined when there is none. */
export function tryCommonName(...patterns: readonly string[]): string | undefined {
  const filled = patterns.map((pattern) =>
    tokens(pattern).flatMap((token): Token[] => (token.kind === 'star' ? [{ kind: 'any' }, token] : [token])),
  );
  return shortestCommon(filled, patterns) ?? shortestCommon(patterns.map(tokens), patterns);
}

function shortestCommon(readings: readonly (readonly Token[])[], patterns: readonly string[]): string | undefined {
  const alphabet = [...new Set([...'0', ...patterns.join(''), 'a'])]
    .filter((char) => !/[*?[\]^~:\\\s]/.test(char))
    .sort((a, b) => Number(/\W/.test(a)) - Number(/\W/.test(b)) || (a < b ? -1 : 1));
  const start = readings.map((reading) => reached(reading, [{ at: 0, inside: false }]));
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

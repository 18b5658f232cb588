/** One step of a pattern: a literal character, any character but `/`, one of a set, or a repetition. */
type Step =
  | { readonly kind: 'char'; readonly char: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'set'; readonly negated: boolean; readonly ranges: readonly (readonly [string, string])[] }
  /** Any number of characters but `/`. */
  | { readonly kind: 'star' }
  /** Any number of whole path segments, each with its `/`. */
  | { readonly kind: 'segments' };

/** A pattern, read. */
export type RefPattern = readonly Step[];

/** Reads a pattern as rulesets and environment policies do: Ruby's fnmatch with FNM_PATHNAME. `*` stops at `/`, `**` + `/` crosses it. */
export function readPattern(pattern: string): RefPattern {
  const read: Step[] = [];
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

function characterSet(text: string): Step {
  const negated = text.startsWith('^') || text.startsWith('!');
  const ranges: [string, string][] = [];
  for (const match of text.slice(negated ? 1 : 0).matchAll(/(.)-(.)|(.)/g)) {
    ranges.push(match[3] === undefined ? [match[1] as string, match[2] as string] : [match[3], match[3]]);
  }
  return { kind: 'set', negated, ranges };
}

function takes(token: Step, char: string): boolean {
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
export interface Position {
  readonly at: number;
  readonly inside: boolean;
}

/** A text that is the same for the same positions. */
export function positionKey(positions: readonly Position[]): string {
  return positions.map(({ at, inside }) => `${at}${inside ? 's' : ''}`).join(',');
}

/** Where every pattern begins. */
export const START: readonly Position[] = [{ at: 0, inside: false }];

/** All positions that need no further character to be reached. */
export function reached(pattern: RefPattern, positions: readonly Position[]): Position[] {
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

/** Positions after one more character. */
export function step(pattern: RefPattern, positions: readonly Position[], char: string): Position[] {
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

/** Whether the pattern may end here. */
export function accepts(pattern: RefPattern, positions: readonly Position[]): boolean {
  return positions.some(({ at, inside }) => at === pattern.length && !inside);
}

/** Whether a pattern matches a name, both short or both in full. */
export function patternMatches(pattern: string, name: string): boolean {
  const read = readPattern(pattern);
  return accepts(
    read,
    [...name].reduce<readonly Position[]>((at, char) => step(read, at, char), reached(read, START)),
  );
}

import { accepts, patternMatches, positionKey, type RefPattern, reached, readPattern, START, step } from '../../desired/ref-pattern';

/** Names that match the same patterns of a list. */
export interface RefClass {
  /** One of them. */
  readonly name: string;
  /** Whether they match, by pattern. */
  readonly matches: readonly boolean[];
}

/** States after which no further classes are looked for; patterns that people write have thousands at most. */
const MOST_STATES = 20_000;

/**
 * Every set of patterns that some name matches and no name outside it, the empty set included, each with a shortest name: what a list of
 * patterns can tell apart. Patterns are read as rulesets read them, in full (`refs/heads/release/*`).
 */
export function refClasses(patterns: readonly string[]): readonly RefClass[] {
  return classesOf(patterns).classes;
}

function classesOf(patterns: readonly string[]): { readonly classes: readonly RefClass[]; readonly complete: boolean } {
  const read = patterns.map(readPattern);
  const alphabet = alphabetOf(read);
  const classes = new Map<string, RefClass>();
  const seen = new Set<string>();
  let states = 0;
  let frontier = [{ name: '', at: read.map((pattern) => reached(pattern, START)) }];
  while (frontier.length > 0 && states < MOST_STATES) {
    const next: typeof frontier = [];
    for (const { name, at } of frontier) {
      if (name !== '' && !name.endsWith('/')) {
        const matches = read.map((pattern, index) => accepts(pattern, at[index] ?? []));
        const key = matches.map(Number).join('');
        if (!classes.has(key)) classes.set(key, { name, matches });
      }
      for (const char of alphabet) {
        if (char === '/' && (name === '' || name.endsWith('/'))) continue;
        const moved = read.map((pattern, index) => step(pattern, at[index] ?? [], char));
        const key = `${moved.map(positionKey).join('|')}${char === '/' ? '/' : ''}`;
        if (seen.has(key)) continue;
        seen.add(key);
        states++;
        next.push({ name: name + char, at: moved });
      }
    }
    frontier = next;
  }
  return { classes: [...classes.values()], complete: frontier.length === 0 };
}

/** Whether every name that one of `inner` matches is matched by one of `outer`. */
export function refsCover(outer: readonly string[], inner: readonly string[]): boolean {
  const open = inner.filter(
    (pattern) => !outer.includes(pattern) && !(isPlain(pattern) && outer.some((one) => patternMatches(one, pattern))),
  );
  if (open.length === 0) return true;
  const { classes, complete } = classesOf([...outer, ...open]);
  return (
    complete && classes.every(({ matches }) => !matches.slice(outer.length).includes(true) || matches.slice(0, outer.length).includes(true))
  );
}

/** Whether a pattern is a name. */
export function isPlain(pattern: string): boolean {
  return !/[*?[]/.test(pattern);
}

/** A character for each that the patterns tell apart: those that they name, the ends of their ranges with what lies beside, and one more. */
function alphabetOf(patterns: readonly RefPattern[]): readonly string[] {
  const named = new Set<string>(['/']);
  for (const part of patterns.flat()) {
    if (part.kind === 'char') named.add(part.char);
    if (part.kind !== 'set') continue;
    for (const [low, high] of part.ranges) {
      for (const code of [low.charCodeAt(0) - 1, low.charCodeAt(0), high.charCodeAt(0), high.charCodeAt(0) + 1])
        named.add(String.fromCharCode(code));
    }
  }
  let other = 0xe9;
  while (named.has(String.fromCharCode(other))) other++;
  return [...named, String.fromCharCode(other)];
}

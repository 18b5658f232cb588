/**
 * The key that was meant by one that nobody knows; undefined when none is near. Case and what stands before the colon do not count, so that a
 * key is also found which was set for another owner.
 */
export function tryNearestKey(key: string, known: readonly string[]): string | undefined {
  const given = bare(key);
  const far = Math.max(1, Math.floor(given.length / 3)) + 1;
  let nearest: { readonly key: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const distance = changes(given, bare(candidate));
    if (distance < (nearest?.distance ?? far)) nearest = { key: candidate, distance };
  }
  return nearest?.key;
}

function bare(key: string): string {
  return key.slice(key.indexOf(':') + 1).toLowerCase();
}

/** How many letters were left out, added or exchanged. */
function changes(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (const [at, against] of [...other].entries()) {
      next.push(Math.min((next[at] ?? 0) + 1, (row[at + 1] ?? 0) + 1, (row[at] ?? 0) + (letter === against ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

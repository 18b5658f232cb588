/** Items between two that both lists share: those that only the one has, and those that only the other has, by index. */
export interface Gap {
  readonly removed: readonly number[];
  readonly added: readonly number[];
}

/** Longest table of the search for what two lists share, cells. Beyond it everything between the equal ends counts as different. */
const LARGEST_TABLE = 4_000_000;

/**
 * What two sequences do not share, given each item as a text. Of all longest common subsequences the one is taken that does not depend
 * on which of the two lists comes first.
 */
export function gapsOfSequences(before: readonly string[], after: readonly string[]): readonly Gap[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let ends = 0;
  while (ends < before.length - start && ends < after.length - start && before.at(-1 - ends) === after.at(-1 - ends)) ends++;
  const a = before.slice(start, before.length - ends);
  const b = after.slice(start, after.length - ends);
  if (a.length === 0 || b.length === 0 || a.length * b.length > LARGEST_TABLE) {
    return [{ removed: a.map((_, index) => start + index), added: b.map((_, index) => start + index) }];
  }
  return gapsBetween(a, b, start);
}

function gapsBetween(a: readonly string[], b: readonly string[], start: number): readonly Gap[] {
  const width = b.length + 1;
  // Length of what the rests of both share, from each pair of places on.
  const shared = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      shared[i * width + j] =
        a[i] === b[j]
          ? 1 + (shared[(i + 1) * width + j + 1] ?? 0)
          : Math.max(shared[(i + 1) * width + j] ?? 0, shared[i * width + j + 1] ?? 0);
    }
  }
  const gaps: { removed: number[]; added: number[] }[] = [{ removed: [], added: [] }];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [x, y] = [a[i], b[j]];
    const gap = gaps.at(-1);
    if (x !== undefined && x === y) {
      if (gap !== undefined && gap.removed.length + gap.added.length > 0) gaps.push({ removed: [], added: [] });
      i++;
      j++;
    } else if (
      y === undefined ||
      (x !== undefined && leavesFirst(x, y, shared[(i + 1) * width + j] ?? 0, shared[i * width + j + 1] ?? 0))
    ) {
      gap?.removed.push(start + i++);
    } else gap?.added.push(start + j++);
  }
  return gaps.filter(({ removed, added }) => removed.length + added.length > 0);
}

/** Whether the item of the first list is passed over. Where both ways are as good, the texts decide, and not which list is the first. */
function leavesFirst(x: string, y: string, withoutX: number, withoutY: number): boolean {
  return withoutX === withoutY ? x > y : withoutX > withoutY;
}

/** What two lists do not share when their order means nothing; what is twice in one has to be twice in the other. */
export function gapOfSets(before: readonly string[], after: readonly string[]): Gap {
  const left = new Map<string, number[]>();
  for (const [index, text] of before.entries()) {
    const known = left.get(text);
    if (known === undefined) left.set(text, [index]);
    else known.push(index);
  }
  const added: number[] = [];
  for (const [index, text] of after.entries()) if (left.get(text)?.shift() === undefined) added.push(index);
  return { removed: [...left.values()].flat().sort((a, b) => a - b), added };
}

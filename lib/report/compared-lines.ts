import type { DiffLine } from './markdown-code';

/** Beyond this many pairs of lines the middle is shown as gone and new, as looking for what stayed would take too long. */
const MOST_PAIRS = 200_000;

/** Two texts as lines that stayed, went and came, with so many unchanged lines around each change; the rest is counted. */
export function comparedLines(before: readonly string[], after: readonly string[], context: number): DiffLine[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const same = (texts: readonly string[]): DiffLine[] => texts.map((text) => ({ sign: ' ', text }));
  const middle = changedLines(before.slice(start, before.length - end), after.slice(start, after.length - end));
  return withContext([...same(before.slice(0, start)), ...middle, ...same(before.slice(before.length - end))], context);
}

/** By the longest common subsequence: `kept[i][j]` is its length for what is left from `i` and `j` on. */
function changedLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  const gone = (text: string): DiffLine => ({ sign: '-', text });
  const come = (text: string): DiffLine => ({ sign: '+', text });
  if (before.length * after.length > MOST_PAIRS) return [...before.map(gone), ...after.map(come)];
  const width = after.length + 1;
  const kept = new Uint32Array((before.length + 1) * width);
  const length = (i: number, j: number): number => kept[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      kept[i * width + j] = before[i] === after[j] ? length(i + 1, j + 1) + 1 : Math.max(length(i + 1, j), length(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [old = '', young = ''] = [before[i], after[j]];
    if (i < before.length && j < after.length && old === young) {
      lines.push({ sign: ' ', text: old });
      i += 1;
      j += 1;
    } else if (i < before.length && (j === after.length || length(i + 1, j) >= length(i, j + 1))) {
      lines.push(gone(old));
      i += 1;
    } else {
      lines.push(come(young));
      j += 1;
    }
  }
  return lines;
}

function withContext(lines: readonly DiffLine[], context: number): DiffLine[] {
  const isNear = new Uint8Array(lines.length);
  for (const [index, { sign }] of lines.entries()) {
    if (sign !== ' ') isNear.fill(1, Math.max(0, index - context), index + context + 1);
  }
  const shown: DiffLine[] = [];
  let left = 0;
  const count = (): void => {
    if (left > 0) shown.push({ sign: ' ', text: `… ${left} unchanged ${left === 1 ? 'line' : 'lines'}` });
    left = 0;
  };
  for (const [index, line] of lines.entries()) {
    if (isNear[index] === 1) {
      count();
      shown.push(line);
    } else left += 1;
  }
  count();
  return shown;
}

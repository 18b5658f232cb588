import { gapsOfSequences } from '../diff/list-alignment';
import type { DiffLine } from './markdown-code';

/** Two texts as lines that stayed, went and came, with so many unchanged lines around each change; the rest is counted. */
export function comparedLines(before: readonly string[], after: readonly string[], context: number): DiffLine[] {
  const gaps = gapsOfSequences(before, after);
  const gone = new Set(gaps.flatMap(({ removed }) => removed));
  const come = new Set(gaps.flatMap(({ added }) => added));
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (gone.has(i)) lines.push({ sign: '-', text: before[i++] ?? '' });
    else if (come.has(j)) lines.push({ sign: '+', text: after[j++] ?? '' });
    else {
      lines.push({ sign: ' ', text: before[i++] ?? '' });
      j++;
    }
  }
  return withContext(lines, context);
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

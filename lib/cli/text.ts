import { createColors } from 'picocolors';
import type { Io } from './io';

type Colours = ReturnType<typeof createColors>;

/** Colours for a terminal; plain text elsewhere. */
export function colours(io: Pick<Io, 'colour'>): Colours {
  return createColors(io.colour);
}

/** Rows as aligned columns, two spaces apart; the last column is not padded. Cells may hold several lines. */
export function table(rows: readonly (readonly string[])[]): string {
  const lines = rows.flatMap((row) => {
    const cells = row.map((cell) => cell.split('\n'));
    const height = Math.max(1, ...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, index) => cells.map((cell) => cell[index] ?? ''));
  });
  const widths: number[] = [];
  for (const line of lines)
    for (const [column, cell] of line.entries()) widths[column] = Math.max(widths[column] ?? 0, visibleLength(cell));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - visibleLength(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Characters that a terminal shows, without colour. */
function visibleLength(text: string): number {
  return [...text.replaceAll(/\u001b\[[0-9;]*m/g, '')].length;
}

import { EMPTY, markdownText } from './markdown-text';
import { shortened, visible, visibleLine } from './visible';

/**
 * Text of others as code within a line, also in a cell of a table. Between backticks nothing has a meaning but the backticks themselves and,
 * in a table, the pipe: text with a pipe becomes a `code` element instead.
 */
export function inlineCode(text: string, size = 200): string {
  const line = shortened(withoutCommand(withoutComment(visibleLine(text))), size);
  if (line === '') return EMPTY;
  if (line.includes('|')) return `<code>${markdownText(line, size * 2)}</code>`;
  const fence = '`'.repeat(longestRun(line) + 1);
  const padding = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${padding}${line}${padding}${fence}`;
}

/** A line of a comparison: gone, new, changed in a way that is not shown, or unchanged. */
export interface DiffLine {
  readonly sign: '-' | '+' | '!' | ' ';
  readonly text: string;
}

/** Lines of others between fences, coloured as a comparison. The fence is longer than any run of backticks within. */
export function diffFence(lines: readonly DiffLine[]): string {
  const content = lines.map(({ sign, text }) => {
    const line = withoutCommand(withoutComment(visible(text.replaceAll('\t', '  '))));
    return `${sign} ${sign === ' ' ? line.replace(/^(\s*)::/, '$1: :') : line}`;
  });
  const fence = '`'.repeat(Math.max(3, longestRun(content.join('\n')) + 1));
  return `${fence}diff\n${content.map((line) => line.trimEnd()).join('\n')}\n${fence}`;
}

/** Other programs look for their own hidden marks anywhere in a comment; a value must not bear one. */
function withoutComment(text: string): string {
  return text.replaceAll('<!--', '<!- -');
}

/** The runner obeys a command in what a step prints where a line begins with `::`, and wherever `##[` stands. */
function withoutCommand(text: string): string {
  return text.replaceAll('##[', '## [');
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

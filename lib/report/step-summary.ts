import type { Difference } from '../diff/difference';
import { differenceMarkdown, type MarkdownOptions } from './difference-markdown';

/** GitHub takes 1 MiB of a step; a character of ours takes at most three bytes. */
const SIZE = 340_000;

/** A difference as the summary of a step of GitHub Actions: as in a comment, with more room. */
export function stepSummary(difference: Difference, options: Omit<MarkdownOptions, 'size' | 'parts'>): string {
  return `${differenceMarkdown(difference, { ...options, size: SIZE, parts: 1 }).join('\n\n')}\n`;
}

import type { Detail } from './detail';

/** A part of a comment that is folded: an environment, a repository or a stack. */
export interface Section {
  /** What the fold is called, as HTML. */
  readonly summary: string;
  /** What is said before the changes; empty when there is nothing to say. */
  readonly intro: string;
  /** What the changes are called, `object`. */
  readonly noun: string;
  /** The changes with this much detail, the gravest first. */
  blocks(detail: Detail): readonly Block[];
}

/** One change, or several that are alike. Shown whole or not at all. */
export interface Block {
  /** Whether somebody ought to look before it is merged. */
  readonly isRisk: boolean;
  /** How many objects it stands for. */
  readonly count: number;
  /** What they are, for the count of what is not shown: `Deployment`. */
  readonly kind: string;
  /** Complete Markdown: one item of a list, or paragraphs with their fences. */
  text(): string;
}

/** Blocks below each other; items of a list stay one list. */
export function joined(texts: readonly string[]): string {
  return texts.reduce((all, text, index) => {
    if (index === 0) return text;
    const isOneList = text.startsWith('- ') && /^ *- /.test(lastLine(all));
    return `${all}${isOneList ? '\n' : '\n\n'}${text}`;
  }, '');
}

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1);
}

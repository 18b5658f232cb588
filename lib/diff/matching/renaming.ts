/** Names that are others now. */
export interface Renaming {
  /** A text with every old name in it replaced, where it stands as a word of its own. */
  apply(text: string): string;
  readonly isEmpty: boolean;
}

export type Rename = readonly [from: string, to: string];

export function renaming(renames: readonly Rename[]): Renaming {
  const known = new Map(renames.filter(([from, to]) => from !== to && from !== ''));
  if (known.size === 0) return { apply: (text) => text, isEmpty: true };
  const longestFirst = [...known.keys()].sort((a, b) => b.length - a.length);
  const expression = new RegExp(`(?<![A-Za-z0-9])(?:${longestFirst.map(escaped).join('|')})(?![A-Za-z0-9])`, 'g');
  return { apply: (text) => text.replaceAll(expression, (name) => known.get(name) ?? name), isEmpty: false };
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

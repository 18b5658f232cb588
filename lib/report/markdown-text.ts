import { visibleLine } from './visible';

/** Invisible, and enough to keep GitHub from seeing a name, a number or an address; written so that it can be seen in the source. */
const BREAK = '&#8203;';

/** Nothing at all would let what follows mean something else. */
export const EMPTY = '<i>empty</i>';

/**
 * Text of others for a sentence, a cell of a table or an HTML element of a comment. It shows as it is and means nothing: no markup, no
 * element, no mention, no reference to an issue, no address, no emoji, no formula. References to characters are the only form that Markdown, tables and
 * HTML read alike, so nothing else is used. `size` bounds what is written, not what is seen,
 * and is at least 20.
 */
export function markdownText(text: string, size = 400): string {
  const line = visibleLine(text);
  if (line === '') return EMPTY;
  let written = '';
  for (const piece of pieces(line)) {
    if (written.length + piece.length > size - 1) return `${written}…`;
    written += piece;
  }
  return written;
}

/** A text in pieces of few characters, each escaped. */
function* pieces(text: string): Generator<string> {
  const significant =
    /^[-+=]|^\d+[.)](?=\s|$)|[&<>`*[\]|~\\$@#]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|:(?=[\w+-]+(?::|$))|(?:www(?=\.)|GH(?=-\d)|(?:https?|ftp|mailto|xmpp)(?=:))/giu;
  let at = 0;
  for (const match of text.matchAll(significant)) {
    yield* text.slice(at, match.index);
    yield escaped(match[0], match.index === 0);
    at = match.index + match[0].length;
  }
  yield* text.slice(at);
}

function escaped(match: string, isFirst: boolean): string {
  // GitHub looks for formulas in what Markdown has made of the text; this is the form that its documentation gives for a mere dollar.
  if (match === '$') return '<span>$</span>';
  if (match === '@' || match === '#') return `${reference(match)}${BREAK}`;
  if (/^:/.test(match)) return `:${BREAK}${match.slice(1)}`;
  if (/^[a-z]/i.test(match)) return `${match}${BREAK}`;
  if (isFirst && /^\d/.test(match)) return match.slice(0, -1) + reference(match.slice(-1));
  return reference(match);
}

function reference(character: string): string {
  return `&#${character.codePointAt(0)};`;
}

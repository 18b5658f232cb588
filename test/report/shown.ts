import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';

/** Markdown as GitHub shows it, taken apart. */
export interface Shown {
  /** Elements in order of their beginning, without those that GitHub makes of plain addresses. */
  readonly elements: readonly string[];
  /** All text, with nothing between two pieces. */
  readonly text: string;
  /** What of the text makes GitHub notify or link: names, numbers of issues, addresses, emoji, mathematics. */
  readonly links: readonly string[];
  /** Elements that are closed before what they hold, or never. */
  readonly unbalanced: readonly string[];
  readonly comments: readonly string[];
}

const VOID = new Set(['br', 'hr', 'img', 'input']);

/** Marks a dollar that begins no formula. */
const NEUTRAL = 'span';

/** Elements within which GitHub looks for no names, numbers and emoji. */
const LITERAL = new Set(['pre', 'code', 'tt', 'a']);

/** Reads Markdown by the rules of github.com, HTML included. */
export function shown(markdown: string): Shown {
  const html = micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });
  const elements: string[] = [];
  const links: string[] = [];
  const unbalanced: string[] = [];
  const comments: string[] = [];
  const open: string[] = [];
  let text = '';
  for (const [piece] of html.matchAll(/<!--[\s\S]*?-->|<\/?[a-zA-Z][^>]*>|[^<]+|</g)) {
    const tag = /^<(\/?)([a-zA-Z][\w-]*)/.exec(piece);
    if (piece.startsWith('<!--')) comments.push(piece);
    else if (tag === null) {
      const plain = decoded(piece);
      text += plain;
      if (!open.some((name) => LITERAL.has(name))) links.push(...notifying(plain));
    } else if (tag[1] === '/') {
      if (open.pop() !== tag[2]) unbalanced.push(piece);
    } else {
      const name = tag[2] ?? '';
      if (name !== NEUTRAL) elements.push(name);
      const address = /href="([^"]*)"/.exec(piece)?.[1];
      if (address !== undefined) links.push(address);
      if (!VOID.has(name)) open.push(name);
    }
  }
  return { elements, text, links, unbalanced: [...unbalanced, ...open], comments };
}

/** What GitHub's own filters find in a text. */
function notifying(text: string): string[] {
  const patterns = [
    /(?<![\w`])@[a-z0-9][a-z0-9-]*/gi,
    /(?<![\w])#\d+/g,
    /\bGH-\d+/gi,
    /\b(?:https?|ftp|mailto|xmpp):[^\s]/gi,
    /\bwww\.\S/gi,
    /:[a-z0-9_+-]+:/gi,
    /\$[^\s$][^$]*\$/g,
    /[\w.+-]+@[\w-]+\.[\w]/g,
  ];
  return patterns.flatMap((pattern) => text.match(pattern) ?? []);
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00a0' };

function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi, (whole, decimal, hexadecimal, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hexadecimal !== undefined) return String.fromCodePoint(Number.parseInt(hexadecimal, 16));
    return NAMED[String(name).toLowerCase()] ?? whole;
  });
}

/** Text without the invisible breaks that keep it from being a name, a number or an address. */
export function withoutBreaks(text: string): string {
  return text.replaceAll('\u200b', '');
}

/** The workflow commands in what a step prints, as the runner finds them. */
export function obeyed(text: string): string[] {
  return text.split(/\r\n|\n|\r/).flatMap((line) => {
    if (line.trimStart().startsWith('::')) return [line.trimStart()];
    const old = line.indexOf('##[');
    return old === -1 ? [] : [line.slice(old)];
  });
}

import { digits, listed } from './counts';
import { DETAILS, type Detail } from './detail';
import { markdownText } from './markdown-text';
import { type Block, joined, type Section } from './section';

/** Room for the sentence that says what is missing from a section, and for the one that names sections without any room. */
const SECTION_NOTE = 500;
const TAIL_NOTE = 1_000;

/** A section with its blocks at some detail. */
interface Laid {
  readonly section: Section;
  readonly blocks: readonly Block[];
}

/** The texts of those blocks that are in a part. */
type Part = ReadonlyMap<Block, string>;

/**
 * Sections as parts of at most these sizes: with the richest detail that lets everything in, else with the poorest and as much as fits, risks
 * before all others, and no section at the cost of another.
 */
export function packed(sections: readonly Section[], rooms: readonly number[]): string[] {
  const lay = (detail: Detail): Laid[] => sections.map((section) => ({ section, blocks: section.blocks(detail) }));
  for (const detail of DETAILS) {
    const laid = lay(detail);
    const parts = fill(laid, rooms, 'all');
    if (parts !== undefined) return parts.map((part) => partText(laid, part, () => ''));
  }
  const laid = lay(DETAILS[DETAILS.length - 1] as Detail);
  const parts = fill(laid, [...rooms.slice(0, -1), (rooms.at(-1) ?? 0) - TAIL_NOTE], 'what fits') ?? [];
  const isShown = (block: Block): boolean => parts.some((part) => part.has(block));
  return parts.map((part, index) => {
    if (index < parts.length - 1) return partText(laid, part, () => '');
    const body = partText(laid, part, ({ section, blocks }) => missingText(section, blocks, isShown));
    return [body, withoutRoomText(laid, isShown)].filter((text) => text !== '').join('\n\n');
  });
}

/** Puts blocks into parts, one part after the other; undefined when all are wanted and one has no room. */
function fill(laid: readonly Laid[], rooms: readonly number[], wanted: 'all' | 'what fits'): Part[] | undefined {
  const parts: Part[] = [];
  let waiting = inTurn(laid);
  for (const [index, room] of rooms.entries()) {
    if (index > 0 && waiting.length === 0) break;
    const isLast = index === rooms.length - 1;
    const part = new Map<Block, string>();
    const opened = new Set<Section>();
    const left: typeof waiting = [];
    let used = 0;
    let isFull = false;
    for (const entry of waiting) {
      const text = isFull ? '' : entry.block.text();
      const frame = opened.has(entry.section) ? 0 : frameText(entry.section, '', '').length + 4 + (wanted === 'all' ? 0 : SECTION_NOTE);
      const cost = text.length + 2 + frame;
      if (isFull || used + cost > room) {
        if (isLast && wanted === 'all') return undefined;
        left.push(entry);
        // In the last part a small block may take the room that a large one does not fit into.
        isFull ||= !isLast || room - used < 200;
        continue;
      }
      used += cost;
      opened.add(entry.section);
      part.set(entry.block, text);
    }
    parts.push(part);
    waiting = left;
  }
  return parts;
}

/** All blocks: risks first, then the first of each section, the second of each, and so on. */
function inTurn(laid: readonly Laid[]): { readonly section: Section; readonly block: Block }[] {
  return laid
    .flatMap(({ section, blocks }) => blocks.map((block, turn) => ({ section, block, turn })))
    .sort((a, b) => Number(b.block.isRisk) - Number(a.block.isRisk) || a.turn - b.turn);
}

/** The sections of a part, and their blocks, in the order in which they were given. */
function partText(laid: readonly Laid[], part: Part, note: (laid: Laid) => string): string {
  return laid
    .flatMap((one) => {
      const texts = one.blocks.flatMap((block) => part.get(block) ?? []);
      return texts.length === 0 ? [] : [frameText(one.section, joined(texts), note(one))];
    })
    .join('\n\n');
}

function frameText({ summary, intro }: Section, body: string, note: string): string {
  const inner = [intro, body, note].filter((text) => text !== '').join('\n\n');
  return `<details>\n<summary>${summary}</summary>\n\n${inner}\n\n</details>`;
}

function missingText({ noun }: Section, blocks: readonly Block[], isShown: (block: Block) => boolean): string {
  const missing = blocks.filter((block) => !isShown(block));
  if (missing.length === 0) return '';
  const total = objectsOf(blocks);
  return `<b>${digits(total - objectsOf(missing))} of ${digits(total)} ${noun}s shown.</b> Not shown: ${kindsOf(missing)}.`;
}

function withoutRoomText(laid: readonly Laid[], isShown: (block: Block) => boolean): string {
  const none = laid.filter(({ blocks }) => blocks.length > 0 && !blocks.some(isShown)).map(({ section }) => section.summary);
  return none.length === 0 ? '' : `Without room for details: ${listed(none, 3)}.`;
}

function kindsOf(blocks: readonly Block[]): string {
  const counts = new Map<string, number>();
  for (const { kind, count } of blocks) counts.set(kind, (counts.get(kind) ?? 0) + count);
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return listed(
    sorted.map(([kind, count]) => `${digits(count)} ${markdownText(kind, 50)}`),
    5,
  );
}

function objectsOf(blocks: readonly Block[]): number {
  return blocks.reduce((total, { count }) => total + count, 0);
}

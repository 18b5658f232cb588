import type { PolicyChange } from '../diff/difference';
import { digits } from './counts';
import { inlineCode } from './markdown-code';
import { markdownText } from './markdown-text';

/** Pairs of demands beyond which they are told in one line. */
const MOST_PAIRS = 12;

/** Events of a sequence before the middle is left out. */
const MOST_EVENTS = 12;

/**
 * What the rules of the road demand now and demanded before, weaker first: each with what enforces it, and what has become possible. What
 * does not fit into `size` is counted.
 */
export function policyText(policy: readonly PolicyChange[], size: number): string {
  const order: readonly PolicyChange['direction'][] = ['weaker', 'changed', 'stronger'];
  const sorted = [...policy].sort((a, b) => order.indexOf(a.direction) - order.indexOf(b.direction));
  let text = '';
  for (const [index, change] of sorted.entries()) {
    const next = `${index === 0 ? '' : '\n\n'}${changeText(change)}`;
    if (text.length + next.length > size - 150) return `${text}${index === 0 ? '' : '\n\n'}${leftOut(sorted.slice(index))}`;
    text += next;
  }
  return text;
}

function leftOut(changes: readonly PolicyChange[]): string {
  const weaker = changes.filter(({ direction }) => direction === 'weaker').length;
  return `${weaker > 0 ? '⚠ ' : ''}${digits(changes.length)} more policy changes are not shown here, ${weaker === 0 ? 'none of them' : `${digits(weaker)} of them`} weaker`;
}

function changeText(change: PolicyChange): string {
  const { subject, direction, enforcedBefore, enforcedAfter, possibleNow = [] } = change;
  const head = direction === 'weaker' ? '⚠ <b>Policy weaker</b>' : `Policy ${direction}`;
  return [
    `${head}: ${inlineCode(subject)}:${demands(change)}`,
    ...enforcement(enforcedBefore, enforcedAfter),
    ...(possibleNow.length === 0 ? [] : [`\nPossible now, impossible before:\n\n${sequence(possibleNow)}`]),
  ].join('\n');
}

/** The demand before and after; several that go together as a list, where they are told in pairs. */
function demands({ before, after }: PolicyChange): string {
  const pair = (from: string, to: string): string => `${markdownText(from)} → <b>${markdownText(to)}</b>`;
  const [was, is] = [before?.split(', ') ?? [], after?.split(', ') ?? []];
  if (was.length < 3 || was.length !== is.length || was.length > MOST_PAIRS)
    return ` ${pair(before ?? 'nothing demanded', after ?? 'nothing demanded')}`;
  return `\n\n${was.map((from, index) => `- ${pair(from, is[index] ?? '')}`).join('\n')}\n`;
}

function enforcement(before: string | undefined, after: string | undefined): string[] {
  if (before === undefined && after === undefined) return [];
  const [was, is] = [before ?? 'nothing', after ?? 'nothing'].map((text) => markdownText(text));
  return [before === after ? `(enforced by ${is})` : `(enforced by ${was}; now by ${is})`];
}

function sequence(events: readonly string[]): string {
  const shown =
    events.length <= MOST_EVENTS
      ? events
      : [
          ...events.slice(0, MOST_EVENTS / 2),
          `${events.length - MOST_EVENTS + 1} events more, in the whole difference`,
          ...events.slice(1 - MOST_EVENTS / 2),
        ];
  return shown.map((event, index) => `${index + 1}. ${markdownText(event)}`).join('\n');
}

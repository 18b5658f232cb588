import type { PolicyChange } from '../diff/difference';
import { digits, listed } from './counts';
import { inlineCode } from './markdown-code';
import { markdownText } from './markdown-text';
import { type DemandPair, type PolicySummary, policySummaries } from './policy-summary';

/** Events of a sequence before the middle is left out. */
const MOST_EVENTS = 12;
/** Files and the like of which the same is demanded, before the rest is counted. */
const MOST_NAMES = 4;

/**
 * What the rules of the road demand now and demanded before, weaker first: each with what enforces it, and what has become possible. What
 * does not fit into `size` is counted.
 */
export function policyText(policy: readonly PolicyChange[], size: number): string {
  const sorted = policySummaries(policy);
  let text = '';
  for (const [index, change] of sorted.entries()) {
    const next = `${index === 0 ? '' : '\n\n'}${changeText(change)}`;
    if (text.length + next.length > size - 150) return `${text}${index === 0 ? '' : '\n\n'}${leftOut(sorted.slice(index))}`;
    text += next;
  }
  return text;
}

function leftOut(changes: readonly PolicySummary[]): string {
  const weaker = changes.filter(({ direction }) => direction === 'weaker').length;
  return `${weaker > 0 ? '⚠ ' : ''}${digits(changes.length)} more policy changes are not shown here, ${weaker === 0 ? 'none of them' : `${digits(weaker)} of them`} weaker`;
}

function changeText({ subject, direction, demands, sentences, possibleNow, standIns }: PolicySummary): string {
  const head = `${direction === 'weaker' ? '⚠ <b>Policy weaker</b>' : `Policy ${direction}`}: ${inlineCode(subject)}:`;
  const pairs = demands.map(pairText);
  const note = standIns === undefined ? '' : ` (${markdownText(standIns, 200)})`;
  return [
    pairs.length === 1 ? `${head} ${pairs[0]}` : `${head}\n\n${pairs.map((pair) => `- ${pair}`).join('\n')}`,
    ...(sentences.length === 0 ? [] : [sentences.map((sentence) => markdownText(sentence, 1_500)).join(' ')]),
    ...(possibleNow.length === 0 ? [] : [`Possible now, impossible before${note}:`, sequence(possibleNow)]),
  ].join('\n\n');
}

function pairText({ of, before, after }: DemandPair): string {
  const names = of.map((name) => inlineCode(name, 150));
  const subject = names.length === 0 ? '' : `${listed(names, MOST_NAMES)}: `;
  return `${subject}${markdownText(before)} → <b>${markdownText(after)}</b>`;
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

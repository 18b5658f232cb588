import type { BlastRadius, EnvironmentDifference } from '../diff/difference';
import { actionCounts, counted, digits, listed } from './counts';
import { type EnvironmentSummary, risksOf, type SummaryItem } from './environment-summary';
import { inlineCode } from './markdown-code';
import { markdownText } from './markdown-text';
import { meaningText, objectBlocks } from './object-blocks';
import type { Section } from './section';

/** Environments of which the same is said, before the rest is counted. */
const MOST_NAMES = 10;

/** An environment with its changes, folded. */
export function environmentSection(environment: EnvironmentDifference): Section {
  const { name, tier, action, changes, blast } = environment;
  const what = action === 'keep' ? '' : action === 'create' ? ', new' : ', removed';
  return {
    summary: `${risksOf(environment) === 0 ? '' : '⚠ '}<b>${markdownText(name, 100)}</b> (${markdownText(tier, 40)}${what}): ${counted(changes.length, 'object')}, ${actionCounts(changes.map((change) => change.action))}`,
    intro: touchedText(blast),
    noun: 'object',
    // A whole environment is read by what is in it; as text it is in the whole difference.
    blocks: (detail) => objectBlocks(changes, action === 'keep' ? detail : { ...detail, whole: false }),
  };
}

/** The row of one or more environments: names, counts, and what the changes come to. */
export function environmentRow({ names, counts, items, left }: EnvironmentSummary): string {
  const told = [...items.map(itemText), ...(left === 0 ? [] : [`and ${digits(left)} more`])];
  const shown = names.map((name) => markdownText(name, 100));
  return `| ${[listed(shown, MOST_NAMES), countsText(counts), told.join('<br>')].join(' | ')} |`;
}

/** Counts of environments of which the same is said: once where they are equal. */
export function countsText(counts: readonly string[]): string {
  const [first = '', ...others] = new Set(counts);
  return counts.length > 1 && others.length === 0 ? `${first} each` : listed(counts, MOST_NAMES);
}

function itemText({ subjects, clauses, left }: SummaryItem): string {
  const subject = subjects.map((name) => markdownText(name, 100)).join(', ');
  const told = `${clauses.map(meaningText).join('; ')}${left === 0 ? '' : `; and ${digits(left)} more`}`;
  return [subject, told].filter((text) => text !== '').join(': ');
}

/** Services and hosts that the changes touch. */
function touchedText({ services, hosts, formerHosts = [] }: BlastRadius): string {
  const named = (names: readonly string[], most: number): string =>
    listed(
      names.map((name) => inlineCode(name, 120)),
      most,
    );
  return [
    ...(services.length === 0 ? [] : [`touches ${named(services, 8)}`]),
    ...(hosts.length === 0 ? [] : [`serves ${named(hosts, 5)}`]),
    ...(formerHosts.length === 0 ? [] : [`no longer serves ${named(formerHosts, 5)}`]),
  ].join(' · ');
}

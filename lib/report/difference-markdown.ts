import type { Compared, Difference } from '../diff/difference';
import { ACTION_WORDS, type Action, counted, digits, signLegend } from './counts';
import { environmentRow, environmentSection } from './environment-section';
import { environmentSummaries, risksOf } from './environment-summary';
import { inlineCode } from './markdown-code';
import { markdownText } from './markdown-text';
import { packed } from './packing';
import { policyText } from './policy-section';
import type { StackPreview } from './pulumi-preview';
import { repositoryRow, repositorySection } from './repository-section';
import type { Section } from './section';
import { stackRow, stackSection } from './stack-section';

export interface MarkdownOptions {
  /** Version of stagegate. */
  readonly tool: string;
  /** What Pulumi would do to stacks, shown beside. @default none */
  readonly stacks?: readonly StackPreview[];
  /** What a reader has to know about where the comparison comes from, a sentence each without full stop. @default nothing */
  readonly remarks?: readonly string[];
  /** Address of the repository, to which commits are linked. @default no links */
  readonly repositoryUrl?: string;
  /** Address of the run that compared. @default not named */
  readonly runUrl?: string;
  /** Where the whole difference is to be had. @default not named */
  readonly wholeUrl?: string;
  /** Command that writes the whole difference, named where no address is. @default not named */
  readonly wholeCommand?: string;
  /** Characters of a part, at least 20,000. GitHub takes 65,536. @default 60,000 */
  readonly size?: number;
  /** Parts at most. @default 1 */
  readonly parts?: number;
}

/** Whether there is anything to say: a change, or something that could not be compared. */
export function isEmpty({ environments, repositories, policy, notCompared }: Difference, stacks: readonly StackPreview[] = []): boolean {
  const isQuiet = stacks.every((stack) => stack.kind === 'previewed' && stack.steps.length === 0 && stack.errors.length === 0);
  return isQuiet && environments.length + repositories.length + policy.length + notCompared.length === 0;
}

/**
 * A difference as Markdown for a pull request: the verdict, a table and what has become weaker first, then each environment folded. What
 * does not fit is shown with less detail, then left out and counted, risks last. Each part is complete Markdown of at most `size` characters.
 *
 * Texts of the difference may come from anybody.
 */
export function differenceMarkdown(difference: Difference, options: MarkdownOptions): string[] {
  const { stacks = [], size = 60_000, parts = 1 } = options;
  if (isEmpty(difference, stacks))
    return [[`<b>stagegate</b> · nothing changes · ${comparison(difference, options)}`, ...remarks(options)].join(' · ')];
  const head = headText(difference, options, size);
  const foot = footText(difference, options);
  const sections: Section[] = [
    ...difference.environments.map(environmentSection),
    ...difference.repositories.map(repositorySection),
    ...stacks.flatMap((stack) => (stack.kind === 'previewed' && stack.steps.length > 0 ? [stackSection(stack)] : [])),
  ];
  const continued = `<b>stagegate</b> · ${comparison(difference, options)} · continued`;
  const rooms = Array.from({ length: parts }, (_, index) => size - (index === 0 ? head : continued).length - foot.length - 10);
  return packed(sections, rooms).map((body, index) =>
    [index === 0 ? head : continued, body, foot].filter((text) => text !== '').join('\n\n'),
  );
}

function headText(difference: Difference, options: MarkdownOptions, size: number): string {
  const { environments, repositories, policy, notCompared } = difference;
  const { stacks = [] } = options;
  return [
    `<b>stagegate</b> · ${comparison(difference, options)}`,
    verdict(difference, stacks),
    remarks(options).join('\n\n'),
    environmentTable(environments, size * 0.25),
    table(['repository', 'settings', 'which'], repositories.map(repositoryRow), size * 0.1),
    table(['Pulumi stack', 'resources', 'which'], stacks.map(stackRow), size * 0.1),
    policyText(policy, size * 0.3),
    notComparedText(notCompared, size * 0.05),
  ]
    .filter((text) => text !== '')
    .join('\n\n');
}

/** One line for a comparison that failed, so that an older one is not taken for it. */
export function failedMarkdown(head: Compared, options: Pick<MarkdownOptions, 'repositoryUrl' | 'runUrl'>): string {
  const run = options.runUrl === undefined ? '' : ` · ${link('run', options.runUrl)}`;
  return `<b>stagegate</b> · ⚠ ${side(head, options)} could not be compared${run}`;
}

function remarks({ remarks = [] }: MarkdownOptions): string[] {
  return remarks.slice(0, 5).map((remark) => `<i>${markdownText(remark)}</i>`);
}

/** `main` 9c31f0a → `this-branch` 4f2a1c8 */
function comparison({ base, head }: Difference, options: Pick<MarkdownOptions, 'repositoryUrl'>): string {
  return `${side(base, options)} → ${side(head, options)}`;
}

function side({ name, commit }: Compared, { repositoryUrl }: Pick<MarkdownOptions, 'repositoryUrl'>): string {
  const shown = inlineCode(name, 120);
  if (commit === undefined || !/^[0-9a-f]{7,64}$/.test(commit)) return shown;
  const short = commit.slice(0, 7);
  const linked = repositoryUrl === undefined ? short : link(short, `${repositoryUrl}/commit/${commit}`);
  return name === commit || name === short ? linked : `${shown} ${linked}`;
}

function verdict({ environments, repositories, policy }: Difference, stacks: readonly StackPreview[]): string {
  const objects = environments.reduce((sum, { changes }) => sum + changes.length, 0);
  const risks = environments.reduce((sum, environment) => sum + risksOf(environment), 0);
  const settings = repositories.reduce((sum, { changes }) => sum + changes.length, 0);
  const weaker = policy.filter(({ direction }) => direction === 'weaker').length;
  const resources = stacks.reduce((sum, stack) => sum + (stack.kind === 'previewed' ? stack.steps.length : 0), 0);
  const clauses = [
    ...(weaker === 0 ? [] : [`⚠ <b>policy weaker</b>${weaker === 1 ? '' : ` in ${digits(weaker)} places`}`]),
    ...(weaker === 0 && policy.length > 0
      ? [policy.every(({ direction }) => direction === 'stronger') ? 'policy stronger' : 'policy changes']
      : []),
    ...(risks === 0 ? [] : [`⚠ <b>${counted(risks, 'risk')}</b>`]),
    ...(objects === 0 ? [] : [`${happening(objects, 'object', environments)} in ${counted(environments.length, 'environment')}`]),
    ...(settings === 0 ? [] : [happening(settings, 'repository setting', repositories)]),
    ...(resources === 0 ? [] : [`${counted(resources, 'Pulumi resource')} ${resources === 1 ? 'changes' : 'change'}`]),
  ];
  return clauses.length === 0 ? 'Nothing changes in what could be compared.' : clauses.join(' · ');
}

/** `3 objects change`, and where all come or go alike, `25 objects are created`. */
function happening(number: number, noun: string, places: readonly { readonly changes: readonly { readonly action: Action }[] }[]): string {
  const [action, ...others] = new Set(places.flatMap(({ changes }) => changes.map((change) => change.action)));
  if (action === undefined || action === 'update' || others.length > 0)
    return `${counted(number, noun)} ${number === 1 ? 'changes' : 'change'}`;
  return `${counted(number, noun)} ${number === 1 ? 'is' : 'are'} ${ACTION_WORDS[action]}`;
}

function environmentTable(environments: Difference['environments'], size: number): string {
  const risks = new Map(environments.map((environment) => [environment.name, risksOf(environment)]));
  const summaries = environmentSummaries(environments);
  const gravity = summaries.map(({ names }) => Math.max(0, ...names.map((name) => risks.get(name) ?? 0)));
  return table(['environment', 'objects', 'what it means'], summaries.map(environmentRow), size, gravity);
}

/** A table of as many rows as fit, those with the most risks kept; in the order given. */
function table(header: readonly string[], rows: readonly string[], size: number, risks: readonly number[] = []): string {
  if (rows.length === 0) return '';
  const order = rows.map((_, index) => index).sort((a, b) => (risks[b] ?? 0) - (risks[a] ?? 0) || a - b);
  const kept = new Set<number>();
  let length = 300;
  for (const index of order) {
    length += (rows[index]?.length ?? 0) + 1;
    if (length > size) break;
    kept.add(index);
  }
  const left = rows.length - kept.size;
  const lines = [`| ${header.join(' | ')} |`, `|${'---|'.repeat(header.length)}`, ...rows.filter((_, index) => kept.has(index))];
  return left === 0 ? lines.join('\n') : `${lines.join('\n')}\n\n${digits(kept.size)} of ${digits(rows.length)} rows shown.`;
}

function notComparedText(notCompared: Difference['notCompared'], size: number): string {
  const lines: string[] = [];
  let length = 100;
  for (const { what, why } of notCompared) {
    const line = `- not compared: ${markdownText(what, 200)}: ${markdownText(why, 300)}`;
    length += line.length + 1;
    if (length > size) break;
    lines.push(line);
  }
  const left = notCompared.length - lines.length;
  return [...lines, ...(left === 0 ? [] : [`- ${digits(left)} more that ${left === 1 ? 'was' : 'were'} not compared`])].join('\n');
}

function footText({ environments, repositories }: Difference, options: MarkdownOptions): string {
  const { tool, stacks = [], runUrl, wholeUrl, wholeCommand } = options;
  const steps = stacks.flatMap((stack) => (stack.kind === 'previewed' ? stack.steps : []));
  const legend = signLegend([...environments, ...repositories, { changes: steps }].flatMap(({ changes }) => changes.map(actionOf)));
  const command = wholeCommand === undefined ? [] : [`whole difference: ${inlineCode(wholeCommand, 400)}`];
  return `<sub>${[
    ...(legend === '' ? [] : [legend]),
    ...(runUrl === undefined ? [] : [link('run', runUrl)]),
    ...(wholeUrl === undefined ? command : [link('whole difference', wholeUrl)]),
    `stagegate ${markdownText(tool, 40)}`,
  ].join(' · ')}</sub>`;
}

function actionOf({ action }: { readonly action: Action }): Action {
  return action;
}

/** A link; only its text when the address is not plainly one. */
function link(text: string, address: string): string {
  return /^https?:\/\/[\w.:-]+(?:\/[\w./%#?=&~@+-]*)?$/.test(address) ? `[${text}](${address})` : text;
}

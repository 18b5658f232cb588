import type {
  Compared,
  Difference,
  EnvironmentDifference,
  FieldChange,
  Meaning,
  ObjectChange,
  RepositoryDifference,
  SettingChange,
} from '../diff/difference';
import { ACTION_SIGNS, ACTION_WORDS, counted, digits, listed } from '../report/counts';
import { DETAILS } from '../report/detail';
import { countsText } from '../report/environment-section';
import { type EnvironmentSummary, environmentSummaries, type SummaryItem } from '../report/environment-summary';
import { fieldLines } from '../report/field-lines';
import { type DemandPair, type PolicySummary, policySummaries } from '../report/policy-summary';
import { repositorySummary } from '../report/repository-summary';
import { shortened, visibleLine } from '../report/visible';
import type { Io } from './io';
import { colours, table } from './text';

/** Lines of one field. */
const MOST_LINES = 40;
/** Files and the like of which the same is demanded, before the rest is counted. */
const MOST_NAMES = 4;

type Paint = ReturnType<typeof colours>;

/** A difference for a terminal: a table of what changes where and what it means, the policy, then each object field by field. */
export function differenceText(io: Pick<Io, 'colour'>, difference: Difference): string {
  const paint = colours(io);
  const { base, head, environments, repositories, policy, notCompared } = difference;
  const isEmpty = environments.length + repositories.length + policy.length === 0;
  return [
    `${paint.bold(sideText(base))} → ${paint.bold(sideText(head))}${isEmpty ? ': nothing changes' : ''}`,
    overview(
      paint,
      ['environment', 'objects', 'what it means'],
      environmentSummaries(environments).map((one) => environmentRow(paint, one)),
    ),
    overview(paint, ['repository', 'settings', 'which'], repositories.map(repositoryRow)),
    ...policySummaries(policy).map((change) => policyText(paint, change)),
    ...environments.map((one) => environmentText(paint, one)),
    ...repositories.map(({ name, changes }) =>
      [paint.bold(plain(name)), ...changes.map((change) => settingText(paint, change))].join('\n'),
    ),
    notCompared.map(({ what, why }) => `not compared  ${plain(what)}: ${plain(why)}`).join('\n'),
  ]
    .filter((text) => text !== '')
    .join('\n\n');
}

function sideText({ name, commit }: Compared): string {
  const short = commit?.slice(0, 7);
  return short === undefined || name === commit || name === short ? plain(name) : `${plain(name)} ${short}`;
}

/** Anybody's text on one line, without what a terminal would obey. */
function plain(text: string): string {
  return shortened(visibleLine(text), 300);
}

function overview(paint: Paint, header: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : table([header.map(paint.dim), ...rows]);
}

function environmentRow(paint: Paint, { names, counts, items, left }: EnvironmentSummary): string[] {
  const told = [...items.flatMap((item) => itemLines(paint, item)), ...(left === 0 ? [] : [`and ${digits(left)} more`])];
  return [listed(names.map(plain), 10), countsText(counts), told.join('\n')];
}

/** Each risk on a line of its own, then the rest. */
function itemLines(paint: Paint, { subjects, clauses, left }: SummaryItem): string[] {
  const subject = subjects.length === 0 ? '' : `${subjects.map(plain).join(', ')}: `;
  const of = (weight: Meaning['weight']): string[] => clauses.filter((clause) => clause.weight === weight).map(({ text }) => plain(text));
  const notes = `${of('note').join('; ')}${left === 0 ? '' : `; and ${digits(left)} more`}`;
  return [
    ...of('risk').map((text) => paint.red(`! ${subject}${text}`)),
    ...(notes === '' ? [] : [`${subject}${notes.replace(/^; /, '')}`]),
  ];
}

function repositoryRow(repository: RepositoryDifference): string[] {
  const { name, previous, counts, settings, left } = repositorySummary(repository);
  const told = settings.map((setting) => {
    const title = settingTitle(setting);
    return setting.action === 'update' ? title : `${title} ${ACTION_WORDS[setting.action]}`;
  });
  const whole = previous === undefined ? [] : [`was ${plain(previous)}`];
  return [plain(name), counts, `${[...whole, ...told].join(', ')}${left === 0 ? '' : ` and ${digits(left)} more`}`];
}

function settingTitle({ kind, name, previous }: Pick<SettingChange, 'kind' | 'name' | 'previous'>): string {
  return plain(`${kind} ${previous === undefined ? '' : `${previous} → `}${name}`);
}

function policyText(paint: Paint, { subject, direction, demands, sentences, possibleNow, standIns }: PolicySummary): string {
  const head = direction === 'weaker' ? paint.red('policy weaker') : `policy ${direction}`;
  const note = standIns === undefined ? '' : ` (${plain(standIns)})`;
  return [
    `${head}  ${paint.bold(plain(subject))}`,
    ...demands.flatMap((pair) => demandLines(pair, demands.length === 1)),
    ...sentences.map((sentence) => paint.dim(`  ${plain(sentence)}`)),
    ...(possibleNow.length === 0 ? [] : [`  possible now, impossible before${note}`]),
    ...possibleNow.map((event, index) => `    ${index + 1}  ${plain(event)}`),
  ].join('\n');
}

/** Alone, a demand and what takes its place below each other; of several, each in a line. */
function demandLines({ of, before, after }: DemandPair, isAlone: boolean): string[] {
  if (isAlone && of.length === 0) return [`  before  ${plain(before)}`, `  now     ${plain(after)}`];
  const subject = of.length === 0 ? '' : `${plain(listed(of, MOST_NAMES))}: `;
  return [`  ${subject}${plain(before)} → ${plain(after)}`];
}

function environmentText(paint: Paint, { name, changes, blast: { hosts, formerHosts = [] } }: EnvironmentDifference): string {
  const touched = [
    ...(hosts.length === 0 ? [] : [`serves ${listed(hosts.map(plain), 5)}`]),
    ...(formerHosts.length === 0 ? [] : [`no longer serves ${listed(formerHosts.map(plain), 5)}`]),
  ];
  const head = `${paint.bold(plain(name))}${touched.length === 0 ? '' : `  ${paint.dim(touched.join(', '))}`}`;
  return [head, ...changes.map((change) => objectText(paint, change))].join('\n');
}

function objectText(paint: Paint, change: ObjectChange): string {
  const { action, kind, name, service, previous, immutable = [], meanings, fields } = change;
  const colour = { create: paint.green, delete: paint.red, replace: paint.red, update: paint.yellow, rename: paint.yellow }[action];
  const was = previous === undefined || previous.name === name ? '' : `${plain(previous.name)} → `;
  const of = service === undefined || service === name ? '' : paint.dim(`  of ${plain(service)}`);
  return [
    `  ${colour(ACTION_SIGNS[action])} ${kind} ${was}${plain(name)}${of}`,
    ...meanings.map(({ weight, text }) => `      ${weight === 'risk' ? paint.red(`! ${plain(text)}`) : plain(text)}`),
    ...(immutable.length === 0 ? [] : [`      ${immutable.join(', ')} cannot change in place`]),
    ...fieldsText(paint, fields),
  ].join('\n');
}

function settingText(paint: Paint, change: SettingChange): string {
  const { action, fields } = change;
  const colour = { create: paint.green, delete: paint.red, update: paint.yellow, rename: paint.yellow }[action];
  const title = `  ${colour(ACTION_SIGNS[action])} ${settingTitle(change)}`;
  return [title, ...(action === 'create' || action === 'delete' ? [] : fieldsText(paint, fields))].join('\n');
}

/** Fields with short values as aligned lines, others with what differs in them; those that only follow from something are counted. */
function fieldsText(paint: Paint, fields: readonly FieldChange[]): string[] {
  const own = fields.filter(({ follows }) => follows === undefined);
  const short = own.filter(isShort);
  const rows = short.map((field) => [`      ${plain(field.path)}`, shortText(paint, field)]);
  const reasons = new Map<string, number>();
  for (const { follows } of fields) if (follows !== undefined) reasons.set(follows, (reasons.get(follows) ?? 0) + 1);
  return [
    ...(rows.length === 0 ? [] : [table(rows)]),
    ...own.filter((field) => !isShort(field)).flatMap((field) => longText(paint, field)),
    ...[...reasons].map(([reason, count]) =>
      paint.dim(`      ${counted(count, 'field')} ${count === 1 ? 'follows' : 'follow'} ${plain(reason)}`),
    ),
  ];
}

function isShort({ secret, before, after }: FieldChange): boolean {
  const isPlain = (value: unknown): boolean =>
    typeof value !== 'object' || value === null ? String(value).length <= 120 && !String(value).includes('\n') : false;
  return secret === true || (isPlain(before) && isPlain(after));
}

function shortText(paint: Paint, { secret, before, after }: FieldChange): string {
  if (secret === true) return 'a secret changes, which is not shown';
  const shown = (value: unknown): string =>
    value === undefined ? 'none' : typeof value === 'string' && value !== '' ? plain(value) : JSON.stringify(value);
  return `${before === undefined ? paint.dim('none') : paint.red(shown(before))} → ${after === undefined ? paint.dim('none') : paint.green(shown(after))}`;
}

function longText(paint: Paint, field: FieldChange): string[] {
  const lines = fieldLines(field, DETAILS[1]).map(({ sign, text }) => {
    const line = `      ${sign} ${shortened(visibleLine(text) === '' ? '' : text, 200)}`;
    return sign === '+' ? paint.green(line) : sign === '-' ? paint.red(line) : line;
  });
  const left = lines.length - MOST_LINES;
  return left <= 0 ? lines : [...lines.slice(0, MOST_LINES), `        … ${counted(left, 'more line')}`];
}

import type {
  Compared,
  Difference,
  EnvironmentDifference,
  FieldChange,
  Meaning,
  ObjectChange,
  PolicyChange,
  SettingChange,
} from '../diff/difference';
import { ACTION_WORDS, actionCounts, counted, listed } from '../report/counts';
import { DETAILS } from '../report/detail';
import { fieldLines } from '../report/field-lines';
import { shortened, visibleLine } from '../report/visible';
import { bytesText, cpuText } from '../values/quantity';
import type { Io } from './io';
import { colours, table } from './text';

/** Lines of a cell before it counts. */
const MOST_CLAUSES = 6;
/** Lines of one field. */
const MOST_LINES = 40;
const SIGNS: Readonly<Record<ObjectChange['action'], string>> = { create: '+', update: '~', replace: '±', rename: '→', delete: '−' };

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
      environments.map((one) => environmentRow(paint, one)),
    ),
    overview(
      paint,
      ['repository', 'settings', 'which'],
      repositories.map(({ name, changes }) => [
        plain(name),
        actionCounts(changes.map(({ action }) => action)),
        listed(changes.map(settingTitle), MOST_CLAUSES),
      ]),
    ),
    ...policy.map((change) => policyText(paint, change)),
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

function environmentRow(paint: Paint, environment: EnvironmentDifference): string[] {
  const { name, changes } = environment;
  const clauses = [...ofTheWhole(paint, environment), ...summary(paint, changes)];
  const left = clauses.length - MOST_CLAUSES;
  const told = left <= 1 ? clauses : [...clauses.slice(0, MOST_CLAUSES), `and ${left} more`];
  return [plain(name), actionCounts(changes.map(({ action }) => action)), told.join('\n')];
}

function ofTheWhole(paint: Paint, { action, name, tier, lifecycle, previous }: EnvironmentDifference): string[] {
  if (action !== 'keep') return [action === 'create' ? 'new environment' : paint.red('environment removed')];
  const turned = (from: string | undefined, to: string): string[] =>
    from === undefined || from === to ? [] : [paint.red(plain(`${from} → ${to}`))];
  return [...turned(previous?.name, name), ...turned(previous?.tier, tier), ...turned(previous?.lifecycle, lifecycle)];
}

/** What changes mean, risks first; what has no known meaning is told by its service and the names of its fields, in one line. */
function summary(paint: Paint, changes: readonly ObjectChange[]): string[] {
  const told = (weight: Meaning['weight']): string[] =>
    changes.flatMap((change) =>
      change.meanings.filter((meaning) => meaning.weight === weight).map(({ text }) => `${subjectOf(change)}: ${plain(text)}`),
    );
  const others = new Map<string, Set<string>>();
  for (const change of changes.filter(({ meanings }) => meanings.length === 0)) {
    const names = others.get(subjectOf(change)) ?? new Set<string>();
    others.set(subjectOf(change), names);
    if (change.action !== 'update') names.add(`${change.kind} ${ACTION_WORDS[change.action]}`);
    else for (const { path } of change.fields.filter(({ follows }) => follows === undefined)) names.add(lastName(path));
  }
  return [
    ...new Set(told('risk').map((text) => paint.red(`! ${text}`))),
    ...new Set(told('note')),
    ...[...others].flatMap(([subject, names]) => (names.size === 0 ? [] : [`${subject}: ${listed([...names], 5)}`])),
  ];
}

function subjectOf({ service, kind, name }: ObjectChange): string {
  return plain(service ?? `${kind} ${name}`);
}

/** `spec.template.spec.containers[backend].image` is `image`; `…env[LOG_LEVEL].value` is `LOG_LEVEL`. */
function lastName(path: string): string {
  const item = /\["?([^\]"]+)"?\](?:\.value)?$/.exec(path)?.[1];
  return plain(item !== undefined && !/^\d+$/.test(item) ? item : (path.split('.').at(-1) ?? path));
}

function settingTitle({ action, kind, name, previous }: SettingChange): string {
  const title = plain(`${kind} ${previous === undefined ? '' : `${previous} → `}${name}`);
  return action === 'update' || action === 'rename' ? title : `${title} ${ACTION_WORDS[action]}`;
}

function policyText(paint: Paint, change: PolicyChange): string {
  const { subject, direction, before, after, enforcedBefore, enforcedAfter, possibleNow = [] } = change;
  const head = direction === 'weaker' ? paint.red('policy weaker') : `policy ${direction}`;
  const enforced = (by: string | undefined): string => (by === undefined ? '' : paint.dim(`, by ${plain(by)}`));
  const sequence = possibleNow.map((event, index) => `    ${index + 1}  ${plain(event)}`);
  return [
    `${head}  ${paint.bold(plain(subject))}`,
    `  before  ${plain(before ?? 'nothing demanded')}${enforced(enforcedBefore)}`,
    `  now     ${plain(after ?? 'nothing demanded')}${enforced(enforcedAfter)}`,
    ...(sequence.length === 0 ? [] : ['  possible now, impossible before', ...sequence]),
  ].join('\n');
}

function environmentText(paint: Paint, { name, changes, blast }: EnvironmentDifference): string {
  const amounts = (word: string, before: number, after: number, text: (value: number) => string): string[] =>
    before === after ? [] : [`${word} ${text(before)} → ${text(after)}`];
  const touched = [
    ...(blast.hosts.length === 0 ? [] : [`serves ${listed(blast.hosts.map(plain), 5)}`]),
    ...amounts('pods', blast.before.pods, blast.after.pods, String),
    ...amounts('CPU', blast.before.requests.cpu, blast.after.requests.cpu, cpuText),
    ...amounts('memory', blast.before.requests.memory, blast.after.requests.memory, bytesText),
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
    `  ${colour(SIGNS[action])} ${kind} ${was}${plain(name)}${of}`,
    ...meanings.map(({ weight, text }) => `      ${weight === 'risk' ? paint.red(`! ${plain(text)}`) : plain(text)}`),
    ...(immutable.length === 0 ? [] : [`      ${immutable.join(', ')} cannot change in place`]),
    ...fieldsText(paint, fields),
  ].join('\n');
}

function settingText(paint: Paint, change: SettingChange): string {
  const colour = { create: paint.green, delete: paint.red, update: paint.yellow, rename: paint.yellow }[change.action];
  const { kind, name, previous, action, fields } = change;
  const title = `  ${colour(SIGNS[action])} ${kind} ${previous === undefined ? '' : `${plain(previous)} → `}${plain(name)}`;
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

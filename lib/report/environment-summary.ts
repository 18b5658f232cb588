import type { BlastRadius, EnvironmentDifference, Meaning, ObjectChange } from '../diff/difference';
import { isWithin } from '../diff/field-paths';
import { bytesText, cpuText } from '../values/quantity';
import { ACTION_WORDS, type Action, actionCounts, listed } from './counts';
import { fieldClause } from './field-name';
import { byGravity } from './object-order';

/** Services and objects that are told before the rest is counted. */
const MOST_ITEMS = 5;
/** Clauses about each of them. */
const MOST_CLAUSES = 4;
/** Names in one clause. */
const MOST_NAMES = 4;

/**
 * What changes in an environment and what it means, in a few clauses, the gravest first: the same for a terminal and for a comment. Texts are
 * plain and may come from anybody.
 */
export interface EnvironmentSummary {
  /** Several where the same is said of each. */
  readonly names: readonly string[];
  /** Objects of each by what happens to them, `+1 ~2`. */
  readonly counts: readonly string[];
  readonly items: readonly SummaryItem[];
  /** How many items are left out. */
  readonly left: number;
}

/** What is said of services, of objects without one, or, without a subject, of the environment. */
export interface SummaryItem {
  /** Several where the same is said of each: `backend`, `web (was frontend)`. */
  readonly subjects: readonly string[];
  readonly clauses: readonly Meaning[];
  /** How many clauses are left out. */
  readonly left: number;
}

/** Summaries of environments, those of which the same is said together, in the order in which they begin. */
export function environmentSummaries(environments: readonly EnvironmentDifference[]): EnvironmentSummary[] {
  const alike = new Map<string, EnvironmentSummary>();
  for (const environment of environments) {
    const summary = environmentSummary(environment);
    const key = JSON.stringify([summary.items, summary.left]);
    const { names = [], counts = [] } = alike.get(key) ?? {};
    alike.set(key, { ...summary, names: [...names, ...summary.names], counts: [...counts, ...summary.counts] });
  }
  return [...alike.values()];
}

function environmentSummary(environment: EnvironmentDifference): EnvironmentSummary {
  const { name, action, changes, blast } = environment;
  const told = action === 'keep' ? subjectItems(changes) : wholeItems(changes);
  const items = [...environmentItems(environment), ...told.slice(0, MOST_ITEMS), ...podItems(blast)];
  return {
    names: [name],
    counts: [actionCounts(changes.map((change) => change.action))],
    items: items.length > 0 ? items : [{ subjects: shortList(blast.services), clauses: [note('nothing but what follows')], left: 0 }],
    left: Math.max(0, told.length - MOST_ITEMS),
  };
}

/** Different risks of an environment: one that several objects share counts once. */
export function risksOf({ changes }: EnvironmentDifference): number {
  return new Set(changes.flatMap(({ meanings }) => meanings.filter(({ weight }) => weight === 'risk').map(({ text }) => text))).size;
}

/** That the environment is new or gone, or what else it has become. */
function environmentItems({ action, ways = [], name, tier, lifecycle, previous, blast }: EnvironmentDifference): SummaryItem[] {
  const services = blast.services.length === 0 ? '' : ` with ${listed(blast.services, MOST_NAMES)}`;
  if (action === 'create') return [itemOf([], [note(`new environment${services}`), ...ways.map((way) => note(`releases come ${way}`))])];
  if (action === 'delete') return [itemOf([], [risk(`environment removed${services}`)])];
  const turned = (from: string | undefined, to: string): Meaning[] => (from === undefined || from === to ? [] : [risk(`${from} → ${to}`)]);
  const now = [...turned(previous?.name, name), ...turned(previous?.tier, tier), ...turned(previous?.lifecycle, lifecycle)];
  return now.length === 0 ? [] : [itemOf([], now)];
}

/** Of an environment that comes or goes whole, what that means. */
function wholeItems(changes: readonly ObjectChange[]): SummaryItem[] {
  const clauses = unique([...changes].sort(byGravity).flatMap(({ meanings }) => meanings));
  return clauses.length === 0 ? [] : [itemOf([], clauses)];
}

/** What all pods ask for together; it is reached only while every workload rolls out, which has to be said beside `replicas 3 → 1`. */
function podItems({ before, after }: BlastRadius): SummaryItem[] {
  const amounts = [
    ...amountText(before.pods, after.pods, String, 'pods'),
    ...amountText(before.requests.cpu, after.requests.cpu, cpuText, 'CPU'),
    ...amountText(before.requests.memory, after.requests.memory, bytesText, 'memory'),
  ];
  return amounts.length === 0 ? [] : [itemOf([], [note(`all pods together, at most while rolling out: ${amounts.join(', ')}`)])];
}

function amountText(before: number, after: number, text: (value: number) => string, unit: string): string[] {
  return before === after ? [] : [`${text(before)} → ${text(after)} ${unit}`];
}

/** What is said of each service, or of an object without one, the same of several together; what only follows is not told. */
function subjectItems(changes: readonly ObjectChange[]): SummaryItem[] {
  const groups = new Map<string, ObjectChange[]>();
  for (const change of [...changes].sort(byGravity)) {
    const key = change.service ?? `${change.kind} ${change.name}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [change]);
    else group.push(change);
  }
  const said = new Map<string, { readonly clause: Meaning | undefined; readonly subjects: string[] }>();
  for (const [name, group] of groups) {
    const former = formerName(group);
    const clauses = clausesOf(group);
    const subject = former === undefined ? name : `${name} (was ${former})`;
    for (const clause of clauses.length === 0 && former !== undefined ? [undefined] : clauses) {
      const key = JSON.stringify(clause ?? subject);
      const known = said.get(key);
      if (known === undefined) said.set(key, { clause, subjects: [subject] });
      else known.subjects.push(subject);
    }
  }
  const items = new Map<string, { readonly subjects: readonly string[]; readonly clauses: Meaning[] }>();
  for (const { clause, subjects } of said.values()) {
    const key = JSON.stringify(subjects);
    const item = items.get(key) ?? { subjects, clauses: [] };
    items.set(key, item);
    if (clause !== undefined) item.clauses.push(clause);
  }
  const hasRisk = ({ clauses }: { readonly clauses: readonly Meaning[] }): number =>
    Number(clauses.some(({ weight }) => weight === 'risk'));
  return [...items.values()].sort((a, b) => hasRisk(b) - hasRisk(a)).map(({ subjects, clauses }) => itemOf(shortList(subjects), clauses));
}

/** What a service was called, where all that changes of it belonged to another one. */
function formerName(group: readonly ObjectChange[]): string | undefined {
  const [first, ...others] = new Set(group.map(({ service, previous }) => (previous?.service === service ? undefined : previous?.service)));
  return others.length === 0 ? first : undefined;
}

/** Meanings, then fields that none of them speaks of, and what happens to whole objects; risks first, each once. */
function clausesOf(group: readonly ObjectChange[]): Meaning[] {
  const former = formerName(group);
  const meanings = group.flatMap((change) => change.meanings);
  const others = group.flatMap((change) => [...fieldTexts(change), ...movedTexts(change, former)]);
  return unique([...meanings, ...[...wholeTexts(group, former), ...others].map(note)]);
}

/** Kinds whose fields are known by their names alone. */
const PLAIN_KINDS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ConfigMap', 'Secret']);

/** Fields that no meaning speaks of. */
function fieldTexts({ service, kind, fields, meanings, unexplained = [], immutable = [] }: ObjectChange): string[] {
  const prefix = service === undefined || PLAIN_KINDS.has(kind) ? '' : `${kind} `;
  const isTold = (path: string): boolean =>
    immutable.some((field) => isWithin(path, field)) || (meanings.length > 0 && !unexplained.includes(path));
  return fields.flatMap((field) => (field.follows !== undefined || isTold(field.path) ? [] : [`${prefix}${fieldClause(field)}`]));
}

/** `ConfigMap was of old`, where the service itself goes on. */
function movedTexts({ kind, service, previous }: ObjectChange, former: string | undefined): string[] {
  const from = previous?.service;
  return from === undefined || from === service || from === former ? [] : [`${kind} was of ${from}`];
}

/** `created Deployment, Service`, of what no meaning speaks of; that objects are called as their service is, is seen by its name. */
function wholeTexts(group: readonly ObjectChange[], former: string | undefined): string[] {
  const untold = group.filter(({ meanings, action }) => meanings.length === 0 && !(action === 'rename' && former !== undefined));
  const actions: readonly Action[] = ['delete', 'replace', 'rename', 'create'];
  return actions.flatMap((action) => {
    const changes = untold.filter((change) => change.action === action);
    if (changes.length === 0) return [];
    const kinds = [...new Set(changes.flatMap(({ service, kind }) => (service === undefined ? [] : [kind])))];
    return [kinds.length === 0 ? ACTION_WORDS[action] : `${ACTION_WORDS[action]} ${listed(kinds, MOST_NAMES)}`];
  });
}

function itemOf(subjects: readonly string[], clauses: readonly Meaning[]): SummaryItem {
  const sorted = [...clauses].sort((a, b) => Number(b.weight === 'risk') - Number(a.weight === 'risk'));
  return { subjects, clauses: sorted.slice(0, MOST_CLAUSES), left: Math.max(0, sorted.length - MOST_CLAUSES) };
}

function unique(clauses: readonly Meaning[]): Meaning[] {
  return [...new Map(clauses.map((clause) => [`${clause.weight} ${clause.text}`, clause])).values()];
}

function shortList(names: readonly string[]): string[] {
  return names.length <= MOST_NAMES ? [...names] : [...names.slice(0, MOST_NAMES - 1), `${names.length - MOST_NAMES + 1} more`];
}

function risk(text: string): Meaning {
  return { weight: 'risk', text };
}

function note(text: string): Meaning {
  return { weight: 'note', text };
}

import type { BlastRadius, EnvironmentDifference, ObjectChange } from '../diff/difference';
import { bytesText, cpuText } from '../values/quantity';
import { ACTION_WORDS, actionCounts, counted, digits, listed } from './counts';
import { inlineCode } from './markdown-code';
import { markdownText } from './markdown-text';
import { byGravity, isRisk, meaningText, objectBlocks } from './object-blocks';
import type { Section } from './section';

/** Clauses of a cell before it counts. */
const MOST_CLAUSES = 5;

/** An environment with its changes, folded. */
export function environmentSection(environment: EnvironmentDifference): Section {
  const { name, tier, action, changes, blast } = environment;
  const what = action === 'keep' ? '' : action === 'create' ? ', new' : ', removed';
  return {
    summary: `${risksOf(environment) === 0 ? '' : '⚠ '}<b>${markdownText(name, 100)}</b> (${markdownText(tier, 40)}${what}): ${counted(changes.length, 'object')}, ${actionCounts(changes.map((change) => change.action))}`,
    intro: blastText(blast),
    noun: 'object',
    blocks: (detail) => objectBlocks(changes, detail),
  };
}

/** The row of an environment: name, counts, and what the changes come to. */
export function environmentRow(environment: EnvironmentDifference): string {
  const { name, changes } = environment;
  const counts = actionCounts(changes.map((change) => change.action));
  return `| ${[markdownText(name, 100), counts, [...ofTheWhole(environment), ...clauses(changes)].join('; ')].join(' | ')} |`;
}

/** What happens to the environment itself. */
function ofTheWhole({ name, tier, lifecycle, previous, action }: EnvironmentDifference): string[] {
  if (action !== 'keep') return [action === 'create' ? 'new environment' : '<b>environment removed</b>'];
  const changed = (from: string | undefined, to: string): string[] =>
    from === undefined || from === to ? [] : [`<b>${markdownText(from, 60)} → ${markdownText(to, 60)}</b>`];
  return [...changed(previous?.name, name), ...changed(previous?.tier, tier), ...changed(previous?.lifecycle, lifecycle)];
}

/** What the changes of each service mean, the service with the gravest first; what belongs to no service is named by its object. */
function clauses(changes: readonly ObjectChange[]): string[] {
  const groups = new Map<string, ObjectChange[]>();
  for (const change of [...changes].sort(byGravity)) {
    const key = change.service ?? `${change.kind} ${change.name}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [change]);
    else group.push(change);
  }
  const all = [...groups];
  const told = all.slice(0, MOST_CLAUSES).map(([subject, group]) => `${markdownText(subject, 80)}: ${toldOf(group)}`);
  const left = all.length - told.length;
  return left === 0 ? told : [...told, `and ${digits(left)} more`];
}

/** Meanings, risks first, each once; else which fields change, or what happens to the object. */
function toldOf(group: readonly ObjectChange[]): string {
  const texts = group.flatMap((change): string[] => {
    if (change.meanings.length > 0)
      return [...change.meanings].sort((a, b) => Number(b.weight === 'risk') - Number(a.weight === 'risk')).map(meaningText);
    if (change.action !== 'update')
      return [`${ACTION_WORDS[change.action]}${change.service === undefined ? '' : ` ${markdownText(change.kind, 60)}`}`];
    const own = change.fields.filter(({ follows }) => follows === undefined);
    return (own.length === 0 ? change.fields : own).map(({ path }) => markdownText(lastName(path), 60));
  });
  return listed([...new Set(texts)], 4);
}

/** What of a path says most: `containers[backend].image` is `image`, `env[LOG_LEVEL].value` `LOG_LEVEL`, `data["config.yaml"]` `config.yaml`, `args[2]` `args`. */
function lastName(path: string): string {
  const [, key = '', quoted, item] = /([^.[\]]*)\[(?:"((?:[^"\\]|\\.)*)"|([^[\]]+))\](?:\.value)?$/.exec(path) ?? [];
  if (quoted !== undefined) return quoted;
  if (item !== undefined) return /^(?:\d+(?: → \d+)?|order)$/.test(item) ? key : item;
  return path.slice(path.lastIndexOf('.') + 1);
}

/** What is touched, and what pods ask for where that changes. */
function blastText({ services, hosts, before, after }: BlastRadius): string {
  const amount = (name: string, from: number, to: number, text: (value: number) => string): string[] =>
    from === to ? [] : [`${name} ${text(from)} → ${text(to)}`];
  const parts = [
    ...(services.length === 0
      ? []
      : [
          `touches ${listed(
            services.map((service) => inlineCode(service, 100)),
            8,
          )}`,
        ]),
    ...(hosts.length === 0
      ? []
      : [
          `serves ${listed(
            hosts.map((host) => inlineCode(host, 120)),
            5,
          )}`,
        ]),
    ...amount('pods', before.pods, after.pods, String),
    ...amount('CPU asked for', before.requests.cpu, after.requests.cpu, cpuText),
    ...amount('memory asked for', before.requests.memory, after.requests.memory, bytesText),
  ];
  return parts.join(' · ');
}

/** How many changes of an environment somebody ought to look at. */
export function risksOf({ changes }: EnvironmentDifference): number {
  return changes.filter(isRisk).length;
}

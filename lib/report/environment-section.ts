import type { BlastRadius, EnvironmentDifference, FieldChange, ObjectChange } from '../diff/difference';
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
    // A whole environment is read by what is in it; as text it is in the whole difference.
    blocks: (detail) => objectBlocks(changes, action === 'keep' ? detail : { ...detail, whole: false }),
  };
}

/** The row of an environment: name, counts, and what the changes come to. */
export function environmentRow(environment: EnvironmentDifference): string {
  const { name, changes } = environment;
  const counts = actionCounts(changes.map((change) => change.action));
  return `| ${[markdownText(name, 100), counts, meaningOf(environment)].join(' | ')} |`;
}

/** What the changes come to: what happens to the environment itself, then each service, the one with the gravest change first. */
function meaningOf(environment: EnvironmentDifference): string {
  const { action, changes, blast } = environment;
  const told = action === 'keep' ? [...becomes(environment), ...clauses(changes)] : [wholeOf(environment), ...meanings(changes)];
  if (told.length > 0) return told.join('; ');
  return blast.services.length === 0
    ? 'nothing but what follows'
    : `${listed(
        blast.services.map((name) => markdownText(name, 80)),
        4,
      )}: nothing but what follows`;
}

/** `new environment with backend, frontend`. */
function wholeOf({ action, blast }: EnvironmentDifference): string {
  const services =
    blast.services.length === 0
      ? ''
      : ` with ${listed(
          blast.services.map((name) => markdownText(name, 80)),
          4,
        )}`;
  return action === 'create' ? `new environment${services}` : `<b>environment removed${services}</b>`;
}

/** What each object means, once, risks first. */
function meanings(changes: readonly ObjectChange[]): string[] {
  const texts = [...changes].sort(byGravity).flatMap((change) => change.meanings.map(meaningText));
  const unique = [...new Set(texts)];
  return unique.length === 0 ? [] : [listed(unique, MOST_CLAUSES)];
}

/** Another name, tier or lifecycle. */
function becomes({ name, tier, lifecycle, previous }: EnvironmentDifference): string[] {
  const changed = (from: string | undefined, to: string): string[] =>
    from === undefined || from === to ? [] : [`<b>${markdownText(from, 60)} → ${markdownText(to, 60)}</b>`];
  return [...changed(previous?.name, name), ...changed(previous?.tier, tier), ...changed(previous?.lifecycle, lifecycle)];
}

/** What the changes of each service mean; what belongs to no service is named by its object. */
function clauses(changes: readonly ObjectChange[]): string[] {
  const groups = new Map<string, ObjectChange[]>();
  for (const change of [...changes].sort(byGravity)) {
    const key = change.service ?? `${change.kind} ${change.name}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [change]);
    else group.push(change);
  }
  const all = [...groups].flatMap(([subject, group]) => {
    const told = toldOf(group);
    return told === '' ? [] : [`${markdownText(subject, 80)}: ${told}`];
  });
  const left = all.length - MOST_CLAUSES;
  return left <= 0 ? all : [...all.slice(0, MOST_CLAUSES), `and ${digits(left)} more`];
}

/** Kinds whose fields are known by their names alone. */
const WORKLOADS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ConfigMap', 'Secret']);

/** Meanings, risks first, each once; else which fields change, or what happens to the object; nothing of what only follows. */
function toldOf(group: readonly ObjectChange[]): string {
  const texts = group.flatMap((change): string[] => {
    const { meanings: own, action, kind, service, previous, fields } = change;
    const renamed = previous?.service !== undefined && previous.service !== service ? [`was ${markdownText(previous.service, 80)}`] : [];
    if (own.length > 0)
      return [...[...own].sort((a, b) => Number(b.weight === 'risk') - Number(a.weight === 'risk')).map(meaningText), ...renamed];
    const object = service === undefined ? '' : ` ${markdownText(kind, 60)}`;
    if (action === 'rename') return renamed.length > 0 ? renamed : [`${ACTION_WORDS[action]}${object}`];
    if (action !== 'update') return [`${ACTION_WORDS[action]}${object}`];
    const prefix = service === undefined || WORKLOADS.has(kind) ? '' : `${markdownText(kind, 60)} `;
    return fields.flatMap((field) => (field.follows === undefined ? [`${prefix}${markdownText(lastName(field), 60)}`] : []));
  });
  return listed([...new Set(texts)], 4);
}

/**
 * What of a path says most: `containers[backend].image` is `image`, `env[LOG_LEVEL].value` `LOG_LEVEL`, `data["config.yaml"]` `config.yaml`,
 * `args[2]` `args`, and `hosts[shop.example.com]`, where the item is the value, `hosts`.
 */
function lastName({ path, before, after }: FieldChange): string {
  const [, key = '', quoted, item] = /([^.[\]]*)\[(?:"((?:[^"\\]|\\.)*)"|([^[\]]+))\](?:\.value)?$/.exec(path) ?? [];
  const name = quoted ?? item;
  // `name` alone says nothing: `issuerRef.name`.
  if (name === undefined) return /[^.]+\.(?:name|value|key|kind)$/.exec(path)?.[0] ?? path.slice(path.lastIndexOf('.') + 1);
  const isPlace = quoted === undefined && /^(?:\d+(?: → \d+)?|order)$/.test(name);
  return isPlace || name === before || name === after ? key : name;
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

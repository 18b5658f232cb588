import type { EnvironmentStatus, ImageStatus, StatusReport } from '../delivery';
import type { Io } from './io';
import { colours, table } from './text';

/** Where environments stand: one line a service, then what waits and what a person should know. */
export function statusText(io: Pick<Io, 'colour'>, report: StatusReport): string {
  const paint = colours(io);
  const rows = report.environments.flatMap((environment) => environmentRows(environment, paint));
  const lines = [
    table([
      ['environment', 'service', 'release', 'image', 'state', 'sync', 'health', 'pods', 'since'].map((word) => paint.dim(word)),
      ...rows,
    ]),
  ];
  for (const environment of report.environments) lines.push(...detailLines(environment, paint));
  return [...lines, paint.dim(`at ${report.at}`)].join('\n');
}

type Paint = ReturnType<typeof colours>;

function environmentRows(environment: EnvironmentStatus, paint: Paint): readonly (readonly string[])[] {
  const { name, release, images, sync, health, pods, since } = environment;
  const state = stateWord(environment, paint);
  if (images.length === 0) return [[name, '', release ?? 'none', '', state, sync, health.state, '', since ?? '']];
  return images.map((image, index) => {
    const count = pods?.[image.service];
    const own = index === 0 ? [name, image.service, release ?? 'none'] : ['', image.service, ''];
    const shared = index === 0 ? [state, sync, health.state] : ['', '', ''];
    return [
      ...own,
      imageText(image),
      ...shared,
      count === undefined ? '' : `${count.ready}/${count.wanted}`,
      index === 0 ? (since ?? '') : '',
    ];
  });
}

/** Tag for people, and the beginning of the digest that runs. */
function imageText({ tag, digest }: ImageStatus): string {
  return `${tag} ${digest.replace(/^sha256:/, '').slice(0, 12)}`;
}

function stateWord({ state }: EnvironmentStatus, paint: Paint): string {
  switch (state) {
    case 'healthy':
    case 'soaked':
      return paint.green(state);
    case 'failed':
    case 'degraded':
      return paint.red(state);
    case 'empty':
    case 'unknown':
      return paint.dim(state);
    default:
      return paint.yellow(state);
  }
}

function detailLines(environment: EnvironmentStatus, paint: Paint): readonly string[] {
  const { name, waiting, notices, links, syncedBy, revertOf, held, quarantined } = environment;
  const lines: string[] = [];
  const byRelease = new Map<string, string[]>();
  for (const { release, gate, reason, until } of waiting) {
    const text = `${gate}: ${reason}${until === undefined || reason.includes(until) ? '' : `, until ${until}`}`;
    byRelease.set(release, [...(byRelease.get(release) ?? []), text]);
  }
  for (const [release, reasons] of byRelease)
    lines.push(`  ${paint.yellow('waiting')} release ${release}`, ...reasons.map((reason) => `    ${reason}`));
  for (const notice of notices) lines.push(`  ${notice}`);
  if (syncedBy !== null) lines.push(`  synced by ${syncedBy}`);
  if (revertOf !== null) lines.push(`  reverts ${revertOf.slice(0, 7)}`);
  for (const text of held) lines.push(`  held: ${text}`);
  for (const text of quarantined) lines.push(`  quarantined: ${text}`);
  for (const promotion of links.promotions) lines.push(`  ${promotion}`);
  return lines.length === 0 ? [] : ['', paint.bold(name), ...lines];
}

/** Where to read on: the runs of the repository, then what deployed each environment last and its Application. */
export function linksText({ environments }: StatusReport): string {
  const runs = [...new Set(environments.map(({ links }) => links.runs))].map((page) => ['runs', page]);
  const pages = environments.flatMap(({ name, links }) =>
    [links.deployment, links.application].flatMap((page) => (page === undefined ? [] : [[name, page]])),
  );
  return table([...runs, ...pages]);
}

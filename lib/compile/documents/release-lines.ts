import type { DeliveryEdge, DesiredDelivery } from '../../desired/desired-state';
import type { EnvironmentModel, PlatformModel } from '../../model/platform-model';
import { durationText } from '../../values/duration';
import { code, documentText, listed, table } from './markdown';
import { addressOf, approvalText, edgesInto, refText, syncText } from './words';

/** Environments that one trigger reaches with nobody acting in between. */
interface ReleaseLine {
  readonly environments: readonly EnvironmentModel[];
}

/** The release lines of a platform side by side. */
export function releaseLinesText(model: PlatformModel, delivery: DesiredDelivery): string {
  const lines = releaseLines(model, delivery);
  const row = (name: string, cell: (line: ReleaseLine) => string) => [name, ...lines.map(cell)];
  return documentText(`Release lines of ${model.name}`, delivery.programFile, [
    'A release line is what one trigger reaches with nobody acting in between.',
    table(
      ['', ...lines.map((line) => listed(line.environments.map(({ name }) => name)))],
      [
        row('environments', (line) => line.environments.map((environment) => `${environment.name} (${addressOf(environment)})`).join(', ')),
        row('trigger', (line) => first(line, (environment) => triggerText(delivery, environment))),
        row('approval', (line) => first(line, (environment) => approvalsText(delivery, environment))),
        row('speed', (line) => line.environments.map((environment) => speedText(delivery, environment)).join(', ')),
        row('risk', (line) => (line.environments.some(({ tier }) => tier === 'production') ? 'high' : 'low')),
        row('rollback', (line) => line.environments.map((environment) => rollbackText(delivery, environment)).join(', ')),
        row('synced', (line) => [...new Set(line.environments.map(syncText))].join(', ')),
      ],
    ),
  ]);
}

/** The lines, upstream first. An environment that is promoted to by itself belongs to the line of the environment before it. */
export function releaseLines(model: PlatformModel, delivery: DesiredDelivery): ReleaseLine[] {
  const environments = model.environments.filter(({ lifecycle }) => lifecycle !== 'planned' && lifecycle !== 'retired');
  const lines: EnvironmentModel[][] = [];
  const waiting = [...environments];
  while (waiting.length > 0) {
    // One whose upstream is placed already; in a cycle, which the rules refuse, any.
    const next = Math.max(
      0,
      waiting.findIndex(({ name }) => edgesInto(delivery, name).every(({ from }) => !waiting.some((other) => other.name === from))),
    );
    const [environment] = waiting.splice(next, 1) as [EnvironmentModel];
    const before =
      environment.source === undefined && environment.sync.kind !== 'manual'
        ? edgesInto(delivery, environment.name).find(isAutomatic)?.from
        : undefined;
    const line = lines.find((candidate) => candidate.some(({ name }) => name === before));
    if (line === undefined) lines.push([environment]);
    else line.push(environment);
  }
  return lines.map((line) => ({ environments: line }));
}

function isAutomatic({ on, gates }: DeliveryEdge): boolean {
  return on === undefined && gates.every(({ kind }) => kind !== 'approvals' && kind !== 'manual');
}

function first(line: ReleaseLine, text: (environment: EnvironmentModel) => string): string {
  const [environment] = line.environments;
  return environment === undefined ? '' : text(environment);
}

function triggerText(delivery: DesiredDelivery, { name, source }: EnvironmentModel): string {
  if (source !== undefined) return `push to ${refText(source, delivery)}`;
  const ways = edgesInto(delivery, name).map(({ from, on }) =>
    on === undefined ? `a release that is healthy in ${from}` : `${refText(on, delivery)} has the tree of a release that is in ${from}`,
  );
  return ways.length === 0 ? 'none' : listed(ways);
}

function approvalsText(delivery: DesiredDelivery, { name, sync }: EnvironmentModel): string {
  const gates = edgesInto(delivery, name).flatMap((edge) => edge.gates);
  const asked = gates.flatMap((gate) =>
    gate.kind === 'approvals' ? [approvalText(gate)] : gate.kind === 'manual' && gate.at === 'promotion' ? ['a person asks for it'] : [],
  );
  const steps = [...asked, ...(sync.kind === 'manual' ? ['a person syncs'] : [])];
  return steps.length === 0 ? 'none' : steps.join(', then ');
}

function speedText(delivery: DesiredDelivery, { name, source, sync, targetSeconds }: EnvironmentModel): string {
  const within = `healthy within ${durationText(targetSeconds)}`;
  if (sync.kind === 'manual') return `${name}: ${within} of the sync`;
  const edges = edgesInto(delivery, name);
  if (source !== undefined || edges.length === 0) return `${name}: ${within} of the merge`;
  const soak = Math.max(0, ...edges.flatMap(({ gates }) => gates.map((gate) => (gate.kind === 'soak' ? gate.seconds : 0))));
  const people = !edges.some(isAutomatic);
  return `${name}: ${within}${soak > 0 ? `, ${durationText(soak)} after ${listed(edges.map(({ from }) => from))}` : ` of ${people ? 'the last approval' : listed(edges.map(({ from }) => from))}`}`;
}

function rollbackText(delivery: DesiredDelivery, { name }: EnvironmentModel): string {
  const automatic = edgesInto(delivery, name).some(({ lanes }) => lanes.some((lane) => lane.kind === 'automatic-rollback'));
  return `${code(`stagegate rollback ${name}`)}${automatic ? ', by itself when a release fails' : ''}`;
}

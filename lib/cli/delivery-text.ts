import type { GateResult, PromotionReport, Release, ReleaseOutcome } from '../delivery';
import { imagesOf } from '../delivery';
import type { Io } from './io';
import { colours, table } from './text';

/** Gates as a table: state, id, reason. */
export function gatesText(io: Io, gates: readonly GateResult[]): string {
  const paint = colours(io);
  const words = { success: paint.green('holds'), pending: paint.yellow('waits'), failure: paint.red('no') };
  return table(gates.map((gate) => [`  ${words[gate.state]}`, gate.id, gate.reason]));
}

/** Where a promotion stands, in one line for each thing to know. */
export function promotionText({ environment, state, pullRequest, reason, superseded }: PromotionReport): string {
  const pull = pullRequest === undefined ? '' : ` #${pullRequest.number}`;
  return [`${environment}: ${state}${pull}, ${reason}`, ...superseded.map((one) => `  superseded  ${one.release}: ${one.reason}`)].join(
    '\n',
  );
}

/** A promotion with every gate, unless it is over. */
export function promotionWithGates(io: Io, report: PromotionReport): string {
  const isOver = report.gates.length === 0 || report.state === 'merged';
  const release = report.release === undefined ? '' : `, release ${report.release}`;
  const pull = report.pullRequest === undefined ? '' : ` #${report.pullRequest.number}`;
  if (isOver) return promotionText(report);
  return [
    `${report.environment}: ${report.state}${pull}${release}`,
    gatesText(io, report.gates),
    ...report.superseded.map((one) => `  superseded  ${one.release}: ${one.reason}`),
  ].join('\n');
}

/** What came of storing a release: whether it is new, and what it holds. */
export function outcomeText({ kind, notes, release }: ReleaseOutcome): string {
  return [...notes, kind === 'created' ? 'created' : 'unchanged: the newest release holds the same bytes', releaseText(release)].join('\n');
}

/** What a release holds. */
export function releaseText(release: Release): string {
  const images = imagesOf(release.images).map((image) => [
    `  ${image.slot}`,
    `${image.repository}@${image.digest}`,
    `${image.source.repository} ${image.source.ref} ${image.source.commit.slice(0, 7)}`,
  ]);
  return [
    table([
      ['release', release.id],
      ['born in', release.environment],
      ['created', release.createdAt],
      ['config', release.config],
      ['tool', `stagegate ${release.tool}`],
      ['parent', release.parent ?? 'none'],
    ]),
    'images',
    table(images),
    'manifests, by tree',
    table(Object.entries(release.trees).map(([environment, tree]) => [`  ${environment}`, tree])),
  ].join('\n');
}

import type { GateResult, PromotionReport, Release } from '../delivery';
import { imagesOf } from '../delivery';
import type { Io } from './io';
import { colours, table } from './text';

/** Gates as a table: state, id, reason. */
export function gatesText(io: Io, gates: readonly GateResult[]): string {
  const paint = colours(io);
  const words = { success: paint.green('holds'), pending: paint.yellow('waits'), failure: paint.red('no') };
  return table(gates.map((gate) => [`  ${words[gate.state]}`, gate.id, gate.reason]));
}

/** Where a promotion stands, with its gates unless it is over. */
export function promotionText(io: Io, report: PromotionReport): string {
  const release = report.release === undefined ? '' : ` release ${report.release}`;
  const pull = report.pullRequest === undefined ? '' : ` (pull request #${report.pullRequest.number})`;
  const lines = [`${report.environment}:${release} ${report.state}${pull}: ${report.reason}`];
  if (report.gates.length > 0 && report.state !== 'merged') lines.push(gatesText(io, report.gates));
  for (const { release: older, reason } of report.superseded) lines.push(`  superseded  ${older}: ${reason}`);
  return lines.join('\n');
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

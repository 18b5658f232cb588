import type { ChecklistItem } from './checklist';
import { type Delivery, repositoryPage, shortCommit, timeText } from './delivery';
import { imageChanges, objectChanges } from './difference';
import { type Candidate, currentRelease, type Facts } from './facts';
import type { GateResult } from './gates';
import { imagesOf, releaseFiles } from './release';

const LISTED = 200;

/** Characters of the list of changes, and of the reason of a gate: hosts take 65,536 in all. */
const LONGEST_LIST = 40_000;
const LONGEST_REASON = 500;
const MARK: Readonly<Record<GateResult['state'], string>> = { success: '✅', pending: '⏳', failure: '❌' };

/** The title of the pull request by which a release enters an environment. */
export function promotionTitle(environment: string, candidate: Candidate): string {
  return candidate.lane === 'normal'
    ? `Promote release ${candidate.release.id} to ${environment}`
    : `Roll ${environment} back to release ${candidate.release.id}`;
}

/** What the pull request of a promotion says: what changes, the gates, how to approve, how to go back. Equal facts give equal text. */
export async function promotionBody(
  delivery: Delivery,
  facts: Facts,
  candidate: Candidate,
  gates: readonly GateResult[],
  items: readonly ChecklistItem[],
): Promise<string> {
  const { environment } = facts;
  const { release, lane, request } = candidate;
  const running = currentRelease(facts);
  const head = facts.into[0]?.commit.id;
  const before = head === undefined ? new Map<string, string>() : await delivery.store.files(head, 'manifests');
  const after = await releaseFiles(delivery, release.id, environment.name);
  const changes = objectChanges(before, after);
  const sources = new Map(
    imagesOf(release.images).map((image) => [`${image.source.repository} ${shortCommit(image.source.commit)}`, image.source]),
  );
  const lines = [
    `Release \`${release.id}\` → **${environment.name}**, in place of ${running ? `\`${running.id}\`` : 'nothing'}.`,
    '',
    `Built from ${[...sources.keys()].join(', ') || 'no image'}; rendered from ${shortCommit(release.config)} of \`${delivery.desired.programBranch}\` by stagegate ${release.tool}.`,
  ];
  if (lane !== 'normal')
    lines.push('', `Rolled back${request ? ` by ${request.by.login}` : ''}: ${request?.reason ?? 'no reason was given'}`);
  lines.push('', '### What changes', '');
  if (changes.length === 0) lines.push('No object changes.');
  const images = imageChanges(running?.images, release.images).map(
    ({ slot, before: from, after: to }) => `- image \`${slot}\`: ${from ? `\`${from}\`` : 'none'} → ${to ? `\`${to}\`` : 'none'}`,
  );
  lines.push(...listed(changes.map(({ action, path }) => `- ${action} \`${path}\``)), ...listed(images));
  lines.push('', '### Gates', '', '| | gate | |', '|---|---|---|');
  for (const gate of gates)
    lines.push(
      `| ${MARK[gate.state]} | \`${gate.id}\` | ${shortened(gate.reason).replaceAll('|', String.raw`\|`)}${gate.until === undefined ? '' : ` (${timeText(gate.until)})`} |`,
    );
  if (items.length > 0) {
    lines.push('', '### Before this goes out', '');
    for (const item of items) lines.push(`- [${item.proved ? 'x' : ' '}] ${item.item}${item.evidence ? `: ${item.evidence}` : ''}`);
  }
  lines.push('', '### How to', '');
  if (gates.some((gate) => gate.kind === 'approvals'))
    lines.push(
      `- approve: review this pull request, then comment \`/stagegate\`; or \`stagegate approve ${environment.name}\`. A new head asks for new approvals.`,
    );
  if (environment.sync === 'manual') lines.push(`- after the merge: \`stagegate sync ${environment.name}\`, or press Sync in Argo CD.`);
  lines.push(
    `- go back: \`stagegate rollback ${environment.name} --reason "…"${environment.tier === 'production' ? ` --confirm ${environment.name}` : ''}\``,
  );
  lines.push(`- runs: ${repositoryPage(delivery.desired, 'actions')}`);
  return lines.join('\n');
}

/** As many lines as half of the list may hold, and how many more there are. */
function listed(lines: readonly string[]): readonly string[] {
  const shown: string[] = [];
  let length = 0;
  for (const line of lines.slice(0, LISTED)) {
    length += line.length + 1;
    if (length > LONGEST_LIST / 2) break;
    shown.push(line);
  }
  return shown.length === lines.length ? shown : [...shown, `- and ${lines.length - shown.length} more`];
}

function shortened(text: string): string {
  return text.length <= LONGEST_REASON ? text : `${text.slice(0, LONGEST_REASON - 1)}…`;
}

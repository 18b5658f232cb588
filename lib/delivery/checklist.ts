import { durationText } from '../values/duration';
import { timeText } from './delivery';
import { type Candidate, currentRelease, type Facts } from './facts';
import type { GateResult } from './gates';

/** Something to have done before production; ticked only when delivery can prove it. */
export interface ChecklistItem {
  readonly item: string;
  readonly proved: boolean;
  /** What proves it, or who has to see to it. */
  readonly evidence: string;
}

/** What is looked at before a release goes into a production tier; empty for other tiers. */
export function productionChecklist(facts: Facts, candidate: Candidate, gates: readonly GateResult[]): readonly ChecklistItem[] {
  const { environment } = facts;
  if (environment.tier !== 'production') return [];
  const holds = (kinds: readonly GateResult['kind'][]): readonly GateResult[] => gates.filter((gate) => kinds.includes(gate.kind));
  const tests = holds(['healthy', 'soak', 'verified']);
  const tested = tests.length > 0 && tests.every((gate) => gate.state === 'success');
  const approvals = holds(['approvals']);
  const reviewed = approvals.length > 0 && approvals.every((gate) => gate.state === 'success');
  const target = rollbackTarget(facts);
  const from = candidate.edge?.from;
  return [
    {
      item: from === undefined ? 'tested before' : `tested in ${from}`,
      proved: tested,
      evidence: tests.map((gate) => gate.reason).join('; ') || 'no gate proves it',
    },
    {
      item: 'diff reviewed',
      proved: reviewed,
      evidence: approvals.map((gate) => gate.reason).join('; ') || 'no gate proves it; read what changes',
    },
    { item: 'window', proved: false, evidence: `no window is declared for ${environment.name}; choose a time of low traffic` },
    {
      item: 'rollback target',
      proved: target !== undefined,
      evidence:
        target === undefined
          ? `nothing was healthy in ${environment.name} before`
          : `release ${target.release}, healthy there at ${timeText(target.at)}`,
    },
    { item: 'stakeholders told', proved: false, evidence: 'a person tells them' },
    {
      item: 'logs watched afterwards',
      proved: false,
      evidence: `stagegate monitor ${environment.name}; it should be healthy within ${durationText(environment.targetSeconds)}`,
    },
  ];
}

function rollbackTarget(facts: Facts): { readonly release: string; readonly at: number } | undefined {
  const current = currentRelease(facts);
  for (const { release, statuses } of facts.into) {
    const healthy = statuses.findLast((status) => status.state === 'success');
    if (release && healthy && current) return { release: release.id, at: healthy.at };
  }
  return undefined;
}

import type { ApproverGroupModel } from '../model/platform-model';
import type { DesiredDelivery } from './desired-state';

/** What a change of the program needs: as much as the strictest edge into a production tier, since whoever changes it changes the policy. */
export interface ProgramDemands {
  /** Approving reviews; one where no edge asks for any. */
  readonly approvals: number;
  /** Every group that an edge into a production tier includes, each once, with the largest number asked of it. */
  readonly groups: readonly ApproverGroupModel[];
}

export function programDemands(delivery: DesiredDelivery): ProgramDemands {
  const production = new Set(delivery.environments.filter(({ tier }) => tier === 'production').map(({ name }) => name));
  const gates = delivery.edges
    .filter(({ to }) => production.has(to))
    .flatMap(({ gates }) => gates.filter((gate) => gate.kind === 'approvals'));
  const groups = new Map<string, ApproverGroupModel>();
  for (const group of gates.flatMap((gate) => gate.including)) {
    const name = 'team' in group ? `team ${group.team}` : group.people.join();
    if ((groups.get(name)?.count ?? 0) < group.count) groups.set(name, group);
  }
  return {
    approvals: Math.max(1, ...gates.map((gate) => gate.total)),
    groups: [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group),
  };
}

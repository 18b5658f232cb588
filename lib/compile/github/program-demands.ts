import type { DesiredDelivery } from '../../desired/desired-state';
import type { ApproverGroupModel } from '../../model/platform-model';

/** What a change of the program needs: as much as the strictest edge into a production tier, since whoever changes it changes the policy. */
export interface ProgramDemands {
  /** Approving reviews; one where no edge asks for any. */
  readonly approvals: number;
  /** Every group that an edge into a production tier includes, each once. */
  readonly groups: readonly ApproverGroupModel[];
}

export function programDemands(delivery: DesiredDelivery): ProgramDemands {
  const production = new Set(delivery.environments.filter(({ tier }) => tier === 'production').map(({ name }) => name));
  const gates = delivery.edges
    .filter(({ to }) => production.has(to))
    .flatMap(({ gates }) => gates.filter((gate) => gate.kind === 'approvals'));
  const groups = new Map(
    gates.flatMap((gate) => gate.including).map((group) => ['team' in group ? `team ${group.team}` : group.people.join(), group]),
  );
  return {
    approvals: Math.max(1, ...gates.map((gate) => gate.total)),
    groups: [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group),
  };
}

/** Owners as CODEOWNERS names them: `@owner/team` and `@login`. */
export function codeOwners(delivery: DesiredDelivery): string[] {
  const organisation = delivery.repository.split('/')[0] ?? '';
  const owners = programDemands(delivery).groups.flatMap((group) =>
    'team' in group ? [`@${organisation}/${group.team}`] : group.people.map((login) => `@${login}`),
  );
  return [...new Set(owners)].sort();
}

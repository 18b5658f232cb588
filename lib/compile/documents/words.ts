import type { DeliveryEdge, DesiredDelivery } from '../../desired/desired-state';
import type { ApproverGroupModel, EnvironmentModel, GateModel, SourceModel } from '../../model/platform-model';
import { durationText } from '../../values/duration';
import { code, listed } from './markdown';

/** Address of an environment for people. */
export function addressOf(environment: EnvironmentModel): string {
  return `${environment.tls.kind === 'off' ? 'http' : 'https'}://${environment.host}`;
}

/** A ref as people name it: a branch by its name, tags as such, with the repository where it is not the delivery repository. */
export function refText(ref: SourceModel, delivery: DesiredDelivery): string {
  const where = ref.repository === delivery.repository ? '' : ` of ${ref.repository}`;
  return `${ref.kind === 'branch' ? '' : 'a tag '}${code(ref.pattern)}${where}`;
}

/** What a gate waits for, as part of a sentence. */
export function gateText(gate: GateModel, from: string): string {
  switch (gate.kind) {
    case 'healthy':
      return `healthy in ${from}`;
    case 'soak':
      return `healthy in ${from} for ${durationText(gate.seconds)} without interruption`;
    case 'verified':
      return `suite ${gate.suite} passed against ${from}`;
    case 'approvals':
      return approvalText(gate);
    case 'manual':
      return gate.at === 'sync' ? 'a person syncs' : 'a person asks for it';
    case 'check':
      return `check ${gate.check} of ${gate.app} succeeded`;
  }
}

export function approvalText({ total, including }: Pick<Extract<GateModel, { kind: 'approvals' }>, 'total' | 'including'>): string {
  const groups = including.map((group) => `${group.count} of ${groupText(group)}`);
  return `${total} ${total === 1 ? 'approval' : 'approvals'}${groups.length === 0 ? '' : `, among them ${listed(groups)}`}`;
}

function groupText(group: ApproverGroupModel): string {
  return 'team' in group ? `team ${group.team}` : listed(group.people);
}

/** Who may sync an environment that is not synced by itself. */
export function syncText(environment: EnvironmentModel): string {
  switch (environment.sync.kind) {
    case 'automatic':
      return 'by itself; changes by hand are undone';
    case 'manual':
      return environment.sync.group === undefined ? 'by an administrator of Argo CD' : `by a member of ${environment.sync.group}`;
    case 'pulumi':
      return "by the environment's stack";
  }
}

/** Policies that lead into an environment. */
export function edgesInto(delivery: DesiredDelivery, environment: string): readonly DeliveryEdge[] {
  return delivery.edges.filter(({ to }) => to === environment);
}

/** The refs from which the releases of an environment are born, going upstream. */
export function sourcesOf(delivery: DesiredDelivery, environment: string): readonly SourceModel[] {
  const found = new Set([environment]);
  for (const name of found) for (const { from } of edgesInto(delivery, name)) found.add(from);
  return delivery.environments.flatMap(({ name, source }) => (found.has(name) && source !== undefined ? [source] : []));
}

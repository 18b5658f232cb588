import type { DeliveryEdge, DesiredDelivery } from '../../desired/desired-state';
import type { EnvironmentModel, GateModel, PlatformModel } from '../../model/platform-model';
import { code, documentText, listed, table } from './markdown';
import { addressOf, edgesInto, gateText } from './words';

/** What is looked at before a release goes into a production tier: what a gate proves, and what a person has to see to. */
export function checklistText(model: PlatformModel, delivery: DesiredDelivery, environment: EnvironmentModel): string {
  const { name } = environment;
  const edges = edgesInto(delivery, name);
  const rows = [
    ['tested upstream', ...proof(edges, ['healthy', 'soak', 'verified', 'check'], `test it at ${addressOfUpstream(model, edges)}`)],
    ['difference reviewed', ...proof(edges, ['approvals'], 'read in the pull request what changes, object by object')],
    ['window', 'a person', `no window is declared; choose a time of low traffic for ${addressOf(environment)}`],
    ['rollback target', 'delivery', `the last release that was healthy in ${name}; ${code(`stagegate rollback ${name}`)} goes back to it`],
    ['stakeholders told', 'a person', 'tell them what changes and when'],
    ['logs watched afterwards', 'a person', `${code(`stagegate monitor ${name}`)}, then the logs in the [runbook](runbook-${name}.md)`],
  ];
  return documentText(`Before ${name}`, delivery.programFile, [
    `The pull request into ${code(branchOf(delivery, name))} shows this list for its release. What a gate proves is ticked there by delivery; the rest is for people.`,
    table(['', 'seen to by', 'how'], rows),
  ]);
}

function branchOf(delivery: DesiredDelivery, name: string): string {
  return delivery.environments.find((candidate) => candidate.name === name)?.branch ?? name;
}

function addressOfUpstream(model: PlatformModel, edges: readonly DeliveryEdge[]): string {
  return listed(model.environments.filter(({ name }) => edges.some(({ from }) => from === name)).map(addressOf)) || 'a lower environment';
}

/** Who sees to it and how: the gates of these kinds, or a person where no edge has one. */
function proof(edges: readonly DeliveryEdge[], kinds: readonly GateModel['kind'][], otherwise: string): [string, string] {
  const gates = edges.flatMap(({ from, gates: all }) => all.filter(({ kind }) => kinds.includes(kind)).map((gate) => ({ from, gate })));
  if (gates.length === 0) return ['a person', otherwise];
  return [
    `${gates.length === 1 ? 'gate' : 'gates'} ${listed(gates.map(({ gate }) => code(gate.id)))}`,
    listed(gates.map(({ gate, from }) => gateText(gate, from))),
  ];
}

import type { Meaning } from '../difference';
import { type ChangedObject, type MeaningRule, note, risk, riskInProduction } from './changed-object';
import { isServing } from './pods';

/** What happens between the old object and the one that replaces it, by kind; what of data is lost is told apart. */
const MEANWHILE: Readonly<Record<string, string>> = {
  Deployment: 'all its pods stop before new ones start',
  DaemonSet: 'all its pods stop before new ones start',
  Service: 'it gets another address, and answers nobody meanwhile',
};

/** An object that has to be deleted and created anew, by the API server's rules or because it bears another name. */
export const replacement: MeaningRule = (changed) => {
  const { change, before, after, renamed } = changed;
  if (change.action === 'replace') {
    if (change.kind === 'Job') return [note('it runs again')];
    const meanwhile = Object.hasOwn(MEANWHILE, change.kind) ? MEANWHILE[change.kind] : undefined;
    return meanwhile === undefined ? [] : [risk(`to be replaced it is deleted first: ${meanwhile}`)];
  }
  if (change.action !== 'rename' || before === undefined) return [];
  const { namespace, name } = before.metadata;
  const isWithNamespace = namespace !== undefined && renamed(namespace) === change.namespace;
  if (name === change.name)
    return isWithNamespace ? [] : [note(`moves from namespace ${namespace ?? 'none'} to ${change.namespace ?? 'none'}`)];
  if (change.kind === 'Service') return [note(`within the cluster it answers as ${change.name}, no longer as ${name}`)];
  return after !== undefined && (isServing(after) || after.kind === 'DaemonSet') ? renamedWorkload(changed, name) : [];
};

/** Nothing moves from the old object to the new one, and releases record images by the name of the service. */
function renamedWorkload({ change: { name, service, previous }, tier }: ChangedObject, former: string): Meaning[] {
  const isOtherService = service !== undefined && previous?.service !== undefined && previous.service !== service;
  return [
    riskInProduction(tier, `Kubernetes cannot rename it: ${name} starts anew beside ${former}, which is then deleted`),
    ...(isOtherService ? [note(`no release made before this change has an image for ${service}: it waits for the next one`)] : []),
  ];
}

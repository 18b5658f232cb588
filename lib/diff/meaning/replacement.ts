import { type MeaningRule, note, risk } from './changed-object';

/** What happens between the old object and the one that replaces it, by kind; what of data is lost is told apart. */
const MEANWHILE: Readonly<Record<string, string>> = {
  Deployment: 'all its pods stop before new ones start',
  DaemonSet: 'all its pods stop before new ones start',
  Service: 'it gets another address, and answers nobody meanwhile',
};

/** An object that has to be deleted and created anew, by the API server's rules or because it bears another name. */
export const replacement: MeaningRule = ({ change, before, renamed }) => {
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
  return change.kind === 'Service' ? [note(`is reached as ${change.name} in place of ${name}`)] : [];
};

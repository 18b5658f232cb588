import type { KubernetesObject } from '../../desired/desired-state';
import type { Meaning } from '../difference';
import { isRecord, sameJson, textAt, valueAt } from '../json';
import { type MeaningRule, note, risk, riskInProduction } from './changed-object';

/** What an Application of Argo CD brings to the cluster, when, and what it takes away. */
export const application: MeaningRule = ({ change, before, after, tier }) => {
  if (change.kind !== 'Application' || before === undefined) return [];
  if (after === undefined) {
    const cascades = before.metadata.finalizers?.some((finalizer) => finalizer.startsWith('resources-finalizer.')) === true;
    return [cascades ? risk('all that it deployed is deleted with it') : note('what it deployed stays, and nothing syncs it any more')];
  }
  return [...syncMeanings(before, after, tier), ...sourceMeanings(before, after)];
};

interface Sync {
  readonly automatic: boolean;
  readonly prune: boolean;
  readonly selfHeal: boolean;
}

function syncOf(object: KubernetesObject): Sync {
  const automated = valueAt(object, 'spec', 'syncPolicy', 'automated');
  // An empty one means on.
  const automatic = isRecord(automated) && automated.enabled !== false;
  return {
    automatic,
    prune: automatic && valueAt(automated, 'prune') === true,
    selfHeal: automatic && valueAt(automated, 'selfHeal') === true,
  };
}

function syncMeanings(before: KubernetesObject, after: KubernetesObject, tier: Parameters<typeof riskInProduction>[0]): Meaning[] {
  const [was, is] = [syncOf(before), syncOf(after)];
  if (was.automatic && !is.automatic) return [note('syncs only when somebody starts it')];
  const found: Meaning[] = [];
  if (!was.automatic && is.automatic) found.push(riskInProduction(tier, 'syncs by itself: what is merged runs, and nobody starts it'));
  if (was.prune !== is.prune)
    found.push(
      is.prune ? risk('what is no longer declared is deleted from the cluster') : note('what is no longer declared stays in the cluster'),
    );
  if (was.selfHeal !== is.selfHeal)
    found.push(is.selfHeal ? note('changes made by hand are undone') : risk('changes made by hand stay in the cluster'));
  return found;
}

const SOURCE = [
  { path: ['spec', 'source', 'repoURL'], verb: 'comes from' },
  { path: ['spec', 'source', 'targetRevision'], verb: 'follows' },
  { path: ['spec', 'source', 'path'], verb: 'reads the folder' },
  { path: ['spec', 'project'], verb: 'belongs to the project' },
] as const;

function sourceMeanings(before: KubernetesObject, after: KubernetesObject): Meaning[] {
  const found = SOURCE.flatMap(({ path, verb }): Meaning[] => {
    const [was, is] = [textAt(before, ...path), textAt(after, ...path)];
    return was === is || was === undefined || is === undefined ? [] : [risk(`${verb} ${is} in place of ${was}`)];
  });
  const [was, is] = [valueAt(before, 'spec', 'destination'), valueAt(after, 'spec', 'destination')];
  if (!sameJson(was, is)) found.push(risk(`deploys to ${destinationText(is)} in place of ${destinationText(was)}`));
  return found;
}

export function destinationText(destination: unknown): string {
  const cluster = textAt(destination, 'name') ?? textAt(destination, 'server') ?? '*';
  return `${cluster}/${textAt(destination, 'namespace') ?? '*'}`;
}

import type { KubernetesObject } from '../../desired/desired-state';
import type { Meaning } from '../difference';
import { textAt, valueAt } from '../json';
import { type ChangedObject, type MeaningRule, note, risk } from './changed-object';

/** What is lost when an object goes, by kind. */
const LOST: Readonly<Record<string, (object: KubernetesObject) => string>> = {
  Namespace: () => 'everything in the namespace is deleted, its volumes as well',
  PersistentVolumeClaim: () => 'its volume is given up: unless the storage class retains it, the data is lost',
  PersistentVolume: () => 'its data can no longer be reached through the cluster',
  StatefulSet: (object) =>
    textAt(object, 'spec', 'persistentVolumeClaimRetentionPolicy', 'whenDeleted') === 'Delete'
      ? 'its pods stop, and the data of their volumes is deleted with them'
      : 'its pods stop; their volume claims stay, with the data',
  CustomResourceDefinition: (object) =>
    `every ${textAt(object, 'spec', 'names', 'kind') ?? 'object of the kind'} of the cluster is deleted with it`,
  Secret: () => 'what reads it fails as soon as it starts anew',
};

/** What cannot be brought back. */
export const dataLoss: MeaningRule = (changed) => {
  const { change, before } = changed;
  const lost = before !== undefined && Object.hasOwn(LOST, before.kind) ? LOST[before.kind]?.(before) : undefined;
  if (lost === undefined || before === undefined) return retention(changed);
  switch (change.action) {
    case 'delete':
      return [risk(lost)];
    case 'replace':
      return [risk(`to be replaced it is deleted first: ${lost}`)];
    case 'rename':
      return [risk(`Kubernetes cannot rename it: it begins empty, and ${change.previous?.name ?? before.metadata.name} goes: ${lost}`)];
    default:
      return retention(changed);
  }
};

/** Whether volumes outlive what uses them. */
function retention({ before, after }: ChangedObject): Meaning[] {
  if (before === undefined || after === undefined) return [];
  switch (after.kind) {
    case 'StatefulSet':
      return (['whenDeleted', 'whenScaled'] as const).flatMap((field) =>
        turned(
          before,
          after,
          ['spec', 'persistentVolumeClaimRetentionPolicy', field],
          field === 'whenDeleted' ? 'when it is deleted' : 'when it is scaled down',
        ),
      );
    case 'PersistentVolume':
      return turned(before, after, ['spec', 'persistentVolumeReclaimPolicy'], 'when their claim is deleted');
    default:
      return [];
  }
}

function turned(before: KubernetesObject, after: KubernetesObject, path: readonly string[], when: string): Meaning[] {
  const [was, is] = [before, after].map((object) => valueAt(object, ...path) ?? 'Retain');
  if (was === is) return [];
  return [is === 'Delete' ? risk(`the data of its volumes is deleted ${when}`) : note(`the data of its volumes stays ${when}`)];
}

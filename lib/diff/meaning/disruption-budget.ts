import type { KubernetesObject } from '../../desired/desired-state';
import { valueAt } from '../json';
import { type MeaningRule, note, type ObjectIndex, risk, riskInProduction } from './changed-object';
import { replicasOf, selectsPodsOf } from './pods';

/** What a disruption budget lets happen to the pods that it protects. */
export const disruptionBudget: MeaningRule = ({ change, before, after, tier, base, head }) => {
  if (change.kind !== 'PodDisruptionBudget') return [];
  if (after === undefined) {
    const kept = before === undefined ? [] : protectedBy(before, head);
    const left = kept.filter((object) => replicasOf(object, head).least > 1);
    if (kept.length > 0 && left.length === 0) return [note('the disruption budget goes: it has no use for a single pod')];
    return left.map((object) =>
      riskInProduction(tier, `no disruption budget for ${object.metadata.name}: a drain may take all its pods at once`),
    );
  }
  const blocks = (budget: KubernetesObject | undefined, around: ObjectIndex): KubernetesObject | undefined =>
    budget === undefined ? undefined : protectedBy(budget, around).find((object) => letsNobodyGo(budget, object, around));
  const blocked = blocks(after, head);
  if (blocked === undefined || blocks(before, base) !== undefined) return [];
  return [risk(`no pod of ${blocked.metadata.name} may be evicted: the drain of a node waits for ever`)];
};

function protectedBy(budget: KubernetesObject, around: ObjectIndex): readonly KubernetesObject[] {
  return ['Deployment', 'StatefulSet', 'Rollout'].flatMap((kind) => around.ofKind(kind)).filter((object) => selectsPodsOf(budget, object));
}

function letsNobodyGo(budget: KubernetesObject, object: KubernetesObject, around: ObjectIndex): boolean {
  const [most, least] = [valueAt(budget, 'spec', 'maxUnavailable'), valueAt(budget, 'spec', 'minAvailable')];
  if (most !== undefined) return most === 0 || most === '0%';
  return least === '100%' || (typeof least === 'number' && least >= replicasOf(object, around).least);
}

import type { KubernetesObject } from '../../desired/desired-state';
import { type ChangedObject, type MeaningRule, note, risk, riskInProduction } from './changed-object';
import { budgetOf, isServing, replicasOf } from './pods';

/** How many pods serve, and whether they may still be taken away one by one. */
export const replicas: MeaningRule = (changed) => {
  const { before, after, base, head } = changed;
  if (before === undefined || after === undefined || !isServing(after)) return [];
  const [was, is] = [replicasOf(before, base), replicasOf(after, head)];
  if (was.scaled || is.scaled) {
    if (was.scaled === is.scaled) return [];
    return [
      note(
        is.scaled
          ? `an autoscaler decides how many pods there are, ${was.least} before`
          : `${is.least} pods, which no autoscaler changes any more`,
      ),
    ];
  }
  if (was.least === is.least) return [];
  const change = `replicas ${was.least} → ${is.least}`;
  if (is.least === 0) return [risk(`${change}: no pod is left to serve`)];
  if (is.least > was.least || is.least > 1) return [note(change)];
  return [riskInProduction(changed.tier, `${change}: ${singlePod(changed, before, after)}`)];
};

function singlePod({ base, head }: ChangedObject, before: KubernetesObject, after: KubernetesObject): string {
  const hadBudget = budgetOf(before, base) !== undefined || budgetOf(after, head) !== undefined;
  return hadBudget ? 'the disruption budget no longer holds' : 'every restart of the pod is an outage';
}

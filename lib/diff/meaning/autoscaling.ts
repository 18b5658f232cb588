import type { KubernetesObject } from '../../desired/desired-state';
import { numberAt } from '../json';
import { type MeaningRule, note, risk, riskInProduction } from './changed-object';
import { autoscalerOf, budgetOf } from './pods';

/** Between how many pods an autoscaler moves. */
export const autoscaling: MeaningRule = ({ change, before, after, tier, head }) => {
  if (change.kind !== 'HorizontalPodAutoscaler' || before === undefined || after === undefined) return [];
  const [was, is] = [boundsOf(before), boundsOf(after)];
  if (was.least === is.least && was.most === is.most) return [];
  const text = `${was.least} to ${was.most} pods → ${is.least} to ${is.most}`;
  if (is.most <= is.least && was.most > was.least) return [risk(`${text}: nothing is scaled any more`)];
  const isSingle = is.least < 2 && was.least >= 2;
  const target = ['Deployment', 'StatefulSet'].flatMap((kind) => head.ofKind(kind)).find((object) => autoscalerOf(object, head) === after);
  const budget = target === undefined ? undefined : budgetOf(target, head);
  const why = budget === undefined ? 'at rest every restart of the pod is an outage' : 'the disruption budget no longer holds at rest';
  return [isSingle ? riskInProduction(tier, `${text}: ${why}`) : note(text)];
};

function boundsOf(scaler: KubernetesObject): { readonly least: number; readonly most: number } {
  return { least: numberAt(scaler, 'spec', 'minReplicas') ?? 1, most: numberAt(scaler, 'spec', 'maxReplicas') ?? 1 };
}

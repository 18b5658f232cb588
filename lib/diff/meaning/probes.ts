import type { Meaning } from '../difference';
import { valueAt } from '../json';
import { type MeaningRule, note, risk, riskInProduction } from './changed-object';
import { containerPairs } from './pods';

/** Whether pods are asked if they work. */
export const probes: MeaningRule = (changed) =>
  containerPairs(changed).flatMap(({ name, before, after }): Meaning[] => {
    const isGone = (probe: string): boolean => valueAt(before, probe) !== undefined && valueAt(after, probe) === undefined;
    return [
      ...(isGone('readinessProbe') ? [risk(`${name} has no readiness probe any more: it gets requests before it can answer them`)] : []),
      ...(isGone('livenessProbe')
        ? [riskInProduction(changed.tier, `${name} has no liveness probe any more: nothing restarts it when it hangs`)]
        : []),
      ...(isGone('startupProbe') ? [note(`${name} has no startup probe any more`)] : []),
    ];
  });

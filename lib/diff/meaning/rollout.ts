import type { Meaning } from '../difference';
import { valueAt } from '../json';
import { type MeaningRule, note, riskInProduction } from './changed-object';

/** How a new version takes the place of the old one. */
export const rollout: MeaningRule = ({ before, after, tier }): readonly Meaning[] => {
  if (before === undefined || after?.kind !== 'Deployment') return [];
  const [was, is] = [before, after].map((object) => valueAt(object, 'spec', 'strategy', 'type') ?? 'RollingUpdate');
  if (was === is) return [];
  return is === 'Recreate'
    ? [riskInProduction(tier, 'all pods stop before new ones start: each rollout is an outage')]
    : [note('pods are replaced one after the other')];
};

import { textAt } from '../json';
import { type MeaningRule, note } from './changed-object';
import { containerPairs, containersOf, podSpecOf } from './pods';

/** Containers that come or go beside those that stay. */
export const containers: MeaningRule = (changed) => {
  if (changed.before === undefined || changed.after === undefined || podSpecOf(changed.after) === undefined) return [];
  const paired = containerPairs(changed);
  const gone = containersOf(changed.before).filter((container) => !paired.some(({ before }) => before === container));
  const fresh = containersOf(changed.after).filter((container) => !paired.some(({ after }) => after === container));
  const nameOf = (container: unknown): string => textAt(container, 'name') ?? '';
  return [
    ...gone.map((container) => note(`container ${nameOf(container)} runs no longer`)),
    ...fresh.map((container) => note(`container ${nameOf(container)} runs as well`)),
  ];
};

/** Pods that start anew only because what they read is another object now. */
export const restart: MeaningRule = ({ change, before, after }) => {
  if (before === undefined || podSpecOf(after) === undefined || change.action !== 'update' || change.fields.length === 0) return [];
  const reasons = new Set(change.fields.map(({ follows }) => follows));
  const [reason, ...others] = reasons;
  return reason === undefined || others.length > 0 ? [] : [note(`pods start anew, as they follow ${reason}`)];
};

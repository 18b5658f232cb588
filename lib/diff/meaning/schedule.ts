import type { Meaning } from '../difference';
import { textAt, valueAt } from '../json';
import { type MeaningRule, note, risk } from './changed-object';

/** What a CronJob or Job does, and when. */
export const schedule: MeaningRule = ({ before, after }) => {
  if (before === undefined || after === undefined || (after.kind !== 'CronJob' && after.kind !== 'Job')) return [];
  const found: Meaning[] = [];
  const [was, is] = [textAt(before, 'spec', 'schedule'), textAt(after, 'spec', 'schedule')];
  if (was !== is && is !== undefined) found.push(note(`runs at ${is} in place of ${was ?? 'never'}`));
  const [wasSuspended, isSuspended] = [before, after].map((object) => valueAt(object, 'spec', 'suspend') === true);
  if (wasSuspended !== isSuspended)
    found.push(isSuspended === true ? risk('is suspended: it runs no longer') : note('is no longer suspended'));
  return found;
};

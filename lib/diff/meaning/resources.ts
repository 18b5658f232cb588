import type { Json } from '../../model/platform-model';
import { tryBytes, tryCpu } from '../../values/quantity';
import type { Meaning } from '../difference';
import { valueAt } from '../json';
import { type MeaningRule, note, risk } from './changed-object';
import { containerPairs } from './pods';

/** What containers ask for, and what they may use. */
export const resources: MeaningRule = (changed) => {
  const pairs = containerPairs(changed);
  return pairs.flatMap(({ name, before, after }): Meaning[] => {
    const of = pairs.length === 1 ? '' : ` of ${name}`;
    return [
      ...limitChange(`memory limit${of}`, before, after, 'memory'),
      ...limitChange(`CPU limit${of}`, before, after, 'cpu'),
      ...requestChange(`asks for`, of, before, after),
    ];
  });
};

function limitChange(subject: string, before: Json, after: Json, resource: 'cpu' | 'memory'): Meaning[] {
  const [was, is] = [amountAt(before, 'limits', resource), amountAt(after, 'limits', resource)];
  if (was?.value === is?.value) return [];
  if (was === undefined) return [note(`${subject} ${is?.text}, none before`)];
  if (is === undefined) {
    const gone = `${subject} ${was.text} → none`;
    return [resource === 'memory' ? risk(`${gone}: one pod may use up the memory of its node`) : note(gone)];
  }
  const change = `${subject} ${was.text} → ${is.text}`;
  const isLess = is.value < was.value;
  return [isLess && resource === 'memory' ? risk(`${change}: a pod that needs more is killed`) : note(change)];
}

function requestChange(verb: string, of: string, before: Json, after: Json): Meaning[] {
  const parts = (['cpu', 'memory'] as const).flatMap((resource) => {
    const [was, is] = [amountAt(before, 'requests', resource), amountAt(after, 'requests', resource)];
    if (was?.value === is?.value) return [];
    return [`${is?.text ?? 'no'} ${resource === 'cpu' ? 'CPU' : 'memory'} in place of ${was?.text ?? 'none'}`];
  });
  return parts.length === 0 ? [] : [note(`${of === '' ? '' : `${of.slice(4)} `}${verb} ${parts.join(' and ')}`)];
}

function amountAt(
  container: Json,
  kind: 'limits' | 'requests',
  resource: 'cpu' | 'memory',
): { readonly text: string; readonly value: number } | undefined {
  const quantity = valueAt(container, 'resources', kind, resource);
  if (typeof quantity !== 'string' && typeof quantity !== 'number') return undefined;
  const value = resource === 'cpu' ? tryCpu(String(quantity)) : tryBytes(String(quantity));
  return value === undefined ? undefined : { text: String(quantity), value };
}

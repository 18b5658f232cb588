import type { KubernetesObject } from '../../desired/desired-state';
import { requestedResources } from '../../desired/requested-resources';
import { bytesText, cpuText, tryBytes, tryCpu } from '../../values/quantity';
import type { Meaning } from '../difference';
import { valueAt } from '../json';
import { type MeaningRule, note, type ObjectIndex, risk } from './changed-object';

const WORKLOADS = ['Deployment', 'StatefulSet', 'Job', 'CronJob', 'HorizontalPodAutoscaler'];

/** What an environment may use, against what its pods ask for. */
export const quota: MeaningRule = ({ change, before, after, base, head }) => {
  if (change.kind !== 'ResourceQuota') return [];
  if (after === undefined) return [note('nothing bounds any more what the namespace may use')];
  const needed = neededOf(head);
  if (before !== undefined && isExact(before, neededOf(base)) && isExact(after, needed))
    return [note('allows what all pods ask for, as before')];
  return needed.flatMap(({ key, value, text, parse }): Meaning[] => {
    const bound = amountOf(after, key, parse);
    if (bound === undefined || bound >= value) return [];
    const was = before === undefined ? undefined : amountOf(before, key, parse);
    if (was !== undefined && was <= bound) return [];
    return [
      risk(`${key} ${String(valueAt(after, 'spec', 'hard', key))} is less than the ${text} that pods ask for: some of them do not start`),
    ];
  });
};

/** Whether a quota is no wider than what pods ask for. */
function isExact(bounds: KubernetesObject, needed: readonly Needed[]): boolean {
  return needed.every(({ key, value, parse }) => amountOf(bounds, key, parse) === value);
}

interface Needed {
  readonly key: string;
  readonly value: number;
  readonly text: string;
  readonly parse: (text: string) => number | undefined;
}

function neededOf(around: ObjectIndex): Needed[] {
  const { pods, requests } = requestedResources(WORKLOADS.flatMap((kind) => around.ofKind(kind)));
  return [
    { key: 'requests.cpu', value: requests.cpu, text: cpuText(requests.cpu), parse: tryCpu },
    { key: 'requests.memory', value: requests.memory, text: bytesText(requests.memory), parse: tryBytes },
    { key: 'pods', value: pods, text: `${pods}`, parse: tryBytes },
  ];
}

function amountOf(object: unknown, key: string, parse: Needed['parse']): number | undefined {
  const quantity = valueAt(object, 'spec', 'hard', key);
  return quantity === undefined ? undefined : parse(String(quantity));
}

import type { KubernetesObject } from '../../desired/desired-state';
import { requestedResources } from '../../desired/requested-resources';
import type { Json } from '../../model/platform-model';
import { bytesText, cpuText, tryBytes, tryCpu } from '../../values/quantity';
import type { Meaning } from '../difference';
import { isRecord, sameJson, valueAt } from '../json';
import { type MeaningRule, note, type ObjectIndex, risk } from './changed-object';

const WORKLOADS = ['Deployment', 'StatefulSet', 'Job', 'CronJob', 'HorizontalPodAutoscaler'];

/** What an environment may use, against what its pods ask for. */
export const quota: MeaningRule = ({ change, before, after, base, head }) => {
  if (change.kind !== 'ResourceQuota') return [];
  if (after === undefined) return [note('nothing bounds any more what the namespace may use')];
  const needed = neededOf(head);
  if (before !== undefined && followsNeed(before, neededOf(base), after, needed))
    return [note('follows what all pods ask for, with as much to spare as before')];
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

/** Whether each bound changes by as much as what it bounds, and was never below it. */
function followsNeed(
  before: KubernetesObject,
  neededBefore: readonly Needed[],
  after: KubernetesObject,
  needed: readonly Needed[],
): boolean {
  const keys = new Set([before, after].flatMap((object) => Object.keys(recordAt(object))));
  return [...keys].every((key) => {
    const [was, is] = [spareOf(before, key, neededBefore), spareOf(after, key, needed)];
    return was === undefined ? sameJson(valueAt(before, 'spec', 'hard', key), valueAt(after, 'spec', 'hard', key)) : was >= 0 && was === is;
  });
}

/** What a bound leaves beside what pods ask for; undefined where that is not known. */
function spareOf(object: KubernetesObject, key: string, needed: readonly Needed[]): number | undefined {
  const need = needed.find((one) => one.key === key);
  const bound = need === undefined ? undefined : amountOf(object, key, need.parse);
  return bound === undefined || need === undefined ? undefined : bound - need.value;
}

function recordAt(object: KubernetesObject): Readonly<Record<string, Json>> {
  const hard = valueAt(object, 'spec', 'hard');
  return isRecord(hard) ? hard : {};
}

interface Needed {
  readonly key: string;
  readonly value: number;
  readonly text: string;
  readonly parse: (text: string) => number | undefined;
}

function neededOf(around: ObjectIndex): Needed[] {
  const { pods, requests, limits } = requestedResources(WORKLOADS.flatMap((kind) => around.ofKind(kind)));
  return [
    { key: 'requests.cpu', value: requests.cpu, text: cpuText(requests.cpu), parse: tryCpu },
    { key: 'requests.memory', value: requests.memory, text: bytesText(requests.memory), parse: tryBytes },
    { key: 'pods', value: pods, text: `${pods}`, parse: tryBytes },
    ...(limits.cpu === undefined ? [] : [{ key: 'limits.cpu', value: limits.cpu, text: cpuText(limits.cpu), parse: tryCpu }]),
    ...(limits.memory === undefined
      ? []
      : [{ key: 'limits.memory', value: limits.memory, text: bytesText(limits.memory), parse: tryBytes }]),
  ];
}

function amountOf(object: unknown, key: string, parse: Needed['parse']): number | undefined {
  const quantity = valueAt(object, 'spec', 'hard', key);
  return quantity === undefined ? undefined : parse(String(quantity));
}

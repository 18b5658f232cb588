import type { KubernetesObject } from '../../desired/desired-state';
import type { Json } from '../../model/platform-model';
import { isRecord, listAt, numberAt, textAt, valueAt } from '../json';
import type { ChangedObject, ObjectIndex } from './changed-object';

/** Kinds that keep a number of pods running. */
const SERVING = new Set(['Deployment', 'StatefulSet', 'Rollout', 'ReplicaSet']);
const WITH_TEMPLATE = new Set([...SERVING, 'DaemonSet', 'Job']);

export function isServing(object: KubernetesObject): boolean {
  return SERVING.has(object.kind);
}

/** What the pods of an object are made from; undefined for an object that starts none. */
export function podTemplateOf(object: KubernetesObject | undefined): Json | undefined {
  if (object === undefined) return undefined;
  if (object.kind === 'Pod') return { metadata: object.metadata as unknown as Json, spec: object.spec ?? null };
  if (object.kind === 'CronJob') return valueAt(object, 'spec', 'jobTemplate', 'spec', 'template');
  return WITH_TEMPLATE.has(object.kind) ? valueAt(object, 'spec', 'template') : undefined;
}

export function podSpecOf(object: KubernetesObject | undefined): Json | undefined {
  return valueAt(podTemplateOf(object), 'spec');
}

/** A container on both sides. */
export interface ContainerPair {
  readonly name: string;
  readonly before: Json;
  readonly after: Json;
}

/** Containers that are there before and after, by name; the only one of each side is the same under another name. */
export function containerPairs({ before, after }: ChangedObject): readonly ContainerPair[] {
  const [was, is] = [containersOf(before), containersOf(after)];
  const alone = was.length === 1 && is.length === 1 ? was[0] : undefined;
  return is.flatMap((container) => {
    const name = textAt(container, 'name') ?? '';
    const old = was.find((one) => textAt(one, 'name') === name) ?? alone;
    return old === undefined ? [] : [{ name, before: old, after: container }];
  });
}

export function containersOf(object: KubernetesObject | undefined): readonly Json[] {
  return listAt(podSpecOf(object), 'containers');
}

/** Pods that an object keeps running: a number, or what its autoscaler keeps between. */
export function replicasOf(object: KubernetesObject, around: ObjectIndex): { readonly least: number; readonly scaled: boolean } {
  const scaler = autoscalerOf(object, around);
  if (scaler !== undefined) return { least: numberAt(scaler, 'spec', 'minReplicas') ?? 1, scaled: true };
  return { least: numberAt(object, 'spec', 'replicas') ?? 1, scaled: false };
}

export function autoscalerOf(object: KubernetesObject, around: ObjectIndex): KubernetesObject | undefined {
  return around
    .ofKind('HorizontalPodAutoscaler')
    .find(
      (scaler) =>
        scaler.metadata.namespace === object.metadata.namespace &&
        textAt(scaler, 'spec', 'scaleTargetRef', 'kind') === object.kind &&
        textAt(scaler, 'spec', 'scaleTargetRef', 'name') === object.metadata.name,
    );
}

/** The disruption budget of the pods of an object. */
export function budgetOf(object: KubernetesObject, around: ObjectIndex): KubernetesObject | undefined {
  return around.ofKind('PodDisruptionBudget').find((budget) => selectsPodsOf(budget, object));
}

/** Whether a selector at `spec.selector` of one object selects the pods of another. */
export function selectsPodsOf(selecting: KubernetesObject, object: KubernetesObject): boolean {
  const wanted = valueAt(selecting, 'spec', 'selector', 'matchLabels');
  const labels = valueAt(podTemplateOf(object), 'metadata', 'labels');
  if (selecting.metadata.namespace !== object.metadata.namespace || !isRecord(wanted) || !isRecord(labels)) return false;
  return Object.entries(wanted).every(([label, value]) => labels[label] === value);
}

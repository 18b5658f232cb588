import type { Json } from '../model/platform-model';
import { tryBytes, tryCpu } from '../values/quantity';
import type { KubernetesObject } from './desired-state';

/** What pods ask for, and may use, when every workload is in the middle of a rollout with all its pods. */
export interface RequestedResources {
  readonly pods: number;
  readonly requests: Amounts;
  /** A resource for which some container has no limit is undefined: the sum has none. */
  readonly limits: Partial<Amounts>;
}

export interface Amounts {
  /** Thousandths of a core. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
}

/**
 * The sum over all workloads among objects: the pods of Deployments with their surge, or as many as an autoscaler may start, of
 * StatefulSets, Jobs and CronJobs. A container that requests nothing requests its limit, as Kubernetes has it. Quantities that do not parse count nothing.
 */
export function requestedResources(objects: readonly KubernetesObject[]): RequestedResources {
  const workloads = objects.flatMap((object) => {
    const pods = podsOf(object, objects);
    return pods === undefined ? [] : [{ count: pods.count, pod: podResources(pods.template) }];
  });
  const sum = (of: (pod: PodResources) => number | undefined) =>
    workloads.reduce<number | undefined>((total, { count, pod }) => {
      const amount = of(pod);
      return total === undefined || amount === undefined ? undefined : total + count * amount;
    }, 0);
  const cpu = sum((pod) => pod.limits.cpu);
  const memory = sum((pod) => pod.limits.memory);
  return {
    pods: workloads.reduce((total, { count }) => total + count, 0),
    requests: { cpu: sum((pod) => pod.requests.cpu) ?? 0, memory: sum((pod) => pod.requests.memory) ?? 0 },
    limits: { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) },
  };
}

interface PodResources {
  readonly requests: Amounts;
  readonly limits: { readonly cpu: number | undefined; readonly memory: number | undefined };
}

function podsOf(
  object: KubernetesObject,
  objects: readonly KubernetesObject[],
): { readonly count: number; readonly template: Json | undefined } | undefined {
  const spec = object.spec;
  const template = at(spec, 'template');
  switch (object.kind) {
    case 'Deployment': {
      const replicas = mostReplicas(object, objects);
      return { count: replicas + surge(spec, replicas), template };
    }
    case 'StatefulSet':
      return { count: mostReplicas(object, objects), template };
    case 'Job':
      return { count: number(at(spec, 'parallelism')) ?? 1, template };
    case 'CronJob': {
      const job = at(spec, 'jobTemplate', 'spec');
      return { count: number(at(job, 'parallelism')) ?? 1, template: at(job, 'template') };
    }
    default:
      return undefined;
  }
}

function mostReplicas(object: KubernetesObject, objects: readonly KubernetesObject[]): number {
  const scaler = objects.find(
    (other) =>
      other.kind === 'HorizontalPodAutoscaler' &&
      at(other.spec, 'scaleTargetRef', 'kind') === object.kind &&
      at(other.spec, 'scaleTargetRef', 'name') === object.metadata.name,
  );
  return number(at(scaler?.spec, 'maxReplicas')) ?? number(at(object.spec, 'replicas')) ?? 1;
}

/** Pods that a rollout starts beyond the wanted number; a percentage is rounded up, and the default is a quarter. */
function surge(spec: Json | undefined, replicas: number): number {
  if (at(spec, 'strategy', 'type') === 'Recreate') return 0;
  const declared = at(spec, 'strategy', 'rollingUpdate', 'maxSurge') ?? '25%';
  if (typeof declared === 'number') return declared;
  return Math.ceil((replicas * Number.parseInt(String(declared), 10)) / 100) || 0;
}

/** A pod needs what its containers need together, or what the greediest of its init containers needs. */
function podResources(template: Json | undefined): PodResources {
  const containers = list(at(template, 'spec', 'containers')).map(containerResources);
  const init = list(at(template, 'spec', 'initContainers')).map(containerResources);
  const most = (of: (container: PodResources) => number | undefined) => {
    const together = containers.reduce<number | undefined>((total, container) => plus(total, of(container)), 0);
    return init.reduce<number | undefined>((total, container) => larger(total, of(container)), together);
  };
  return {
    requests: { cpu: most((container) => container.requests.cpu) ?? 0, memory: most((container) => container.requests.memory) ?? 0 },
    limits: { cpu: most((container) => container.limits.cpu), memory: most((container) => container.limits.memory) },
  };
}

function containerResources(container: Json): PodResources {
  const limits = {
    cpu: amount(at(container, 'resources', 'limits', 'cpu'), tryCpu),
    memory: amount(at(container, 'resources', 'limits', 'memory'), tryBytes),
  };
  return {
    requests: {
      cpu: amount(at(container, 'resources', 'requests', 'cpu'), tryCpu) ?? limits.cpu ?? 0,
      memory: amount(at(container, 'resources', 'requests', 'memory'), tryBytes) ?? limits.memory ?? 0,
    },
    limits,
  };
}

function amount(quantity: Json | undefined, parse: (text: string) => number | undefined): number | undefined {
  return typeof quantity === 'string' || typeof quantity === 'number' ? (parse(String(quantity)) ?? 0) : undefined;
}

function plus(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

function larger(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : Math.max(a, b);
}

function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (current, key) =>
      typeof current === 'object' && current !== null && !Array.isArray(current)
        ? (current as { readonly [key: string]: Json })[key]
        : undefined,
    value,
  );
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function number(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

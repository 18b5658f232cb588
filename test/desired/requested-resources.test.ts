import type { KubernetesObject } from '../../lib/desired/desired-state';
import { requestedResources } from '../../lib/desired/requested-resources';
import type { Json } from '../../lib/model/platform-model';

const container = (requests?: Json, limits?: Json): Json => ({
  resources: { ...(requests === undefined ? {} : { requests }), ...(limits === undefined ? {} : { limits }) },
});

function workload(kind: string, spec: { readonly [key: string]: Json }, pod: { readonly [key: string]: Json }): KubernetesObject {
  return { apiVersion: 'apps/v1', kind, metadata: { name: 'a' }, spec: { ...spec, template: { spec: pod } } };
}

const small = container({ cpu: '100m', memory: '64Mi' }, { cpu: '1', memory: '128Mi' });

test('a Deployment counts its replicas and the pods of its surge', () => {
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } };
  expect(requestedResources([workload('Deployment', { replicas: 3, strategy }, { containers: [small] })])).toEqual({
    pods: 5,
    requests: { cpu: 500, memory: 5 * 64 * 2 ** 20 },
    limits: { cpu: 5000, memory: 5 * 128 * 2 ** 20 },
  });
});

test('a surge in per cent is rounded up, and is a quarter when nothing is said', () => {
  const percent = { rollingUpdate: { maxSurge: '34%' } };
  expect(requestedResources([workload('Deployment', { replicas: 3, strategy: percent }, { containers: [small] })]).pods).toBe(5);
  expect(requestedResources([workload('Deployment', { replicas: 5 }, { containers: [small] })]).pods).toBe(7);
});

test('a Deployment that stops its pods first has no surge', () => {
  expect(requestedResources([workload('Deployment', { replicas: 3, strategy: { type: 'Recreate' } }, { containers: [small] })]).pods).toBe(
    3,
  );
});

test('an autoscaled Deployment counts as many pods as the autoscaler may start', () => {
  const scaler: KubernetesObject = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'a' },
    spec: { maxReplicas: 8, scaleTargetRef: { kind: 'Deployment', name: 'a' } },
  };
  const deployment = workload('Deployment', { strategy: { rollingUpdate: { maxSurge: 1 } } }, { containers: [small] });
  expect(requestedResources([scaler, deployment]).pods).toBe(9);
});

test('StatefulSets, Jobs and CronJobs count, and objects without pods do not', () => {
  const cron: KubernetesObject = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'c' },
    spec: { jobTemplate: { spec: { parallelism: 2, template: { spec: { containers: [small] } } } } },
  };
  const objects = [
    workload('StatefulSet', { replicas: 3 }, { containers: [small] }),
    workload('Job', { parallelism: 4 }, { containers: [small] }),
    cron,
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { replicas: 99 } },
  ];
  expect(requestedResources(objects).pods).toBe(9);
});

test('a container that requests nothing requests its limit', () => {
  const { requests } = requestedResources([
    workload('StatefulSet', {}, { containers: [container(undefined, { cpu: '2', memory: '1Gi' })] }),
  ]);
  expect(requests).toEqual({ cpu: 2000, memory: 2 ** 30 });
});

test('one container without a limit leaves the sum of that limit undefined', () => {
  const { limits } = requestedResources([workload('StatefulSet', {}, { containers: [small, container({ cpu: '1' }, { memory: '1Mi' })] })]);
  expect(limits).toEqual({ memory: 129 * 2 ** 20 });
});

test('containers of a pod add up, and an init container counts where it needs more than all of them', () => {
  const init = container({ cpu: '5', memory: '1Mi' }, { cpu: '5', memory: '1Mi' });
  const { requests } = requestedResources([workload('StatefulSet', {}, { containers: [small, small], initContainers: [init] })]);
  expect(requests).toEqual({ cpu: 5000, memory: 128 * 2 ** 20 });
});

test('a quantity that does not parse counts nothing', () => {
  expect(requestedResources([workload('StatefulSet', {}, { containers: [container({ cpu: 'lots', memory: '1Gi' })] })]).requests).toEqual({
    cpu: 0,
    memory: 2 ** 30,
  });
});

import type { KubernetesObject } from '../../desired/desired-state';
import type { Resources } from '../../values/workload';
import { EPHEMERAL_STORAGE, PROBES, TERMINATION, USER_ID } from './conventions';
import { MAIN_PORT, secretName, sidecarPortName, volumeName } from './names';
import { kubernetesObject } from './object';
import type { Container, DeploymentSpec, PodSpec } from './types';
import { leastReplicas, metadataOf, type SidecarSpec, type WorkloadSpec } from './workload-spec';

/** The pods of a workload: its container, its sidecars, and how new ones replace old ones. */
export function deployment(spec: WorkloadSpec, configMap: string | undefined): KubernetesObject {
  const { name, labels, writable } = spec;
  const selector = { matchLabels: spec.selector };
  return kubernetesObject('apps/v1/Deployment', metadataOf(spec), {
    spec: {
      ...(spec.autoscaling === undefined ? { replicas: spec.replicas } : {}),
      progressDeadlineSeconds: spec.progressSeconds,
      selector,
      strategy: deploymentStrategy(spec),
      template: {
        metadata: { labels },
        spec: {
          ...podSecurity(name),
          containers: [mainContainer(spec, configMap), ...spec.sidecars.map(sidecarContainer)],
          terminationGracePeriodSeconds: TERMINATION.graceSeconds,
          ...(leastReplicas(spec) < 2 ? {} : spread(selector)),
          ...(writable.length === 0
            ? {}
            : {
                volumes: writable.map((directory) => ({
                  name: volumeName(directory),
                  emptyDir: { sizeLimit: EPHEMERAL_STORAGE.directory },
                })),
              }),
        },
      },
    },
  });
}

function deploymentStrategy({ strategy }: WorkloadSpec): DeploymentSpec['strategy'] {
  if (strategy.kind === 'recreate') return { type: 'Recreate' };
  return { type: 'RollingUpdate', rollingUpdate: { maxSurge: strategy.maxSurge, maxUnavailable: strategy.maxUnavailable } };
}

function podSecurity(serviceAccount: string): Partial<PodSpec> {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    serviceAccountName: serviceAccount,
    securityContext: {
      fsGroup: USER_ID,
      runAsGroup: USER_ID,
      runAsNonRoot: true,
      runAsUser: USER_ID,
      seccompProfile: { type: 'RuntimeDefault' },
    },
  };
}

/** What every container has, whatever runs in it. */
function containerBase(name: string, image: string, requests: Resources, limits: Resources): Container {
  return {
    name,
    image,
    imagePullPolicy: 'Always',
    resources: {
      requests: { ...requests, 'ephemeral-storage': EPHEMERAL_STORAGE.request },
      limits: { ...limits, 'ephemeral-storage': EPHEMERAL_STORAGE.limit },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsGroup: USER_ID,
      runAsNonRoot: true,
      runAsUser: USER_ID,
      seccompProfile: { type: 'RuntimeDefault' },
    },
  };
}

function mainContainer(spec: WorkloadSpec, configMap: string | undefined): Container {
  const answers = { httpGet: { path: spec.health, port: MAIN_PORT, scheme: 'HTTP' } };
  return {
    ...containerBase(spec.name, spec.image, spec.requests, spec.limits),
    ...(spec.command.length === 0 ? {} : { command: spec.command }),
    ...(spec.args.length === 0 ? {} : { args: spec.args }),
    ...(configMap === undefined ? {} : { envFrom: [{ configMapRef: { name: configMap } }] }),
    ...(spec.secrets.length === 0
      ? {}
      : {
          env: spec.secrets.map(({ variable }) => ({
            name: variable,
            valueFrom: { secretKeyRef: { name: secretName(spec.name), key: variable } },
          })),
        }),
    lifecycle: { preStop: { sleep: { seconds: TERMINATION.drainSeconds } } },
    ports: [{ name: MAIN_PORT, containerPort: spec.port, protocol: 'TCP' }],
    startupProbe: { ...answers, ...PROBES.startup },
    readinessProbe: { ...answers, ...PROBES.readiness },
    // A process that takes no connection is restarted; a check that fails because of a dependency is no reason to.
    livenessProbe: { tcpSocket: { port: MAIN_PORT }, ...PROBES.liveness },
    ...(spec.writable.length === 0
      ? {}
      : { volumeMounts: spec.writable.map((directory) => ({ name: volumeName(directory), mountPath: directory })) }),
  };
}

function sidecarContainer(sidecar: SidecarSpec): Container {
  const base = containerBase(sidecar.name, sidecar.image, sidecar.requests, sidecar.limits);
  const env = Object.entries(sidecar.env).map(([name, value]) => ({ name, value }));
  const port = sidecarPortName(sidecar.name);
  return {
    ...base,
    ...(env.length === 0 ? {} : { env }),
    ...(sidecar.port === undefined
      ? {}
      : {
          ports: [{ name: port, containerPort: sidecar.port, protocol: 'TCP' }],
          startupProbe: { tcpSocket: { port }, ...PROBES.startup },
          readinessProbe: { tcpSocket: { port }, ...PROBES.readiness },
        }),
  };
}

/** Pods apart, over zones and over nodes, as far as there are several; a small cluster still runs them. */
function spread(selector: { readonly matchLabels: Readonly<Record<string, string>> }): Partial<PodSpec> {
  return {
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 100, podAffinityTerm: { labelSelector: selector, topologyKey: 'kubernetes.io/hostname' } },
        ],
      },
    },
    topologySpreadConstraints: [
      { labelSelector: selector, maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
    ],
  };
}

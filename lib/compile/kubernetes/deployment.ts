import type { KubernetesObject } from '../../desired/desired-state';
import type { EnvironmentModel, PlatformModel, ServiceInEnvironmentModel, ServiceModel, SidecarModel } from '../../model/platform-model';
import { imageSlot, slotToken } from '../../values/slot';
import type { Resources } from '../../values/workload';
import { EPHEMERAL_STORAGE, PROBES, TERMINATION, USER_ID } from './conventions';
import { selectorLabels, serviceLabels } from './labels';
import { MAIN_PORT, secretName, sidecarPortName, volumeName } from './names';
import { kubernetesObject } from './object';
import type { Container, DeploymentSpec, PodSpec } from './types';

/** The pods of a service: its container, its sidecars, and how new ones replace old ones. */
export function deployment(
  model: PlatformModel,
  service: ServiceModel,
  environment: EnvironmentModel,
  placed: ServiceInEnvironmentModel,
  namespace: string,
  configMap: string | undefined,
): KubernetesObject {
  const labels = serviceLabels(model, service, environment);
  const selector = { matchLabels: selectorLabels(model, service.name, environment) };
  return kubernetesObject(
    'apps/v1/Deployment',
    { name: service.name, namespace, labels },
    {
      spec: {
        ...(placed.autoscaling === undefined ? { replicas: placed.replicas } : {}),
        progressDeadlineSeconds: environment.health.timeoutSeconds,
        selector,
        strategy: deploymentStrategy(placed),
        template: {
          metadata: { labels },
          spec: {
            ...podSecurity(service.name),
            containers: [
              mainContainer(service, placed, configMap),
              ...service.sidecars.map((sidecar) => sidecarContainer(service.name, sidecar)),
            ],
            terminationGracePeriodSeconds: TERMINATION.graceSeconds,
            ...(leastReplicas(placed) < 2 ? {} : spread(selector)),
            ...(placed.writable.length === 0
              ? {}
              : {
                  volumes: placed.writable.map((directory) => ({
                    name: volumeName(directory),
                    emptyDir: { sizeLimit: EPHEMERAL_STORAGE.directory },
                  })),
                }),
          },
        },
      },
    },
  );
}

/** Pods that run at least while nothing is wrong. */
export function leastReplicas(placed: ServiceInEnvironmentModel): number {
  return placed.autoscaling?.min ?? placed.replicas;
}

function deploymentStrategy({ strategy }: ServiceInEnvironmentModel): DeploymentSpec['strategy'] {
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
    image: slotToken(image),
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

function mainContainer(service: ServiceModel, placed: ServiceInEnvironmentModel, configMap: string | undefined): Container {
  const answers = { httpGet: { path: service.health.path, port: MAIN_PORT, scheme: 'HTTP' } };
  return {
    ...containerBase(service.name, imageSlot(service.name), placed.requests, placed.limits),
    ...(service.command.length === 0 ? {} : { command: service.command }),
    ...(service.args.length === 0 ? {} : { args: service.args }),
    ...(configMap === undefined ? {} : { envFrom: [{ configMapRef: { name: configMap } }] }),
    ...(placed.secrets.length === 0
      ? {}
      : {
          env: placed.secrets.map(({ variable }) => ({
            name: variable,
            valueFrom: { secretKeyRef: { name: secretName(service.name), key: variable } },
          })),
        }),
    lifecycle: { preStop: { sleep: { seconds: TERMINATION.drainSeconds } } },
    ports: [{ name: MAIN_PORT, containerPort: service.port, protocol: 'TCP' }],
    startupProbe: { ...answers, ...PROBES.startup },
    readinessProbe: { ...answers, ...PROBES.readiness },
    // A process that takes no connection is restarted; a check that fails because of a dependency is no reason to.
    livenessProbe: { tcpSocket: { port: MAIN_PORT }, ...PROBES.liveness },
    ...(placed.writable.length === 0
      ? {}
      : { volumeMounts: placed.writable.map((directory) => ({ name: volumeName(directory), mountPath: directory })) }),
  };
}

function sidecarContainer(service: string, sidecar: SidecarModel): Container {
  const base = containerBase(sidecar.name, imageSlot(service, sidecar.name), sidecar.requests, sidecar.limits);
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

import type { KubernetesObject } from '../../desired/desired-state';
import type { SecretModel } from '../../model/platform-model';
import { slotsIn } from '../../values/slot';
import { SECRET_REFRESH } from './conventions';
import { deployment } from './deployment';
import { configMapName, MAIN_PORT, secretName } from './names';
import { kubernetesObject } from './object';
import { leastReplicas, metadataOf, type WorkloadIdentity, type WorkloadSpec } from './workload-spec';

/** The objects of a workload: its pods, what they are told, and what keeps and finds them. What may reach it stands elsewhere. */
export function workloadObjects(spec: WorkloadSpec): KubernetesObject[] {
  const config = configuration(spec);
  return [
    kubernetesObject('v1/ServiceAccount', metadataOf(spec), { automountServiceAccountToken: false }),
    clusterService(spec, spec.port, MAIN_PORT),
    deployment(spec, config?.name),
    ...(config === undefined
      ? []
      : [
          kubernetesObject(
            'v1/ConfigMap',
            { ...metadataOf(spec), name: config.name },
            { data: config.data, ...(config.fixed ? { immutable: true } : {}) },
          ),
        ]),
    ...(spec.secrets.length === 0 ? [] : [externalSecret(spec, spec.secrets)]),
    ...availabilityObjects(spec, spec),
  ];
}

/** The address of a workload within the cluster; its one port bears a name, so that routes need no number. */
export function clusterService(identity: WorkloadIdentity, port: number, targetPort: number | string): KubernetesObject {
  return kubernetesObject('v1/Service', metadataOf(identity), {
    spec: { ports: [{ name: MAIN_PORT, port, protocol: 'TCP', targetPort }], selector: identity.selector, type: 'ClusterIP' },
  });
}

/** What decides how many pods of a Deployment there are, and keeps some of them: from two on, one at a time may be away. */
export function availabilityObjects(
  identity: WorkloadIdentity,
  pods: Pick<WorkloadSpec, 'autoscaling' | 'replicas'>,
  target = identity.name,
): KubernetesObject[] {
  const { selector } = identity;
  const { autoscaling } = pods;
  return [
    ...(autoscaling === undefined
      ? []
      : [
          kubernetesObject('autoscaling/v2/HorizontalPodAutoscaler', metadataOf(identity), {
            spec: {
              maxReplicas: autoscaling.max,
              metrics: [
                {
                  type: 'Resource',
                  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: autoscaling.cpuPercent } },
                },
              ],
              minReplicas: autoscaling.min,
              scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: target },
            },
          }),
        ]),
    ...(leastReplicas(pods) < 2
      ? []
      : [
          kubernetesObject('policy/v1/PodDisruptionBudget', metadataOf(identity), {
            spec: { maxUnavailable: 1, selector: { matchLabels: selector }, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
          }),
        ]),
  ];
}

interface Configuration {
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
  /** Whether nothing in it is filled in after the name was made. */
  readonly fixed: boolean;
}

/** Environment variables of a workload that are no secrets. */
function configuration({ name, env }: WorkloadSpec): Configuration | undefined {
  const entries = Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return undefined;
  const content = JSON.stringify(entries);
  return { name: configMapName(name, content), data: Object.fromEntries(entries), fixed: slotsIn(content).length === 0 };
}

function externalSecret(identity: WorkloadIdentity, secrets: readonly SecretModel[]): KubernetesObject {
  const store = (secret: SecretModel | undefined) => ({ kind: 'ClusterSecretStore', name: secret?.store ?? '' }) as const;
  return kubernetesObject(
    'external-secrets.io/v1/ExternalSecret',
    // Argo CD waits for what is in an earlier wave: pods start when their secrets exist.
    { ...metadataOf(identity), annotations: { 'argocd.argoproj.io/sync-wave': '-1' } },
    {
      spec: {
        refreshInterval: SECRET_REFRESH,
        secretStoreRef: store(secrets[0]),
        target: { name: secretName(identity.name), creationPolicy: 'Owner', deletionPolicy: 'Retain' },
        data: secrets.map((secret) => ({
          secretKey: secret.variable,
          remoteRef: {
            key: secret.secretPath,
            ...(secret.key === undefined ? {} : { property: secret.key }),
            conversionStrategy: 'Default',
            decodingStrategy: 'None',
            metadataPolicy: 'None',
          },
          ...(secret.store === secrets[0]?.store ? {} : { sourceRef: { storeRef: store(secret) } }),
        })),
      },
    },
  );
}

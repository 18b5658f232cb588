import type { DesiredService, KubernetesObject } from '../../desired/desired-state';
import type {
  EnvironmentModel,
  OverrideModel,
  PlatformModel,
  SecretModel,
  ServiceInEnvironmentModel,
  ServiceModel,
} from '../../model/platform-model';
import { slotsIn } from '../../values/slot';
import { addedObjects } from './added-objects';
import { SECRET_REFRESH } from './conventions';
import { deployment, leastReplicas } from './deployment';
import { carriesCertificate, certificateObjects, ingress } from './exposure';
import { selectorLabels, serviceLabels } from './labels';
import { configMapName, MAIN_PORT, secretName } from './names';
import { serviceNetworkPolicy, usedServices } from './network';
import { kindOf, kubernetesObject, sameKind, sortObjects } from './object';
import { applyOverrides, describeOverrides, refuseDuplicates } from './overrides';

/**
 * The objects of a service in an environment, in the one order, overrides applied and added objects among them.
 * None when the service does not run there, or when the environment is not on Kubernetes.
 *
 * @throws InvalidValueError SG031 to SG034 when an override or an added object does not fit.
 */
export function serviceObjects(model: PlatformModel, service: ServiceModel, environment: EnvironmentModel): KubernetesObject[] {
  const placed = service.environments.find((candidate) => candidate.environment === environment.name);
  if (placed === undefined || environment.target.kind !== 'kubernetes') return [];
  const { namespace } = environment.target;
  const path = `${service.path} in ${environment.name}`;
  const own = applyOverrides(ownObjects(model, service, environment, placed, namespace), placed.overrides, path);
  const shared = carriesCertificate(model, service, environment) ? sharedObjects(model, environment) : [];
  const objects = [...own, ...shared, ...addedObjects(placed.addedObjects, namespace, path)];
  refuseDuplicates(objects, path);
  return sortObjects(objects);
}

/** A service in an environment with what was overridden, for the report. */
export function desiredService(model: PlatformModel, service: ServiceModel, environment: EnvironmentModel): DesiredService {
  const placed = service.environments.find((candidate) => candidate.environment === environment.name);
  return {
    name: service.name,
    objects: serviceObjects(model, service, environment),
    overridden: describeOverrides(placed?.overrides ?? [], placed?.addedObjects ?? []),
  };
}

/** What all routes of an environment share, with the environment's overrides. */
export function sharedObjects(model: PlatformModel, environment: EnvironmentModel): KubernetesObject[] {
  if (environment.target.kind !== 'kubernetes') return [];
  const objects = certificateObjects(model, environment, environment.target.namespace);
  const fitting = (override: OverrideModel) => objects.some((object) => sameKind(kindOf(object), override.kind));
  return applyOverrides(objects, environment.overrides.filter(fitting), environment.path);
}

function ownObjects(
  model: PlatformModel,
  service: ServiceModel,
  environment: EnvironmentModel,
  placed: ServiceInEnvironmentModel,
  namespace: string,
): KubernetesObject[] {
  const { name } = service;
  const labels = serviceLabels(model, service, environment);
  const metadata = { name, namespace, labels };
  const selector = selectorLabels(model, name, environment);
  const config = configuration(model, service, environment, placed);
  const objects = [
    kubernetesObject('v1/ServiceAccount', metadata, { automountServiceAccountToken: false }),
    serviceNetworkPolicy(model, service, environment, placed, namespace),
    kubernetesObject('v1/Service', metadata, {
      spec: { ports: [{ name: MAIN_PORT, port: service.port, protocol: 'TCP', targetPort: MAIN_PORT }], selector, type: 'ClusterIP' },
    }),
    deployment(model, service, environment, placed, namespace, config?.name),
  ];
  if (config !== undefined) {
    objects.push(
      kubernetesObject(
        'v1/ConfigMap',
        { ...metadata, name: config.name },
        { data: config.data, ...(config.fixed ? { immutable: true } : {}) },
      ),
    );
  }
  if (placed.secrets.length > 0) objects.push(externalSecret(name, placed.secrets, namespace, labels));
  if (placed.route !== undefined) objects.push(ingress(model, service, environment, namespace, placed.route));
  if (placed.autoscaling !== undefined) {
    const { min, max, cpuPercent } = placed.autoscaling;
    objects.push(
      kubernetesObject('autoscaling/v2/HorizontalPodAutoscaler', metadata, {
        spec: {
          maxReplicas: max,
          metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpuPercent } } }],
          minReplicas: min,
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
        },
      }),
    );
  }
  if (leastReplicas(placed) >= 2) {
    objects.push(
      kubernetesObject('policy/v1/PodDisruptionBudget', metadata, {
        spec: { maxUnavailable: 1, selector: { matchLabels: selector }, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
      }),
    );
  }
  return objects;
}

interface Configuration {
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
  /** Whether nothing in it is filled in after the name was made. */
  readonly fixed: boolean;
}

/** Environment variables of a service that are no secrets: its settings and the addresses of the services it uses. */
function configuration(
  model: PlatformModel,
  service: ServiceModel,
  environment: EnvironmentModel,
  placed: ServiceInEnvironmentModel,
): Configuration | undefined {
  const used = usedServices(model, service, environment);
  const addresses = service.uses.flatMap(({ variable, service: name }) =>
    used.filter((other) => other.name === name).map((other) => [variable, `http://${other.name}:${other.port}`] as const),
  );
  const entries = Object.entries({ ...Object.fromEntries(addresses), ...placed.env }).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return undefined;
  const content = JSON.stringify(entries);
  return { name: configMapName(service.name, content), data: Object.fromEntries(entries), fixed: slotsIn(content).length === 0 };
}

function externalSecret(
  service: string,
  secrets: readonly SecretModel[],
  namespace: string,
  labels: Readonly<Record<string, string>>,
): KubernetesObject {
  const store = (secret: SecretModel | undefined) => ({ kind: 'ClusterSecretStore', name: secret?.store ?? '' }) as const;
  return kubernetesObject(
    'external-secrets.io/v1/ExternalSecret',
    // Argo CD waits for what is in an earlier wave: pods start when their secrets exist.
    { name: service, namespace, labels, annotations: { 'argocd.argoproj.io/sync-wave': '-1' } },
    {
      spec: {
        refreshInterval: SECRET_REFRESH,
        secretStoreRef: store(secrets[0]),
        target: { name: secretName(service), creationPolicy: 'Owner', deletionPolicy: 'Retain' },
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

import type { KubernetesObject } from '../../desired/desired-state';
import type { EnvironmentModel, PlatformModel, ServiceModel } from '../../model/platform-model';
import { environmentLabels, type Labels, serviceLabels } from './labels';
import { certificateName, MAIN_PORT } from './names';
import { acmeSolverPolicy, answersChallenges } from './network';
import { kubernetesObject } from './object';
import { metadataOf } from './workload-spec';

/** A host with its routes, each to a Service. */
export interface HostSpec {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Labels;
  readonly host: string;
  /** IngressClass; the cluster's default when absent. */
  readonly class?: string;
  /** Secret with the certificate; plain HTTP when absent. */
  readonly secret?: string;
  readonly routes: readonly RouteSpec[];
}

export interface RouteSpec {
  /** Beginning of the URL paths that are sent to the Service. */
  readonly path: string;
  readonly service: string;
  /** Port of the Service, by its name or number. */
  readonly port: string | number;
}

/** The routes of a host. */
export function hostIngress(spec: HostSpec): KubernetesObject {
  const { host, secret } = spec;
  return kubernetesObject('networking.k8s.io/v1/Ingress', metadataOf(spec), {
    spec: {
      ...(spec.class === undefined ? {} : { ingressClassName: spec.class }),
      rules: [
        {
          host,
          http: {
            paths: spec.routes.map(({ path, service, port }) => ({
              path,
              pathType: 'Prefix',
              backend: { service: { name: service, port: typeof port === 'number' ? { number: port } : { name: port } } },
            })),
          },
        },
      ],
      ...(secret === undefined ? {} : { tls: [{ hosts: [host], secretName: secret }] }),
    },
  });
}

/** The certificate of a host; the secret that holds it bears its name. */
export function hostCertificate(spec: Pick<HostSpec, 'name' | 'namespace' | 'labels' | 'host'>, issuer: string): KubernetesObject {
  return kubernetesObject('cert-manager.io/v1/Certificate', metadataOf(spec), {
    spec: {
      dnsNames: [spec.host],
      issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: issuer },
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
      secretName: spec.name,
      usages: ['digital signature', 'server auth'],
    },
  });
}

/** The route of a service on its environment's host. */
export function ingress(
  model: PlatformModel,
  service: ServiceModel,
  environment: EnvironmentModel,
  namespace: string,
  route: string,
): KubernetesObject {
  const secret = tlsSecret(model, environment);
  return hostIngress({
    name: service.name,
    namespace,
    labels: serviceLabels(model, service, environment),
    host: environment.host,
    ...(model.ingress.class === undefined ? {} : { class: model.ingress.class }),
    ...(secret === undefined ? {} : { secret }),
    routes: [{ path: route, service: service.name, port: MAIN_PORT }],
  });
}

/**
 * The certificate of an environment's host and what its issuer needs. All routes of an environment share one host, so there is one
 * certificate; the first service with a route carries it.
 */
export function certificateObjects(model: PlatformModel, environment: EnvironmentModel, namespace: string): KubernetesObject[] {
  if (environment.tls.kind !== 'issuer') return [];
  const certificate = hostCertificate(
    { name: certificateName(model, environment), namespace, labels: environmentLabels(model, environment), host: environment.host },
    environment.tls.issuer,
  );
  return [certificate, ...(answersChallenges(environment) ? [acmeSolverPolicy(model, environment, namespace)] : [])];
}

/** Whether a service is the one that carries what all routes of an environment share. */
export function carriesCertificate(model: PlatformModel, service: ServiceModel, environment: EnvironmentModel): boolean {
  const first = model.services.find((candidate) =>
    candidate.environments.some((placed) => placed.environment === environment.name && placed.route !== undefined),
  );
  return first?.name === service.name;
}

function tlsSecret(model: PlatformModel, environment: EnvironmentModel): string | undefined {
  switch (environment.tls.kind) {
    case 'issuer':
      return certificateName(model, environment);
    case 'secret':
      return environment.tls.secret;
    case 'off':
      return undefined;
  }
}

import type { KubernetesObject } from '../../desired/desired-state';
import type { EnvironmentModel, PlatformModel, ServiceModel } from '../../model/platform-model';
import { environmentLabels, serviceLabels } from './labels';
import { certificateName, MAIN_PORT } from './names';
import { acmeSolverPolicy, answersChallenges } from './network';
import { kubernetesObject } from './object';

/** The route of a service on its environment's host. */
export function ingress(
  model: PlatformModel,
  service: ServiceModel,
  environment: EnvironmentModel,
  namespace: string,
  route: string,
): KubernetesObject {
  const { host } = environment;
  const secret = tlsSecret(model, environment);
  return kubernetesObject(
    'networking.k8s.io/v1/Ingress',
    { name: service.name, namespace, labels: serviceLabels(model, service, environment) },
    {
      spec: {
        ...(model.ingress.class === undefined ? {} : { ingressClassName: model.ingress.class }),
        rules: [
          {
            host,
            http: { paths: [{ path: route, pathType: 'Prefix', backend: { service: { name: service.name, port: { name: MAIN_PORT } } } }] },
          },
        ],
        ...(secret === undefined ? {} : { tls: [{ hosts: [host], secretName: secret }] }),
      },
    },
  );
}

/**
 * The certificate of an environment's host and what its issuer needs. All routes of an environment share one host, so there is one
 * certificate; the first service with a route carries it.
 */
export function certificateObjects(model: PlatformModel, environment: EnvironmentModel, namespace: string): KubernetesObject[] {
  if (environment.tls.kind !== 'issuer') return [];
  const name = certificateName(model, environment);
  const certificate = kubernetesObject(
    'cert-manager.io/v1/Certificate',
    { name, namespace, labels: environmentLabels(model, environment) },
    {
      spec: {
        dnsNames: [environment.host],
        issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: environment.tls.issuer },
        privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
        secretName: name,
        usages: ['digital signature', 'server auth'],
      },
    },
  );
  return [certificate, ...(answersChallenges(environment) ? [acmeSolverPolicy(model, environment, namespace)] : [])];
}

/** Whether a service is the one that carries what all routes of an environment share. */
export function carriesCertificate(model: PlatformModel, service: ServiceModel, environment: EnvironmentModel): boolean {
  const routed = model.services.filter((candidate) =>
    candidate.environments.some((placed) => placed.environment === environment.name && placed.route !== undefined),
  );
  return routed[0]?.name === service.name;
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

import type { KubernetesObject } from '../../desired/desired-state';
import type { EgressModel, EnvironmentModel, PlatformModel, ServiceInEnvironmentModel, ServiceModel } from '../../model/platform-model';
import { ACME_SOLVER, DNS, MONITORING_NAMESPACE, PRIVATE_RANGES } from './conventions';
import { environmentLabels, selectorLabels, serviceLabels } from './labels';
import { ENVIRONMENT_POLICIES } from './names';
import { kubernetesObject } from './object';
import type { NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer } from './types';

const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/** Nothing may come in or go out, except questions about names. */
export function environmentNetworkPolicies(model: PlatformModel, environment: EnvironmentModel, namespace: string): KubernetesObject[] {
  const labels = environmentLabels(model, environment);
  return [
    kubernetesObject(
      'networking.k8s.io/v1/NetworkPolicy',
      { name: ENVIRONMENT_POLICIES.defaultDeny, namespace, labels },
      {
        spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
      },
    ),
    kubernetesObject(
      'networking.k8s.io/v1/NetworkPolicy',
      { name: ENVIRONMENT_POLICIES.dns, namespace, labels },
      {
        spec: {
          podSelector: {},
          policyTypes: ['Egress'],
          egress: [
            {
              to: [{ namespaceSelector: inNamespace(DNS.namespace), podSelector: { matchLabels: DNS.podLabels } }],
              ports: [
                { port: DNS.port, protocol: 'UDP' },
                { port: DNS.port, protocol: 'TCP' },
              ],
            },
          ],
        },
      },
    ),
  ];
}

/**
 * Whether cert-manager may start pods in the namespace that answer challenges over HTTP: with an issuer, except under `.local`, which no
 * public issuer can serve.
 */
export function answersChallenges(environment: EnvironmentModel): boolean {
  return environment.tls.kind === 'issuer' && !environment.host.endsWith('.local');
}

/** The ingress controller may reach the pod that answers the challenges of a certificate's issuer. */
export function acmeSolverPolicy(model: PlatformModel, environment: EnvironmentModel, namespace: string): KubernetesObject {
  return kubernetesObject(
    'networking.k8s.io/v1/NetworkPolicy',
    { name: ENVIRONMENT_POLICIES.acmeSolver, namespace, labels: environmentLabels(model, environment) },
    {
      spec: {
        podSelector: { matchLabels: ACME_SOLVER.podLabels },
        policyTypes: ['Ingress'],
        ingress: [ingressRule([{ namespaceSelector: inNamespace(model.ingress.namespace) }], ACME_SOLVER.port)],
      },
    },
  );
}

/** What may reach a service, and what it may reach: what is declared, and nothing else. */
export function serviceNetworkPolicy(
  model: PlatformModel,
  service: ServiceModel,
  environment: EnvironmentModel,
  placed: ServiceInEnvironmentModel,
  namespace: string,
): KubernetesObject {
  const callers = model.services.filter((other) => other.uses.some((use) => use.service === service.name) && runsIn(other, environment));
  const ingress: NetworkPolicyIngressRule[] = [];
  if (callers.length > 0)
    ingress.push(
      ingressRule(
        callers.map((caller) => podsOf(model, caller.name, environment)),
        service.port,
      ),
    );
  if (placed.route !== undefined) ingress.push(ingressRule([{ namespaceSelector: inNamespace(model.ingress.namespace) }], service.port));
  if (model.metrics !== undefined) {
    ingress.push(ingressRule([{ namespaceSelector: inNamespace(monitoringNamespace(model.metrics)) }], service.port));
  }
  const egress: NetworkPolicyEgressRule[] = [
    ...usedServices(model, service, environment).map((used) => egressRule([podsOf(model, used.name, environment)], used.port)),
    ...service.egress.map((egress) => egressRule(destinations(egress), egress.port)),
  ];
  return kubernetesObject(
    'networking.k8s.io/v1/NetworkPolicy',
    { name: service.name, namespace, labels: serviceLabels(model, service, environment) },
    {
      spec: {
        podSelector: { matchLabels: selectorLabels(model, service.name, environment) },
        policyTypes: ['Ingress', 'Egress'],
        ingress,
        egress,
      },
    },
  );
}

/** The services that a service uses and that run in an environment, each once, by name. */
export function usedServices(model: PlatformModel, service: ServiceModel, environment: EnvironmentModel): ServiceModel[] {
  return model.services.filter((other) => service.uses.some((use) => use.service === other.name) && runsIn(other, environment));
}

function runsIn(service: ServiceModel, environment: EnvironmentModel): boolean {
  return service.environments.some((placed) => placed.environment === environment.name);
}

function podsOf(model: PlatformModel, service: string, environment: EnvironmentModel): NetworkPolicyPeer {
  return { podSelector: { matchLabels: selectorLabels(model, service, environment) } };
}

function inNamespace(name: string): { readonly matchLabels: Readonly<Record<string, string>> } {
  return { matchLabels: { [NAMESPACE_NAME]: name } };
}

function ingressRule(from: readonly NetworkPolicyPeer[], port: number): NetworkPolicyIngressRule {
  return { from, ports: [{ port, protocol: 'TCP' }] };
}

function egressRule(to: readonly NetworkPolicyPeer[], port: number): NetworkPolicyEgressRule {
  return { to, ports: [{ port, protocol: 'TCP' }] };
}

/**
 * Peers of a declared way out. Network policies know neither names of services nor hosts outside: a service in the cluster opens its
 * namespace at the port, a host on the internet opens every public address at the port.
 */
function destinations({ to }: EgressModel): NetworkPolicyPeer[] {
  switch (to.kind) {
    case 'namespace':
      return [{ namespaceSelector: inNamespace(to.namespace) }];
    case 'cidr':
      return [{ ipBlock: { cidr: to.cidr } }];
    case 'internet':
      return [{ ipBlock: { cidr: '0.0.0.0/0', except: PRIVATE_RANGES.ipv4 } }, { ipBlock: { cidr: '::/0', except: PRIVATE_RANGES.ipv6 } }];
  }
}

/** Namespace of the metrics server: from an address within the cluster, `http://prometheus.monitoring:9090`. */
function monitoringNamespace(address: string): string {
  const { protocol, hostname } = new URL(address);
  const labels = hostname.split('.');
  const inCluster = (labels.length === 2 && protocol === 'http:') || labels[2] === 'svc';
  return (inCluster ? labels[1] : undefined) ?? MONITORING_NAMESPACE;
}

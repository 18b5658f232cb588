import type { DeliveryEnvironment, KubernetesObject } from '../../desired/desired-state';
import { atLeast, only } from './claim';
import type { Demand } from './demand';
import { at, listOf, unordered } from './object-fields';
import { listed } from './words';

/** What the cluster itself refuses in an environment, whoever asks: pods by their settings, images, traffic. */
export function floorDemands(
  environment: DeliveryEnvironment,
  bootstrap: readonly KubernetesObject[],
): readonly { readonly what: string; readonly demands: readonly Demand[] }[] {
  return [
    { what: 'Pod Security', demands: podSecurityDemands(bootstrap) },
    { what: 'images', demands: imageDemands(environment, bootstrap) },
    { what: 'network', demands: networkDemands(bootstrap) },
  ];
}

const LEVELS = ['privileged', 'baseline', 'restricted'];

/** The Pod Security level that is enforced; the other two modes only warn and record. */
function podSecurityDemands(bootstrap: readonly KubernetesObject[]): Demand[] {
  const namespace = bootstrap.find(({ kind }) => kind === 'Namespace');
  const level = namespace?.metadata.labels?.['pod-security.kubernetes.io/enforce'] ?? 'privileged';
  const by = `Namespace ${namespace?.metadata.name}`;
  return [
    {
      topic: 'pod security',
      text: `pods are ${level}`,
      none: '',
      ...(level === 'privileged' ? {} : { by }),
      claims: [atLeast('pod security', LEVELS.indexOf(level))],
    },
  ];
}

/** The admission policies that are bound to the environment's namespace and refuse. */
function imageDemands({ namespace }: DeliveryEnvironment, bootstrap: readonly KubernetesObject[]): Demand[] {
  const policies = bootstrap.filter(({ kind, metadata, spec }) => {
    if (kind !== 'ValidatingAdmissionPolicy' || at(spec, 'failurePolicy') === 'Ignore') return false;
    const binding = bootstrap.find(
      (object) => object.kind === 'ValidatingAdmissionPolicyBinding' && at(object.spec, 'policyName') === metadata.name,
    );
    const labels = at(binding?.spec, 'matchResources', 'namespaceSelector', 'matchLabels') as Readonly<Record<string, string>> | undefined;
    return listOf(at(binding?.spec, 'validationActions')).includes('Deny') && labels?.['kubernetes.io/metadata.name'] === namespace;
  });
  return policies.flatMap((policy) => {
    const by = `ValidatingAdmissionPolicy ${policy.metadata.name}`;
    const validations = listOf(at(policy, 'spec', 'validations')).map((validation) => String(at(validation, 'expression')));
    const matched = unordered([
      at(policy, 'spec', 'matchConstraints'),
      at(policy, 'spec', 'matchConditions') ?? null,
      at(policy, 'spec', 'variables'),
    ]);
    return [
      { topic: 'matched', text: 'every pod is looked at', none: 'no pod is looked at', by, claims: [atLeast(`matched ${matched}`)] },
      ...validations.map((expression) => ({ ...validationDemand(expression), by })),
    ];
  });
}

/** `variables.images.all(image, …)`, with an exception for images that begin with a text, as it is compiled. */
const ALL = /^variables\.images\.all\(image, (?:image\.startsWith\(("(?:[^"\\]|\\.)*")\) \|\| )?(.*)\)$/s;
const SOURCES = /^(\[.*\])\.exists\(source, image\.startsWith\(source\)\)$/s;
const NAMED = /^image\.matches\(("(?:[^"\\]|\\.)*")\)$/s;

function validationDemand(expression: string): Omit<Demand, 'by'> {
  const [, exception, condition = ''] = ALL.exec(expression) ?? [];
  const excepted = exception === undefined ? [] : [JSON.parse(exception) as string];
  const list = SOURCES.exec(condition)?.[1];
  if (list !== undefined) {
    const sources = [...(JSON.parse(list) as string[]), ...excepted];
    const origins = [...new Set(sources.map((source) => source.replace(/[/@:]$/, '')))].sort();
    return {
      topic: 'images',
      text: 'images from',
      none: 'images from anywhere',
      list: origins,
      claims: [only('images', sources, 'prefixes')],
    };
  }
  const pattern = NAMED.exec(condition)?.[1];
  if (pattern?.startsWith('"@sha256:') || pattern?.startsWith('"(@sha256:')) {
    const digests = pattern.startsWith('"@');
    return {
      topic: 'digests',
      text: digests ? 'images by digest' : 'images by digest, or by a tag of the environment',
      none: 'images by any tag',
      claims: [atLeast('digests', digests ? 2 : 1), only('images without digest', excepted, 'prefixes')],
    };
  }
  return {
    topic: `validation ${expression}`,
    text: expression,
    none: `without ${expression}`,
    claims: [atLeast(`validation ${expression}`)],
  };
}

/**
 * Traffic that is let through to or from all pods of the environment, by the policies that its stack applies. Policies add up: one that selects
 * all pods closes a direction, and every rule of any opens it.
 */
function networkDemands(bootstrap: readonly KubernetesObject[]): Demand[] {
  const policies = bootstrap.filter(({ kind, apiVersion }) => kind === 'NetworkPolicy' && apiVersion.startsWith('networking.k8s.io/'));
  return (['Ingress', 'Egress'] as const).flatMap((type): Demand[] => {
    const words = type === 'Ingress' ? 'traffic in' : 'traffic out';
    const concerned = policies.filter(({ spec }) => listOf(at(spec, 'policyTypes')).includes(type));
    const closing = concerned.filter(({ spec }) => Object.keys((at(spec, 'podSelector') ?? {}) as object).length === 0);
    if (closing.length === 0) return [];
    const rules = concerned.flatMap(({ spec }) =>
      listOf(at(spec, type.toLowerCase())).map((rule) => ruleOf(type, at(spec, 'podSelector'), rule)),
    );
    const open = rules.some(({ key }) => key === '{}');
    const texts = [...new Set(rules.map(({ text }) => text))].sort();
    return [
      {
        topic: words,
        text: open ? `any ${words}` : texts.length === 0 ? `no ${words}` : `${words}:`,
        none: `any ${words}`,
        ...(open || texts.length === 0 ? {} : { list: texts }),
        by: `NetworkPolicy ${listed(closing.map(({ metadata }) => metadata.name).sort())}`,
        claims: open ? [] : [only(words, [...new Set(rules.map(({ key }) => key))])],
      },
    ];
  });
}

function ruleOf(type: 'Ingress' | 'Egress', pods: unknown, rule: unknown): { readonly key: string; readonly text: string } {
  const peers = listOf(at(rule, type === 'Ingress' ? 'from' : 'to'));
  const ports = listOf(at(rule, 'ports')).map(
    (port) => `${String(at(port, 'port') ?? 'any port')}/${String(at(port, 'protocol') ?? 'TCP')}`,
  );
  const all = Object.keys((pods ?? {}) as object).length === 0;
  const key = all && peers.length === 0 && ports.length === 0 ? '{}' : unordered([all ? null : pods, rule]);
  const where = peers.length === 0 ? 'anywhere' : listed(peers.map(peerText), 'or');
  const text = `${type === 'Ingress' ? 'from' : 'to'} ${where}${ports.length === 0 ? '' : ` on ${listed(ports)}`}`;
  return { key, text: all ? text : `${selectorText(pods)} ${text}` };
}

function peerText(peer: unknown): string {
  const block = at(peer, 'ipBlock', 'cidr');
  if (block !== undefined) return String(block);
  const namespace = at(peer, 'namespaceSelector');
  const pods = at(peer, 'podSelector');
  const named = at(namespace, 'matchLabels', 'kubernetes.io/metadata.name');
  const place = namespace === undefined ? '' : named === undefined ? `namespaces ${selectorText(namespace)}` : `namespace ${String(named)}`;
  return [pods === undefined ? '' : selectorText(pods), place].filter((part) => part !== '').join(' in ');
}

function selectorText(selector: unknown): string {
  const labels = Object.entries((at(selector, 'matchLabels') ?? {}) as Readonly<Record<string, string>>).map(
    ([key, value]) => `${key}=${value}`,
  );
  return labels.length === 0 ? 'all pods' : `pods ${labels.join(',')}`;
}

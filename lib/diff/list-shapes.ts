import type { Json } from '../model/platform-model';
import { isDefault } from './defaults';
import { isList, isRecord, textAt } from './json';
import { ITEM, placeOf } from './places';

/** How the items of a list are told apart. */
export type ListShape =
  /** By fields that together name an item: the first of these choices that names every item of both lists. */
  | { readonly kind: 'keyed'; readonly keys: readonly (readonly string[])[]; readonly inOrder: boolean }
  /** By their content; the order means nothing. */
  | { readonly kind: 'set' }
  /** By where they are. */
  | { readonly kind: 'sequence' };

const SEQUENCE = { kind: 'sequence' } as const;
const SET = { kind: 'set' } as const;
/** What nobody described: items that all have a name of their own are known by it. */
const BY_NAME: ListShape = { kind: 'keyed', keys: [['name']], inOrder: true };

/**
 * Lists whose order means nothing to Kubernetes, Argo CD or GitHub, and what names their items. The keys are those of
 * `patchMergeKey` and `x-kubernetes-list-map-keys`, preceded by a name where items may have one.
 */
const KEYED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'PodSpec.containers': [['name']],
  'PodSpec.ephemeralContainers': [['name']],
  'PodSpec.volumes': [['name']],
  'PodSpec.imagePullSecrets': [['name']],
  'PodSpec.hostAliases': [['ip']],
  'PodSpec.readinessGates': [['conditionType']],
  'PodSpec.schedulingGates': [['name']],
  'PodSpec.resourceClaims': [['name']],
  'PodSpec.topologySpreadConstraints': [['topologyKey'], ['topologyKey', 'whenUnsatisfiable']],
  'Container.env': [['name']],
  'Container.ports': [['name'], ['containerPort', 'protocol']],
  'Container.volumeMounts': [['mountPath']],
  'Container.volumeDevices': [['devicePath']],
  'Container.resources.claims': [['name']],
  'Volume.configMap.items': [['key']],
  'Volume.secret.items': [['key']],
  'Volume.downwardAPI.items': [['path']],
  'Service.spec.ports': [['name'], ['port', 'protocol']],
  'ServiceAccount.secrets': [['name']],
  'ServiceAccount.imagePullSecrets': [['name']],
  'StatefulSet.spec.volumeClaimTemplates': [['metadata.name']],
  'Ingress.spec.rules': [['host']],
  'Ingress.spec.rules[].http.paths': [['path'], ['path', 'pathType']],
  'Ingress.spec.tls': [['secretName']],
  'HTTPRoute.spec.parentRefs': [['name'], ['name', 'sectionName']],
  'Gateway.spec.listeners': [['name']],
  'LimitRange.spec.limits': [['type']],
  'ExternalSecret.spec.data': [['secretKey']],
  'AppProject.spec.roles': [['name']],
  'Application.spec.source.helm.parameters': [['name']],
  'Application.spec.info': [['name']],
  'PrometheusRule.spec.groups': [['name']],
  'ruleset.rules': [['type']],
  'ruleset.bypass_actors': [['actor_type', 'actor_id']],
  'ruleset.rules[].parameters.required_status_checks': [['context'], ['context', 'integration_id']],
};

/** Lists in which an item is known by its name and the order is part of what they say. */
const KEYED_IN_ORDER: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'PodSpec.initContainers': [['name']],
  'workflow.jobs.*.steps': [['id'], ['name']],
};

const SETS = new Set([
  'Metadata.finalizers',
  'Metadata.ownerReferences',
  'Container.securityContext.capabilities.add',
  'Container.securityContext.capabilities.drop',
  'PodSpec.securityContext.supplementalGroups',
  'PodSpec.tolerations',
  'PersistentVolumeClaim.spec.accessModes',
  'PersistentVolume.spec.accessModes',
  'Service.spec.externalIPs',
  'Service.spec.loadBalancerSourceRanges',
  'Ingress.spec.tls[].hosts',
  'HTTPRoute.spec.hostnames',
  'NetworkPolicy.spec.policyTypes',
  'NetworkPolicy.spec.ingress',
  'NetworkPolicy.spec.ingress[].from',
  'NetworkPolicy.spec.ingress[].ports',
  'NetworkPolicy.spec.egress',
  'NetworkPolicy.spec.egress[].to',
  'NetworkPolicy.spec.egress[].ports',
  'Role.rules',
  'Role.rules[].apiGroups',
  'Role.rules[].resources',
  'Role.rules[].resourceNames',
  'Role.rules[].nonResourceURLs',
  'Role.rules[].verbs',
  'RoleBinding.subjects',
  'HorizontalPodAutoscaler.spec.metrics',
  'ResourceQuota.spec.scopes',
  'Certificate.spec.dnsNames',
  'Certificate.spec.usages',
  'AppProject.spec.sourceRepos',
  'AppProject.spec.destinations',
  'AppProject.spec.sourceNamespaces',
  'AppProject.spec.clusterResourceWhitelist',
  'AppProject.spec.clusterResourceBlacklist',
  'AppProject.spec.namespaceResourceWhitelist',
  'AppProject.spec.namespaceResourceBlacklist',
  'AppProject.spec.orphanedResources.ignore',
  'AppProject.spec.roles[].groups',
  'AppProject.spec.roles[].policies',
  'Application.spec.syncPolicy.syncOptions',
  'ValidatingAdmissionPolicy.spec.matchConstraints.resourceRules',
  'ValidatingAdmissionPolicy.spec.matchConstraints.resourceRules[].operations',
  'ValidatingAdmissionPolicy.spec.matchConstraints.resourceRules[].resources',
  'ValidatingAdmissionPolicy.spec.matchConstraints.resourceRules[].apiGroups',
  'ValidatingAdmissionPolicy.spec.matchConstraints.resourceRules[].apiVersions',
  'ValidatingAdmissionPolicyBinding.spec.validationActions',
  'ruleset.conditions.ref_name.include',
  'ruleset.conditions.ref_name.exclude',
  'ruleset.rules[].parameters.allowed_merge_methods',
  'environment.admits',
  'environment.secrets',
  'actions permissions.patterns',
]);

const SHAPES: ReadonlyMap<string, ListShape> = new Map<string, ListShape>([
  ...Object.entries(KEYED).map(([place, keys]) => [place, { kind: 'keyed', keys, inOrder: false }] as const),
  ...Object.entries(KEYED_IN_ORDER).map(([place, keys]) => [place, { kind: 'keyed', keys, inOrder: true }] as const),
  ...[...SETS].map((place) => [place, SET] as const),
]);

/** How the items of the list at a place are told apart. */
export function listShape(place: string): ListShape {
  return SHAPES.get(place) ?? BY_NAME;
}

/** What is meant where a field of a key is left out. */
const KEY_DEFAULTS: Readonly<Record<string, string>> = { protocol: 'TCP' };

/** Names of the items of two lists, in their order; undefined where an item of either has none, or shares it with another. */
function tryNames(
  keys: readonly (readonly string[])[],
  before: readonly Json[],
  after: readonly Json[],
): readonly [before: readonly string[], after: readonly string[]] | undefined {
  for (const key of keys) {
    const names = [namesBy(key, before), namesBy(key, after)] as const;
    if (names[0] !== undefined && names[1] !== undefined) return [names[0], names[1]];
  }
  return undefined;
}

function namesBy(key: readonly string[], items: readonly Json[]): readonly string[] | undefined {
  const names: string[] = [];
  for (const item of items) {
    const parts = key.map((field) => partAt(item, field) ?? KEY_DEFAULTS[field]);
    if (parts.some((part) => part === undefined)) return undefined;
    names.push(parts.join('/'));
  }
  return new Set(names).size === names.length ? names : undefined;
}

function partAt(item: Json, field: string): string | undefined {
  let value: Json | undefined = item;
  for (const step of field.split('.')) value = isRecord(value) ? value[step] : undefined;
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : undefined;
}

/** How two lists at a place are compared. Items that cannot all be named are told apart by where they are. */
export type ListComparison =
  | { readonly kind: 'named'; readonly inOrder: boolean; readonly before: readonly string[]; readonly after: readonly string[] }
  | { readonly kind: 'set' }
  | { readonly kind: 'sequence' };

export function listComparison(place: string, before: readonly Json[], after: readonly Json[]): ListComparison {
  const shape = listShape(place);
  if (shape.kind !== 'keyed') return shape;
  const names = tryNames(shape.keys, before, after);
  if (names === undefined) return SEQUENCE;
  const inOrder = shape.inOrder || (place === 'Container.env' && [before, after].some(expandsAnother));
  return { kind: 'named', inOrder, before: names[0], after: names[1] };
}

/** Whether a variable of a list is made of another, `$(HOST)`: the kubelet puts in only those that stand before it. */
function expandsAnother(variables: readonly Json[]): boolean {
  const names = new Set(variables.map((variable) => textAt(variable, 'name')));
  return variables.some((variable) =>
    [...(textAt(variable, 'value') ?? '').matchAll(/\$\(([^)]*)\)/g)].some(
      ([, name]) => names.has(name) && name !== textAt(variable, 'name'),
    ),
  );
}

/** A text that is equal for values at a place that mean the same: the order of keys, defaults, and order that means nothing are left out. */
export function canonicalText(place: string, value: Json | undefined): string {
  if (isList(value)) {
    const texts = value.map((item) => canonicalText(placeOf(place, ITEM), item));
    const comparison = listComparison(place, value, []);
    const isFree = comparison.kind === 'set' || (comparison.kind === 'named' && !comparison.inOrder);
    return `[${(isFree ? texts.sort() : texts).join()}]`;
  }
  if (!isRecord(value)) return JSON.stringify(value) ?? '';
  const keys = Object.keys(value).filter((key) => !isDefault(place, value, key));
  return `{${keys
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalText(placeOf(place, key), value[key])}`)
    .join()}}`;
}

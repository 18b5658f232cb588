import type { KubernetesObject } from '../desired/desired-state';
import { tryBytes } from '../values/quantity';
import type { FieldChange } from './difference';
import { isWithin } from './field-paths';
import { textAt, valueAt } from './json';
import { placeOfObject } from './places';

/** What of a kind the API server does not let change, and where that is said. */
interface ImmutableFields {
  /** Paths; everything below them as well. */
  readonly fields: readonly string[];
  /** Paths below them that may change all the same. */
  readonly except?: readonly string[];
  /** Whether a change of this object in particular is refused. */
  readonly when?: (before: KubernetesObject, after: KubernetesObject, path: string) => boolean;
  readonly source: string;
}

const APPS = 'kubernetes: pkg/apis/apps/validation/validation.go';
const CORE = 'kubernetes: pkg/apis/core/validation/validation.go';
const STORAGE = 'kubernetes: pkg/apis/storage/validation/validation.go';

const isSealed = (before: KubernetesObject): boolean => before.immutable === true;

/** Fields that only another object can have otherwise: the object is deleted and created anew. */
export const IMMUTABLE_FIELDS: Readonly<Record<string, readonly ImmutableFields[]>> = {
  Deployment: [{ fields: ['spec.selector'], source: `${APPS}, ValidateDeploymentUpdate` }],
  ReplicaSet: [{ fields: ['spec.selector'], source: `${APPS}, ValidateReplicaSetUpdate` }],
  DaemonSet: [{ fields: ['spec.selector'], source: `${APPS}, ValidateDaemonSetUpdate` }],
  StatefulSet: [
    {
      fields: ['spec'],
      except: [
        'spec.minReadySeconds',
        'spec.ordinals',
        'spec.persistentVolumeClaimRetentionPolicy',
        'spec.replicas',
        'spec.revisionHistoryLimit',
        'spec.template',
        'spec.updateStrategy',
      ],
      source: `${APPS}, ValidateStatefulSetUpdate`,
    },
  ],
  Job: [
    {
      fields: [
        'spec.backoffLimitPerIndex',
        'spec.completionMode',
        'spec.completions',
        'spec.managedBy',
        'spec.podFailurePolicy',
        'spec.selector',
        'spec.successPolicy',
        'spec.template',
      ],
      source: 'kubernetes: pkg/apis/batch/validation/validation.go, ValidateJobSpecUpdate',
    },
  ],
  PersistentVolumeClaim: [
    {
      fields: ['spec'],
      except: ['spec.resources', 'spec.volumeAttributesClassName'],
      source: `${CORE}, ValidatePersistentVolumeClaimUpdate`,
    },
    {
      fields: ['spec.resources.requests.storage'],
      when: (before, after) => (storageOf(after) ?? 0) < (storageOf(before) ?? 0),
      source: `${CORE}, ValidatePersistentVolumeClaimUpdate: a claim may only grow`,
    },
  ],
  PersistentVolume: [
    {
      fields: [
        'spec.awsElasticBlockStore',
        'spec.csi',
        'spec.gcePersistentDisk',
        'spec.hostPath',
        'spec.local',
        'spec.nfs',
        'spec.volumeMode',
      ],
      source: `${CORE}, ValidatePersistentVolumeUpdate`,
    },
  ],
  StorageClass: [
    { fields: ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'], source: `${STORAGE}, ValidateStorageClassUpdate` },
  ],
  Secret: [
    { fields: ['type'], source: `${CORE}, ValidateSecretUpdate` },
    { fields: ['data', 'immutable', 'stringData'], when: isSealed, source: `${CORE}, ValidateSecretUpdate` },
  ],
  ConfigMap: [{ fields: ['binaryData', 'data', 'immutable'], when: isSealed, source: `${CORE}, ValidateConfigMapUpdate` }],
  Service: [
    {
      fields: ['spec.clusterIP', 'spec.clusterIPs'],
      // Left out, the address stays as it is, and so does `None`.
      when: (before, after) =>
        ![before, after].some((one) => textAt(one, 'spec', 'type') === 'ExternalName') && valueAt(after, 'spec', 'clusterIP') !== undefined,
      source: `${CORE}, ValidateServiceClusterIPsRelatedFields`,
    },
    {
      fields: ['spec.loadBalancerClass'],
      when: (before, after) => [before, after].every((one) => textAt(one, 'spec', 'type') === 'LoadBalancer'),
      source: `${CORE}, validateLoadBalancerClassField`,
    },
  ],
  ResourceQuota: [{ fields: ['spec.scopes'], source: `${CORE}, ValidateResourceQuotaUpdate` }],
  RoleBinding: [{ fields: ['roleRef'], source: 'kubernetes: pkg/apis/rbac/validation/validation.go, ValidateRoleBindingUpdate' }],
  ClusterRoleBinding: [
    { fields: ['roleRef'], source: 'kubernetes: pkg/apis/rbac/validation/validation.go, ValidateClusterRoleBindingUpdate' },
  ],
  IngressClass: [
    { fields: ['spec.controller'], source: 'kubernetes: pkg/apis/networking/validation/validation.go, ValidateIngressClassUpdate' },
  ],
  PriorityClass: [
    {
      fields: ['preemptionPolicy', 'value'],
      source: 'kubernetes: pkg/apis/scheduling/validation/validation.go, ValidatePriorityClassUpdate',
    },
  ],
  RuntimeClass: [{ fields: ['handler'], source: 'kubernetes: pkg/apis/node/validation/validation.go, ValidateRuntimeClassUpdate' }],
  CustomResourceDefinition: [
    {
      fields: ['spec.group', 'spec.names.kind', 'spec.names.plural', 'spec.scope'],
      source: 'kubernetes: apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go, once the definition is established',
    },
  ],
  GatewayClass: [{ fields: ['spec.controllerName'], source: 'gateway-api: apis/v1/gatewayclass_types.go' }],
};

/** The most general paths of the changed fields that make it necessary to replace an object. */
export function immutableChanges(before: KubernetesObject, after: KubernetesObject, fields: readonly FieldChange[]): readonly string[] {
  const place = placeOfObject(after);
  const rows = Object.hasOwn(IMMUTABLE_FIELDS, place) ? (IMMUTABLE_FIELDS[place] ?? []) : [];
  const found = rows.flatMap((row) =>
    fields.flatMap(({ path }) => {
      const field = row.fields.find((one) => isWithin(path, one));
      const isFixed = field !== undefined && !row.except?.some((one) => isWithin(path, one)) && (row.when?.(before, after, path) ?? true);
      return isFixed ? [shortPath(path, field)] : [];
    }),
  );
  return [...new Set(found)].sort();
}

/** The field of the table; of a whole that is all fixed, the field in it that changes: `spec.serviceName`. */
function shortPath(path: string, field: string): string {
  const below = path.slice(field.length);
  return field === 'spec' ? `spec${/^\.[^.[]+/.exec(below)?.[0] ?? ''}` : field;
}

function storageOf(claim: KubernetesObject): number | undefined {
  return tryBytes(String(valueAt(claim, 'spec', 'resources', 'requests', 'storage') ?? ''));
}

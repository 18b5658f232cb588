import type { Json } from '../model/platform-model';
import { isList, isRecord, type JsonRecord, sameJson, textAt } from './json';
import { ITEM, placeOf } from './places';

type Defaults = Readonly<Record<string, Json>>;

/**
 * What the API server takes for fields that are left out: the defaulting functions of Kubernetes' API groups
 * (`pkg/apis/<group>/<version>/defaults.go`) and the `default` of custom resources' definitions.
 */
const DEFAULTS: Readonly<Record<string, Defaults>> = {
  'Deployment.spec': {
    replicas: 1,
    minReadySeconds: 0,
    progressDeadlineSeconds: 600,
    revisionHistoryLimit: 10,
    strategy: { type: 'RollingUpdate' },
  },
  'Deployment.spec.strategy': { type: 'RollingUpdate', rollingUpdate: {} },
  'Deployment.spec.strategy.rollingUpdate': { maxSurge: '25%', maxUnavailable: '25%' },
  'StatefulSet.spec': {
    replicas: 1,
    minReadySeconds: 0,
    persistentVolumeClaimRetentionPolicy: {},
    podManagementPolicy: 'OrderedReady',
    revisionHistoryLimit: 10,
    updateStrategy: { type: 'RollingUpdate' },
  },
  'StatefulSet.spec.updateStrategy': { type: 'RollingUpdate', rollingUpdate: {} },
  'StatefulSet.spec.updateStrategy.rollingUpdate': { partition: 0 },
  'StatefulSet.spec.persistentVolumeClaimRetentionPolicy': { whenDeleted: 'Retain', whenScaled: 'Retain' },
  'Job.spec': { backoffLimit: 6, completionMode: 'NonIndexed', completions: 1, manualSelector: false, parallelism: 1, suspend: false },
  'CronJob.spec': { concurrencyPolicy: 'Allow', failedJobsHistoryLimit: 1, successfulJobsHistoryLimit: 3, suspend: false },
  PodSpec: {
    dnsPolicy: 'ClusterFirst',
    enableServiceLinks: true,
    hostIPC: false,
    hostNetwork: false,
    hostPID: false,
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  },
  Container: {
    resources: {},
    stdin: false,
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    tty: false,
  },
  'Container.ports[]': { protocol: 'TCP' },
  'Container.volumeMounts[]': { readOnly: false },
  'Container.env[].valueFrom.fieldRef': { apiVersion: 'v1' },
  'Container.lifecycle.preStop.httpGet': { path: '/', scheme: 'HTTP' },
  'Container.lifecycle.postStart.httpGet': { path: '/', scheme: 'HTTP' },
  Probe: { failureThreshold: 3, initialDelaySeconds: 0, periodSeconds: 10, successThreshold: 1, timeoutSeconds: 1 },
  'Probe.httpGet': { path: '/', scheme: 'HTTP' },
  'Volume.configMap': { defaultMode: 0o644 },
  'Volume.secret': { defaultMode: 0o644 },
  'Volume.projected': { defaultMode: 0o644 },
  'Volume.downwardAPI': { defaultMode: 0o644 },
  'Volume.downwardAPI.items[].fieldRef': { apiVersion: 'v1' },
  'Volume.projected.sources[].downwardAPI.items[].fieldRef': { apiVersion: 'v1' },
  'Service.spec': { internalTrafficPolicy: 'Cluster', sessionAffinity: 'None', type: 'ClusterIP' },
  'Service.spec.ports[]': { protocol: 'TCP' },
  'NetworkPolicy.spec.ingress[].ports[]': { protocol: 'TCP' },
  'NetworkPolicy.spec.egress[].ports[]': { protocol: 'TCP' },
  'PersistentVolumeClaim.spec': { volumeMode: 'Filesystem' },
  StorageClass: { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
  'HorizontalPodAutoscaler.spec': { minReplicas: 1 },
  Secret: { type: 'Opaque' },
  'RoleBinding.roleRef': { apiGroup: 'rbac.authorization.k8s.io' },
  'ValidatingAdmissionPolicy.spec': { failurePolicy: 'Fail' },
  'ValidatingAdmissionPolicy.spec.matchConstraints': { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} },
  'ValidatingAdmissionPolicy.spec.matchConstraints.resourceRules[]': { scope: '*' },
  'ValidatingAdmissionPolicyBinding.spec.matchResources': { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} },
  'ExternalSecret.spec': { refreshInterval: '1h0m0s', target: { creationPolicy: 'Owner', deletionPolicy: 'Retain' } },
  'ExternalSecret.spec.target': { creationPolicy: 'Owner', deletionPolicy: 'Retain' },
  'ExternalSecret.spec.data[].remoteRef': { conversionStrategy: 'Default', decodingStrategy: 'None', metadataPolicy: 'None' },
  'HTTPRoute.spec.parentRefs[]': { group: 'gateway.networking.k8s.io', kind: 'Gateway' },
  'HTTPRoute.spec.rules[].backendRefs[]': { group: '', kind: 'Service', weight: 1 },
  'HTTPRoute.spec.rules[].matches[].path': { type: 'PathPrefix', value: '/' },
};

/** Defaults that follow from another field of the same value. */
const DERIVED: Readonly<Record<string, (value: JsonRecord) => Defaults>> = {
  Container: (value) => ({ imagePullPolicy: pullPolicy(textAt(value, 'image') ?? '') }),
  'Service.spec.ports[]': ({ port }): Defaults => (port === undefined ? {} : { targetPort: port }),
  'NetworkPolicy.spec': ({ egress }) => ({ policyTypes: egress === undefined ? ['Ingress'] : ['Ingress', 'Egress'] }),
};

/** Every place that has defaults, with them; for comparing the table with an API server. */
export const DEFAULTED_PLACES: ReadonlyMap<string, Defaults> = new Map(Object.entries(DEFAULTS));

const DERIVED_PLACES = new Map(Object.entries(DERIVED));

/** Whether a key of a record at a place says what is taken where it is left out. */
export function isDefault(place: string, record: JsonRecord, key: string): boolean {
  const value = record[key];
  if (value === undefined) return true;
  const own = DEFAULTED_PLACES.get(place);
  const meant = own !== undefined && Object.hasOwn(own, key) ? own[key] : DERIVED_PLACES.get(place)?.(record)[key];
  if (meant === undefined) return false;
  return sameJson(value, meant) || sameJson(spoken(placeOf(place, key), value), spoken(placeOf(place, key), meant));
}

/** A value without fields that say what is taken anyway. */
function spoken(place: string, value: Json): Json {
  if (isList(value)) return value.map((item) => spoken(placeOf(place, ITEM), item));
  if (!isRecord(value)) return value;
  const kept = Object.keys(value).filter((key) => !isDefault(place, value, key));
  return Object.fromEntries(kept.map((key) => [key, spoken(placeOf(place, key), value[key] as Json)]));
}

/** Always for `latest`, which is meant where no tag is given. */
function pullPolicy(image: string): string {
  if (image.includes('@') || image.includes('{{slot:')) return 'IfNotPresent';
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

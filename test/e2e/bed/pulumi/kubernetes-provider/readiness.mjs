/** When an object is ready, for the kinds that the official provider waits for. */

const SKIP = 'pulumi.com/skipAwait';

const replicasOf = ({ spec }) => spec.replicas ?? 1;
const counted = (ready, wanted, what) => (ready >= wanted ? undefined : `${ready} of ${wanted} ${what}`);
const condition = ({ status }, type) => status?.conditions?.find((entry) => entry.type === type);
const holds = (object, type) => (condition(object, type)?.status === 'True' ? undefined : `condition ${type} does not hold`);
const observed = ({ metadata, status }) =>
  (status?.observedGeneration ?? 0) >= metadata.generation ? undefined : 'its controller has not seen it yet';

/** Of each kind, why an object is not ready; undefined when it is. Those that also depend on other objects are given the API. */
const waits = {
  'apps/v1 Deployment': (object) =>
    observed(object) ??
    counted(object.status.updatedReplicas ?? 0, replicasOf(object), 'replicas are up to date') ??
    counted(object.status.availableReplicas ?? 0, replicasOf(object), 'replicas are available'),
  'apps/v1 StatefulSet': (object) =>
    observed(object) ?? counted(object.status.readyReplicas ?? 0, replicasOf(object), 'replicas are ready'),
  'apps/v1 DaemonSet': (object) =>
    observed(object) ?? counted(object.status.numberReady ?? 0, object.status.desiredNumberScheduled ?? 0, 'pods are ready'),
  'batch/v1 Job': (object) => holds(object, 'Complete'),
  'networking.k8s.io/v1 Ingress': ({ status }) => (status?.loadBalancer?.ingress?.length ? undefined : 'it has no address'),
  'v1 PersistentVolumeClaim': ({ status }) => (status?.phase === 'Bound' ? undefined : `its phase is ${status?.phase}`),
  'v1 Pod': (object) => holds(object, 'Ready'),
  'v1 ResourceQuota': ({ spec, status }) =>
    Object.entries(spec.hard ?? {}).every(([name, value]) => status?.hard?.[name] === value) ? undefined : 'its limits are not counted yet',
  'v1 Service': notServing,
};

async function notServing({ metadata: { namespace, name }, spec, status }, api) {
  if (spec.type === 'LoadBalancer' && !status?.loadBalancer?.ingress?.length) return 'it has no address';
  if (spec.type === 'ExternalName' || spec.clusterIP === 'None' || spec.selector === undefined) return undefined;
  const slices = await api.get(
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=${encodeURIComponent(`kubernetes.io/service-name=${name}`)}`,
  );
  const ready = slices.items.some(({ endpoints }) => endpoints?.some(({ conditions }) => conditions.ready !== false));
  return ready ? undefined : 'no pod of its selector is ready';
}

/** Why the object is not ready, undefined when it is, or when its kind or an annotation says that nothing is waited for. */
export async function notReady(object, api) {
  if (object.metadata.annotations?.[SKIP] === 'true') return undefined;
  return waits[`${object.apiVersion} ${object.kind}`]?.(object, api);
}

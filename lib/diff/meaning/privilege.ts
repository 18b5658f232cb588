import type { KubernetesObject } from '../../desired/desired-state';
import type { Json } from '../../model/platform-model';
import type { Meaning } from '../difference';
import { listAt, numberAt, textAt, textsAt, valueAt } from '../json';
import { type MeaningRule, note, risk } from './changed-object';
import { containerPairs, podSpecOf } from './pods';

/** Something that a container or pod may do, and a hardened one may not. */
interface Privilege {
  has(pod: Json | undefined, container: Json | undefined): boolean;
  readonly gained: string;
  readonly lost: string;
}

/** A field of a container's security context, else of its pod's. */
function security(pod: Json | undefined, container: Json | undefined, field: string): Json | undefined {
  return valueAt(container, 'securityContext', field) ?? valueAt(pod, 'securityContext', field);
}

const OF_CONTAINERS: readonly Privilege[] = [
  {
    has: (_, container) => valueAt(container, 'securityContext', 'privileged') === true,
    gained: 'is privileged: it may do on its node what root may',
    lost: 'is no longer privileged',
  },
  {
    has: (_, container) => valueAt(container, 'securityContext', 'allowPrivilegeEscalation') !== false,
    gained: 'may gain more privileges than it was started with',
    lost: 'may no longer gain privileges',
  },
  {
    has: (pod, container) =>
      security(pod, container, 'runAsNonRoot') !== true && (numberOf(security(pod, container, 'runAsUser')) ?? 0) === 0,
    gained: 'may run as root',
    lost: 'may no longer run as root',
  },
  {
    has: (_, container) => valueAt(container, 'securityContext', 'readOnlyRootFilesystem') !== true,
    gained: 'may write to its root file system',
    lost: 'may no longer write to its root file system',
  },
  {
    has: (_, container) => !textsAt(container, 'securityContext', 'capabilities', 'drop').includes('ALL'),
    gained: 'keeps capabilities of root',
    lost: 'drops all capabilities',
  },
  {
    has: (pod, container) => !['RuntimeDefault', 'Localhost'].includes(textAt(security(pod, container, 'seccompProfile'), 'type') ?? ''),
    gained: 'may make every system call',
    lost: 'is held to a seccomp profile',
  },
];

const OF_PODS: readonly Privilege[] = [
  {
    has: (pod) => valueAt(pod, 'hostNetwork') === true,
    gained: 'pods use the network of their node',
    lost: 'pods no longer use the network of their node',
  },
  {
    has: (pod) => valueAt(pod, 'hostPID') === true,
    gained: 'pods see the processes of their node',
    lost: 'pods no longer see the processes of their node',
  },
  {
    has: (pod) => valueAt(pod, 'hostIPC') === true,
    gained: 'pods share memory with their node',
    lost: 'pods no longer share memory with their node',
  },
  {
    has: (pod) => listAt(pod, 'volumes').some((volume) => valueAt(volume, 'hostPath') !== undefined),
    gained: 'pods read or write files of their node',
    lost: 'pods no longer read or write files of their node',
  },
  {
    has: (pod) => valueAt(pod, 'automountServiceAccountToken') !== false,
    gained: 'pods get a token of the cluster, unless their ServiceAccount says otherwise',
    lost: 'pods no longer get a token of the cluster',
  },
];

/** What pods and their containers may do. */
export const privilege: MeaningRule = (changed) => {
  const { before, after } = changed;
  const [was, is] = [podSpecOf(before), podSpecOf(after)];
  if (is === undefined) return [];
  const pods = was === undefined ? [] : OF_PODS.flatMap((one) => shift(one, one.has(was, undefined), one.has(is, undefined), ''));
  const containers = containerPairs(changed).flatMap(({ name, before: old, after: young }) => [
    ...OF_CONTAINERS.flatMap((one) => shift(one, one.has(was, old), one.has(is, young), `${name} `)),
    ...addedCapabilities(name, old, young),
  ]);
  return [...pods, ...containers];
};

function shift({ gained, lost }: Privilege, had: boolean, has: boolean, subject: string): Meaning[] {
  if (had === has) return [];
  return [has ? risk(`${subject}${gained}`) : note(`${subject}${lost}`)];
}

function addedCapabilities(name: string, before: Json, after: Json): Meaning[] {
  const known = textsAt(before, 'securityContext', 'capabilities', 'add');
  const added = textsAt(after, 'securityContext', 'capabilities', 'add').filter((capability) => !known.includes(capability));
  return added.length === 0 ? [] : [risk(`${name} has the capabilities ${added.join(', ')}`)];
}

function numberOf(value: Json | undefined): number | undefined {
  return numberAt({ value: value ?? null }, 'value');
}

const LEVELS = ['privileged', 'baseline', 'restricted'];
const ENFORCE = 'pod-security.kubernetes.io/enforce';

/** Which pods a namespace admits. */
export const podSecurity: MeaningRule = ({ before, after }): readonly Meaning[] => {
  if (after?.kind !== 'Namespace' || before === undefined) return [];
  const level = (object: KubernetesObject): number => Math.max(0, LEVELS.indexOf(object.metadata.labels?.[ENFORCE] ?? 'privileged'));
  const [was, is] = [level(before), level(after)];
  if (was === is) return [];
  const text = `pods are held to the level ${LEVELS[is]} in place of ${LEVELS[was]}`;
  return [is < was ? risk(text) : note(text)];
};

/** Whether pods of a ServiceAccount get a token of the cluster. */
export const tokens: MeaningRule = ({ before, after }): readonly Meaning[] => {
  if (after?.kind !== 'ServiceAccount' || before === undefined) return [];
  const [was, is] = [before, after].map((object) => object.automountServiceAccountToken !== false);
  if (was === is) return [];
  return is ? [risk('its pods get a token of the cluster')] : [note('its pods no longer get a token of the cluster')];
};

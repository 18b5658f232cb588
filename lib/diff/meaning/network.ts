import type { KubernetesObject } from '../../desired/desired-state';
import type { Json } from '../../model/platform-model';
import type { Meaning } from '../difference';
import { isRecord, listAt, textAt, textsAt, valueAt } from '../json';
import { canonicalText } from '../list-shapes';
import { type MeaningRule, note, type ObjectIndex, risk } from './changed-object';
import { podTemplateOf } from './pods';

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Rollout'];

type Direction = 'ingress' | 'egress';

const WORLD = new Set(['0.0.0.0/0', '::/0']);
const WORDS = {
  ingress: { type: 'Ingress', world: 'any address may reach it', peer: 'may reach it', gone: 'may no longer reach it' },
  egress: { type: 'Egress', world: 'it may reach any address', peer: 'may be reached', gone: 'may no longer be reached' },
} as const;

/** Who may speak to pods, and to whom they may speak. */
export const network: MeaningRule = ({ change, before, after, head }) => {
  if (change.kind !== 'NetworkPolicy') return [];
  if (after === undefined) return before === undefined ? [] : deleted(before, head);
  if (before === undefined)
    return opensFor(after).map(([direction, text]) => risk(`opened to the world: ${WORDS[direction].world}${text}`));
  return (['ingress', 'egress'] as const).flatMap((direction) => changed(direction, before, after));
};

function changed(direction: Direction, before: KubernetesObject, after: KubernetesObject): Meaning[] {
  const words = WORDS[direction];
  const [wasBound, isBound] = [binds(before, direction), binds(after, direction)];
  if (wasBound && !isBound)
    return [
      risk(
        direction === 'ingress'
          ? 'anybody may reach it: what comes in is no longer restricted'
          : 'it may reach anybody: what goes out is no longer restricted',
      ),
    ];
  if (!wasBound && isBound) return [note(direction === 'ingress' ? 'what comes in is restricted' : 'what goes out is restricted')];
  const [was, is] = [openings(before, direction), openings(after, direction)];
  const world = { was: was.filter((one) => one.isWorld), is: is.filter((one) => one.isWorld) };
  const isNew = (list: readonly Opening[]) => (one: Opening) => !list.some(({ key }) => key === one.key);
  const found: Meaning[] = world.is.filter(isNew(world.was)).map(({ ports }) => risk(`opened to the world: ${words.world}${ports}`));
  if (world.was.length > 0 && world.is.length === 0) found.push(note('no longer open to the world'));
  const plain = (list: readonly Opening[]) => list.filter(({ isWorld }) => !isWorld);
  for (const { peer, ports, isWide } of plain(is).filter(isNew(plain(was))))
    found.push((isWide ? risk : note)(`${peer} ${words.peer}${ports}`));
  for (const { peer, ports } of plain(was).filter(isNew(plain(is)))) found.push(note(`${peer} ${words.gone}${ports}`));
  return found;
}

function deleted(before: KubernetesObject, head: ObjectIndex): Meaning[] {
  const isForNobody = !WORKLOADS.flatMap((kind) => head.ofKind(kind)).some((object) => isFor(before, object));
  if (isForNobody) return [];
  return (['ingress', 'egress'] as const).flatMap((direction): Meaning[] => {
    if (!binds(before, direction)) return [];
    const others = head.ofKind('NetworkPolicy').filter(({ metadata }) => metadata.namespace === before.metadata.namespace);
    const rest = others.filter((policy) => binds(policy, direction));
    const isStillBound = rest.some((policy) => selectsAll(policy) || sameSelector(policy, before));
    if (!isStillBound)
      return [risk(direction === 'ingress' ? 'nothing restricts any more what comes in' : 'nothing restricts any more what goes out')];
    return openings(before, direction).map(({ peer, ports }) => note(`${peer} ${WORDS[direction].gone}${ports}`));
  });
}

function opensFor(policy: KubernetesObject): (readonly [Direction, string])[] {
  return (['ingress', 'egress'] as const).flatMap((direction) =>
    openings(policy, direction).flatMap(({ isWorld, ports }) => (isWorld ? [[direction, ports] as const] : [])),
  );
}

/** Whether a policy restricts a direction at all. */
function binds(policy: KubernetesObject, direction: Direction): boolean {
  const types = textsAt(policy, 'spec', 'policyTypes');
  if (types.length > 0) return types.includes(WORDS[direction].type);
  return direction === 'ingress' || valueAt(policy, 'spec', 'egress') !== undefined;
}

interface Opening {
  readonly key: string;
  readonly peer: string;
  /** ` on 8080`; empty for every port. */
  readonly ports: string;
  readonly isWorld: boolean;
  /** Every pod of the cluster. */
  readonly isWide: boolean;
}

function openings(policy: KubernetesObject, direction: Direction): Opening[] {
  return listAt(policy, 'spec', direction).flatMap((rule) => {
    const peers = listAt(rule, direction === 'ingress' ? 'from' : 'to');
    const ports = listAt(rule, 'ports');
    const on = ports.length === 0 ? '' : ` on ${ports.map(portText).sort().join(', ')}`;
    const all: readonly (Json | undefined)[] = peers.length === 0 ? [undefined] : peers;
    return all.map((peer) => ({
      key: `${canonicalText('NetworkPolicy.spec.ingress[].from[]', peer)}${on}`,
      peer: peerText(peer),
      ports: on,
      isWorld: peer === undefined || WORLD.has(textAt(peer, 'ipBlock', 'cidr') ?? ''),
      isWide: isEmptySelector(valueAt(peer, 'namespaceSelector')) && isEmptySelector(valueAt(peer, 'podSelector') ?? {}),
    }));
  });
}

function portText(port: Json): string {
  const protocol = textAt(port, 'protocol') ?? 'TCP';
  const [number, end] = [valueAt(port, 'port'), valueAt(port, 'endPort')];
  const range = number === undefined ? 'every port' : `${String(number)}${end === undefined ? '' : `-${String(end)}`}`;
  return protocol === 'TCP' ? range : `${range}/${protocol}`;
}

function peerText(peer: Json | undefined): string {
  if (peer === undefined) return 'everybody';
  const block = textAt(peer, 'ipBlock', 'cidr');
  if (block !== undefined) return block;
  const [pods, spaces] = [valueAt(peer, 'podSelector'), valueAt(peer, 'namespaceSelector')];
  const space = spaces === undefined ? '' : isEmptySelector(spaces) ? ' of every namespace' : ` of namespace ${selectorText(spaces)}`;
  return pods === undefined || isEmptySelector(pods) ? `every pod${space}` : `${selectorText(pods)}${space}`;
}

function selectorText(selector: Json): string {
  const labels = valueAt(selector, 'matchLabels');
  const expressions = listAt(selector, 'matchExpressions').map(
    (item) => `${textAt(item, 'key')} ${textAt(item, 'operator')} ${textsAt(item, 'values').join('|')}`,
  );
  const name = textAt(labels, 'app.kubernetes.io/name') ?? textAt(labels, 'kubernetes.io/metadata.name');
  if (name !== undefined && expressions.length === 0) return name;
  const pairs = isRecord(labels) ? Object.entries(labels).map(([label, value]) => `${label}=${String(value)}`) : [];
  return [...pairs, ...expressions].join(', ');
}

function isEmptySelector(selector: Json | undefined): boolean {
  return isRecord(selector) && Object.keys(selector).length === 0;
}

/** Whether a policy is about the pods of an object. */
function isFor(policy: KubernetesObject, object: KubernetesObject): boolean {
  const wanted = valueAt(policy, 'spec', 'podSelector', 'matchLabels') ?? {};
  const labels = valueAt(podTemplateOf(object), 'metadata', 'labels');
  if (policy.metadata.namespace !== object.metadata.namespace || !isRecord(wanted)) return false;
  return Object.entries(wanted).every(([label, value]) => isRecord(labels) && labels[label] === value);
}

function selectsAll(policy: KubernetesObject): boolean {
  return isEmptySelector(valueAt(policy, 'spec', 'podSelector') ?? {});
}

function sameSelector(a: KubernetesObject, b: KubernetesObject): boolean {
  const text = (policy: KubernetesObject): string => canonicalText('Selector', valueAt(policy, 'spec', 'podSelector'));
  return text(a) === text(b);
}

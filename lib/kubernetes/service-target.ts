import { MAIN_PORT } from '../compile/kubernetes/names';
import { refuse } from '../values/diagnostic';
import { isGuest } from './guest';
import { assertNeighbour, described, type ForeignObject, isForeignObject, type Place, placeOf } from './place';
import type { Workload } from './workload';

/** A Service of cdk8s-plus, of whichever version of Kubernetes. */
export interface ServiceObject extends ForeignObject {
  readonly ports: readonly { readonly port: number; readonly name?: string }[];
}

/** One port of a Service: of one that exists already, by its name, or of one of cdk8s-plus that has several. */
export interface ServicePort {
  readonly service: string | ServiceObject;
  /** Number or name of the port. */
  readonly port: number | string;
}

/** What a route leads to. A Service of cdk8s-plus has to have one port; of several, one is named in a ServicePort. */
export type ServiceTarget = Workload | ServiceObject | ServicePort;

/**
 * Names of the Service and the port that a target stands for.
 *
 * @throws InvalidValueError SG009 when it is none, is out of reach, or has no such port.
 */
export function serviceNames(
  target: ServiceTarget,
  place: Place,
  what: string,
): { readonly service: string; readonly port: number | string } {
  if (isWorkload(target)) {
    assertNeighbour(place, placeOf(target), what);
    return { service: target.workloadName, port: MAIN_PORT };
  }
  const { service, port } = isService(target) ? { service: target, port: undefined } : portGiven(target);
  if (isService(service)) {
    const { path, root } = service.node;
    assertNeighbour(place, { path, root, namespace: service.metadata.namespace }, what);
    return { service: service.name, port: onePort(service, port, place, what) };
  }
  if (typeof service === 'string' && port !== undefined) return { service, port };
  return refuseTarget(target, place, what, "a Workload, a Service of cdk8s-plus, or { service: 'name', port: 80 }");
}

/**
 * The address of a target within the cluster, `http://api:8080`; with its namespace when that is another one.
 *
 * @throws InvalidValueError SG009 when it is neither a Workload nor a Service of cdk8s-plus.
 */
export function addressOf(target: Workload | ServiceObject, place: Place, what: string): string {
  const at = (name: string, namespace: string | undefined, port: number) =>
    `http://${name}${namespace === undefined || namespace === place.namespace ? '' : `.${namespace}`}:${port}`;
  if (isWorkload(target)) return at(target.workloadName, placeOf(target).namespace, target.port);
  if (isService(target)) return at(target.name, target.metadata.namespace, onePort(target, undefined, place, what));
  return refuseTarget(target, place, what, 'a Workload, or a Service of cdk8s-plus');
}

function isWorkload(target: unknown): target is Workload {
  return isGuest(target, 'workload');
}

function isService(target: unknown): target is ServiceObject {
  return isForeignObject(target, 'Service') && Array.isArray((target as Partial<ServiceObject>).ports);
}

function portGiven(target: unknown): Partial<ServicePort> {
  const { service, port } = (typeof target === 'object' && target !== null ? target : {}) as Partial<ServicePort>;
  return { service, port: typeof port === 'number' || typeof port === 'string' ? port : undefined };
}

/** The number of a port: of the one that is wanted, or of the only one. */
function onePort(service: ServiceObject, wanted: number | string | undefined, place: Place, what: string): number {
  const fitting = wanted === undefined ? service.ports : service.ports.filter(({ port, name }) => port === wanted || name === wanted);
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only.port;
  const known = service.ports.map(({ port, name }) => (name === undefined ? String(port) : `${port} ${name}`)).join(', ');
  return refuse({
    code: 'SG009',
    name: 'foreign-reference',
    path: place.path,
    message: wanted === undefined ? `${what} does not have one port` : `${what} has no such port`,
    given: `${wanted === undefined ? '' : `port ${wanted} of `}${service.node.path} with ${known === '' ? 'no port' : known}`,
    expected: 'one port of the Service, declared before it is referred to',
    remedy: known === '' ? 'give the Service its port first' : 'say which: { service, port }',
  });
}

function refuseTarget(target: unknown, place: Place, what: string, expected: string): never {
  return refuse({
    code: 'SG009',
    name: 'foreign-reference',
    path: place.path,
    message: `${what} is no Service`,
    given: described(target),
    expected,
    remedy: 'pass the Workload or the Service itself',
  });
}

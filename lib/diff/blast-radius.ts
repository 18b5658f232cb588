import type { KubernetesObject } from '../desired/desired-state';
import { type RequestedResources, requestedResources } from '../desired/requested-resources';
import type { BlastRadius, ObjectChange } from './difference';
import { byText, listAt, textAt, textsAt } from './json';
import type { PlacedObject } from './matching/placed-object';

const WORKLOADS = new Set(['Deployment', 'StatefulSet', 'Job', 'CronJob', 'HorizontalPodAutoscaler']);

/** What changes touch, and what the pods of an environment ask for before and after. */
export function blastRadius(changes: readonly ObjectChange[], base: readonly PlacedObject[], head: readonly PlacedObject[]): BlastRadius {
  const services = new Set(changes.flatMap(({ service, previous }) => [service, previous?.service]).filter((name) => name !== undefined));
  const changed = new Set(
    changes.flatMap(({ kind, name, previous }) => [`${kind} ${name}`, ...(previous === undefined ? [] : [`${kind} ${previous.name}`])]),
  );
  const touched = [...base, ...head].filter(
    ({ object, service }) => (service !== undefined && services.has(service)) || changed.has(`${object.kind} ${object.metadata.name}`),
  );
  const served = new Set(head.flatMap(({ object }) => hostsOf(object)));
  const hosts = [...new Set(touched.flatMap(({ object }) => hostsOf(object)))].sort(byText);
  const former = hosts.filter((host) => !served.has(host));
  return {
    services: [...services].sort(byText),
    hosts: hosts.filter((host) => served.has(host)),
    ...(former.length === 0 ? {} : { formerHosts: former }),
    before: requested(base),
    after: requested(head),
  };
}

function requested(placed: readonly PlacedObject[]): RequestedResources {
  return requestedResources(placed.map(({ object }) => object).filter(({ kind }) => WORKLOADS.has(kind)));
}

function hostsOf(object: KubernetesObject): readonly string[] {
  switch (object.kind) {
    case 'Ingress':
      return listAt(object, 'spec', 'rules').flatMap((rule) => textAt(rule, 'host') ?? []);
    case 'HTTPRoute':
      return textsAt(object, 'spec', 'hostnames');
    case 'Gateway':
      return listAt(object, 'spec', 'listeners').flatMap((listener) => textAt(listener, 'hostname') ?? []);
    default:
      return [];
  }
}

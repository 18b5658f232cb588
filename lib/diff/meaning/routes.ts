import type { KubernetesObject } from '../../desired/desired-state';
import { isRecord, listAt, textAt, textsAt } from '../json';
import type { ObjectIndex } from './changed-object';

/** A host and a beginning of paths, and the Service that answers there. */
export interface Route {
  readonly host: string;
  readonly path: string;
  readonly service: string;
}

export function isRouting(object: KubernetesObject): boolean {
  return object.kind === 'Ingress' || object.kind === 'HTTPRoute';
}

/** The routes of an Ingress or HTTPRoute; none of anything else. A rule without a host is for every one: `*`. */
export function routesOf(object: KubernetesObject | undefined): readonly Route[] {
  if (object?.kind === 'Ingress') {
    return listAt(object, 'spec', 'rules').flatMap((rule) =>
      listAt(rule, 'http', 'paths').map((path) => ({
        host: textAt(rule, 'host') ?? '*',
        path: textAt(path, 'path') ?? '/',
        service: textAt(path, 'backend', 'service', 'name') ?? '',
      })),
    );
  }
  if (object?.kind !== 'HTTPRoute') return [];
  const hosts = textsAt(object, 'spec', 'hostnames');
  return (hosts.length === 0 ? ['*'] : hosts).flatMap((host) =>
    listAt(object, 'spec', 'rules').flatMap((rule) => {
      const matches = listAt(rule, 'matches');
      const service = textAt(listAt(rule, 'backendRefs')[0], 'name') ?? '';
      return (matches.length === 0 ? [{}] : matches).map((match) => ({ host, path: textAt(match, 'path', 'value') ?? '/', service }));
    }),
  );
}

/** Hosts for which an Ingress has a certificate. */
export function tlsHostsOf(object: KubernetesObject): readonly string[] {
  return listAt(object, 'spec', 'tls').flatMap((entry) => (isRecord(entry) ? textsAt(entry, 'hosts') : []));
}

/** What all objects of an environment serve together. */
export interface ServedRoutes {
  readonly hosts: ReadonlySet<string>;
  /** The Services that answer at a host and a beginning of paths. */
  servicesAt(host: string, path: string): readonly string[];
}

/** Found once for each side of an environment, as every route that changes is held against all of them. */
const known = new WeakMap<ObjectIndex, ServedRoutes>();

export function servedRoutes(around: ObjectIndex): ServedRoutes {
  const found = known.get(around);
  if (found !== undefined) return found;
  const services = new Map<string, string[]>();
  const hosts = new Set<string>();
  for (const { host, path, service } of ['Ingress', 'HTTPRoute'].flatMap((kind) => around.ofKind(kind).flatMap(routesOf))) {
    hosts.add(host);
    const key = `${host} ${path}`;
    services.set(key, [...(services.get(key) ?? []), service]);
  }
  const served: ServedRoutes = { hosts, servicesAt: (host, path) => services.get(`${host} ${path}`) ?? [] };
  known.set(around, served);
  return served;
}

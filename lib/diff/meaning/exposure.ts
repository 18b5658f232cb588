import type { KubernetesObject } from '../../desired/desired-state';
import type { Meaning } from '../difference';
import { textAt } from '../json';
import { type MeaningRule, note, risk } from './changed-object';
import { isRouting, routesOf, servedRoutes, tlsHostsOf } from './routes';

/** Which hosts and paths are served, and whether over TLS. */
export const exposure: MeaningRule = ({ before, after, renamed, base, head }) => {
  if (![before, after].some((object) => object !== undefined && isRouting(object))) return [];
  const [was, is] = [routesOf(before), routesOf(after)];
  const [all, now] = [servedRoutes(base), servedRoutes(head)];
  const found: Meaning[] = [];
  for (const host of hostsOf(was)) if (!now.hosts.has(host)) found.push(risk(`${host} is no longer served`));
  for (const { host, path, service } of was) {
    if (!now.hosts.has(host)) continue;
    const services = now.servicesAt(host, path);
    if (services.length === 0) found.push(risk(`${host}${path} leads nowhere any more`));
    else if (!services.includes(service) && !services.includes(renamed(service)))
      found.push(note(`${host}${path} leads to ${services[0]} in place of ${service}`));
  }
  for (const host of hostsOf(is)) if (!all.hosts.has(host)) found.push(note(`${host} is served, where its DNS entry leads to the cluster`));
  for (const { host, path, service } of is)
    if (all.hosts.has(host) && all.servicesAt(host, path).length === 0) found.push(note(`${host}${path} leads to ${service}`));
  return [...found, ...tlsMeanings(before, after)];
};

function tlsMeanings(before: KubernetesObject | undefined, after: KubernetesObject | undefined): Meaning[] {
  if (before === undefined || after === undefined || after.kind !== 'Ingress') return [];
  const [was, is] = [tlsHostsOf(before), tlsHostsOf(after)];
  const served = hostsOf(routesOf(after));
  return [
    ...was.filter((host) => served.has(host) && !is.includes(host)).map((host) => risk(`${host} is served without TLS`)),
    ...is.filter((host) => hostsOf(routesOf(before)).has(host) && !was.includes(host)).map((host) => note(`${host} is served over TLS`)),
  ];
}

function hostsOf(routes: readonly { readonly host: string }[]): ReadonlySet<string> {
  return new Set(routes.map(({ host }) => host));
}

const OUTWARD = new Set(['LoadBalancer', 'NodePort']);

/** Whether a Service can be reached from outside the cluster, past every host and route. */
export const serviceType: MeaningRule = ({ before, after }): readonly Meaning[] => {
  if (after?.kind !== 'Service') return [];
  const [was, is] = [before, after].map((object) => textAt(object, 'spec', 'type') ?? 'ClusterIP');
  if (was === is || is === undefined) return [];
  if (OUTWARD.has(is) && !OUTWARD.has(was ?? '')) return [risk(`${is}: it can be reached from outside the cluster`)];
  return before !== undefined && OUTWARD.has(was ?? '') && !OUTWARD.has(is)
    ? [note('it can no longer be reached from outside the cluster')]
    : [];
};

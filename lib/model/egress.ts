import { refuse, shown } from '../values/diagnostic';
import type { EgressModel } from './platform-model';

const CIDR = /^(\d{1,3}(?:\.\d{1,3}){3}\/\d{1,2}):(\d+)$/;
const IN_CLUSTER = /^([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)\.([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)(?:\.svc(?:\.cluster\.local)?)?:(\d+)$/;
const INTERNET = /^((?:[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\.){2,}[a-z]{2,}):(\d+)$/;

/**
 * Reads a declared way out: `name.namespace:port` is a service in the cluster, `10.0.0.0/8:5432` a range, `api.example.com:443` a host outside.
 *
 * @throws InvalidValueError SG019
 */
export function parseEgress(text: string, path: string): EgressModel {
  const cidr = CIDR.exec(text);
  const inCluster = IN_CLUSTER.exec(text);
  const internet = INTERNET.exec(text);
  const port = Number((cidr?.[2] ?? inCluster?.[3] ?? internet?.[2]) || 0);
  if (port >= 1 && port <= 65_535) {
    if (cidr && validCidr(cidr[1] as string)) return { text, to: { kind: 'cidr', cidr: cidr[1] as string }, port };
    if (inCluster) return { text, to: { kind: 'namespace', name: inCluster[1] as string, namespace: inCluster[2] as string }, port };
    if (internet) return { text, to: { kind: 'internet', host: internet[1] as string }, port };
  }
  return refuse({
    code: 'SG019',
    name: 'invalid-egress',
    path,
    message: 'a way out names a place and a port',
    given: shown(text),
    expected: "'name.namespace:port', '10.0.0.0/8:5432' or 'api.example.com:443'",
    remedy: 'write where the service connects to, with the port',
  });
}

function validCidr(cidr: string): boolean {
  const [address = '', bits = ''] = cidr.split('/');
  return Number(bits) <= 32 && address.split('.').every((part) => Number(part) <= 255);
}

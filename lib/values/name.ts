import { refuse, shown } from './diagnostic';

const DNS_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const HOST = /^(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)+$/;
const SLOT_TEXT = /\{\{slot:[^}]+\}\}/;

/**
 * A name that Kubernetes takes for a Service (DNS-1035 label): lower case letters, digits, `-`, first a letter, at most 63 characters.
 *
 * @throws InvalidValueError SG001
 */
export function dnsLabel(name: string, what: string, path: string, longest = 63): string {
  if (typeof name !== 'string' || name.length > longest || !DNS_LABEL.test(name)) {
    refuse({
      code: 'SG001',
      name: 'invalid-name',
      path,
      message: `${what} is no DNS label`,
      given: shown(name),
      expected: `lower case letters, digits and "-", first a letter, at most ${longest} characters`,
      remedy: 'choose another id, or give name beside the id',
    });
  }
  return name;
}

/**
 * A full host name, without scheme, port or path.
 *
 * @throws InvalidValueError SG003
 */
export function hostName(host: string, path: string): string {
  if (SLOT_TEXT.test(host)) return host;
  if (typeof host !== 'string' || host.length > 253 || !HOST.test(host)) {
    refuse({
      code: 'SG003',
      name: 'invalid-host',
      path,
      message: 'a host is a full DNS name',
      given: shown(host),
      expected: "lower case labels joined by dots, for instance 'shop.example.com', without scheme, port or path",
      remedy: 'write the bare host name',
    });
  }
  return host;
}

/**
 * An absolute URL with scheme http or https.
 *
 * @throws InvalidValueError SG004
 */
export function httpUrl(url: string, what: string, path: string): string {
  let scheme = '';
  try {
    scheme = new URL(url).protocol;
  } catch {
    scheme = '';
  }
  if (scheme !== 'http:' && scheme !== 'https:') {
    refuse({
      code: 'SG004',
      name: 'invalid-url',
      path,
      message: `${what} is no address`,
      given: shown(url),
      expected: "an absolute URL, for instance 'https://argocd.example.com'",
      remedy: 'write the address with its scheme',
    });
  }
  return url;
}

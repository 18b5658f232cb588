import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import type { EnvironmentModel, PlatformModel } from '../../model/platform-model';
import { applicationName } from '../delivery';

/** Longest DNS label, and longest value of a label: RFC 1123, and Kubernetes' own limit. */
export const LONGEST_LABEL = 63;
/** Longest DNS subdomain, which most kinds take as a name. */
export const LONGEST_SUBDOMAIN = 253;
/** Longest name of a port. */
const LONGEST_PORT = 15;

/** The first characters of the SHA-256 of a text, in hexadecimal digits. */
export function shortHash(text: string, length = 10): string {
  return bytesToHex(sha256(utf8ToBytes(text))).slice(0, length);
}

/** The text itself when it is short enough, else its beginning and a hash of all of it. Different texts stay different. */
export function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const hash = shortHash(text);
  return `${text.slice(0, longest - hash.length - 1).replace(/[-.]+$/, '')}-${hash}`;
}

/** Value of `app.kubernetes.io/instance`: all that runs in one environment of one platform. */
export function instanceName(model: PlatformModel, environment: EnvironmentModel): string {
  return shortened(applicationName(model.name, environment.name), LONGEST_LABEL);
}

/** ConfigMap of a service: another content has another name, so that pods are replaced, and a rollback finds the old one. */
export function configMapName(service: string, content: string): string {
  return shortened(`${service}-config-${shortHash(content)}`, LONGEST_SUBDOMAIN);
}

/** Secret that External Secrets writes for a service. */
export function secretName(service: string): string {
  return shortened(`${service}-secrets`, LONGEST_SUBDOMAIN);
}

/** Certificate of an environment's host, and the secret that holds it. */
export function certificateName(model: PlatformModel, environment: EnvironmentModel): string {
  return shortened(`${applicationName(model.name, environment.name)}-tls`, LONGEST_LABEL);
}

/** Admission policy of an environment, which lives outside its namespace. */
export function admissionPolicyName(model: PlatformModel, environment: EnvironmentModel): string {
  return shortened(`${applicationName(model.name, environment.name)}-images`, LONGEST_SUBDOMAIN);
}

/** Quota and limits of an environment's namespace. */
export const ENVIRONMENT_NAME = 'environment';

/** Network policies of an environment as a whole. A name with a dot is never the name of a service. */
export const ENVIRONMENT_POLICIES = {
  defaultDeny: 'environment.default-deny',
  dns: 'environment.dns',
  acmeSolver: 'environment.acme-solver',
} as const;

/** Port of a service's main container, and of its Service. */
export const MAIN_PORT = 'http';

/** Port of a sidecar: at most 15 characters, no two dashes in a row. */
export function sidecarPortName(sidecar: string): string {
  const name = `s-${sidecar}`;
  return name.length <= LONGEST_PORT && !name.includes('--') ? name : `s-${shortHash(sidecar)}`;
}

/** Volume of a writable directory: its path with dashes, told apart by a hash where that is ambiguous. */
export function volumeName(directory: string): string {
  const slug = directory.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
  const exact = `/${slug.replaceAll('-', '/')}` === directory;
  return shortened(exact ? slug : `${slug === '' ? 'directory' : slug}-${shortHash(directory, 8)}`, LONGEST_LABEL);
}

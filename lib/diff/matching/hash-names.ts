import type { KubernetesObject } from '../../desired/desired-state';

/** Hexadecimal digits as stagegate and cdk8s write them, or the letters and digits of kustomize, with a digit among them. */
const HASH = /^(.+)-(?=[a-z0-9]*\d)([0-9a-f]{8,10}|[bcdfghkmt2456789]{10})$/;

const HASHED_KINDS = new Set(['/ConfigMap', '/Secret']);

/** The name without the hash of the content at its end; undefined for a name without one. */
export function tryStem(name: string): string | undefined {
  return HASH.exec(name)?.[1];
}

/** Whether objects of a kind may be called by a hash of their content, so that another content has another name. */
export function mayBeCalledByContent(kindKey: string): boolean {
  return HASHED_KINDS.has(kindKey);
}

/** Whether an object mentions a name anywhere in its content. */
export function mentions(object: KubernetesObject, name: string): boolean {
  return JSON.stringify({ ...object, metadata: undefined }).includes(JSON.stringify(name));
}

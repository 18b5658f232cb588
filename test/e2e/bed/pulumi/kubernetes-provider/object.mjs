/** A Kubernetes object between Pulumi's program, its state and the API server. Pure. */

import { createHash } from 'node:crypto';
import { isRecord } from './shape.mjs';

const AUTONAMED = 'pulumi.com/autonamed';

/** What marks a value as secret between the engine and a plugin. */
const MARK = '4dabf18193072939515e22adb298388d';
const secret = (value) => value && { [MARK]: '1b47061264138c4ac30d75fd1eb44270', value };

/** Values of a configuration, with what is secret among them. */
export function revealed(config) {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, isRecord(value) && MARK in value ? value.value : value]));
}

/** Fields that the API server keeps of its own, which are no inputs. */
const KEPT_BY_SERVER = [
  ...['creationTimestamp', 'deletionGracePeriodSeconds', 'deletionTimestamp', 'generation', 'managedFields', 'resourceVersion'],
  'uid',
];

/** The inputs with a name: the one given, else the one that the object has, else one of the logical name and a few digits. */
export function withName(inputs, { before, name, seed }) {
  const metadata = isRecord(inputs.metadata) ? { ...inputs.metadata } : {};
  for (const field of KEPT_BY_SERVER) delete metadata[field];
  if (metadata.name === undefined) {
    const kept = before.metadata?.annotations?.[AUTONAMED] === 'true' ? before.metadata.name : undefined;
    metadata.name = kept ?? `${name}-${createHash('sha256').update(seed).digest('hex').slice(0, 8)}`;
    metadata.annotations = { ...metadata.annotations, [AUTONAMED]: 'true' };
  }
  return { ...inputs, metadata };
}

/** The inputs as the API server will show them: `stringData` of a Secret becomes `data`. */
export function normalized(inputs) {
  const { stringData, ...object } = inputs;
  if (!isSecret(inputs) || stringData === undefined) return inputs;
  const encoded = Object.entries(stringData).map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')]);
  return { ...object, data: { ...object.data, ...Object.fromEntries(encoded) } };
}

/** What the API server is sent: the inputs, without what it writes itself and what Pulumi keeps beside them. */
export function sendable(inputs) {
  const { status: _status, ...object } = inputs;
  return Object.fromEntries(Object.entries(object).filter(([key]) => !key.startsWith('__')));
}

/** What the state keeps of an object: all that the API server shows, values of a Secret sealed, and who applies its fields. */
export function checkpoint(live, manager) {
  const { managedFields: _managedFields, ...metadata } = live.metadata;
  return sealed({ ...live, metadata, __fieldManager: manager });
}

/** Inputs of an object that was imported: all of it but what the API server keeps. */
export function importable(live) {
  const { status: _status, ...object } = live;
  const metadata = Object.fromEntries(Object.entries(live.metadata).filter(([key]) => !KEPT_BY_SERVER.includes(key)));
  return { ...object, metadata };
}

const isSecret = ({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Secret';

export function sealed(object) {
  return isSecret(object) ? { ...object, data: secret(object.data) } : object;
}

export function idOf({ metadata: { namespace, name } }) {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** What a URN and an id say of an object: version, kind, name and namespace. */
export function identityOf(urn, id) {
  const [, version = '', kind] = urn.split('::')[2].split('$').at(-1).split(':');
  const [name, namespace] = id.split('/').reverse();
  return {
    apiVersion: version.replace(/^core\//, ''),
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  };
}

import { dereference, type OutputUnit, type Schema, validate } from '@cfworker/json-schema';
import type { KubernetesObject } from '../../desired/desired-state';
import argoCd from './schema/argoproj.io.json';
import certManager from './schema/cert-manager.io.json';
import externalSecrets from './schema/external-secrets.io.json';
import gatewayApi from './schema/gateway.networking.k8s.io.json';
import kubernetes from './schema/kubernetes.json';
import prometheusOperator from './schema/monitoring.coreos.com.json';
import { schemaReference } from './schema-index';

/** What the schema of an object's kind says about it. */
export type Validation =
  | { readonly kind: 'valid' }
  /** One line each: the field, and what is wrong with it. */
  | { readonly kind: 'invalid'; readonly findings: readonly string[] }
  /** There is no schema of this kind and version. */
  | { readonly kind: 'not-validated' };

const SCHEMAS: Readonly<Record<string, unknown>> = Object.fromEntries(
  [kubernetes, argoCd, certManager, externalSecrets, gatewayApi, prometheusOperator].map((schema) => [schema.$id, schema]),
);

type Lookup = Record<string, Schema | boolean>;

/** The schemas that were needed so far, by the reference of the kind; each by every address within it. */
const lookups = new Map<string, Lookup>();

/**
 * Compares an object with the schema of exactly its kind and version. Fields that the schema does not know are findings, and slots are text.
 * Schemas are read on first use, so that loading this module costs nothing but their JSON.
 */
export function validateObject(object: KubernetesObject): Validation {
  const reference = schemaReference(object);
  if (reference === undefined) return { kind: 'not-validated' };
  const lookup = lookupFor(reference);
  const { valid, errors } = validate(object, { $ref: address(reference) }, '7', lookup, false);
  if (valid) return { kind: 'valid' };
  return { kind: 'invalid', findings: [...new Set(errors.filter(isCause).map(findingText))] };
}

const BASE = 'https://stagegate.dev/schema/';

function address(reference: string): string {
  return `${BASE}${reference}`;
}

/** What a kind refers to, in its own file and in that of the built-in kinds, and no more: reading whole files takes longer than validating. */
function lookupFor(reference: string): Lookup {
  const known = lookups.get(reference);
  if (known !== undefined) return known;
  const files = new Map<string, Record<string, Schema>>();
  const visit = (at: string): void => {
    const [file = '', name = ''] = at.split('#/definitions/');
    const needed = files.get(file) ?? {};
    const definition = (SCHEMAS[file] as Definitions | undefined)?.definitions[name];
    if (definition === undefined || needed[name] !== undefined) return;
    files.set(file, { ...needed, [name]: definition });
    for (const other of references(definition)) visit(other.startsWith('#') ? `${file}${other}` : other);
  };
  visit(reference);
  const lookup: Lookup = {};
  for (const [file, definitions] of files) dereference({ $id: address(file), definitions }, lookup);
  lookups.set(reference, lookup);
  return lookup;
}

interface Definitions {
  readonly definitions: Readonly<Record<string, Schema>>;
}

function references(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) => (key === '$ref' && typeof value === 'string' ? [value] : references(value)));
}

/** Keywords that only say that something below them failed. */
const WRAPPERS = new Set(['$ref', 'properties', 'items', 'additionalProperties', 'allOf', 'anyOf', 'oneOf', 'patternProperties']);

function isCause(error: OutputUnit): boolean {
  return !WRAPPERS.has(error.keyword);
}

function findingText(error: OutputUnit): string {
  const field = error.instanceLocation.replace(/^#\/?/, '').replaceAll('~1', '/').replaceAll('~0', '~');
  if (error.keyword === 'false') return `${field}: there is no such field`;
  return `${field === '' ? 'the object' : field}: ${error.error.replace(/\.$/, '')}`;
}

/**
 * `npm run schemas`: makes lib/compile/kubernetes/schema, the strict JSON Schemas of the kinds that stagegate emits, from the
 * pinned Go modules. The result is committed; run it again when a version in custom-resources.mjs changes.
 *
 *   node tools/schemas.mjs [--out FOLDER]
 */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { customResources, kubernetes, moduleFolder } from './custom-resources.mjs';

const builtin = [
  { group: '', version: 'v1', kind: 'Namespace', scope: 'Cluster' },
  { group: '', version: 'v1', kind: 'ResourceQuota' },
  { group: '', version: 'v1', kind: 'LimitRange' },
  { group: '', version: 'v1', kind: 'ServiceAccount' },
  { group: '', version: 'v1', kind: 'ConfigMap' },
  { group: '', version: 'v1', kind: 'Secret' },
  { group: '', version: 'v1', kind: 'Service' },
  { group: '', version: 'v1', kind: 'PersistentVolumeClaim' },
  { group: 'admissionregistration.k8s.io', version: 'v1', kind: 'ValidatingAdmissionPolicy', scope: 'Cluster' },
  { group: 'admissionregistration.k8s.io', version: 'v1', kind: 'ValidatingAdmissionPolicyBinding', scope: 'Cluster' },
  { group: 'apps', version: 'v1', kind: 'Deployment' },
  { group: 'apps', version: 'v1', kind: 'StatefulSet' },
  { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler' },
  { group: 'batch', version: 'v1', kind: 'Job' },
  { group: 'batch', version: 'v1', kind: 'CronJob' },
  { group: 'networking.k8s.io', version: 'v1', kind: 'Ingress' },
  { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy' },
  { group: 'policy', version: 'v1', kind: 'PodDisruptionBudget' },
  { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'Role' },
  { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'RoleBinding' },
];

const builtinFile = 'kubernetes.json';
const objectMeta = 'meta.v1.ObjectMeta';

/** The notation of a quantity (`250m`, `1.5Gi`, `2e3`), as k8s.io/apimachinery/pkg/api/resource documents it. */
const quantity = {
  type: ['string', 'number'],
  pattern: '^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$',
};
const base64 = '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$';

/** Keywords that mean the same in OpenAPI and in JSON Schema and that hold no schema. */
const constraints = [
  'enum',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'uniqueItems',
  'multipleOf',
  'required',
];

const unusable = [];

/**
 * One schema of OpenAPI as strict JSON Schema.
 * `whole` is false inside allOf, anyOf, oneOf and not: those only restrict what the schema around them declares, so closing
 * them would refuse that schema's own fields. `custom` schemas are closed by the API server even where they name no property.
 */
function strict(schema, { custom, whole = true, rename = (reference) => reference }, path) {
  const inside = (part, name, overrides = {}) => strict(part, { custom, whole, rename, ...overrides }, `${path}/${name}`);
  if (schema.$ref !== undefined) return { $ref: rename(schema.$ref) };

  const result = {};
  if (schema['x-kubernetes-int-or-string'] === true || schema.format === 'int-or-string') {
    result.type = ['integer', 'string'];
  } else if (schema.type !== undefined) {
    result.type = schema.nullable === true ? [schema.type, 'null'] : schema.type;
  }
  for (const name of constraints) {
    if (schema[name] !== undefined) result[name] = schema[name];
  }
  if (schema.format === 'byte') result.pattern = base64;
  if (result.pattern !== undefined && !usable(result.pattern)) {
    unusable.push(`${path}: ${result.pattern}`);
    delete result.pattern;
  }
  if (schema.items !== undefined) result.items = inside(schema.items, 'items');
  if (schema.properties !== undefined) {
    result.properties = Object.fromEntries(Object.entries(schema.properties).map(([name, part]) => [name, inside(part, name)]));
  }
  for (const name of ['allOf', 'anyOf', 'oneOf']) {
    if (schema[name] === undefined || intOrStringChoice(schema, name)) continue;
    result[name] = schema[name].map((part, index) => inside(part, `${name}/${index}`, { whole: false }));
  }
  if (schema.not !== undefined) result.not = inside(schema.not, 'not', { whole: false });

  if (schema.additionalProperties !== undefined && typeof schema.additionalProperties === 'object') {
    result.additionalProperties = inside(schema.additionalProperties, '*');
  } else if (schema.additionalProperties === undefined && whole && schema['x-kubernetes-preserve-unknown-fields'] !== true) {
    const closed = schema.properties !== undefined || (custom && schema.type === 'object');
    if (closed) result.additionalProperties = false;
  }
  return result;
}

/** `anyOf: [integer, string]` beside `x-kubernetes-int-or-string` says what the type already says. */
function intOrStringChoice(schema, name) {
  return schema['x-kubernetes-int-or-string'] === true && schema[name].every((part) => Object.keys(part).join() === 'type');
}

/** API servers read patterns as RE2, validators as ECMAScript with the unicode flag. */
function usable(pattern) {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}

/** A kind as a document of its own: apiVersion and kind fixed, no status (controllers write it, stagegate never does). */
function document(schema, { apiVersion, kind }, metadata) {
  const { status: _status, ...properties } = schema.properties;
  return {
    ...schema,
    required: [...new Set(['apiVersion', 'kind', 'metadata', ...(schema.required ?? [])])].filter((name) => name !== 'status'),
    properties: { ...properties, apiVersion: { const: apiVersion }, kind: { const: kind }, metadata: { $ref: metadata } },
  };
}

const shortName = (name) =>
  name
    .replace('io.k8s.apimachinery.pkg.apis.', '')
    .replace('io.k8s.apimachinery.pkg.', '')
    .replace('io.k8s.api.', '')
    .replace('api.resource.', '')
    .replace('util.intstr.', '');
const apiVersionOf = ({ group, version }) => (group === '' ? version : `${group}/${version}`);

function builtinSchemas(index) {
  const { definitions } = JSON.parse(readFileSync(join(moduleFolder(kubernetes), kubernetes.file), 'utf8'));
  const fullNames = new Map(Object.keys(definitions).map((name) => [shortName(name), name]));
  const pending = new Set();
  const rename = (reference) => {
    const name = shortName(reference.replace('#/definitions/', ''));
    pending.add(name);
    return `#/definitions/${name}`;
  };
  const result = {};

  for (const { scope = 'Namespaced', ...wanted } of builtin) {
    const schema = Object.values(definitions).find((candidate) =>
      candidate['x-kubernetes-group-version-kind']?.some(
        (given) => given.group === wanted.group && given.version === wanted.version && given.kind === wanted.kind,
      ),
    );
    const apiVersion = apiVersionOf(wanted);
    const { status: _status, ...properties } = schema.properties;
    const made = strict({ ...schema, properties }, { custom: false, rename }, wanted.kind);
    pending.add(objectMeta);
    result[wanted.kind] = document(made, { apiVersion, kind: wanted.kind }, `#/definitions/${objectMeta}`);
    index[`${apiVersion}/${wanted.kind}`] = { scope, schema: `${builtinFile}#/definitions/${wanted.kind}` };
  }
  for (const name of pending) {
    result[name] = name === 'Quantity' ? quantity : strict(definitions[fullNames.get(name)], { custom: false, rename }, name);
  }
  return sorted(result);
}

function customSchemas(index) {
  const files = {};
  for (const source of customResources) {
    const folder = join(moduleFolder(source), source.folder);
    const found = readdirSync(folder)
      .filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
      .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((text) => text.toJS()))
      .filter((object) => object?.kind === 'CustomResourceDefinition' && source.kinds.includes(object.spec.names.kind));
    if (found.length !== source.kinds.length) {
      throw new Error(`${source.module}@${source.version} defines ${found.map((crd) => crd.spec.names.kind)}; expected ${source.kinds}`);
    }
    for (const { spec } of found) {
      const version = spec.versions.find((candidate) => candidate.storage);
      const apiVersion = apiVersionOf({ group: spec.group, version: version.name });
      const kind = spec.names.kind;
      const schema = version.schema.openAPIV3Schema;
      const { status: _status, ...properties } = schema.properties;
      const made = strict({ ...schema, properties }, { custom: true }, kind);
      const file = `${spec.group}.json`;
      files[file] = { ...files[file], [kind]: document(made, { apiVersion, kind }, `${builtinFile}#/definitions/${objectMeta}`) };
      index[`${apiVersion}/${kind}`] = { scope: spec.scope, schema: `${file}#/definitions/${kind}` };
    }
  }
  return files;
}

function sorted(record) {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** One definition a line: small, and a change of one kind is a change of one line. */
function fileText(id, definitions) {
  const lines = Object.entries(sorted(definitions)).map(([name, schema]) => `    ${JSON.stringify(name)}: ${JSON.stringify(schema)}`);
  return `{\n  "$id": ${JSON.stringify(id)},\n  "definitions": {\n${lines.join(',\n')}\n  }\n}\n`;
}

const { values } = parseArgs({ options: { out: { type: 'string' } } });
const out = values.out ?? join(dirname(fileURLToPath(import.meta.url)), '../lib/compile/kubernetes/schema');
mkdirSync(out, { recursive: true });

const kinds = {};
const files = { [builtinFile]: builtinSchemas(kinds), ...customSchemas(kinds) };
for (const [file, definitions] of Object.entries(files)) {
  const text = fileText(file, definitions);
  writeFileSync(join(out, file), text);
  console.log(
    `${file.padEnd(34)} ${String(Object.keys(definitions).length).padStart(4)} definitions ${String(Math.ceil(text.length / 1024)).padStart(5)} KiB`,
  );
}
const sources = Object.fromEntries([kubernetes, ...customResources].map(({ module, version }) => [module, version]));
writeFileSync(join(out, 'index.json'), `${JSON.stringify({ sources: sorted(sources), kinds: sorted(kinds) }, null, 2)}\n`);
for (const line of unusable) console.log(`left out, not an ECMAScript pattern: ${line}`);

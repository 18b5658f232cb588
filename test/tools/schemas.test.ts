import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';

const folder = join(__dirname, '../../lib/compile/kubernetes/schema');
const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));

interface Index {
  readonly sources: Readonly<Record<string, string>>;
  readonly kinds: Readonly<Record<string, { readonly scope: string; readonly schema: string }>>;
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
}

const index = read('index.json') as Index;
const files = readdirSync(folder).filter((file) => file.endsWith('.json') && file !== 'index.json');
const kinds = Object.keys(index.kinds);

const object = (key: string, rest: object = {}): object => {
  const cut = key.lastIndexOf('/');
  return { apiVersion: key.slice(0, cut), kind: key.slice(cut + 1), metadata: { name: 'x' }, ...rest };
};

describe('The schemas of the Kubernetes kinds', () => {
  const ajv = new Ajv({ strict: true, allowUnionTypes: true, strictTypes: false, strictRequired: false, allErrors: true });
  for (const file of files) ajv.addSchema(read(file) as object);
  const refusals = (key: string, given: object): (string | undefined)[] => {
    const validate = ajv.getSchema(index.kinds[key]?.schema ?? '');
    if (validate === undefined) throw new Error(`no schema for ${key}`);
    validate(given);
    return (validate.errors ?? []).map(({ instancePath, message, params }) =>
      `${instancePath} ${message} ${params.additionalProperty ?? ''}`.trim(),
    );
  };

  test.each(kinds)('refuse %s with an unknown field beside spec or in metadata, with a status, or under another name', (key) => {
    expect(refusals(key, object(key, { speck: {} }))).toContain('must NOT have additional properties speck');
    expect(refusals(key, object(key, { status: {} }))).toContain('must NOT have additional properties status');
    expect(refusals(key, object(key, { metadata: { name: 'x', label: {} } }))).toContain(
      '/metadata must NOT have additional properties label',
    );
    expect(refusals(key, { ...object(key), kind: 'Other' })).toContain('/kind must be equal to constant');
    expect(refusals(key, { ...object(key), metadata: undefined }).join()).toContain("must have required property 'metadata'");
  });

  test('close every object that names its fields', () => {
    const open: string[] = [];
    const walk = (schema: Schema, path: string): void => {
      if (schema.properties !== undefined && schema.additionalProperties === undefined) open.push(path);
      for (const [name, part] of Object.entries(schema.properties ?? {})) walk(part, `${path}.${name}`);
      if (schema.items !== undefined) walk(schema.items, `${path}[]`);
      if (typeof schema.additionalProperties === 'object') walk(schema.additionalProperties, `${path}.*`);
    };
    for (const file of files) {
      const { definitions } = read(file) as { definitions: Record<string, Schema> };
      for (const [name, schema] of Object.entries(definitions)) walk(schema, name);
    }
    expect(open).toEqual([]);
  });

  test('take a Deployment as people write it and refuse a misspelled field deep in it, a wrong quantity and a wrong type', () => {
    const deployment = (container: object): object =>
      object('apps/v1/Deployment', {
        spec: {
          selector: { matchLabels: { a: 'b' } },
          template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'web', image: 'web', ...container }] } },
        },
      });
    const sound = { ports: [{ containerPort: 80 }], resources: { requests: { cpu: '250m', memory: '1.5Gi' }, limits: { cpu: 1 } } };
    const probe = { readinessProbe: { httpGet: { path: '/', port: 'http' } }, livenessProbe: { httpGet: { port: 80 } } };
    expect(refusals('apps/v1/Deployment', deployment({ ...sound, ...probe }))).toEqual([]);
    const at = '/spec/template/spec/containers/0';
    expect(refusals('apps/v1/Deployment', deployment({ securityContext: { runAsNonRoot: true, readOnlyRootFileSystem: true } }))).toEqual([
      `${at}/securityContext must NOT have additional properties readOnlyRootFileSystem`,
    ]);
    expect(refusals('apps/v1/Deployment', deployment({ resources: { requests: { memory: '128MiB' } } })).join()).toContain(
      'must match pattern',
    );
    expect(refusals('apps/v1/Deployment', deployment({ ports: [{ containerPort: '80' }] }))).toEqual([
      `${at}/ports/0/containerPort must be integer`,
    ]);
  });

  test('are of the versions that the tools are pinned to', () => {
    const code = "import('./tools/custom-resources.mjs').then((m) => console.log(JSON.stringify([m.kubernetes, ...m.customResources])))";
    const { stdout } = spawnSync(process.execPath, ['-e', code], { cwd: join(__dirname, '../..'), encoding: 'utf8' });
    const pins = JSON.parse(stdout) as { module: string; version: string }[];
    expect(index.sources).toEqual(Object.fromEntries(pins.map(({ module, version }) => [module, version])));
  });
});

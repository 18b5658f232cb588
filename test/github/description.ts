import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Method } from './route';
import type { OpenApiSchema } from './schema';

/** An operation of GitHub's REST interface, as GitHub describes it. */
export interface Operation {
  readonly method: Method;
  readonly path: string;
  readonly documentation: string;
  readonly parameters: readonly Parameter[];
  /** Absent when nothing is to be sent. */
  readonly body?: { readonly required: boolean; readonly schema: OpenApiSchema };
  /** Schema by status; undefined for an answer without content. */
  readonly responses: ReadonlyMap<number, OpenApiSchema | undefined>;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: OpenApiSchema;
}

type Node = { readonly [name: string]: unknown };

interface Document {
  readonly paths: Readonly<Record<string, Node>>;
}

let loaded: Document | undefined;

/** GitHub's published description of its REST interface: 13 MB, read when it is first needed. */
function document(): Document {
  loaded ??= JSON.parse(
    readFileSync(createRequire(__filename).resolve('@octokit/openapi/generated/api.github.com.json'), 'utf8'),
  ) as Document;
  return loaded;
}

/** What a reference leads to. */
export function component(reference: string): OpenApiSchema {
  let node: unknown = document();
  for (const part of reference.replace(/^#\//, '').split('/'))
    node = (node as Node | undefined)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')];
  if (node === undefined) throw new Error(`GitHub's description has no ${reference}`);
  return node as OpenApiSchema;
}

const operations = new Map<string, Operation | undefined>();

export function tryOperation(method: Method, path: string): Operation | undefined {
  const key = `${method} ${path}`;
  if (!operations.has(key)) operations.set(key, readOperation(method, path));
  return operations.get(key);
}

function readOperation(method: Method, path: string): Operation | undefined {
  const node = document().paths[path]?.[method.toLowerCase()] as Node | undefined;
  if (node === undefined) return undefined;
  const body = node.requestBody === undefined ? undefined : resolved(node.requestBody as Node);
  const responses = Object.entries(node.responses as Readonly<Record<string, Node>>);
  return {
    method,
    path,
    documentation: (node.externalDocs as { readonly url?: string } | undefined)?.url ?? 'https://docs.github.com/rest',
    parameters: ((node.parameters ?? []) as readonly Node[]).map((parameter) => resolved(parameter) as unknown as Parameter),
    ...(body === undefined ? {} : { body: { required: body.required === true, schema: schemaOf(body) ?? {} } }),
    responses: new Map(responses.map(([status, response]) => [Number(status), schemaOf(resolved(response))])),
  };
}

function resolved(node: Node): Node {
  return typeof node.$ref === 'string' ? component(node.$ref) : node;
}

function schemaOf(node: Node): OpenApiSchema | undefined {
  const content = node.content as Readonly<Record<string, { readonly schema?: OpenApiSchema }>> | undefined;
  return (content?.['application/json'] ?? Object.values(content ?? {})[0])?.schema;
}

/** A path of the description, ready to be compared with the path of a request. */
interface Template {
  readonly path: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  /** Letters that are fixed: the more, the closer the template describes a path. */
  readonly fixed: number;
}

let described: readonly Template[] | undefined;

export interface PathMatch {
  readonly path: string;
  /** Values of the path's parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the described path that a request's path is about; `aliases` are paths beside the description. */
export function pathMatcher(aliases: readonly string[]): (pathname: string) => PathMatch | undefined {
  let templates: readonly Template[] | undefined;
  const known = new Map<string, PathMatch | undefined>();
  const find = (pathname: string): PathMatch | undefined => {
    described ??= Object.keys(document().paths).map(template);
    templates ??= [...described, ...aliases.map(template)].sort((a, b) => b.fixed - a.fixed);
    for (const { path, pattern, names } of templates) {
      const match = pattern.exec(pathname);
      if (match !== null)
        return { path, params: Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')])) };
    }
    return undefined;
  };
  return (pathname) => {
    if (!known.has(pathname)) known.set(pathname, find(pathname));
    return known.get(pathname);
  };
}

function template(path: string): Template {
  const names: string[] = [];
  const pattern = path.replace(/[.+?^$()|[\]\\]/g, '\\$&').replace(/\{(\w+)\}/g, (_, name: string) => {
    names.push(name);
    return manySegments(path, name) ? '(.+?)' : '([^/]+)';
  });
  return { path, pattern: new RegExp(`^${pattern}/?$`), names, fixed: path.replace(/\{\w+\}/g, '').length };
}

/** Names of branches and paths of files have slashes, and clients send them as they are. */
function manySegments(path: string, name: string): boolean {
  return Object.values(document().paths[path] ?? {}).some((node) =>
    ((node as Node).parameters as readonly Node[] | undefined)?.some((one) => {
      const parameter = resolved(one);
      return parameter.name === name && parameter['x-multi-segment'] === true;
    }),
  );
}

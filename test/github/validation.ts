import { component, type Operation, type PathMatch, pathMatcher, tryOperation } from './description';
import { type Change, type Deviation, deviations } from './deviations';
import type { Method } from './route';
import { type OpenApiSchema, Schemas } from './schema';
import { unknownNames } from './unknown-names';

/** Compares requests and answers with GitHub's description, as it is changed by a table of deviations. */
export class Description {
  private readonly schemas = new Schemas(component);
  private readonly bodies = new Map<Operation, OpenApiSchema>();
  private readonly aliases: ReadonlyMap<string, string>;
  private readonly match: (pathname: string) => PathMatch | undefined;

  constructor(private readonly changes: readonly Deviation[] = deviations) {
    this.aliases = new Map(changes.flatMap(({ what }) => (what.kind === 'path' ? [[what.path, what.as] as const] : [])));
    this.match = pathMatcher([...this.aliases.keys()]);
  }

  /** The path of the description that a request is about; an alias stands for what it does the same as. */
  tryPath(pathname: string): PathMatch | undefined {
    const found = this.match(pathname);
    return found === undefined ? undefined : { path: this.aliases.get(found.path) ?? found.path, params: found.params };
  }

  tryOperation(method: Method, path: string): Operation | undefined {
    return tryOperation(method, path);
  }

  /** What is wrong with a request. */
  requestFindings(
    operation: Operation,
    request: {
      readonly params: Readonly<Record<string, string>>;
      readonly query: Readonly<Record<string, unknown>>;
      readonly body: unknown;
    },
  ): readonly string[] {
    const findings: string[] = [];
    for (const parameter of operation.parameters) {
      const given =
        parameter.in === 'path' && request.params[parameter.name] !== undefined
          ? typed(request.params[parameter.name] ?? '', parameter.schema, this.typeOf.bind(this))
          : request.query[parameter.name];
      if (given !== undefined) findings.push(...this.schemas.findings(given, parameter.schema).map((one) => `${parameter.name} ${one}`));
      else if (parameter.in === 'query' && parameter.required) findings.push(`${parameter.name}: missing from the query`);
    }
    const schema = this.bodySchema(operation);
    if (schema === undefined) return request.body === undefined ? findings : [...findings, 'body: nothing is to be sent'];
    if (request.body === undefined) return operation.body?.required ? [...findings, 'body: missing'] : findings;
    return [...findings, ...this.schemas.findings(request.body, schema)];
  }

  /** Properties of a request's body, at any depth, and parameters of its query, that GitHub does not describe and would pass over in silence. */
  unknownNames(operation: Operation, query: Readonly<Record<string, unknown>>, body: unknown): readonly string[] {
    const parameters = new Set(operation.parameters.filter((one) => one.in === 'query').map(({ name }) => name));
    const strange = Object.keys(query)
      .filter((name) => !parameters.has(name))
      .map((name) => `?${name}`);
    const schema = this.bodySchema(operation);
    return schema === undefined ? strange : [...strange, ...unknownNames(body, schema, this.schemas)];
  }

  /** What is wrong with an answer. */
  responseFindings(operation: Operation, status: number, body: unknown): readonly string[] {
    const known = this.answer(operation, status);
    if (known === undefined) return [`status ${status} is not described`];
    if (known.schema === undefined) return body === undefined ? [] : ['body: nothing is to be answered'];
    return body === undefined ? ['body: missing'] : this.schemas.findings(body, known.schema);
  }

  /** Whether queries are not held to a rule of GraphQL. */
  passesOver(rule: string): boolean {
    return this.changes.some(({ what }) => what.kind === 'graphql-rule' && what.rule === rule);
  }

  /** A value of the query as the number or boolean that its description says it is. */
  queryValue(operation: Operation, name: string, text: string): string | number | boolean {
    const parameter = operation.parameters.find((one) => one.in === 'query' && one.name === name);
    return parameter === undefined ? text : typed(text, parameter.schema, this.typeOf.bind(this));
  }

  private answer({ method, path, responses }: Operation, status: number): { readonly schema?: OpenApiSchema } | undefined {
    const own = this.changes.find(
      ({ what }) => what.kind === 'answer' && what.method === method && what.path === path && what.status === status,
    );
    if (own?.what.kind === 'answer') return own.what;
    const described = responses.get(status);
    if (described !== undefined) return { schema: described };
    if (responses.has(status) && status < 400) return {};
    const anywhere = this.changes.find(({ what }) => what.kind === 'failures' && what.statuses.includes(status));
    return anywhere?.what.kind === 'failures' ? anywhere.what : undefined;
  }

  /** The schema of a request's body with the deviations applied. */
  private bodySchema(operation: Operation): OpenApiSchema | undefined {
    if (operation.body === undefined) return undefined;
    const known = this.bodies.get(operation);
    if (known !== undefined) return known;
    const changes = this.changes.flatMap(({ what }) =>
      (what.kind === 'property' || what.kind === 'optional') && what.method === operation.method && what.path === operation.path
        ? [what]
        : [],
    );
    const schema = changes.reduce(changedBody, operation.body.schema);
    this.bodies.set(operation, schema);
    return schema;
  }

  private typeOf(schema: OpenApiSchema): unknown {
    return typeof schema.$ref === 'string' ? this.typeOf(component(schema.$ref)) : schema.type;
  }
}

/** GitHub's description with all known deviations; one for all, as it is read step by step. */
export const published = new Description();

function changedBody(schema: OpenApiSchema, change: Extract<Change, { readonly kind: 'property' | 'optional' }>): OpenApiSchema {
  const properties = schema.properties as Readonly<Record<string, OpenApiSchema>>;
  if (change.kind === 'property') return { ...schema, properties: { ...properties, [change.name]: change.schema } };
  const inner = properties[change.within] ?? {};
  const required = (inner.required as readonly string[]).filter((name) => name !== change.name);
  return { ...schema, properties: { ...properties, [change.within]: { ...inner, required } } };
}

/** A text of a path or query as what it stands for. */
function typed(text: string, schema: OpenApiSchema, typeOf: (schema: OpenApiSchema) => unknown): string | number | boolean {
  const type = typeOf(schema);
  if ((type === 'integer' || type === 'number') && /^-?\d+$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

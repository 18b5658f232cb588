import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  execute,
  type GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { branchProtectionFields } from './branch-protection-fields';
import { type GraphQlContext, GraphQlFailure, type GraphQlField } from './graphql-field';
import { lookupFields } from './lookup-fields';
import type { Principal } from './principals';
import type { Problem } from './request-log';
import type { ApiResponse } from './route';
import { Unsupported } from './route';
import { type Description, published } from './validation';
import type { World } from './world';

/** Fields of the root, for queries and mutations alike. */
const fields: Readonly<Record<string, GraphQlField>> = { ...lookupFields, ...branchProtectionFields };

/** The package lets nobody ask for its files by name. */
const PUBLISHED = join(__dirname, '..', '..', 'node_modules', '@octokit', 'graphql-schema', 'schema.graphql');

let schema: GraphQLSchema | undefined;

/** GitHub's published schema; its text takes half a second and is read when something first asks. */
function gitHubSchema(): GraphQLSchema {
  schema ??= buildSchema(readFileSync(PUBLISHED, 'utf8'), { assumeValidSDL: true });
  return schema;
}

/** The GraphQL interface over a world: what GitHub's schema allows, answered as far as a resolver is there. */
export class GraphQl {
  constructor(
    private readonly world: World,
    private readonly problem: (problem: Problem) => void,
    private readonly description: Description = published,
  ) {}

  async answer({ text, caller }: { readonly text: string; readonly caller: Principal | 'unknown' | undefined }): Promise<ApiResponse> {
    if (caller === undefined || caller === 'unknown')
      return { status: 401, body: { message: 'Bad credentials', documentation_url: 'https://docs.github.com/graphql' } };
    const { query, variables } = JSON.parse(text) as { readonly query: string; readonly variables?: Readonly<Record<string, unknown>> };
    const document = parse(query);
    const rules = specifiedRules.filter(({ name }) => !this.description.passesOver(name));
    const wrong = validate(gitHubSchema(), document, rules);
    if (wrong.length > 0) return { status: 200, body: { errors: wrong.map(failureBody) } };
    const context: GraphQlContext = { world: this.world, caller };
    const result = await execute({
      schema: gitHubSchema(),
      document,
      contextValue: context,
      fieldResolver: this.resolve,
      ...(variables === undefined ? {} : { variableValues: variables }),
    });
    const { data, errors } = JSON.parse(JSON.stringify(result)) as { readonly data?: unknown; readonly errors?: unknown };
    if (errors === undefined) return { status: 200, body: { data } };
    for (const { originalError, path } of result.errors ?? []) this.report(originalError, path);
    return { status: 200, body: { data, errors: (result.errors ?? []).map(failureBody) } };
  }

  /** A field of the root has a resolver; any other is a property of what a resolver returned, and never a guess. */
  private readonly resolve: GraphQLFieldResolver<unknown, GraphQlContext> = (
    source,
    given,
    context,
    { fieldName, parentType, operation },
  ) => {
    if (source === undefined) {
      const field = fields[fieldName];
      if (field === undefined) throw new Unsupported(`the emulator has no resolver for the ${operation.operation} ${fieldName}`);
      return field(given, context);
    }
    const values = source as Readonly<Record<string, unknown>>;
    if (!(fieldName in values)) throw new Unsupported(`the emulator has no value for ${parentType.name}.${fieldName}`);
    const value = values[fieldName];
    return typeof value === 'function' ? value(given) : value;
  };

  private report(error: Error | undefined | null, path: readonly (string | number)[] | undefined): void {
    if (error instanceof GraphQlFailure) return;
    const request = `POST /api/graphql ${path?.join('.') ?? ''}`;
    if (error instanceof Unsupported) this.problem({ kind: 'unsupported', request, what: error.message });
    else this.problem({ kind: 'failure', request, what: error?.stack ?? 'an answer that is not of its type' });
  }
}

/** GitHub puts the kind of a failure beside its message. */
function failureBody(error: GraphQLError): Readonly<Record<string, unknown>> {
  const type = error.originalError instanceof GraphQlFailure ? error.originalError.type : undefined;
  const { message, path, locations } = error.toJSON();
  return {
    ...(type === undefined ? {} : { type }),
    ...(path === undefined ? {} : { path }),
    ...(locations === undefined ? {} : { locations }),
    message,
  };
}

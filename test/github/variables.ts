import { repositoryOf } from './access';
import { environmentOf } from './environments';
import { page } from './pagination';
import { ApiError, type ApiRequest, created, noContent, notFound, ok, type Route } from './route';

export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Bytes that a value may take. */
const LARGEST_VALUE = 48 * 1024;

const places = [
  {
    collection: '/repos/{owner}/{repo}/actions/variables',
    most: 500,
    permission: 'actions_variables',
    of: (request: ApiRequest, level: 'read' | 'write') => repositoryOf(request, needed('actions_variables', level)).variables,
  },
  {
    collection: '/repos/{owner}/{repo}/environments/{environment_name}/variables',
    most: 100,
    permission: 'environments',
    of: (request: ApiRequest, level: 'read' | 'write') =>
      environmentOf(repositoryOf(request, needed('environments', level)), request).variables,
  },
] as const;

type Place = (typeof places)[number];

/** Variables of a repository and of its environments. */
export const variableRoutes: readonly Route[] = places.flatMap(routesOf);

function routesOf(place: Place): readonly Route[] {
  const one = `${place.collection}/{name}`;
  return [
    {
      method: 'GET',
      path: place.collection,
      handle: (request) => {
        const variables = place.of(request, 'read');
        const { items, headers } = page(request, [...variables.values()]);
        return { ...ok({ total_count: variables.size, variables: items.map(body) }), headers };
      },
    },
    {
      method: 'POST',
      path: place.collection,
      handle: (request) => {
        const variables = place.of(request, 'write');
        const { name, value } = request.body as { readonly name: string; readonly value: string };
        refuseName(name);
        refuseValue(value);
        if (variables.has(name.toUpperCase())) throw new ApiError(409, 'Already exists - Variable already exists');
        if (variables.size >= place.most) throw new ApiError(422, `Variable count limit of ${place.most} reached`);
        const now = request.world.now();
        variables.set(name.toUpperCase(), { name: name.toUpperCase(), value, createdAt: now, updatedAt: now });
        return created({});
      },
    },
    { method: 'GET', path: one, handle: (request) => ok(body(variableOf(place.of(request, 'read'), request))) },
    {
      method: 'PATCH',
      path: one,
      handle: (request) => {
        const variables = place.of(request, 'write');
        const before = variableOf(variables, request);
        const { name = before.name, value = before.value } = request.body as { readonly name?: string; readonly value?: string };
        refuseName(name);
        refuseValue(value);
        variables.delete(before.name);
        variables.set(name.toUpperCase(), { ...before, name: name.toUpperCase(), value, updatedAt: request.world.now() });
        return noContent;
      },
    },
    {
      method: 'DELETE',
      path: one,
      handle: (request) => {
        const variables = place.of(request, 'write');
        variables.delete(variableOf(variables, request).name);
        return noContent;
      },
    },
  ];
}

function needed(
  permission: string,
  level: 'read' | 'write',
): { readonly role: 'write'; readonly app: readonly [string, 'read' | 'write'] } {
  return { role: 'write', app: [permission, level] };
}

function variableOf(variables: ReadonlyMap<string, Variable>, { params }: ApiRequest): Variable {
  return variables.get((params.name ?? '').toUpperCase()) ?? notFound();
}

/** Names of variables and secrets: letters, digits and underscores, no digit first, not GitHub's own; their case does not count. */
export function refuseName(name: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new ApiError(
      422,
      'Name is invalid. Names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). Spaces are not allowed. Must start with a letter ([a-z], [A-Z]) or underscores (_).',
    );
  }
  if (/^GITHUB_/i.test(name)) throw new ApiError(422, 'Name is invalid. Names must not start with the GITHUB_ prefix.');
}

function refuseValue(value: string): void {
  if (Buffer.byteLength(value) > LARGEST_VALUE) throw new ApiError(422, 'Value is too large. The maximum size is 48 KB.');
}

function body({ name, value, createdAt, updatedAt }: Variable): Readonly<Record<string, unknown>> {
  return { name, value, created_at: createdAt, updated_at: updatedAt };
}

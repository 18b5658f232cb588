import { repositoryOf } from './access';
import { environmentOf } from './environments';
import { page } from './pagination';
import { ApiError, type ApiRequest, noContent, notFound, ok, type Route } from './route';
import { tryOpen } from './sealed-box';
import { refuseName } from './variables';
import type { Repository } from './world';

/** A secret as it is kept; no route gives its value back. */
export interface Secret {
  readonly name: string;
  readonly value: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

const LARGEST_VALUE = 48 * 1024;
const MOST_SECRETS = 100;

const places = [
  {
    collection: '/repos/{owner}/{repo}/actions/secrets',
    permission: 'secrets',
    of: (repository: Repository) => repository.secrets,
  },
  {
    collection: '/repos/{owner}/{repo}/environments/{environment_name}/secrets',
    permission: 'environments',
    of: (repository: Repository, request: ApiRequest) => environmentOf(repository, request).secrets,
  },
] as const;

type Place = (typeof places)[number];

/** Secrets of a repository and of its environments. */
export const secretRoutes: readonly Route[] = places.flatMap(routesOf);

function routesOf(place: Place): readonly Route[] {
  const secretsOf = (request: ApiRequest, level: 'read' | 'write'): Map<string, Secret> =>
    place.of(repositoryOf(request, { role: 'write', app: [place.permission, level] }), request);
  const one = `${place.collection}/{secret_name}`;
  return [
    {
      method: 'GET',
      path: place.collection,
      handle: (request) => {
        const secrets = secretsOf(request, 'read');
        const { items, headers } = page(request, [...secrets.values()]);
        return { ...ok({ total_count: secrets.size, secrets: items.map(body) }), headers };
      },
    },
    {
      method: 'GET',
      path: `${place.collection}/public-key`,
      handle: (request) => {
        const repository = repositoryOf(request, { role: 'write', app: [place.permission, 'read'] });
        place.of(repository, request);
        return ok({ key_id: repository.sealingKey.id, key: repository.sealingKey.publicKey });
      },
    },
    { method: 'GET', path: one, handle: (request) => ok(body(secretOf(secretsOf(request, 'read'), request))) },
    {
      method: 'PUT',
      path: one,
      handle: (request) => {
        const repository = repositoryOf(request, { role: 'write', app: [place.permission, 'write'] });
        return put(repository, place.of(repository, request), request);
      },
    },
    {
      method: 'DELETE',
      path: one,
      handle: (request) => {
        const secrets = secretsOf(request, 'write');
        secrets.delete(secretOf(secrets, request).name);
        return noContent;
      },
    },
  ];
}

function put(repository: Repository, secrets: Map<string, Secret>, request: ApiRequest): ReturnType<Route['handle']> {
  const { encrypted_value: sealed, key_id: key } = request.body as { readonly encrypted_value: string; readonly key_id: string };
  const name = (request.params.secret_name ?? '').toUpperCase();
  refuseName(name);
  if (key !== repository.sealingKey.id) throw new ApiError(422, 'The key_id is not the one of this repository');
  const value = tryOpen(repository.sealingKey, sealed);
  if (value === undefined) throw new ApiError(422, 'The encrypted_value was not sealed to the public key of this repository');
  if (Buffer.byteLength(value) > LARGEST_VALUE) throw new ApiError(422, 'Secret value is too large. The maximum size is 48 KB.');
  const before = secrets.get(name);
  if (before === undefined && secrets.size >= MOST_SECRETS) throw new ApiError(422, `Secret count limit of ${MOST_SECRETS} reached`);
  const now = request.world.now();
  secrets.set(name, { name, value, createdAt: before?.createdAt ?? now, updatedAt: now });
  return before === undefined ? { status: 201, body: {} } : noContent;
}

function secretOf(secrets: ReadonlyMap<string, Secret>, { params }: ApiRequest): Secret {
  return secrets.get((params.secret_name ?? '').toUpperCase()) ?? notFound();
}

function body({ name, createdAt, updatedAt }: Secret): Readonly<Record<string, unknown>> {
  return { name, created_at: createdAt, updated_at: updatedAt };
}

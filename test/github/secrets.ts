import { repositoryOf } from './access';
import { environmentOf } from './environments';
import { page } from './pagination';
import { ApiError, type ApiRequest, noContent, notFound, ok, type Route } from './route';
import { refuseName } from './variables';
import type { Repository } from './world';

/** A secret as it is kept; nothing gives its value back. */
export interface Secret {
  readonly name: string;
  /** The sealed box that was sent, in base64. */
  readonly sealed: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A sealed box is longer than its content by a public key and an authenticator. */
const SEAL_BYTES = 48;
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
  const size = Buffer.from(sealed, 'base64').length - SEAL_BYTES;
  if (size < 0) throw new ApiError(422, 'The encrypted_value is no sealed box');
  if (size > LARGEST_VALUE) throw new ApiError(422, 'Secret value is too large. The maximum size is 48 KB.');
  const before = secrets.get(name);
  if (before === undefined && secrets.size >= MOST_SECRETS) throw new ApiError(422, `Secret count limit of ${MOST_SECRETS} reached`);
  const now = request.world.now();
  secrets.set(name, { name, sealed, createdAt: before?.createdAt ?? now, updatedAt: now });
  return before === undefined ? { status: 201, body: {} } : noContent;
}

function secretOf(secrets: ReadonlyMap<string, Secret>, { params }: ApiRequest): Secret {
  return secrets.get((params.secret_name ?? '').toUpperCase()) ?? notFound();
}

function body({ name, createdAt, updatedAt }: Secret): Readonly<Record<string, unknown>> {
  return { name, created_at: createdAt, updated_at: updatedAt };
}

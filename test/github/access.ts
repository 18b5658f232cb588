import type { Role } from '../../lib/delivery/local';
import { roleIsAtLeast } from '../../lib/delivery/local/people';
import type { Principal } from './principals';
import { ApiError, type ApiRequest, forbidden, notFound } from './route';
import type { Repository } from './world';

/** What a call needs: the least role of a person, and the permission of an app. */
export interface Needed {
  readonly role: Role;
  /** GitHub's name of the permission, and how much of it. */
  readonly app: readonly [permission: string, level: 'read' | 'write'];
}

/** Whoever is logged in. */
export function authenticated(request: ApiRequest): Principal {
  return request.caller ?? unauthenticated();
}

export function unauthenticated(): never {
  throw new ApiError(401, 'Requires authentication');
}

/**
 * The repository of a request, if the caller may do this to it. As on GitHub, what somebody may not see is not there (404), and what he may
 * see and not change is forbidden (403).
 */
export function repositoryOf(request: ApiRequest, needed: Needed): Repository {
  const { owner, repo, repository_id: id } = request.params;
  const found = id === undefined ? request.world.tryRepository(owner ?? '', repo ?? '') : request.world.tryRepositoryById(Number(id));
  if (found === undefined) notFound();
  allow(found, request.caller, needed);
  return found;
}

function allow(repository: Repository, caller: Principal | undefined, needed: Needed): void {
  const reading = needed.role === 'read';
  if (caller === undefined) {
    if (repository.visibility !== 'public') notFound();
    if (!reading) unauthenticated();
    return;
  }
  switch (caller.kind) {
    case 'person': {
      const role = repository.tryRole(caller.login) ?? (repository.visibility === 'public' ? 'read' : undefined);
      if (role === undefined) notFound();
      if (!roleIsAtLeast(role, needed.role))
        forbidden(needed.role === 'admin' ? 'Must have admin rights to Repository.' : 'Must have push access to Repository.');
      return;
    }
    case 'installation': {
      if (!covers(caller.repositories, repository)) notFound();
      const [permission, level] = needed.app;
      const given = caller.permissions[permission];
      if (given !== 'write' && !(given === 'read' && level === 'read')) forbidden('Resource not accessible by integration');
      return;
    }
    case 'app':
      throw new ApiError(401, 'A JSON web token could not be decoded');
  }
}

function covers(repositories: readonly string[] | undefined, repository: Repository): boolean {
  return repositories === undefined || repositories.includes(repository.fullName.toLowerCase());
}

/** Whether somebody has at least this role, or an app this permission. */
export function may(repository: Repository, caller: Principal | undefined, needed: Needed): boolean {
  try {
    allow(repository, caller, needed);
    return true;
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}

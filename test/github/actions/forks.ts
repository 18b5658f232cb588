import { git } from '../../../lib/delivery/git/git-process';
import { simpleUser } from '../accounts';
import { behind } from '../delivery/behind';
import { pullRequestRoutes } from '../delivery/pull-requests';
import { repositoryBody } from '../repositories';
import type { ApiRequest, ApiResponse, Route } from '../route';
import type { Repository, World } from '../world';

/**
 * Forks by the repository that they come from. A head in a fork is brought over as a branch `forks/<owner>/<branch>` of the repository, where
 * GitHub has `refs/pull/<number>/head`, and shown as what it is.
 */
const forks = new WeakMap<Repository, Map<string, Repository>>();

const PREFIX = 'forks/';

/** Makes a fork: somebody's own repository with all branches of another one. Its owner pushes to it over git. */
export async function forkOf(world: World, repository: Repository, owner: string): Promise<Repository> {
  const fork = world.addRepository({
    name: `${owner}/${repository.name}`,
    visibility: repository.visibility,
    defaultBranch: repository.defaultBranch,
    people: { [owner]: { role: 'admin' } },
  });
  const [source, target] = await Promise.all([gitDirOf(repository), gitDirOf(fork)]);
  await git(['fetch', '--quiet', source, '+refs/heads/*:refs/heads/*'], { gitDir: target });
  const known = forks.get(repository) ?? new Map<string, Repository>();
  forks.set(repository, known.set(owner.toLowerCase(), fork));
  return fork;
}

/** The routes of pull requests, for heads in forks as well. */
export const forkRoutes: readonly Route[] = pullRequestRoutes.map((route) => ({
  ...route,
  async handle(request: ApiRequest): Promise<ApiResponse> {
    const repository = request.world.tryRepository(request.params.owner ?? '', request.params.repo ?? '');
    const known = repository === undefined ? undefined : forks.get(repository);
    if (repository === undefined || known === undefined) return route.handle(request);
    await bringOver(repository, known);
    const answer = await route.handle(withForeignHead(request, repository, known));
    return { ...answer, body: shown(answer.body, known, request) };
  },
}));

async function bringOver(repository: Repository, known: ReadonlyMap<string, Repository>): Promise<void> {
  const gitDir = await gitDirOf(repository);
  for (const [owner, fork] of known) {
    await git(['fetch', '--quiet', '--prune', await gitDirOf(fork), `+refs/heads/*:refs/heads/${PREFIX}${owner}/*`], { gitDir });
  }
}

/** `mallory:feature` is the branch of her fork that was brought over. */
function withForeignHead(request: ApiRequest, repository: Repository, known: ReadonlyMap<string, Repository>): ApiRequest {
  const [, owner = '', branch = ''] = /^([^:]+):(.+)$/.exec(String(request.body.head ?? '')) ?? [];
  if (request.method !== 'POST' || owner === repository.owner.login || !known.has(owner.toLowerCase())) return request;
  return { ...request, body: { ...request.body, head: `${PREFIX}${owner.toLowerCase()}/${branch}` } };
}

interface Shown {
  readonly head?: { readonly ref: string };
}

function shown(body: unknown, known: ReadonlyMap<string, Repository>, request: ApiRequest): unknown {
  if (Array.isArray(body)) return body.map((one) => shown(one, known, request));
  const { head } = (body ?? {}) as Shown;
  const [, owner = '', branch = ''] = new RegExp(`^${PREFIX}([^/]+)/(.+)$`).exec(head?.ref ?? '') ?? [];
  const fork = known.get(owner);
  if (head === undefined || fork === undefined) return body;
  const user = simpleUser(request.world, fork.owner);
  const repo = repositoryBody(fork, request.caller);
  return { ...(body as object), head: { ...head, label: `${fork.owner.login}:${branch}`, ref: branch, user, repo } };
}

async function gitDirOf(repository: Repository): Promise<string> {
  return (await behind(repository)).at.folder.repository;
}

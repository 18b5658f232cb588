import type { RefUpdate } from '../../../lib/delivery';
import { page } from '../pagination';
import { ApiError, type ApiRequest, type ApiResponse, created, noContent, notFound, ok, type Route } from '../route';
import { acting, type Behind, type Called, looking, translated } from './behind';
import { apiOf } from './commits';

const writing = { role: 'write', app: ['contents', 'write'] } as const;

export const refRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/git/ref/{ref}',
    async handle(request) {
      const own = await looking(request, 'contents');
      const ref = `refs/${request.params.ref}`;
      const commit = await own.at.repository.tryRef(ref);
      return commit === undefined ? notFound() : ok(refBody(own, ref, commit));
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/git/matching-refs/{ref}',
    async handle(request) {
      const own = await looking(request, 'contents');
      const found = await own.at.repository.refs(`refs/${request.params.ref}`);
      const { items, headers } = page(request, found);
      return { ...ok(items.map(({ ref, commit }) => refBody(own, ref, commit))), headers };
    },
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/git/refs',
    async handle(request) {
      const own = await acting(request, writing);
      const [ref, to] = [String(request.body.ref), String(request.body.sha)];
      await known(own, to);
      if ((await own.at.repository.tryRef(ref)) !== undefined) throw new ApiError(422, 'Reference already exists');
      taken(await translated(() => own.store.moveRef(ref, to, undefined)));
      return created(refBody(own, ref, to));
    },
  },
  {
    method: 'PATCH',
    path: '/repos/{owner}/{repo}/git/refs/{ref}',
    async handle(request) {
      const own = await acting(request, writing);
      const { ref, from } = await existing(own, request);
      const to = String(request.body.sha);
      await known(own, to);
      if (request.body.force !== true && !(await own.at.repository.isAncestor(from, to)))
        throw new ApiError(422, 'Update is not a fast forward');
      taken(await translated(() => own.store.moveRef(ref, to, from, true)));
      return ok(refBody(own, ref, to));
    },
  },
  {
    method: 'DELETE',
    path: '/repos/{owner}/{repo}/git/refs/{ref}',
    async handle(request): Promise<ApiResponse> {
      const own = await acting(request, writing);
      const { ref, from } = await existing(own, request);
      taken(await translated(() => own.store.deleteRef(ref, from)));
      return noContent;
    },
  },
];

function refBody(own: Behind, ref: string, commit: string): Readonly<Record<string, unknown>> {
  return {
    ref,
    node_id: `REF_${Buffer.from(`${own.repository.id} ${ref}`).toString('base64url')}`,
    url: `${apiOf(own)}/git/${ref}`,
    object: { type: 'commit', sha: commit, url: `${apiOf(own)}/git/commits/${commit}` },
  };
}

async function existing(own: Called, { params }: ApiRequest): Promise<{ readonly ref: string; readonly from: string }> {
  const ref = `refs/${params.ref}`;
  const from = await own.at.repository.tryRef(ref);
  if (from === undefined) throw new ApiError(422, 'Reference does not exist');
  return { ref, from };
}

async function known(own: Called, commit: string): Promise<void> {
  if ((await own.at.repository.tryCommit(commit)) === undefined) throw new ApiError(422, 'Object does not exist');
}

function taken(outcome: RefUpdate): void {
  if (outcome.kind === 'refused') throw new ApiError(422, ruleViolations(outcome.reason.split('\n').slice(1)));
  if (outcome.kind === 'moved') throw new ApiError(422, 'Reference cannot be updated');
}

/** GitHub's words around the rules that are broken. */
export function ruleViolations(broken: readonly string[]): string {
  return `Repository rule violations found\n\n${broken.join('\n')}\n\n`;
}

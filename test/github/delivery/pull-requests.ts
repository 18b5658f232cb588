import type { Recorded } from '../../../lib/delivery/local/event-log';
import { judgeMerge } from '../../../lib/delivery/local/merge-pull-request';
import { principal, readPeople } from '../../../lib/delivery/local/people';
import type { Opened } from '../../../lib/delivery/local/pull-request-log';
import { type LoadedPullRequest, loadPullRequest } from '../../../lib/delivery/local/pull-request-state';
import { page } from '../pagination';
import { nameOf, type Principal } from '../principals';
import { ApiError, type ApiRequest, type ApiResponse, created, invalid, notFound, ok, type Route, unsupported } from '../route';
import { acting, type Behind, looking, translated } from './behind';
import { pullRequestDetails, pullRequestSimple } from './pull-request-body';

/** Anybody who may read opens and comments; an app needs the permission. */
export const discussing = { role: 'read', app: ['pull_requests', 'write'] } as const;

export const pullRequestRoutes: readonly Route[] = [
  { method: 'GET', path: '/repos/{owner}/{repo}/pulls', handle: list },
  { method: 'POST', path: '/repos/{owner}/{repo}/pulls', handle: open },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/pulls/{pull_number}',
    async handle(request) {
      const own = await looking(request, 'pull_requests');
      return ok(await pullRequestBody(own, await loaded(own, request), request.caller));
    },
  },
  { method: 'PATCH', path: '/repos/{owner}/{repo}/pulls/{pull_number}', handle: change },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/commits/{commit_sha}/pulls',
    async handle(request) {
      const own = await looking(request, 'pull_requests');
      const all = await everyPullRequest(own);
      const found = all.filter(({ pullRequest }) => [pullRequest.headCommit, pullRequest.mergeCommit].includes(request.params.commit_sha));
      const { items, headers } = page(request, found);
      return { ...ok(await Promise.all(items.map((one) => pullRequestSimple(own, one, request.caller)))), headers };
    },
  },
];

/** The pull request of a request's path, or 404. */
export async function loaded(own: Behind, { params }: ApiRequest): Promise<LoadedPullRequest> {
  const opened = await own.at.records.opened.tryRead(Number(params.pull_number ?? params.issue_number));
  return opened === undefined ? notFound() : load(own, opened);
}

function load({ at }: Behind, opened: Recorded<Opened>): Promise<LoadedPullRequest> {
  return loadPullRequest(opened, at.records, at.repository);
}

async function everyPullRequest(own: Behind): Promise<readonly LoadedPullRequest[]> {
  return Promise.all((await own.at.records.opened.read()).map((one) => load(own, one)));
}

async function list(request: ApiRequest): Promise<ApiResponse> {
  const own = await looking(request, 'pull_requests');
  const { state = 'open', head, base, sort = 'created', direction } = request.query;
  const [owner, branch] = String(head ?? '').split(/:(.*)/s);
  const found = (await everyPullRequest(own)).filter(
    ({ pullRequest }) =>
      (state === 'all' || (pullRequest.state === 'open') === (state === 'open')) &&
      (base === undefined || pullRequest.base === base) &&
      (head === undefined || (owner === own.repository.owner.login && pullRequest.head === branch)),
  );
  if (sort !== 'created' && sort !== 'updated') unsupported(`sorting pull requests by ${sort}`);
  const ascending = (direction ?? 'desc') === 'asc';
  const { items, headers } = page(request, ascending ? found : [...found].reverse());
  return { ...ok(await Promise.all(items.map((one) => pullRequestSimple(own, one, request.caller)))), headers };
}

async function open(request: ApiRequest): Promise<ApiResponse> {
  const own = await acting(request, discussing);
  const { title, body, head: given, base, draft } = request.body;
  if (title === undefined) unsupported('a pull request made of an issue');
  if (draft === true) unsupported('drafts');
  const [owner, head] = String(given).includes(':') ? String(given).split(/:(.*)/s) : [own.repository.owner.login, String(given)];
  if (owner !== own.repository.owner.login) unsupported('a pull request from a fork');
  const { repository } = own.at;
  const [from, onto] = await Promise.all([repository.tryRef(`refs/heads/${head}`), repository.tryRef(`refs/heads/${base}`)]);
  if (onto === undefined) invalid({ resource: 'PullRequest', field: 'base', code: 'invalid' });
  if (from === undefined) invalid({ resource: 'PullRequest', field: 'head', code: 'invalid' });
  const [same] = await own.host.pullRequests({ head: head ?? '', base: String(base), state: 'open' });
  if (same !== undefined) invalid(cause(`A pull request already exists for ${owner}:${head}.`));
  if (await repository.isAncestor(from, onto)) invalid(cause(`No commits between ${base} and ${head}`));
  if ((await repository.tryMergeBase(from, onto)) === undefined) invalid(cause(`The ${head} branch has no history in common with ${base}`));
  const { number } = await translated(() =>
    own.host.openPullRequest({ head: head ?? '', base: String(base), title: String(title), body: typeof body === 'string' ? body : '' }),
  );
  const made = await loaded(own, { ...request, params: { ...request.params, pull_number: String(number) } });
  return created(await pullRequestBody(own, made, request.caller));
}

function cause(message: string): { readonly [name: string]: string } {
  return { resource: 'PullRequest', code: 'custom', message };
}

async function change(request: ApiRequest): Promise<ApiResponse> {
  const own = await acting(request, discussing);
  const before = await loaded(own, request);
  const { title, body, state, base } = request.body;
  const { number } = before.pullRequest;
  if (base !== undefined && base !== before.pullRequest.base) unsupported('another base of a pull request');
  if (state === 'open' && before.pullRequest.state !== 'open') unsupported('opening a pull request again');
  if (title !== undefined || body !== undefined) {
    await translated(() =>
      own.host.updatePullRequest(number, {
        ...(title === undefined ? {} : { title: String(title) }),
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : '' }),
      }),
    );
  }
  if (state === 'closed' && before.pullRequest.state === 'open') await translated(() => own.host.closePullRequest(number));
  return ok(await pullRequestBody(own, await loaded(own, request), request.caller));
}

export async function pullRequestBody(
  own: Behind,
  one: LoadedPullRequest,
  caller: Principal | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const [simple, mergeability] = [await pullRequestSimple(own, one, caller), await mergeabilityOf(own, one, caller)];
  return { ...simple, ...pullRequestDetails(own, one, mergeability) };
}

/** Whether a pull request could be merged by one of the methods, in GitHub's words. */
async function mergeabilityOf(
  { at }: Behind,
  one: LoadedPullRequest,
  caller: Principal | undefined,
): Promise<{ readonly mergeable: boolean | null; readonly state: string }> {
  const { pullRequest } = one;
  if (pullRequest.state !== 'open') return { mergeable: null, state: 'unknown' };
  const base = await at.repository.tryRef(`refs/heads/${pullRequest.base}`);
  if (base === undefined) return { mergeable: null, state: 'unknown' };
  if ((await at.repository.mergedTree(base, pullRequest.headCommit)).kind === 'conflict') return { mergeable: false, state: 'dirty' };
  if (caller === undefined) return { mergeable: true, state: 'unknown' };
  const who = principal(await readPeople(at.folder.people), nameOf(caller));
  const judged = await Promise.all((['squash', 'merge', 'rebase'] as const).map((method) => judgeMerge(at, who, one, method, base)));
  if (judged.some((violations) => violations.length === 0)) return { mergeable: true, state: 'clean' };
  const behind = judged.some((violations) => violations.every((violation) => violation.behind));
  return { mergeable: true, state: behind ? 'behind' : 'blocked' };
}

/** A pull request that is not there is 404 for reviews, comments and merges alike. */
export async function openOrRefuse(own: Behind, request: ApiRequest, status: number, message: string): Promise<LoadedPullRequest> {
  const found = await loaded(own, request);
  if (found.pullRequest.state !== 'open') throw new ApiError(status, message);
  return found;
}

import type { Status } from '../../../lib/delivery';
import { page } from '../pagination';
import { repositoryBody } from '../repositories';
import { ApiError, type ApiRequest, type ApiResponse, created, ok, type Route } from '../route';
import { acting, type Behind, looking, numberOf, timeText, translated } from './behind';
import { isCheckRun } from './check-runs';
import { apiOf, commitOf } from './commits';
import { userOf } from './people';

const posting = { role: 'write', app: ['statuses', 'write'] } as const;

export const statusRoutes: readonly Route[] = [
  { method: 'POST', path: '/repos/{owner}/{repo}/statuses/{sha}', handle: post },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/commits/{ref}/statuses',
    async handle(request) {
      const own = await looking(request, 'statuses');
      const { id } = await commitOf(own, request.params.ref ?? '');
      const { items, headers } = page(request, [...(await statusBodies(own, id))].reverse());
      return { ...ok(items), headers };
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/commits/{ref}/status',
    async handle(request) {
      const own = await looking(request, 'statuses');
      const { id } = await commitOf(own, request.params.ref ?? '');
      const last = [...new Map((await statusBodies(own, id)).map((one) => [one.context, one])).values()];
      const states = new Set(last.map(({ state }) => state));
      const state =
        states.has('failure') || states.has('error') ? 'failure' : states.size === 0 || states.has('pending') ? 'pending' : 'success';
      return ok({
        state,
        statuses: last.map(({ creator: _creator, ...rest }) => rest),
        sha: id,
        total_count: last.length,
        repository: repositoryBody(own.repository, request.caller),
        commit_url: `${apiOf(own)}/commits/${id}`,
        url: `${apiOf(own)}/commits/${id}/status`,
      });
    },
  },
];

async function post(request: ApiRequest): Promise<ApiResponse> {
  const own = await acting(request, posting);
  const { state, context = 'default', description, target_url: targetUrl } = request.body;
  const sha = request.params.sha ?? '';
  if ((await own.at.repository.tryCommit(sha)) === undefined) throw new ApiError(422, `No commit found for SHA: ${sha}`);
  const text = typeof description === 'string' ? description : '';
  if (text.length > 140)
    throw new ApiError(422, 'Validation Failed', [
      { resource: 'Status', code: 'custom', field: 'description', message: 'description is too long (maximum is 140 characters)' },
    ]);
  const before = (await own.host.statuses(sha)).filter((one) => one.context === context);
  if (before.length >= 1_000) {
    const message = 'This SHA and context has reached the maximum number of statuses.';
    throw new ApiError(422, 'Validation Failed', [{ resource: 'Status', code: 'custom', message }]);
  }
  await translated(() =>
    own.host.setStatus(sha, {
      context: String(context),
      state: state as Status['state'],
      description: text,
      ...(typeof targetUrl === 'string' && targetUrl !== '' ? { targetUrl } : {}),
    }),
  );
  return created((await statusBodies(own, sha)).at(-1));
}

interface StatusBody extends Readonly<Record<string, unknown>> {
  readonly context: string;
  readonly state: string;
  readonly creator: unknown;
}

/** Oldest first. */
async function statusBodies(own: Behind, commit: string): Promise<readonly StatusBody[]> {
  const { world } = own.repository;
  const recorded = await own.at.records.statuses(commit).read();
  return recorded
    .filter(({ event }) => !isCheckRun(event))
    .map(({ number, event }) => {
      const id = numberOf(own.repository.id, commit, number);
      return {
        url: `${apiOf(own)}/statuses/${commit}`,
        avatar_url: `${world.url}avatars/${event.creator.login}`,
        id,
        node_id: `SC_${id}`,
        state: event.state,
        description: event.description,
        target_url: event.targetUrl ?? null,
        context: event.context,
        created_at: timeText(event.at),
        updated_at: timeText(event.at),
        creator: userOf(world, event.creator),
      };
    });
}

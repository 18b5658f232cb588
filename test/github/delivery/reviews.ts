import type { Review } from '../../../lib/delivery';
import type { PullRequestEvent } from '../../../lib/delivery/local/pull-request-log';
import { page } from '../pagination';
import { ApiError, type ApiRequest, type ApiResponse, ok, type Route, unsupported } from '../route';
import { acting, type Behind, looking, timeText, translated } from './behind';
import { apiOf, pageOf } from './commits';
import { associationOf, userOf } from './people';
import { discussing, loaded } from './pull-requests';

export const reviewRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/pulls/{pull_number}/reviews',
    async handle(request) {
      const own = await looking(request, 'pull_requests');
      const { items, headers } = page(request, await reviewBodies(own, request));
      return { ...ok(items), headers };
    },
  },
  { method: 'POST', path: '/repos/{owner}/{repo}/pulls/{pull_number}/reviews', handle: review },
];

const states: Readonly<Record<Review['state'], string>> = {
  approved: 'APPROVED',
  'changes-requested': 'CHANGES_REQUESTED',
  dismissed: 'DISMISSED',
  commented: 'COMMENTED',
};

/** What a push dismisses is for the local host to say, whoever asks. */
async function reviewBodies(own: Behind, request: ApiRequest): Promise<readonly unknown[]> {
  const { pullRequest, events } = await loaded(own, request);
  const [somebody = ''] = Object.keys(own.repository.people.apps);
  const given = await (await own.as(somebody)).host.reviews(pullRequest.number);
  const texts = events.filter((event): event is Extract<PullRequestEvent, { readonly kind: 'reviewed' }> => event.kind === 'reviewed');
  const { world } = own.repository;
  const url = `${apiOf(own)}/pulls/${pullRequest.number}`;
  return given.map((one, index) => {
    const id = pullRequest.number * 1_000_000 + index + 1;
    const html = `${pageOf(own)}/pull/${pullRequest.number}#pullrequestreview-${id}`;
    return {
      id,
      node_id: `PRR_${id}`,
      user: userOf(world, one.author),
      body: texts[index]?.body ?? '',
      state: states[one.state],
      commit_id: one.commit,
      submitted_at: timeText(one.at),
      html_url: html,
      pull_request_url: url,
      _links: { html: { href: html }, pull_request: { href: url } },
      author_association: associationOf(own.repository, one.author),
    };
  });
}

async function review(request: ApiRequest): Promise<ApiResponse> {
  const own = await acting(request, discussing);
  const { pullRequest } = await loaded(own, request);
  const { event, body, commit_id: commit = pullRequest.headCommit, comments } = request.body;
  if (event !== 'APPROVE' && event !== 'REQUEST_CHANGES') unsupported(`a review that is ${event ?? 'not sent off'}`);
  if (comments !== undefined) unsupported('comments on lines');
  const unprocessable = (cause: string): never => {
    throw new ApiError(422, 'Unprocessable Entity', [cause]);
  };
  if (event === 'REQUEST_CHANGES' && (typeof body !== 'string' || body === '')) unprocessable('Could not comment pull request review.');
  if (pullRequest.author.login === own.caller)
    unprocessable(event === 'APPROVE' ? 'Can not approve your own pull request' : 'Can not request changes on your own pull request');
  if (pullRequest.state !== 'open') unsupported('a review of a pull request that is closed');
  if (commit !== pullRequest.headCommit) unsupported('a review of another commit than the head');
  await translated(() =>
    own.host.review(pullRequest.number, {
      state: event === 'APPROVE' ? 'approved' : 'changes-requested',
      commit: String(commit),
      ...(typeof body === 'string' ? { body } : {}),
    }),
  );
  return ok((await reviewBodies(own, request)).at(-1));
}

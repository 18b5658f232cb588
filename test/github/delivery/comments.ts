import { roleIsAtLeast } from '../../../lib/delivery/local/people';
import { page } from '../pagination';
import { ApiError, type ApiRequest, type ApiResponse, created, forbidden, noContent, notFound, ok, type Route } from '../route';
import type { Repository } from '../world';
import { acting, type Behind, type Called, looking, timeText, translated } from './behind';
import { apiOf, pageOf } from './commits';
import { associationOf, userOf } from './people';
import { discussing, loaded } from './pull-requests';

/** What became of a comment after it was written; the local host keeps comments as they were written. */
interface Later {
  readonly body?: string;
  readonly at: number;
  readonly deleted: boolean;
}

const changes = new WeakMap<Repository, Map<number, Later>>();

function changesOf(repository: Repository): Map<number, Later> {
  const known = changes.get(repository) ?? new Map<number, Later>();
  changes.set(repository, known);
  return known;
}

/** A comment as it stands. */
interface IssueComment {
  readonly id: number;
  readonly author: { readonly kind: 'person' | 'app'; readonly login: string };
  readonly body: string;
  readonly at: number;
  readonly changedAt: number;
}

/** Pull requests are the only issues there are. */
export const commentRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/issues/{issue_number}/comments',
    async handle(request) {
      const own = await looking(request, 'pull_requests');
      const { pullRequest } = await loaded(own, request);
      const { items, headers } = page(request, await commentsOf(own, pullRequest.number));
      return { ...ok(items.map((one) => commentBody(own, one))), headers };
    },
  },
  { method: 'POST', path: '/repos/{owner}/{repo}/issues/{issue_number}/comments', handle: write },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/issues/comments/{comment_id}',
    async handle(request) {
      const own = await looking(request, 'pull_requests');
      return ok(commentBody(own, await existing(own, request)));
    },
  },
  {
    method: 'PATCH',
    path: '/repos/{owner}/{repo}/issues/comments/{comment_id}',
    async handle(request) {
      const own = await acting(request, discussing);
      const { id } = await owned(own, request);
      changesOf(own.repository).set(id, { body: checkedText(request), at: own.repository.world.clock(), deleted: false });
      return ok(commentBody(own, await existing(own, request)));
    },
  },
  {
    method: 'DELETE',
    path: '/repos/{owner}/{repo}/issues/comments/{comment_id}',
    async handle(request) {
      const own = await acting(request, discussing);
      const { id } = await owned(own, request);
      changesOf(own.repository).set(id, { at: own.repository.world.clock(), deleted: true });
      return noContent;
    },
  },
];

async function write(request: ApiRequest): Promise<ApiResponse> {
  const own = await acting(request, discussing);
  const { pullRequest } = await loaded(own, request);
  const body = checkedText(request);
  await translated(() => own.host.comment(pullRequest.number, body));
  const last = (await commentsOf(own, pullRequest.number)).findLast(({ author }) => author.login === own.caller);
  return last === undefined ? notFound() : created(commentBody(own, last));
}

/** @see https://docs.github.com/en/rest/issues/comments: a body of 65536 characters at most */
function checkedText({ body }: ApiRequest): string {
  const text = String(body.body ?? '');
  if (text.trim() === '')
    throw new ApiError(422, 'Validation Failed', [{ resource: 'IssueComment', code: 'missing_field', field: 'body' }]);
  if (text.length > 65_536) {
    const message = 'body is too long (maximum is 65536 characters)';
    throw new ApiError(422, 'Validation Failed', [{ resource: 'IssueComment', code: 'unprocessable', field: 'data', message }]);
  }
  return text;
}

async function commentsOf(own: Behind, number: number): Promise<readonly IssueComment[]> {
  const [somebody = ''] = Object.keys(own.repository.people.apps);
  const written = await (await own.as(somebody)).host.comments(number);
  return written.flatMap((comment) => {
    const later = changesOf(own.repository).get(comment.id);
    return later?.deleted ? [] : [{ ...comment, body: later?.body ?? comment.body, changedAt: later?.at ?? comment.at }];
  });
}

async function existing(own: Behind, { params }: ApiRequest): Promise<IssueComment> {
  const id = Number(params.comment_id);
  const number = Math.floor(id / 1_000_000);
  if ((await own.at.records.opened.tryRead(number)) === undefined) notFound();
  return (await commentsOf(own, number)).find((comment) => comment.id === id) ?? notFound();
}

/** A comment is changed by its author, and by whoever may write. */
async function owned(own: Called, request: ApiRequest): Promise<IssueComment> {
  const comment = await existing(own, request);
  const role = own.repository.tryRole(own.caller);
  if (comment.author.login !== own.caller && !(role !== undefined && roleIsAtLeast(role, 'write')))
    forbidden(role === undefined ? 'Resource not accessible by integration' : 'Must have admin rights to Repository.');
  return comment;
}

function commentBody(own: Behind, { id, author, body, at, changedAt }: IssueComment): Readonly<Record<string, unknown>> {
  const number = Math.floor(id / 1_000_000);
  return {
    url: `${apiOf(own)}/issues/comments/${id}`,
    html_url: `${pageOf(own)}/pull/${number}#issuecomment-${id}`,
    issue_url: `${apiOf(own)}/issues/${number}`,
    id,
    node_id: `IC_${id}`,
    user: userOf(own.repository.world, author),
    body,
    created_at: timeText(at),
    updated_at: timeText(changedAt),
    author_association: associationOf(own.repository, author),
  };
}

import { gitHubHost } from '../../../lib/delivery/github';
import type { Host } from '../../../lib/delivery/host';
import { GitHubAuthentication, gitHubClient } from '../../../lib/github';
import { type Answer, type FakeServer, fakeServer, type Received } from '../../github-client/server';

const HEAD = 'a'.repeat(40);
const BASE = 'b'.repeat(40);
const MERGED = 'c'.repeat(40);
const REPO = '/repos/acme/shop';

let server: FakeServer;
afterEach(() => server.close());

const asked = (method?: string): readonly string[] =>
  server.received.filter((one) => method === undefined || one.method === method).map(({ method: how, path }) => `${how} ${path}`);

/** A host of a GitHub that answers what `answer` says, and 404 to all else. */
async function host(answer: (request: Received, number: number) => Answer | undefined, checkRuns = false): Promise<Host> {
  server = await fakeServer((request, number) => answer(request, number) ?? { status: 404, body: { message: 'Not Found' } });
  const client = gitHubClient({
    authentication: GitHubAuthentication.token('ghp_secret_token'),
    baseUrl: server.baseUrl,
    paced: false,
    second: 2,
  });
  return gitHubHost({ client, repository: 'acme/shop', checkRuns });
}

const own = { id: 1 };
const bot = { login: 'stagegate[bot]', type: 'Bot' };

function pull(change: object = {}): object {
  return {
    number: 7,
    title: 'Change',
    body: null,
    user: { login: 'dora', type: 'User' },
    state: 'open',
    merged_at: null,
    merge_commit_sha: 'f'.repeat(40),
    created_at: '2026-01-05T12:00:00Z',
    mergeable: true,
    mergeable_state: 'clean',
    head: { ref: 'develop', sha: HEAD, label: 'acme:develop', repo: own },
    base: { ref: 'main', repo: own },
    ...change,
  };
}

const isGet = ({ method }: Received): boolean => method === 'GET';
const at = (path: string, { path: given }: Received): boolean => given.split('?')[0] === `${REPO}${path}`;

describe('pull requests', () => {
  test('the branch of a fork is never taken for one of the repository, whatever the fork calls it', async () => {
    const fork = { ref: 'develop', sha: HEAD, label: 'mallory:develop', repo: { id: 2 } };
    const gone = { ref: 'develop', sha: HEAD, label: null, repo: null };
    const github = await host((request) =>
      at('/pulls', request)
        ? { status: 200, body: [pull({ head: fork }), pull({ number: 8, head: gone }), pull({ number: 9 })] }
        : at('/pulls/7', request)
          ? { status: 200, body: pull({ head: fork }) }
          : undefined,
    );
    expect((await github.pullRequest(7)).head).toBe('mallory:develop');
    expect((await github.pullRequests({})).map(({ head }) => head)).toEqual(['mallory:develop', 'unknown:develop', 'develop']);
    expect((await github.pullRequests({ head: 'develop' })).map(({ number }) => number)).toEqual([9]);
  });

  test('the commit with which GitHub tries a merge is not that of a merge', async () => {
    const github = await host(() => ({ status: 200, body: pull() }));
    expect((await github.pullRequest(7)).mergeCommit).toBeUndefined();
  });

  test('what was merged is not what was closed', async () => {
    const merged = { state: 'closed', merged_at: '2026-01-05T13:00:00Z', merge_commit_sha: MERGED };
    const github = await host(() => ({ status: 200, body: [pull(merged), pull({ number: 8, state: 'closed' })] }));
    expect(await github.pullRequests({ state: 'merged' })).toMatchObject([{ number: 7, mergeCommit: MERGED }]);
    expect(await github.pullRequests({ state: 'closed' })).toMatchObject([{ number: 8 }]);
    expect(asked()[0]).toContain('state=closed');
  });

  test('one whose opening was not answered is found, not opened twice', async () => {
    let opened = false;
    const github = await host((request) => {
      if (request.path === '/user') return { status: 200, body: { login: 'dora', type: 'User' } };
      if (!at('/pulls', request)) return undefined;
      if (isGet(request)) return { status: 200, body: opened ? [pull()] : [] };
      opened = true;
      return { status: 0 };
    });
    expect(await github.openPullRequest({ head: 'develop', base: 'main', title: 'Change', body: '' })).toMatchObject({ number: 7 });
    expect(asked('POST')).toHaveLength(1);
  });

  test('one that somebody else has opened in between is not ours', async () => {
    let opened = false;
    const github = await host((request) => {
      if (request.path === '/user') return { status: 200, body: { login: 'mia', type: 'User' } };
      if (isGet(request)) return { status: 200, body: opened ? [pull()] : [] };
      opened = true;
      return {
        status: 422,
        body: { message: 'Validation Failed', errors: [{ message: 'A pull request already exists for acme:develop.' }] },
      };
    });
    await expect(github.openPullRequest({ head: 'develop', base: 'main', title: 'Change', body: '' })).rejects.toThrow(
      'pull request #7 from develop into main is open already, by dora',
    );
  });

  test('a number that is none is a wrong use', async () => {
    const github = await host(() => undefined);
    await expect(github.pullRequest(9)).rejects.toMatchObject({
      kind: 'wrong-use',
      message: expect.stringContaining('no pull request #9'),
    });
  });
});

describe('merging', () => {
  const how = { method: 'squash', head: HEAD, message: 'Deploy one\n\nRelease: 1\n' } as const;
  const merged = { state: 'closed', merged_at: '2026-01-05T13:00:00Z', merge_commit_sha: MERGED };

  /** A pull request that is as given before and after the call that merges, which is answered as given. */
  function merging(
    answer: Answer,
    before: object = {},
    after: object = before,
    more?: (request: Received) => Answer | undefined,
  ): Promise<Host> {
    let tried = false;
    return host((request) => {
      if (at('/pulls/7', request)) return { status: 200, body: pull(tried ? after : before) };
      if (at('/pulls/7/merge', request)) {
        tried = true;
        return answer;
      }
      return more?.(request);
    });
  }

  test('names the head, and gives title and text of the message apart', async () => {
    const github = await merging({ status: 200, body: { sha: MERGED, merged: true, message: 'merged' } });
    expect(await github.merge(7, how)).toEqual({ kind: 'merged', commit: MERGED });
    expect(server.received.at(-1)?.body).toEqual({
      sha: HEAD,
      merge_method: 'squash',
      commit_title: 'Deploy one',
      commit_message: 'Release: 1',
    });
  });

  test('waits until GitHub knows whether it can be merged', async () => {
    let seen = 0;
    const github = await host((request) => {
      if (at('/pulls/7', request)) {
        seen += 1;
        return { status: 200, body: pull(seen < 3 ? { mergeable: null, mergeable_state: 'unknown' } : {}) };
      }
      return { status: 200, body: { sha: MERGED, merged: true, message: '' } };
    });
    expect((await github.merge(7, how)).kind).toBe('merged');
    expect(asked().slice(0, 4)).toEqual([`GET ${REPO}/pulls/7`, `GET ${REPO}/pulls/7`, `GET ${REPO}/pulls/7`, `PUT ${REPO}/pulls/7/merge`]);
  });

  test('a merge whose answer was lost is known by the pull request, and not made again', async () => {
    const github = await merging({ status: 0 }, {}, merged);
    expect(await github.merge(7, how)).toEqual({ kind: 'merged', commit: MERGED });
    expect(asked('PUT')).toHaveLength(1);
  });

  test('a merge that failed on the way is an error that may be repeated', async () => {
    const github = await merging({ status: 502 });
    await expect(github.merge(7, how)).rejects.toMatchObject({ kind: 'outside' });
    expect(asked('PUT')).toHaveLength(1);
  });

  const behind =
    (strict: boolean) =>
    (request: Received): Answer | undefined => {
      if (request.path.startsWith(`${REPO}/compare/main...${HEAD}`)) return { status: 200, body: { behind_by: 2 } };
      const parameters = { strict_required_status_checks_policy: strict, required_status_checks: [] };
      if (at('/rules/branches/main', request)) return { status: 200, body: [{ type: 'required_status_checks', parameters }] };
      return undefined;
    };
  const level = (request: Received): Answer | undefined =>
    request.path.startsWith(`${REPO}/compare/`) ? { status: 200, body: { behind_by: 0 } } : undefined;
  const said = (status: number, message: string): Answer => ({ status, body: { message } });

  test.each<[string, Answer, object, ((request: Received) => Answer | undefined) | undefined, string]>([
    ['another head', said(409, 'Head branch was modified. Review and try the merge again.'), {}, undefined, 'moved'],
    ['another base', said(405, 'Base branch was modified. Review and try the merge again.'), {}, undefined, 'moved'],
    ['a head behind its base', said(405, 'Pull Request is not mergeable'), { mergeable_state: 'behind' }, undefined, 'moved'],
    [
      'checks that are expected of a head behind its base',
      said(405, '2 of 2 required status checks are expected.'),
      { mergeable_state: 'blocked' },
      behind(true),
      'moved',
    ],
    [
      'checks that are expected of a head that may be behind',
      said(405, '2 of 2 required status checks are expected.'),
      { mergeable_state: 'blocked' },
      behind(false),
      'refused',
    ],
    [
      'checks that are expected',
      said(405, '2 of 2 required status checks are expected.'),
      { mergeable_state: 'blocked' },
      level,
      'refused',
    ],
    ['conflicts', said(405, 'Pull Request is not mergeable'), { mergeable: false, mergeable_state: 'dirty' }, level, 'refused'],
    ['no right to merge', said(403, 'Resource not accessible by integration'), {}, undefined, 'refused'],
    ['somebody else who closed it', said(405, 'Pull Request is not mergeable'), { state: 'closed' }, undefined, 'refused'],
    ['somebody else who merged it', said(405, 'Pull Request is not mergeable'), merged, undefined, 'merged'],
    ['somebody who pushed', said(405, 'no'), { head: { ref: 'develop', sha: BASE, label: 'acme:develop', repo: own } }, undefined, 'moved'],
  ])('a refusal because of %s is told as what it is', async (_, answer, after, more, kind) => {
    const github = await merging(answer, {}, after, more);
    expect((await github.merge(7, how)).kind).toBe(kind);
    expect(asked('PUT')).toHaveLength(1);
  });
});

describe('statuses', () => {
  const status = (id: number, change: object = {}): object => ({
    id,
    context: 'gates',
    state: 'success',
    description: `number ${id}`,
    target_url: null,
    creator: bot,
    created_at: new Date(Date.UTC(2026, 0, 5, 12, 0, id)).toISOString(),
    ...change,
  });

  test('are read from all pages, oldest first, each once though one was posted meanwhile', async () => {
    const newest = Array.from({ length: 150 }, (_, index) => status(150 - index));
    const github = await host((request) => {
      const page = Number(new URLSearchParams(request.path.split('?')[1]).get('page') ?? 1);
      if (page === 1) {
        const next = `http://${request.headers.host}/api/v3${request.path}&page=2`;
        return { status: 200, body: newest.slice(0, 100), headers: { link: `<${next}>; rel="next"` } };
      }
      // The last one of the first page has moved to the second.
      return { status: 200, body: newest.slice(99) };
    });
    const read = await github.statuses(HEAD);
    expect(read.map(({ description }) => description)).toEqual(Array.from({ length: 150 }, (_, index) => `number ${index + 1}`));
    expect(read[0]).toEqual({
      context: 'gates',
      state: 'success',
      description: 'number 1',
      creator: { kind: 'app', login: 'stagegate' },
      at: Date.UTC(2026, 0, 5, 12, 0, 1),
    });
  });

  test('a person whose login looks like the name of an app is a person, and an account that is gone is nobody', async () => {
    const github = await host(() => ({
      status: 200,
      body: [status(2, { creator: null }), status(1, { creator: { login: 'stagegate', type: 'User' } })],
    }));
    expect((await github.statuses(HEAD)).map(({ creator }) => creator)).toEqual([
      { kind: 'person', login: 'stagegate' },
      { kind: 'person', login: 'ghost' },
    ]);
  });

  test('a commit that GitHub does not have has none, but a repository that one may not see is an error', async () => {
    const github = await host((request) =>
      request.path.includes('/statuses') ? { status: 422, body: { message: `No commit found for SHA: ${HEAD}` } } : undefined,
    );
    expect(await github.statuses(HEAD)).toEqual([]);
    await server.close();
    const hidden = await host(() => undefined);
    await expect(hidden.statuses(HEAD)).rejects.toMatchObject({ kind: 'outside', message: expect.stringContaining('404') });
  });

  test('one whose posting was not answered is looked for before it is posted again', async () => {
    let posted = 0;
    const github = await host((request) => {
      if (request.path === '/user') return { status: 403, body: { message: 'Resource not accessible by integration' } };
      if (request.path === '/api/graphql') return { status: 200, body: { data: { viewer: { login: 'stagegate[bot]' } } } };
      if (isGet(request)) return { status: 200, body: posted > 1 ? [status(1, { description: 'ok' })] : [status(1, { state: 'pending' })] };
      posted += 1;
      return { status: 502 };
    });
    await github.setStatus(HEAD, { context: 'gates', state: 'success', description: 'ok' });
    expect(asked('POST').filter((line) => line.includes('/statuses/'))).toHaveLength(2);
  });

  test('too long a description is refused before it is sent', async () => {
    const github = await host(() => undefined);
    await expect(github.setStatus(HEAD, { context: 'gates', state: 'success', description: 'x'.repeat(141) })).rejects.toThrow(
      '141 characters',
    );
    expect(asked()).toEqual([]);
  });

  const run = (name: string, conclusion: string | null, change: object = {}): object => ({
    id: 1,
    name,
    status: conclusion === null ? 'in_progress' : 'completed',
    conclusion,
    started_at: '2026-01-05T12:00:00Z',
    completed_at: conclusion === null ? null : '2026-01-05T12:01:00Z',
    html_url: 'https://github.com/acme/shop/runs/1',
    output: { title: null },
    app: { slug: 'github-actions' },
    ...change,
  });

  test('check runs count as statuses of their apps where a gate looks at checks, and only success is success', async () => {
    const runs = ['success', 'failure', 'timed_out', 'skipped', 'neutral', 'cancelled', null].map((conclusion) =>
      run(`job ${conclusion}`, conclusion),
    );
    const github = await host(
      (request) =>
        request.path.includes('/check-runs')
          ? { status: 200, body: { total_count: runs.length, check_runs: runs } }
          : { status: 200, body: [] },
      true,
    );
    const read = await github.statuses(HEAD);
    expect(Object.fromEntries(read.map(({ context, state }) => [context, state]))).toEqual({
      'job success': 'success',
      'job failure': 'failure',
      'job timed_out': 'failure',
      'job skipped': 'error',
      'job neutral': 'error',
      'job cancelled': 'error',
      'job null': 'pending',
    });
    expect(new Set(read.map(({ creator }) => creator.login))).toEqual(new Set(['github-actions']));
  });

  test('check runs are not asked for where no gate looks at one', async () => {
    const github = await host(() => ({ status: 200, body: [] }));
    await github.statuses(HEAD);
    expect(asked()).toHaveLength(1);
  });
});

describe('reviews and teams', () => {
  test('a review that was not sent off is none, and each has its commit', async () => {
    const given = (state: string, change: object = {}): object => ({
      user: { login: 'mia', type: 'User' },
      state,
      commit_id: HEAD,
      submitted_at: '2026-01-05T12:00:00Z',
      ...change,
    });
    const github = await host(() => ({
      status: 200,
      body: [given('APPROVED'), given('PENDING', { submitted_at: undefined }), given('DISMISSED', { commit_id: null })],
    }));
    expect(await github.reviews(7)).toEqual([
      { author: { kind: 'person', login: 'mia' }, state: 'approved', commit: HEAD, at: Date.UTC(2026, 0, 5, 12) },
      { author: { kind: 'person', login: 'mia' }, state: 'dismissed', commit: '', at: Date.UTC(2026, 0, 5, 12) },
    ]);
  });

  test('a head that has moved is not reviewed', async () => {
    const github = await host(() => ({ status: 200, body: pull() }));
    await expect(github.review(7, { state: 'approved', commit: BASE })).rejects.toMatchObject({ kind: 'refused' });
    expect(asked('POST')).toEqual([]);
  });

  test('a team that the app may not read is an error that names the permission, not a team that is not there', async () => {
    const headers = { 'x-accepted-github-permissions': 'members=read' };
    const github = await host(() => ({ status: 403, body: { message: 'Resource not accessible by integration' }, headers }));
    await expect(github.tryTeam('engineers')).rejects.toMatchObject({ kind: 'outside', remedy: expect.stringContaining('members: read') });
  });
});

test('the time is GitHub’s, also where it knows no limits', async () => {
  const date = 'Mon, 05 Jan 2026 12:00:00 GMT';
  const github = await host(({ path }) =>
    path === '/rate_limit'
      ? { status: 404, body: { message: 'Rate limiting is not enabled.' } }
      : { status: 200, body: {}, headers: { date } },
  );
  expect(await github.now()).toBe(Date.UTC(2026, 0, 5, 12));
});

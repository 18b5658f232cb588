import { inspect } from 'node:util';
import {
  GitHubAuthentication,
  type GitHubClient,
  type GitHubClientOptions,
  type GitHubError,
  gitHubClient,
  mayHaveHappened,
} from '../../lib/github';
import { type Answer, type FakeServer, fakeServer, type Received } from './server';

const TOKEN = 'ghp_0123456789abcdefghijABCDEFGHIJ456789';
const authentication = GitHubAuthentication.token(TOKEN);
const at = { owner: 'acme', repo: 'shop' } as const;

let server: FakeServer | undefined;
let progress: string[] = [];
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** A client of a server that gives these answers one after the other, the last one again and again; its seconds are short. */
async function client(
  answers: readonly Answer[] | ((request: Received, number: number) => Answer),
  options: Partial<GitHubClientOptions> = {},
): Promise<GitHubClient> {
  const answer =
    typeof answers === 'function' ? answers : (_: Received, number: number) => answers[Math.min(number, answers.length) - 1] as Answer;
  server = await fakeServer(answer);
  progress = [];
  return gitHubClient({
    authentication,
    baseUrl: server.baseUrl,
    paced: false,
    second: 2,
    progress: (line) => progress.push(line),
    ...options,
  });
}

const asked = (): readonly string[] => (server?.received ?? []).map(({ method, path }) => `${method} ${path}`);
const read = (github: GitHubClient) => github.request('GET /repos/{owner}/{repo}', at);
const post = (github: GitHubClient) =>
  github.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', { ...at, issue_number: 1, body: 'x' });

async function failure(work: Promise<unknown>): Promise<GitHubError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ name: 'GitHubError' });
  return error as GitHubError;
}

describe('a request', () => {
  test('goes to the base URL of an enterprise server, with the token, the version of the interface and a user agent of its own', async () => {
    const github = await client([{ status: 200, body: { full_name: 'acme/shop' } }], { userAgent: 'stagegate/1.2.3' });
    expect((await read(github)).data.full_name).toBe('acme/shop');
    expect(server?.received[0]).toMatchObject({
      method: 'GET',
      path: '/repos/acme/shop',
      headers: {
        authorization: `Bearer ${TOKEN}`,
        'x-github-api-version': '2022-11-28',
        'user-agent': expect.stringMatching(/^stagegate\/1\.2\.3 /),
      },
    });
  });

  test('that meets faults of the server is made again until it is answered', async () => {
    const github = await client([
      { status: 502 },
      { status: 0 },
      { status: 503, body: { message: 'busy' } },
      { status: 200, body: { full_name: 'acme/shop' } },
    ]);
    expect((await read(github)).data.full_name).toBe('acme/shop');
    expect(asked()).toHaveLength(4);
  });

  test('is made four times at most', async () => {
    const github = await client([{ status: 502, body: { message: 'Server Error' } }]);
    const error = await failure(read(github));
    expect(asked()).toHaveLength(4);
    expect(error).toMatchObject({ kind: 'outside', message: 'GET /repos/acme/shop: GitHub answered 502: Server Error' });
    expect(mayHaveHappened(error)).toBe(true);
  });

  test.each([502, 0])('that adds something is made once, whatever fails: the server may have added it (%d)', async (status) => {
    const github = await client([{ status }]);
    const error = await failure(post(github));
    expect(asked()).toHaveLength(1);
    expect(mayHaveHappened(error)).toBe(true);
  });

  test('that writes, and whose answer breaks off, is made once, and may have happened', async () => {
    const github = await client([{ status: 201, body: { id: 1, body: 'x' }, broken: true }]);
    expect(mayHaveHappened(await failure(post(github)))).toBe(true);
    expect(asked()).toHaveLength(1);
  });

  test('that merges is made once, whatever fails', async () => {
    const github = await client([{ status: 502 }]);
    await failure(github.request('PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge', { ...at, pull_number: 1 }));
    expect(asked()).toHaveLength(1);
  });

  test.each([400, 401, 403, 404, 405, 409, 422])('that is answered for good with %d is made once', async (status) => {
    const github = await client([{ status, body: { message: 'no' } }]);
    const error = await failure(read(github));
    expect(asked()).toHaveLength(1);
    expect(error.failure).toMatchObject({ httpStatus: status, said: 'no' });
    expect(mayHaveHappened(error)).toBe(false);
  });
});

describe('limits', () => {
  const limited = (headers: Readonly<Record<string, string>>, message = 'wait', status = 429): Answer => ({
    status,
    headers,
    body: { message },
  });
  const fine: Answer = { status: 201, body: { id: 1 } };

  test.each([
    ['Retry-After', limited({ 'retry-after': '30' })],
    ['Retry-After of a 403', limited({ 'retry-after': '30' }, 'wait', 403)],
    ['a secondary limit', limited({ 'retry-after': '30' }, 'You have exceeded a secondary rate limit.', 403)],
  ])('%s is waited for and said in a line, and the call is made again, even one that adds something', async (_, answer) => {
    const github = await client([answer, fine]);
    await post(github);
    expect(asked()).toHaveLength(2);
    expect(progress).toEqual([expect.stringMatching(/^POST \/repos\/acme\/shop\/issues\/1\/comments: GitHub asks .*, waiting 30 s$/)]);
  });

  test('the end of an hour of the rate limit is waited for when it is near', async () => {
    const reset = String(Math.floor(Date.now() / 1000) + 20);
    const github = await client([
      limited({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }, 'API rate limit exceeded', 403),
      fine,
    ]);
    await post(github);
    expect(progress).toEqual([expect.stringMatching(/the rate limit of GitHub is used up, waiting 2[0-2] s$/)]);
  });

  test('a wait beyond the stated bound is an error that says how long it is', async () => {
    const github = await client([limited({ 'retry-after': '600' })], { longestWait: 90 });
    const error = await failure(post(github));
    expect(asked()).toHaveLength(1);
    expect(progress).toEqual([]);
    expect(error).toMatchObject({ kind: 'outside', remedy: expect.stringContaining('GitHub takes no more calls for 10 min') });
  });

  test('the waits of one call stay within the bound together', async () => {
    const github = await client([limited({ 'retry-after': '30' }, 'You have exceeded a secondary rate limit.')], { longestWait: 90 });
    await failure(post(github));
    expect(asked()).toHaveLength(4);
    expect(progress).toHaveLength(3);
  });

  test('writes keep a second between them unless they are told not to', async () => {
    const status = { ...at, sha: 'f'.repeat(40), state: 'success' } as const;
    const github = await client([{ status: 201, body: {} }], { paced: true });
    const begun = Date.now();
    await Promise.all([1, 2].map(() => github.request('POST /repos/{owner}/{repo}/statuses/{sha}', status)));
    expect(Date.now() - begun).toBeGreaterThanOrEqual(950);
  });
});

describe('pages', () => {
  const items = Array.from({ length: 250 }, (_, index) => ({ id: index + 1, body: `comment ${index + 1}` }));
  const paged = ({ path, headers }: Received): Answer => {
    const url = new URL(path, 'http://any');
    const [page, size] = [Number(url.searchParams.get('page') ?? 1), Number(url.searchParams.get('per_page'))];
    const next = `http://${headers.host}/api/v3${url.pathname}?per_page=${size}&page=${page + 1}`;
    return {
      status: 200,
      body: items.slice((page - 1) * size, page * size),
      headers: page * size < items.length ? { link: `<${next}>; rel="next"` } : {},
    };
  };
  const list = { ...at, issue_number: 1, per_page: 100 } as const;

  test('are read to the last one', async () => {
    const github = await client(paged);
    const read = await github.paginate('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', list);
    expect(read.map(({ id }) => id)).toEqual(items.map(({ id }) => id));
    expect(asked()).toHaveLength(3);
  });

  test('are read no further than somebody needs', async () => {
    const github = await client(paged);
    const read = await github.paginate('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', list, (found) =>
      found.some(({ id }) => id === 120),
    );
    expect(read).toHaveLength(200);
  });

  test('whose text breaks off are read again: they are no empty list, whatever their status says', async () => {
    const broken: Answer = { status: 200, body: [{ number: 1 }, { number: 2 }], broken: true };
    const whole = await client([broken, { status: 200, body: [{ number: 1 }, { number: 2 }] }]);
    expect(await whole.paginate('GET /repos/{owner}/{repo}/pulls', { ...at, per_page: 100 })).toHaveLength(2);
    expect(asked()).toHaveLength(2);
    await server?.close();
    const never = await client([broken]);
    const { message } = await failure(never.paginate('GET /repos/{owner}/{repo}/pulls', { ...at, per_page: 100 }));
    expect(message).toContain('GET /repos/acme/shop/pulls: GitHub could not be reached at 127.0.0.1');
  });

  test('of lists that GitHub wraps are read as lists', async () => {
    const github = await client([{ status: 200, body: { total_count: 1, artifacts: [{ id: 7, name: 'diff' }] } }]);
    const read = await github.paginate('GET /repos/{owner}/{repo}/actions/artifacts', at);
    expect(read.map(({ id }) => id)).toEqual([7]);
  });

  test.each([409, 404, 500])('that fail with %d make the whole list fail: a shorter list would be wrong', async (status) => {
    const github = await client((request, number) => (number === 1 ? paged(request) : { status, body: { message: 'no' } }));
    expect((await failure(github.paginate('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', list))).failure.httpStatus).toBe(
      status,
    );
  });
});

describe('an error', () => {
  test('names the permission that the app lacks, and where GitHub explains the call', async () => {
    const github = await client([
      {
        status: 403,
        body: {
          message: 'Resource not accessible by integration',
          documentation_url: 'https://docs.github.com/rest/commits/statuses#create-a-commit-status',
        },
        headers: { 'x-accepted-github-permissions': 'statuses=write; contents=write,metadata=read' },
      },
    ]);
    const error = await failure(
      github.request('POST /repos/{owner}/{repo}/statuses/{sha}', { ...at, sha: 'f'.repeat(40), state: 'success' }),
    );
    expect(error).toMatchObject({
      kind: 'outside',
      message: `POST /repos/acme/shop/statuses/${'f'.repeat(40)}: GitHub answered 403: Resource not accessible by integration`,
      remedy:
        'give the app or token the permission statuses: write, or contents: write and metadata: read, and accept it where the app is installed; see https://docs.github.com/rest/commits/statuses#create-a-commit-status',
    });
  });

  test('says that GitHub hides what one may not see', async () => {
    const error = await failure(read(await client([{ status: 404, body: { message: 'Not Found' } }])));
    expect(error).toMatchObject({ kind: 'outside', remedy: expect.stringContaining('whether these credentials may see it') });
  });

  test('says that the credentials are wrong', async () => {
    const error = await failure(read(await client([{ status: 401, body: { message: 'Bad credentials' } }])));
    expect(error).toMatchObject({ kind: 'outside', remedy: expect.stringContaining('wrong, expired or revoked') });
  });

  test('lists what GitHub found wrong', async () => {
    const body = {
      message: 'Validation Failed',
      errors: [
        { resource: 'PullRequest', code: 'custom', message: 'No commits between main and x' },
        'and this',
        { resource: 'Issue', field: 'title', code: 'missing_field' },
      ],
    };
    const error = await failure(post(await client([{ status: 422, body }])));
    expect(error).toMatchObject({
      kind: 'wrong-use',
      message: expect.stringContaining('Validation Failed: No commits between main and x, and this, Issue title missing_field'),
    });
  });

  test('sends to the page where a token is authorised for an organisation', async () => {
    const sso = 'required; url=https://github.com/orgs/acme/sso?authorization_request=secretpart';
    const error = await failure(read(await client([{ status: 403, body: { message: 'SAML' }, headers: { 'x-github-sso': sso } }])));
    expect(error.remedy).toBe('authorise the token for the organisation, at https://github.com/orgs/acme/sso');
  });

  test('repeats no page of HTML', async () => {
    const github = await client([{ status: 502, body: '<html>unicorn</html>', headers: { 'content-type': 'text/html' } }]);
    expect((await failure(read(github))).message).toBe('GET /repos/acme/shop: GitHub answered 502');
  });

  test('says that GitHub cannot be reached, and where', async () => {
    const github = await client([]);
    const { baseUrl } = server as FakeServer;
    await server?.close();
    const error = await failure(read(github));
    expect(error).toMatchObject({
      kind: 'outside',
      message: expect.stringContaining(`GitHub could not be reached at ${new URL(baseUrl).host}: connect ECONNREFUSED`),
    });
    expect(mayHaveHappened(error)).toBe(true);
  });

  test('of a query is what GitHub says in it', async () => {
    const github = await client([{ status: 200, body: { data: null, errors: [{ message: "Field 'x' doesn't exist" }] } }]);
    expect(await failure(github.graphql('query { x }'))).toMatchObject({
      message: "POST /graphql: GitHub answered with an error: Field 'x' doesn't exist",
    });
    expect(server?.received[0]?.path).toBe('/api/graphql');
  });

  test.each<[string, Answer]>([
    ['refused', { status: 403, body: { message: `token ${TOKEN} may not` } }],
    ['unknown', { status: 401, body: { message: 'Bad credentials' } }],
    ['cut off', { status: 0 }],
    ['limited', { status: 429, headers: { 'retry-after': '9999' }, body: { message: `wait, ${TOKEN}` } }],
    [
      'invalid',
      { status: 422, body: { message: 'no', errors: [{ message: TOKEN }], documentation_url: `https://docs.github.com/?${TOKEN}` } },
    ],
  ])('of a call that is %s holds no token, wherever one looks', async (_, answer) => {
    const error = await failure(post(await client([answer])));
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(TOKEN);
    expect(`${error.stack}${JSON.stringify(error)}${error.remedy}`).not.toContain(TOKEN);
  });
});

describe('what is asked for wrongly', () => {
  test.each([
    ['http://github.example.com/api/v3', 'not encrypted'],
    ['github.com', "no address of GitHub's interface"],
    ['https://user:geheim@github.example.com/api/v3', 'holds credentials'],
  ])('the address %s is refused', (baseUrl, message) => {
    expect(() => gitHubClient({ authentication, baseUrl })).toThrow(expect.objectContaining({ message: expect.stringContaining(message) }));
    expect(() => gitHubClient({ authentication, baseUrl })).not.toThrow(/geheim/);
  });

  test.each(['', '  ', 'ghp_with a space', 'ghp_line\nbreak'])('the token %j is refused', (token) => {
    expect(() => GitHubAuthentication.token(token)).toThrow(/token for GitHub/);
  });
});

test.each([
  [undefined, 'https://api.github.com', 'https://github.com'],
  ['https://api.github.com/', 'https://api.github.com', 'https://github.com'],
  ['https://github.example.com/api/v3/', 'https://github.example.com/api/v3', 'https://github.example.com'],
  ['https://api.acme.ghe.com', 'https://api.acme.ghe.com', 'https://acme.ghe.com'],
  ['http://127.0.0.1:8080/api/v3', 'http://127.0.0.1:8080/api/v3', 'http://127.0.0.1:8080'],
])('the interface at %s has its repositories where GitHub has them', (baseUrl, api, web) => {
  expect(gitHubClient({ authentication, ...(baseUrl !== undefined && { baseUrl }) }).address).toEqual({ api, web });
});

import { type FailedRequest, type GitHubError, gitHubError } from './error';
import type { Secrets } from './secrets';
import { type Patience, patience, tryAskedWait } from './waiting';

/** How one client talks to GitHub, whoever it talks as. */
export interface Manner {
  /** Address of the REST interface. */
  readonly api: string;
  readonly userAgent: string;
  /** Longest that one call waits because GitHub asks for it, seconds in all. */
  readonly longestWait: number;
  readonly progress: (line: string) => void;
  /** Whether writes keep the distance that GitHub asks for. */
  readonly paced: boolean;
  /** Milliseconds that a second of waiting takes. */
  readonly second: number;
  readonly secrets: Secrets;
}

/** Puts credentials into a request; it is called anew for every attempt. */
export type Authenticate = (request: OctokitRequest, options: RequestOptions) => Promise<unknown>;

type Core = typeof import('@octokit/core', { with: { 'resolution-mode': 'import' }});
type Paginate = typeof import('@octokit/plugin-paginate-rest', { with: { 'resolution-mode': 'import' }});
export type Octokit = InstanceType<Core['Octokit']> & ReturnType<Paginate['paginateRest']>;

/** A request as Octokit passes it to hooks: a route with the parameters that are not yet in it. */
export type RequestOptions = Parameters<Octokit['request']['endpoint']['parse']>[0];
export type OctokitRequest = (options: RequestOptions) => unknown;

/** Attempts after the first one, when GitHub or the network fails on the way. They come after 1, 4 and 9 seconds. */
const RETRIES = 3;

/** Milliseconds until a request without an answer is given up. */
const TIMEOUT = 60_000;

/** The version of the REST interface that is spoken. */
const API_VERSION = '2022-11-28';

/** Answers that stay the same however often one asks; 403 and 429 are waited for where GitHub says how long. */
const FINAL = [400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 451, 501];

/** Octokit's packages are ES modules and are loaded when GitHub is first called. */
export async function openOctokit(manner: Manner, authenticate: Authenticate, queue: string): Promise<Octokit> {
  const [{ Octokit }, { retry }, { throttling }, { paginateRest }] = await Promise.all([
    import('@octokit/core'),
    import('@octokit/plugin-retry'),
    import('@octokit/plugin-throttling'),
    import('@octokit/plugin-paginate-rest'),
  ]);
  const octokit = new (Octokit.plugin(paginateRest, retry, throttling))({
    baseUrl: manner.api,
    userAgent: manner.userAgent,
    log: silent,
    request: { log: silent, fetch: fetchInTime },
    authStrategy: () => Object.assign(async () => ({ type: 'own' }), { hook: authenticate }),
    retry: { doNotRetry: FINAL, retries: RETRIES, retryAfterBaseValue: manner.second },
    throttle: {
      id: queue,
      retryAfterBaseValue: manner.second,
      ...(!manner.paced && { write: unpaced, notifications: unpaced }),
      onRateLimit: (seconds: number, options: object) => patienceOf(options).take(seconds, 'the rate limit of GitHub is used up'),
      onSecondaryRateLimit: (seconds: number, options: object) => patienceOf(options).take(seconds, 'GitHub asks for fewer calls'),
    },
  }) as unknown as Octokit;
  octokit.hook.wrap(
    'request',
    (request, options) => attempted(octokit, manner, request as OctokitRequest, options as RequestOptions) as never,
  );
  return octokit;
}

/** The outermost layer of every request: says which may be repeated, waits as told, and turns failures into the project's errors. */
async function attempted(octokit: Octokit, manner: Manner, request: OctokitRequest, options: RequestOptions): Promise<unknown> {
  const call = callOf(octokit, manner, options);
  const waits = patience(manner.longestWait, call, manner.progress);
  // Octokit's inner layers see these very options, whatever is passed on. A number of retries that is given here counts for every failure,
  // those included that are not worth a second try.
  Object.assign(options, {
    headers: { 'x-github-api-version': API_VERSION, ...options.headers },
    request: { ...options.request, ...(!isRepeatable(options) && { retries: 0 }), patience: waits },
  });
  for (;;) {
    try {
      return await request(options);
    } catch (error) {
      const failed = error as FailedRequest;
      const seconds = tryAskedWait(failed, Date.now());
      if (seconds === undefined || !waits.take(seconds, 'GitHub asks to wait')) throw told(failed, call, manner, seconds);
      await new Promise((done) => setTimeout(done, seconds * manner.second));
    }
  }
}

function told(error: FailedRequest, call: string, { api, secrets }: Manner, wait: number | undefined): GitHubError | FailedRequest {
  // What was not thrown by Octokit is a defect, or an error of ours already.
  if (!(error.status !== undefined && 'request' in error)) return error;
  return gitHubError(call, error, { host: new URL(api).host, clean: secrets.removedFrom, wait });
}

/**
 * A call that was made may be made again where that changes nothing: reading, replacing, setting fields, deleting, and making a token.
 * A merge may have taken place, and whoever asked for it has to look.
 */
function isRepeatable({ method, url = '', query }: RequestOptions): boolean {
  if (method === 'POST') return /\/access_tokens$/.test(url) || (/\/graphql$/.test(url) && !/^\s*mutation\b/.test(String(query)));
  return !(method === 'PUT' && /\/merge$/.test(url));
}

/** Method and path as GitHub was asked, without what a query may hold. */
function callOf(octokit: Octokit, { api }: Manner, options: RequestOptions): string {
  const { method, url } = octokit.request.endpoint.parse(options);
  const [path = ''] = url.split('?');
  return `${method} ${path.startsWith(api) ? path.slice(api.length) : path}`;
}

/** The plugin that paces calls gives back the options of the request that it is about. */
function patienceOf(options: object): Patience {
  return (options as { readonly request: { readonly patience: Patience } }).request.patience;
}

const nothing = (): void => undefined;
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** In place of a queue that keeps a distance between calls. */
const unpaced = {
  key: () => ({
    schedule: (_options: unknown, work: (...args: readonly unknown[]) => unknown, ...args: readonly unknown[]) => work(...args),
  }),
} as never;

/**
 * Octokit takes a body that breaks off for an empty one, so that a list would seem to have no items: it is read before Octokit reads it.
 * It tells the cause of an error only if that is one of this realm.
 */
async function fetchInTime(url: string, init: RequestInit): Promise<Response> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT) });
    await response.clone().arrayBuffer();
    return response;
  } catch (error) {
    const { message, name, cause } = error as { readonly message?: string; readonly name?: string; readonly cause?: unknown };
    if (name === 'TimeoutError') throw new Error(`no answer within ${TIMEOUT / 1000} s`);
    const { code, message: reason } = (cause ?? {}) as { readonly code?: string; readonly message?: string };
    throw new Error([reason || message || 'the connection failed', code].filter((part) => part !== undefined).join(' '));
  }
}

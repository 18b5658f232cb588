import { type GitHubAddress, gitHubAddress } from './address';
import type { GitHubAuthentication } from './authentication';
import { GitHubError } from './error';
import { type Authenticate, type Manner, type Octokit, openOctokit, type RequestOptions } from './octokit';
import { secretsKept } from './secrets';
import { once, type Tokens, tokensOf } from './tokens';

type Endpoints = import('@octokit/types', { with: { 'resolution-mode': 'import' }}).Endpoints;
type PaginatingEndpoints = import('@octokit/plugin-paginate-rest', { with: { 'resolution-mode': 'import' }}).PaginatingEndpoints;

/** A route of GitHub's REST interface as its description has it, for instance `GET /repos/{owner}/{repo}/pulls`. */
export type GitHubRoute = keyof Endpoints;
export type GitHubParameters<R extends GitHubRoute> = Endpoints[R]['parameters'];
export type GitHubResponse<R extends GitHubRoute> = Endpoints[R]['response'];

/** A route whose answers come in pages. */
export type GitHubListRoute = keyof PaginatingEndpoints;
export type GitHubItem<R extends GitHubListRoute> = PaginatingEndpoints[R] extends { response: { data: infer D } }
  ? D extends readonly (infer I)[]
    ? I
    : never
  : never;

export interface GitHubClientOptions {
  /** See {@link GitHubAuthentication}. */
  readonly authentication: GitHubAuthentication;
  /**
   * Address of the REST interface: `https://HOST/api/v3` for an enterprise server.
   *
   * @default https://api.github.com
   */
  readonly baseUrl?: string;
  /** What GitHub is told who calls. @default stagegate */
  readonly userAgent?: string;
  /**
   * Longest that one call waits because GitHub asks for it, seconds in all; a longer wait is an error that says how long.
   *
   * @default 120
   */
  readonly longestWait?: number;
  /** Is told in a line why a call waits. @default nobody */
  readonly progress?: (line: string) => void;
  /**
   * Whether writes keep the distance that GitHub asks for: one second, and three where people are notified.
   *
   * @default true
   */
  readonly paced?: boolean;
  /** Milliseconds that a second of waiting takes; tests shorten it. @default 1000 */
  readonly second?: number;
}

/**
 * GitHub's REST and GraphQL interfaces as one identity.
 *
 * Calls that change nothing when they are made again are repeated up to three times when GitHub or the network fails. A POST, or a merge, is
 * not: whoever makes one reads first what became of it ({@link mayHaveHappened}). A limit of GitHub is waited for within `longestWait`.
 * Every failure is a {@link GitHubError}; no error, line of progress or other text holds a token.
 */
export interface GitHubClient {
  readonly address: GitHubAddress;
  /** @throws GitHubError */
  request<R extends GitHubRoute>(route: R, parameters: GitHubParameters<R>): Promise<GitHubResponse<R>>;
  /**
   * The items of all pages, or of the first ones until `enough` says so of what was read; ask for a hundred with `per_page`.
   *
   * @throws GitHubError
   */
  paginate<R extends GitHubListRoute>(
    route: R,
    parameters: PaginatingEndpoints[R]['parameters'],
    enough?: (items: readonly GitHubItem<R>[]) => boolean,
  ): Promise<readonly GitHubItem<R>[]>;
  /** The `data` of a query. @throws GitHubError, also when GitHub answers with `errors` */
  graphql<T>(query: string, variables?: Readonly<Record<string, unknown>>): Promise<T>;
  /** A token that is good for some minutes, for git; never to be shown. */
  token(): Promise<string>;
  /** Slug of the app that calls; undefined when a token was given, of which only GitHub knows whose it is. */
  trySlug(): Promise<string | undefined>;
  /** Waits so many seconds. */
  pause(seconds: number): Promise<void>;
  /** A text without any token or key of this client. */
  withoutSecrets(text: string): string;
}

/**
 * Opens GitHub. Nothing is loaded or called before the first request.
 *
 * @throws DeliveryError when the address is none.
 */
export function gitHubClient(options: GitHubClientOptions): GitHubClient {
  const address = gitHubAddress(options.baseUrl);
  const secrets = secretsKept();
  const manner: Manner = {
    api: address.api,
    userAgent: options.userAgent ?? 'stagegate',
    longestWait: options.longestWait ?? 120,
    progress: (line) => options.progress?.(secrets.removedFrom(line)),
    paced: options.paced ?? true,
    second: options.second ?? 1000,
    secrets,
  };
  const tokens = tokensOf(options.authentication, manner);
  const octokit = once(() => openOctokit(manner, withToken(tokens, manner), 'calls'));
  return {
    address,
    request: async (route, parameters) => (await octokit()).request(route, parameters as never) as never,
    async paginate(route, parameters, enough) {
      const { paginate } = await octokit();
      const items: unknown[] = [];
      for await (const { data } of paginate.iterator(route as never, parameters as never)) {
        items.push(...(data as readonly unknown[]));
        if (enough?.(items as never) === true) break;
      }
      return items as never;
    },
    graphql: async (query, variables) => answerOf(await octokit(), query, variables),
    token: () => tokens.current(),
    trySlug: () => tokens.trySlug(),
    pause: (seconds) => new Promise((done) => setTimeout(done, seconds * manner.second)),
    withoutSecrets: (text) => secrets.removedFrom(text),
  };
}

/** Pauses, in seconds, while a token that was just made becomes known to all of GitHub. */
const REPLICATION = [1, 2, 4];

/** A call whose token GitHub does not know has changed nothing: it is made again with a new one, as long as there is one. */
function withToken(tokens: Tokens, manner: Manner): Authenticate {
  return async (request, options) => {
    let token = await tokens.current();
    for (let attempt = 0; ; attempt += 1) {
      manner.secrets.add(Buffer.from(`x-access-token:${token}`).toString('base64'));
      try {
        return await request(authorised(options, token));
      } catch (error) {
        if ((error as { readonly status?: number }).status !== 401 || !tokens.renewable || attempt > REPLICATION.length) throw error;
        const pause = REPLICATION[attempt - 1];
        if (pause === undefined) token = await tokens.renewed(token);
        else await new Promise((done) => setTimeout(done, pause * manner.second));
      }
    }
  };
}

function authorised(options: RequestOptions, token: string): RequestOptions {
  return { ...options, headers: { ...options.headers, authorization: `Bearer ${token}` } };
}

async function answerOf<T>(octokit: Octokit, query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<T> {
  try {
    return await octokit.graphql<T>(query, variables);
  } catch (error) {
    if (GitHubError.is(error)) throw error;
    const { errors, message } = error as { readonly errors?: readonly { readonly message: string }[]; readonly message: string };
    const said = errors === undefined ? message : errors.map((one) => one.message).join('; ');
    const call = 'POST /graphql';
    throw new GitHubError('outside', { call, said }, `${call}: GitHub answered with an error: ${said}`, 'look at what GitHub says');
  }
}

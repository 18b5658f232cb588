/** A failure that the next matching requests meet, in place of an answer. */
export interface Fault {
  /** @default every method */
  readonly method?: string;
  /** Path below `/api/v3` (`/api/graphql` for GraphQL, `/<owner>/<repo>.git/…` for git); `*` stands for anything. @default every path */
  readonly path?: string;
  /**
   * An HTTP status, or a connection that is cut without an answer: before the request was looked at, or after it was carried out.
   *
   * @default no failure, only `delay`
   */
  readonly status?: number | 'unreachable' | 'lost';
  readonly headers?: Readonly<Record<string, string>>;
  /** @default GitHub's words for the status */
  readonly body?: unknown;
  /** Milliseconds to wait before anything else. @default 0 */
  readonly delay?: number;
  /** How many requests it meets. */
  readonly times: number;
}

export class Faults {
  private pending: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.pending.push({ fault, left: fault.times });
  }

  clear(): void {
    this.pending = [];
  }

  /** The fault that this request meets; the first that was added. */
  take(method: string, path: string): Fault | undefined {
    const found = this.pending.find(
      ({ fault, left }) => left > 0 && (fault.method ?? method) === method && matches(fault.path ?? '*', path),
    );
    if (found === undefined) return undefined;
    found.left -= 1;
    return found.fault;
  }
}

/** GitHub's answer when a caller is too quick: he has to wait so many seconds. GitHub says so with either status. */
export function tooQuick(seconds: number, status: 403 | 429): Pick<Fault, 'status' | 'headers' | 'body'> {
  return {
    status,
    headers: { 'retry-after': String(seconds) },
    body: {
      message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
      documentation_url: 'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits',
    },
  };
}

function matches(pattern: string, path: string): boolean {
  const escaped = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`).test(path);
}

const messages: Readonly<Record<number, string>> = {
  401: 'Bad credentials',
  403: 'Resource not accessible by personal access token',
  404: 'Not Found',
  429: 'API rate limit exceeded',
  500: 'Server Error',
  502: 'Server Error',
  503: 'Service Unavailable',
  504: 'We had issues producing the response to your request.',
};

export function faultBody(status: number): unknown {
  return { message: messages[status] ?? 'Error', documentation_url: 'https://docs.github.com/rest', status: String(status) };
}

import { DeliveryError, type DeliveryErrorKind } from '../delivery/error';

const MARK = Symbol.for('stagegate.GitHubError');

/** A call to GitHub that failed, as text that may be shown to anybody. */
export interface GitHubFailure {
  /** Method and path, for instance `POST /repos/acme/shop/pulls`. */
  readonly call: string;
  /** Absent when GitHub gave no answer. */
  readonly httpStatus?: number;
  /** GitHub's message, with the causes that it lists. */
  readonly said?: string;
  /** Where GitHub explains the call. */
  readonly documentation?: string;
}

/**
 * A call to GitHub that failed: what was called, what GitHub said, and what to do. It holds no token, no header and no body.
 *
 * There is no property `status`, which Octokit's pagination reads: it takes a 409 for the end of a list.
 */
export class GitHubError extends DeliveryError {
  /** Recognises the error across several loaded copies of the package, where `instanceof` fails. */
  static override is(value: unknown): value is GitHubError {
    return typeof value === 'object' && value !== null && MARK in value;
  }

  readonly failure: GitHubFailure;

  constructor(kind: DeliveryErrorKind, failure: GitHubFailure, message: string, remedy: string) {
    super(kind, message, remedy);
    this.name = 'GitHubError';
    this.failure = failure;
    Object.defineProperty(this, MARK, { value: true });
  }
}

/** Whether a call failed with one of these answers. */
export function answered(error: unknown, ...statuses: readonly number[]): error is GitHubError {
  return GitHubError.is(error) && error.failure.httpStatus !== undefined && statuses.includes(error.failure.httpStatus);
}

/** Whether nobody knows if the call took effect: no answer came, or one of a server that failed on the way. */
export function mayHaveHappened(error: unknown): error is GitHubError {
  return GitHubError.is(error) && (error.failure.httpStatus === undefined || error.failure.httpStatus >= 500);
}

/** What a failed request of Octokit looks like. */
export interface FailedRequest {
  readonly message: string;
  readonly status?: number;
  readonly response?: { readonly data?: unknown; readonly headers?: Readonly<Record<string, string | undefined>> };
}

/** Longest text of GitHub that is repeated, characters. */
const LONGEST = 1_000;

/** How a failed request is told. */
export interface Telling {
  /** Where it went. */
  readonly host: string;
  /** Takes secrets out of what GitHub repeats. */
  readonly clean: (text: string) => string;
  /** Seconds that GitHub asks to wait. */
  readonly wait: number | undefined;
}

/** The error that a failed request is told as. */
export function gitHubError(call: string, error: FailedRequest, { host, clean, wait }: Telling): GitHubError {
  const { response } = error;
  if (response === undefined || error.status === undefined) {
    const said = clean(oneLine(error.message));
    const message = `${call}: GitHub could not be reached at ${host}: ${said}`;
    return new GitHubError('outside', { call, said }, message, 'look at the network and at the address, then repeat the command');
  }
  const httpStatus = error.status;
  const { message: said, page: documentation } = answerOf(response.data, clean);
  const failure: GitHubFailure = {
    call,
    httpStatus,
    ...(said !== undefined && { said }),
    ...(documentation !== undefined && { documentation }),
  };
  const message = `${call}: GitHub answered ${httpStatus}${said === undefined ? '' : `: ${said}`}`;
  const remedy = wait === undefined ? clean(remedyFor(httpStatus, response.headers ?? {})) : waitRemedy(wait);
  const more = documentation === undefined ? '' : `; see ${documentation}`;
  return new GitHubError(kindOf(httpStatus), failure, message, `${remedy}${more}`);
}

function kindOf(status: number): DeliveryErrorKind {
  if (status === 405 || status === 409) return 'refused';
  return status === 400 || status === 422 ? 'wrong-use' : 'outside';
}

function waitRemedy(seconds: number): string {
  const time = seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
  return `GitHub takes no more calls for ${time}: repeat the command after that, and look for what else uses this identity`;
}

function remedyFor(status: number, headers: Readonly<Record<string, string | undefined>>): string {
  const page = /url=(https:\/\/[^\s;,]+)/.exec(headers['x-github-sso'] ?? '')?.[1];
  if (page !== undefined) return `authorise the token for the organisation, at ${page.replace(/\?.*$/, '')}`;
  switch (status) {
    case 401:
      return 'the credentials are wrong, expired or revoked: give others';
    case 403:
      return permissionRemedy(headers['x-accepted-github-permissions'], headers['x-accepted-oauth-scopes']);
    case 404:
      return 'look at the name, and whether these credentials may see it: GitHub hides what they may not';
    case 405:
    case 409:
      return 'look at the state it is in, then repeat the command';
    case 400:
    case 422:
      return 'mend what GitHub names';
    default:
      return status >= 500 ? 'the fault is on the side of GitHub: repeat the command later' : 'look at what GitHub says';
  }
}

/** GitHub names the permissions that would do: sets with `;` between them, each with `,`. */
function permissionRemedy(permissions: string | undefined, scopes: string | undefined): string {
  if (permissions !== undefined && permissions.trim() !== '') {
    const sets = permissions.split(';').map((set) =>
      set
        .split(',')
        .map((one) => one.trim().replace('=', ': '))
        .join(' and '),
    );
    return `give the app or token the permission ${sets.join(', or ')}, and accept it where the app is installed`;
  }
  if (scopes !== undefined && scopes.trim() !== '') return `give the token one of the scopes ${scopes.trim()}`;
  return 'give the identity of this call the right to do this, or call as another one';
}

function answerOf(data: unknown, clean: Telling['clean']): { readonly message?: string; readonly page?: string } {
  if (typeof data === 'string') return data.trim() === '' || data.includes('<') ? {} : { message: clean(oneLine(data)) };
  if (typeof data !== 'object' || data === null) return {};
  const { message, errors, documentation_url: page } = data as Readonly<Record<string, unknown>>;
  const causes = Array.isArray(errors) ? errors.map(causeOf).filter((cause) => cause !== '') : [];
  const said = [typeof message === 'string' ? message : '', causes.join(', ')].filter((part) => part !== '').join(': ');
  return { ...(said !== '' && { message: clean(oneLine(said)) }), ...(typeof page === 'string' && page !== '' && { page: clean(page) }) };
}

/** A cause is a text, or names a field, a code and sometimes a message. */
function causeOf(cause: unknown): string {
  if (typeof cause === 'string') return cause;
  if (typeof cause !== 'object' || cause === null) return '';
  const { message, resource, field, code } = cause as Readonly<Record<string, unknown>>;
  if (typeof message === 'string' && message !== '') return message;
  return [resource, field, code].filter((part) => typeof part === 'string' && part !== '').join(' ');
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}

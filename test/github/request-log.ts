/** A request as it arrived, and what became of it. */
export interface LoggedRequest {
  readonly method: string;
  /** Path below `/api/v3`; `/api/graphql` and git keep theirs. */
  readonly path: string;
  /** With its question mark; empty when there is none. */
  readonly query: string;
  readonly body: unknown;
  /** Login or slug of the caller. */
  readonly caller: string | undefined;
  /** 0 when the connection was cut. */
  readonly status: number;
}

/** Something that no test may pass by: a call that the emulator does not know, or an answer that GitHub would not give. */
export interface Problem {
  readonly kind: 'unknown-route' | 'unsupported' | 'unknown-property' | 'invalid-response' | 'failure';
  readonly request: string;
  readonly what: string;
}

/** What was asked, one line each, with ids and shas left in: `PUT /repos/acme/app/environments/prod 200`. */
export function callLines(requests: readonly LoggedRequest[]): readonly string[] {
  return requests.map(({ method, path, query, status }) => `${method} ${path}${query} ${status}`);
}

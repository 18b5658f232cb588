import type { Principal } from './principals';
import type { World } from './world';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** JSON as it arrives; its shape was compared with GitHub's description before a route sees it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };
export type JsonObject = { readonly [name: string]: Json | undefined };

/** One operation of GitHub's REST interface, as data. */
export interface Route {
  readonly method: Method;
  /** Exactly as in GitHub's description: `/repos/{owner}/{repo}/rulesets`. */
  readonly path: string;
  readonly handle: (request: ApiRequest) => ApiResponse | Promise<ApiResponse>;
}

export interface ApiRequest {
  readonly method: Method;
  /** Values of the path's parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Numbers and booleans where the description says so. */
  readonly query: Readonly<Record<string, string | number | boolean>>;
  /** The JSON that was sent; an empty object when nothing was. */
  readonly body: JsonObject;
  /** Path and query below `/api/v3`. */
  readonly target: string;
  /** Who calls; absent without a token. */
  readonly caller: Principal | undefined;
  readonly world: World;
}

export interface ApiResponse {
  readonly status: number;
  /** JSON; absent for an empty answer. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that ends the handling of a request. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** What GitHub puts into `errors`. */
    readonly errors?: readonly Json[],
    readonly headers?: Readonly<Record<string, string>>,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export function ok(body: unknown): ApiResponse {
  return { status: 200, body };
}

export function created(body: unknown): ApiResponse {
  return { status: 201, body };
}

export const noContent: ApiResponse = { status: 204 };

/** GitHub says so of what is not there and of what the caller may not see. */
export function notFound(message = 'Not Found'): never {
  throw new ApiError(404, message);
}

export function forbidden(message: string): never {
  throw new ApiError(403, message);
}

/** 422 with the causes in `errors`, as GitHub refuses what its description allows. */
export function invalid(...causes: readonly Json[]): never {
  throw new ApiError(422, 'Validation Failed', causes);
}

/** What GitHub knows and this emulator does not: answered with 501 and recorded, so that no test passes by it. */
export class Unsupported extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'Unsupported';
  }
}

export function unsupported(what: string): never {
  throw new Unsupported(`the emulator does not know ${what}`);
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../principals';
import type { World } from '../world';

/** A request below `/<owner>/<repository>.git`; its body is not read yet. */
export interface GitRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly pathname: string;
  /** With its question mark; empty when there is none. */
  readonly search: string;
  readonly caller: Principal | undefined;
  /** There was a token, and it is nobody's. */
  readonly badCredentials: boolean;
  readonly world: World;
}

export async function handleGit({ response }: GitRequest): Promise<void> {
  response.writeHead(501);
  response.end();
}

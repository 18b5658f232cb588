import type { Principal } from './principals';
import type { Problem } from './request-log';
import type { ApiResponse } from './route';
import type { World } from './world';

/** The GraphQL interface over a world. */
export class GraphQl {
  constructor(
    private readonly world: World,
    private readonly problem: (problem: Problem) => void,
  ) {}

  async answer(_call: { readonly text: string; readonly caller: Principal | 'unknown' | undefined }): Promise<ApiResponse> {
    this.problem({ kind: 'unknown-route', request: 'POST /api/graphql', what: `not yet, at ${this.world.url}` });
    return { status: 501 };
  }
}

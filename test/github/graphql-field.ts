import type { Principal } from './principals';
import type { World } from './world';

export interface GraphQlContext {
  readonly world: World;
  readonly caller: Principal;
}

/** A field of the root: what it returns is read property by property, and a property that is a function takes the field's arguments. */
export type GraphQlField = (given: Readonly<Record<string, unknown>>, context: GraphQlContext) => unknown;

/** A failure that GitHub answers. */
export class GraphQlFailure extends Error {
  constructor(
    readonly type: 'NOT_FOUND' | 'FORBIDDEN' | 'UNPROCESSABLE',
    message: string,
  ) {
    super(message);
    this.name = 'GraphQlFailure';
  }
}

/** A list as GraphQL pages it; nobody here has more than a page of them. */
export function connection(nodes: readonly unknown[]): Readonly<Record<string, unknown>> {
  return {
    nodes,
    edges: nodes.map((node) => ({ node, cursor: '' })),
    totalCount: nodes.length,
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  };
}

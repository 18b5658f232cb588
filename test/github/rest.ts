import { actionsRoutes } from './actions/routes';
import { actionsPermissionRoutes } from './actions-permissions';
import { appRoutes } from './apps';
import { branchProtectionRoutes } from './branch-protection-routes';
import { deliveryRoutes } from './delivery/routes';
import { deploymentPolicyRoutes } from './deployment-policies';
import { environmentRoutes } from './environments';
import { metaRoutes } from './meta';
import { organizationRoutes } from './organizations';
import type { Principal } from './principals';
import { nameOf } from './principals';
import { repositoryRoutes } from './repositories';
import type { Problem } from './request-log';
import { ApiError, type ApiResponse, type JsonObject, type Method, type Route, Unsupported } from './route';
import { rulesetRoutes } from './rulesets';
import { secretRoutes } from './secrets';
import { teamRoutes } from './teams';
import { type Description, published } from './validation';
import { variableRoutes } from './variables';
import type { World } from './world';

export const routes: readonly Route[] = [
  ...metaRoutes,
  ...organizationRoutes,
  ...teamRoutes,
  ...appRoutes,
  ...repositoryRoutes,
  ...rulesetRoutes,
  ...environmentRoutes,
  ...deploymentPolicyRoutes,
  ...variableRoutes,
  ...secretRoutes,
  ...actionsPermissionRoutes,
  ...branchProtectionRoutes,
  ...deliveryRoutes,
  ...actionsRoutes,
];

/** A call of the REST interface, as it came in. */
export interface Call {
  readonly method: Method;
  /** Path below `/api/v3`, with its query. */
  readonly target: string;
  /** What was sent, as text; empty when nothing was. */
  readonly text: string;
  readonly caller: Principal | 'unknown' | undefined;
}

/** The REST interface over a world: finds the route, and compares what goes in and what comes out with GitHub's description. */
export class Rest {
  private readonly byOperation: ReadonlyMap<string, Route>;

  constructor(
    private readonly world: World,
    private readonly problem: (problem: Problem) => void,
    own: readonly Route[] = routes,
    private readonly description: Description = published,
  ) {
    this.byOperation = new Map(own.map((route) => [`${route.method} ${route.path}`, route]));
  }

  async answer(call: Call): Promise<ApiResponse> {
    const request = `${call.method} ${call.target}`;
    const [pathname = '', search = ''] = call.target.split('?', 2);
    const found = this.description.tryPath(pathname);
    const operation = found === undefined ? undefined : this.description.tryOperation(call.method, found.path);
    const route = operation === undefined ? undefined : this.byOperation.get(`${call.method} ${operation.path}`);
    if (found === undefined || operation === undefined || route === undefined) {
      const what =
        operation === undefined ? 'GitHub describes no such operation' : `there is no route for ${call.method} ${operation.path}`;
      this.problem({ kind: 'unknown-route', request, what });
      return failure(new ApiError(501, what), 'https://docs.github.com/rest');
    }
    const query = Object.fromEntries(
      [...new URLSearchParams(search)].map(([name, value]) => [name, this.description.queryValue(operation, name, value)]),
    );
    let response: ApiResponse;
    try {
      if (call.caller === 'unknown') throw new ApiError(401, 'Bad credentials');
      const body = parsed(call.text);
      const wrong = this.description.requestFindings(operation, { params: found.params, query, body });
      if (wrong.length > 0) throw new ApiError(422, `Invalid request.\n\n${wrong.join('\n')}`);
      for (const name of this.description.unknownNames(operation, query, body)) {
        this.problem({ kind: 'unknown-property', request, what: `${name} is not in GitHub's description` });
      }
      const given = (body ?? {}) as JsonObject;
      response = await route.handle({ ...call, params: found.params, query, body: given, caller: call.caller, world: this.world });
    } catch (error) {
      response = this.refusal(error, request, operation.documentation);
    }
    // What is on its way is plain JSON: dates, undefined and getters end here.
    const body: unknown = response.body === undefined ? undefined : JSON.parse(JSON.stringify(response.body));
    const invalid = response.status === 500 ? [] : this.description.responseFindings(operation, response.status, body);
    if (invalid.length === 0) return { ...response, ...(body === undefined ? {} : { body }) };
    const what = `the answer ${response.status} is not what GitHub describes:\n${invalid.join('\n')}`;
    this.problem({ kind: 'invalid-response', request, what });
    return failure(new ApiError(500, what), operation.documentation);
  }

  private refusal(error: unknown, request: string, documentation: string): ApiResponse {
    if (error instanceof ApiError) return failure(error, documentation);
    if (error instanceof Unsupported) {
      this.problem({ kind: 'unsupported', request, what: error.message });
      return failure(new ApiError(501, error.message), documentation);
    }
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.problem({ kind: 'failure', request, what });
    return failure(new ApiError(500, 'Server Error'), documentation);
  }
}

export function callerName(caller: Principal | 'unknown' | undefined): string | undefined {
  return caller === undefined || caller === 'unknown' ? undefined : nameOf(caller);
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, 'Problems parsing JSON');
  }
}

/** GitHub's form of a failure. */
function failure(error: ApiError, documentation: string): ApiResponse {
  const { status, message, errors, headers } = error;
  return {
    status,
    body: { message, ...(errors === undefined ? {} : { errors }), documentation_url: documentation, status: String(status) },
    ...(headers === undefined ? {} : { headers }),
  };
}

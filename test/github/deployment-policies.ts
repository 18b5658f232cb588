import { repositoryOf } from './access';
import { type DeploymentPolicy, type Environment, environmentOf } from './environments';
import { page } from './pagination';
import { type ApiRequest, invalid, noContent, notFound, ok, type Route } from './route';

const reading = { role: 'read', app: ['actions', 'read'] } as const;
const administering = { role: 'admin', app: ['administration', 'write'] } as const;
const POLICIES = '/repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies';

/** Refs that may deploy, one pattern each. */
export const deploymentPolicyRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: POLICIES,
    handle: (request) => {
      const { policies } = customEnvironment(request, reading);
      const { items, headers } = page(request, [...policies.values()]);
      return { ...ok({ total_count: policies.size, branch_policies: items.map(body) }), headers };
    },
  },
  {
    method: 'POST',
    path: POLICIES,
    handle: (request) => {
      const environment = customEnvironment(request, administering);
      const { name, type = 'branch' } = request.body as unknown as { readonly name: string; readonly type?: 'branch' | 'tag' };
      const same = [...environment.policies.values()].find((other) => other.name === name && other.type === type);
      // Not an answer of its own: the client is sent to the one that is there.
      if (same !== undefined) return { status: 303, headers: { location: `${request.world.url}api/v3${request.target}/${same.id}` } };
      refusePattern(name);
      const policy = { id: request.world.nextId(), name, type };
      environment.policies.set(policy.id, policy);
      return ok(body(policy));
    },
  },
  {
    method: 'GET',
    path: `${POLICIES}/{branch_policy_id}`,
    handle: (request) => ok(body(policyOf(customEnvironment(request, reading), request))),
  },
  {
    method: 'PUT',
    path: `${POLICIES}/{branch_policy_id}`,
    handle: (request) => {
      const environment = customEnvironment(request, administering);
      const policy = policyOf(environment, request);
      const name = String(request.body.name);
      refusePattern(name);
      const changed = { ...policy, name };
      environment.policies.set(policy.id, changed);
      return ok(body(changed));
    },
  },
  {
    method: 'DELETE',
    path: `${POLICIES}/{branch_policy_id}`,
    handle: (request) => {
      const environment = customEnvironment(request, administering);
      environment.policies.delete(policyOf(environment, request).id);
      return noContent;
    },
  },
];

/** Without custom policies the list is not there. */
function customEnvironment(request: ApiRequest, needed: typeof reading | typeof administering): Environment {
  const environment = environmentOf(repositoryOf(request, needed), request);
  return environment.branchPolicy?.custom_branch_policies ? environment : notFound();
}

function policyOf({ policies }: Environment, { params }: ApiRequest): DeploymentPolicy {
  return policies.get(Number(params.branch_policy_id)) ?? notFound();
}

/** Short names of branches or tags with wildcards. */
function refusePattern(name: string): void {
  if (name === '' || name.startsWith('refs/') || /[\s~^:\\]|\.\.|\/\//.test(name)) invalid(`Invalid name pattern '${name}'`);
}

function body({ id, name, type }: DeploymentPolicy): Readonly<Record<string, unknown>> {
  return { id, node_id: `DBP_${id}`, name, type };
}

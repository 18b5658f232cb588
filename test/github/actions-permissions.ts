import { repositoryOf } from './access';
import { ApiError, type ApiRequest, created, type JsonObject, noContent, ok, type Route } from './route';
import type { Repository } from './world';

/** What Actions may do in a repository. */
export interface ActionsPermissions {
  enabled: boolean;
  allowed: 'all' | 'local_only' | 'selected';
  shaPinningRequired: boolean;
  selected: { readonly github_owned_allowed: boolean; readonly verified_allowed: boolean; readonly patterns_allowed: readonly string[] };
  workflow: { readonly default_workflow_permissions: 'read' | 'write'; readonly can_approve_pull_request_reviews: boolean };
  oidc: { readonly use_default: boolean; readonly include_claim_keys?: readonly string[]; readonly use_immutable_subject?: boolean };
}

const reading = { role: 'admin', app: ['administration', 'read'] } as const;
const administering = { role: 'admin', app: ['administration', 'write'] } as const;

/** A new repository lets all actions run, with a token that reads. */
function permissionsOf(repository: Repository): ActionsPermissions {
  repository.actions ??= {
    enabled: true,
    allowed: 'all',
    shaPinningRequired: false,
    selected: { github_owned_allowed: false, verified_allowed: false, patterns_allowed: [] },
    workflow: { default_workflow_permissions: 'read', can_approve_pull_request_reviews: false },
    oidc: { use_default: true },
  };
  return repository.actions;
}

function read(request: ApiRequest): ActionsPermissions {
  return permissionsOf(repositoryOf(request, reading));
}

function change(request: ApiRequest): ActionsPermissions {
  return permissionsOf(repositoryOf(request, administering));
}

export const actionsPermissionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/actions/permissions',
    handle: (request) => {
      const { enabled, allowed, shaPinningRequired } = read(request);
      const url = `${request.world.url}api/v3${request.target}/selected-actions`;
      return ok({
        enabled,
        ...(enabled ? { allowed_actions: allowed, sha_pinning_required: shaPinningRequired } : {}),
        ...(enabled && allowed === 'selected' ? { selected_actions_url: url } : {}),
      });
    },
  },
  {
    method: 'PUT',
    path: '/repos/{owner}/{repo}/actions/permissions',
    handle: (request) => {
      const permissions = change(request);
      const given = request.body as {
        readonly enabled: boolean;
        readonly allowed_actions?: ActionsPermissions['allowed'];
        readonly sha_pinning_required?: boolean;
      };
      permissions.enabled = given.enabled;
      permissions.allowed = given.allowed_actions ?? permissions.allowed;
      permissions.shaPinningRequired = given.sha_pinning_required ?? permissions.shaPinningRequired;
      return noContent;
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/actions/permissions/selected-actions',
    handle: (request) => ok(selectable(read(request)).selected),
  },
  {
    method: 'PUT',
    path: '/repos/{owner}/{repo}/actions/permissions/selected-actions',
    handle: (request) => {
      const permissions = selectable(change(request));
      permissions.selected = { ...permissions.selected, ...(request.body as JsonObject & Partial<ActionsPermissions['selected']>) };
      return noContent;
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/actions/permissions/workflow',
    handle: (request) => ok(read(request).workflow),
  },
  {
    method: 'PUT',
    path: '/repos/{owner}/{repo}/actions/permissions/workflow',
    handle: (request) => {
      const permissions = change(request);
      permissions.workflow = { ...permissions.workflow, ...(request.body as Partial<ActionsPermissions['workflow']>) };
      return noContent;
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/actions/oidc/customization/sub',
    handle: (request) => ok(read(request).oidc),
  },
  {
    method: 'PUT',
    path: '/repos/{owner}/{repo}/actions/oidc/customization/sub',
    handle: (request) => {
      const permissions = change(request);
      const given = request.body as unknown as ActionsPermissions['oidc'];
      const wrong = given.include_claim_keys?.find((key) => !/^\w+$/.test(key));
      if (wrong !== undefined) throw new ApiError(422, `Invalid claim key ${wrong}`);
      permissions.oidc = given.use_default ? { use_default: true } : given;
      return created({});
    },
  },
];

/** Which actions are selected is a question only where they are. */
function selectable(permissions: ActionsPermissions): ActionsPermissions {
  if (permissions.enabled && permissions.allowed === 'selected') return permissions;
  throw new ApiError(409, 'Conflict: allowed_actions is not selected');
}

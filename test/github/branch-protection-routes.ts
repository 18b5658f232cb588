import { repositoryOf } from './access';
import { simpleUser } from './accounts';
import { appBody } from './apps';
import { type BranchProtection, protect, tryProtection, unprotect, unprotected } from './branch-protection';
import { appNode, personNode, teamNode, tryNode } from './nodes';
import { refuseProtectionByPlan } from './plans';
import { type ApiRequest, type ApiResponse, noContent, notFound, ok, type Route } from './route';
import { teamBody } from './teams';
import type { Repository } from './world';

const reading = { role: 'admin', app: ['administration', 'read'] } as const;
const administering = { role: 'admin', app: ['administration', 'write'] } as const;
const PROTECTION = '/repos/{owner}/{repo}/branches/{branch}/protection';

/** Classic protection of one branch, by its name. */
export const branchProtectionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: PROTECTION,
    handle: (request) => {
      const { repository, protection } = protectionOf(request, reading);
      return ok(body(repository, protection, request));
    },
  },
  { method: 'PUT', path: PROTECTION, handle: put },
  {
    method: 'DELETE',
    path: PROTECTION,
    handle: async (request) => {
      const { repository, protection } = protectionOf(request, administering);
      await unprotect(repository, protection);
      return noContent;
    },
  },
  {
    method: 'GET',
    path: `${PROTECTION}/required_signatures`,
    handle: (request) => ok(signaturesBody(protectionOf(request, reading).protection, request)),
  },
  { method: 'POST', path: `${PROTECTION}/required_signatures`, handle: (request) => requireSignatures(request, true) },
  { method: 'DELETE', path: `${PROTECTION}/required_signatures`, handle: (request) => requireSignatures(request, false) },
  {
    method: 'DELETE',
    path: `${PROTECTION}/required_pull_request_reviews`,
    handle: async (request) => {
      const { repository, protection } = protectionOf(request, administering);
      await protect(repository, { ...protection, requiresApprovingReviews: false, requiredApprovingReviewCount: 0 });
      return noContent;
    },
  },
];

async function requireSignatures(request: ApiRequest, required: boolean): Promise<ApiResponse> {
  const { repository, protection } = protectionOf(request, administering);
  const changed = { ...protection, requiresCommitSignatures: required };
  await protect(repository, changed);
  return required ? ok(signaturesBody(changed, request)) : noContent;
}

function protectionOf(
  request: ApiRequest,
  needed: typeof reading | typeof administering,
): { readonly repository: Repository; readonly protection: BranchProtection } {
  const repository = repositoryOf(request, needed);
  refuseProtectionByPlan(repository);
  const protection = tryProtection(repository, request.params.branch ?? '') ?? notFound('Branch not protected');
  return { repository, protection };
}

interface Actors {
  readonly users?: readonly string[];
  readonly teams?: readonly string[];
  readonly apps?: readonly string[];
}

interface Settings {
  readonly required_status_checks: {
    readonly strict: boolean;
    readonly contexts?: readonly string[];
    readonly checks?: readonly { readonly context: string; readonly app_id?: number }[];
  } | null;
  readonly enforce_admins: boolean | null;
  readonly required_pull_request_reviews: {
    readonly dismissal_restrictions?: Actors;
    readonly bypass_pull_request_allowances?: Actors;
    readonly dismiss_stale_reviews?: boolean;
    readonly require_code_owner_reviews?: boolean;
    readonly required_approving_review_count?: number;
    readonly require_last_push_approval?: boolean;
  } | null;
  readonly restrictions: Actors | null;
  readonly required_linear_history?: boolean;
  readonly allow_force_pushes?: boolean | null;
  readonly allow_deletions?: boolean;
  readonly block_creations?: boolean;
  readonly required_conversation_resolution?: boolean;
  readonly lock_branch?: boolean;
  readonly allow_fork_syncing?: boolean;
}

/** Sets the whole protection of a branch that exists. */
async function put(request: ApiRequest): Promise<ApiResponse> {
  const repository = repositoryOf(request, administering);
  refuseProtectionByPlan(repository);
  const branch = request.params.branch ?? '';
  if (!(await repository.hasBranch(branch))) notFound('Branch not found');
  const before = tryProtection(repository, branch);
  const given = request.body as unknown as Settings;
  const { required_pull_request_reviews: reviews, required_status_checks: checks, restrictions } = given;
  const nodes = (actors: Actors | null | undefined): readonly string[] => nodesOf(repository, actors ?? {});
  const contexts = (checks?.contexts ?? []).map((context) => ({ context }));
  const bound = (checks?.checks ?? []).map(({ context, app_id: app }) => ({ context, ...(app === undefined || app < 0 ? {} : { app }) }));
  const protection: BranchProtection = {
    ...unprotected,
    id: before?.id ?? request.world.nextId(),
    pattern: branch,
    requiresCommitSignatures: before?.requiresCommitSignatures ?? false,
    isAdminEnforced: given.enforce_admins ?? false,
    requiresStatusChecks: checks !== null,
    requiresStrictStatusChecks: checks?.strict ?? false,
    checks: [...bound, ...contexts.filter(({ context }) => !bound.some((other) => other.context === context))],
    requiresApprovingReviews: reviews !== null,
    requiredApprovingReviewCount: reviews === null ? 0 : (reviews.required_approving_review_count ?? 1),
    dismissesStaleReviews: reviews?.dismiss_stale_reviews ?? false,
    requiresCodeOwnerReviews: reviews?.require_code_owner_reviews ?? false,
    requireLastPushApproval: reviews?.require_last_push_approval ?? false,
    restrictsReviewDismissals: Object.keys(reviews?.dismissal_restrictions ?? {}).length > 0,
    reviewDismissalActors: nodes(reviews?.dismissal_restrictions),
    bypassPullRequestActors: nodes(reviews?.bypass_pull_request_allowances),
    restrictsPushes: restrictions !== null,
    pushActors: nodes(restrictions),
    requiresLinearHistory: given.required_linear_history ?? false,
    allowsForcePushes: given.allow_force_pushes ?? false,
    allowsDeletions: given.allow_deletions ?? false,
    blocksCreations: given.block_creations ?? false,
    requiresConversationResolution: given.required_conversation_resolution ?? false,
    lockBranch: given.lock_branch ?? false,
    lockAllowsFetchAndMerge: given.allow_fork_syncing ?? false,
  };
  await protect(repository, protection);
  return ok(body(repository, protection, request));
}

/** Whoever is not there is passed over, as GitHub does. */
function nodesOf(repository: Repository, { users = [], teams = [], apps = [] }: Actors): readonly string[] {
  const { world } = repository;
  return [
    ...users.flatMap((login) => personNode(world, login) ?? []),
    ...teams.flatMap((slug) => teamNode(world, slug) ?? []),
    ...apps.flatMap((slug) => appNode(world, slug) ?? []),
  ];
}

function signaturesBody(protection: BranchProtection, request: ApiRequest): Readonly<Record<string, unknown>> {
  return { url: `${urlOf(request)}/required_signatures`, enabled: protection.requiresCommitSignatures };
}

function urlOf({ world, params }: ApiRequest): string {
  return `${world.url}api/v3/repos/${params.owner}/${params.repo}/branches/${encodeURIComponent(params.branch ?? '')}/protection`;
}

/** Settings that are off are left out; so are lists of nobody. */
function body(repository: Repository, protection: BranchProtection, request: ApiRequest): Readonly<Record<string, unknown>> {
  const url = urlOf(request);
  const { checks } = protection;
  const actors = (nodes: readonly string[]): Readonly<Record<string, unknown>> => actorsBody(repository, nodes);
  const reviews = `${url}/required_pull_request_reviews`;
  return {
    url,
    ...(protection.requiresStatusChecks
      ? {
          required_status_checks: {
            url: `${url}/required_status_checks`,
            strict: protection.requiresStrictStatusChecks,
            contexts: checks.map(({ context }) => context),
            contexts_url: `${url}/required_status_checks/contexts`,
            checks: checks.map(({ context, app }) => ({ context, app_id: app ?? null })),
          },
        }
      : {}),
    ...(protection.requiresApprovingReviews
      ? {
          required_pull_request_reviews: {
            url: reviews,
            dismiss_stale_reviews: protection.dismissesStaleReviews,
            require_code_owner_reviews: protection.requiresCodeOwnerReviews,
            require_last_push_approval: protection.requireLastPushApproval,
            required_approving_review_count: protection.requiredApprovingReviewCount,
            ...(protection.restrictsReviewDismissals
              ? {
                  dismissal_restrictions: {
                    url: `${reviews}/dismissal_restrictions`,
                    users_url: `${reviews}/dismissal_restrictions/users`,
                    teams_url: `${reviews}/dismissal_restrictions/teams`,
                    ...actors(protection.reviewDismissalActors),
                  },
                }
              : {}),
            ...(protection.bypassPullRequestActors.length > 0
              ? { bypass_pull_request_allowances: actors(protection.bypassPullRequestActors) }
              : {}),
          },
        }
      : {}),
    ...(protection.restrictsPushes
      ? {
          restrictions: {
            url: `${url}/restrictions`,
            users_url: `${url}/restrictions/users`,
            teams_url: `${url}/restrictions/teams`,
            apps_url: `${url}/restrictions/apps`,
            ...actors(protection.pushActors),
          },
        }
      : {}),
    required_signatures: signaturesBody(protection, request),
    enforce_admins: { url: `${url}/enforce_admins`, enabled: protection.isAdminEnforced },
    required_linear_history: { enabled: protection.requiresLinearHistory },
    allow_force_pushes: { enabled: protection.allowsForcePushes },
    allow_deletions: { enabled: protection.allowsDeletions },
    block_creations: { enabled: protection.blocksCreations },
    required_conversation_resolution: { enabled: protection.requiresConversationResolution },
    lock_branch: { enabled: protection.lockBranch },
    allow_fork_syncing: { enabled: protection.lockAllowsFetchAndMerge },
  };
}

function actorsBody({ world, owner }: Repository, ids: readonly string[]): Readonly<Record<string, unknown>> {
  const nodes = ids.flatMap((id) => tryNode(world, id) ?? []);
  return {
    users: nodes.flatMap((node) => (node.kind === 'account' ? [simpleUser(world, node.account)] : [])),
    teams: nodes.flatMap((node) => (node.kind === 'team' ? [teamBody(world, owner.login, node.slug)] : [])),
    apps: nodes.flatMap((node) => (node.kind === 'app' ? [appBody(world, node.slug)] : [])),
  };
}

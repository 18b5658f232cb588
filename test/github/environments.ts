import { repositoryOf } from './access';
import { simpleUser } from './accounts';
import { page } from './pagination';
import { hasProtectionRules, refuseEnvironmentsByPlan } from './plans';
import { ApiError, type ApiRequest, type JsonObject, noContent, notFound, ok, type Route } from './route';
import type { Secret } from './secrets';
import type { Variable } from './variables';
import type { Repository, World } from './world';

/** A GitHub environment as it is kept. */
export interface Environment {
  readonly id: number;
  readonly name: string;
  readonly createdAt: string;
  updatedAt: string;
  /** Minutes. */
  waitTimer: number;
  preventSelfReview: boolean;
  reviewers: readonly Reviewer[];
  canAdminsBypass: boolean;
  /** Null admits every ref. */
  branchPolicy: { readonly protected_branches: boolean; readonly custom_branch_policies: boolean } | null;
  /** Ids of its protection rules, kept so that they stay the same. */
  readonly ruleIds: Readonly<Record<'wait_timer' | 'required_reviewers' | 'branch_policy', number>>;
  readonly policies: Map<number, DeploymentPolicy>;
  /** By name in upper case. */
  readonly variables: Map<string, Variable>;
  readonly secrets: Map<string, Secret>;
}

export interface Reviewer {
  readonly type: 'User' | 'Team';
  readonly id: number;
}

/** Refs that may deploy to an environment with custom policies. */
export interface DeploymentPolicy {
  readonly id: number;
  readonly type: 'branch' | 'tag';
  readonly name: string;
}

const reading = { role: 'read', app: ['actions', 'read'] } as const;
const administering = { role: 'admin', app: ['administration', 'write'] } as const;

const MOST_REVIEWERS = 6;

export const environmentRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/environments',
    handle: (request) => {
      const repository = repositoryOf(request, reading);
      refuseEnvironmentsByPlan(repository);
      const { items, headers } = page(request, [...repository.environments.values()]);
      return { ...ok({ total_count: repository.environments.size, environments: items.map((one) => body(repository, one)) }), headers };
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/environments/{environment_name}',
    handle: (request) => {
      const repository = repositoryOf(request, reading);
      return ok(body(repository, environmentOf(repository, request)));
    },
  },
  {
    method: 'PUT',
    path: '/repos/{owner}/{repo}/environments/{environment_name}',
    handle: (request) => {
      const repository = repositoryOf(request, administering);
      refuseEnvironmentsByPlan(repository);
      refuseSettings(repository, request.body);
      return ok(body(repository, put(repository, request)));
    },
  },
  {
    method: 'DELETE',
    path: '/repos/{owner}/{repo}/environments/{environment_name}',
    handle: (request) => {
      const repository = repositoryOf(request, administering);
      repository.environments.delete(environmentOf(repository, request).name.toLowerCase());
      return noContent;
    },
  },
];

/** The environment that a request is about; its name counts without regard to case. */
export function environmentOf(repository: Repository, { params }: ApiRequest): Environment {
  refuseEnvironmentsByPlan(repository);
  return repository.environments.get((params.environment_name ?? '').toLowerCase()) ?? notFound();
}

interface Settings {
  readonly wait_timer?: number;
  readonly prevent_self_review?: boolean;
  readonly reviewers?: readonly Reviewer[] | null;
  readonly can_admins_bypass?: boolean | null;
  readonly deployment_branch_policy?: Environment['branchPolicy'];
}

function refuseSettings(repository: Repository, given: JsonObject): void {
  const settings = given as unknown as Settings;
  if (!hasProtectionRules(repository)) {
    // Their presence is enough, whatever they are set to.
    const asked = (['wait_timer', 'reviewers', 'prevent_self_review'] as const).find(
      (name) => settings[name] !== undefined && settings[name] !== null,
    );
    if (asked !== undefined || settings.can_admins_bypass === false) {
      const rule = asked === 'wait_timer' ? 'wait timer' : 'required reviewers';
      throw new ApiError(
        422,
        `Failed to create the environment protection rule. Please ensure the billing plan supports the ${rule} protection rule.`,
      );
    }
  }
  const policy = settings.deployment_branch_policy;
  if (policy !== undefined && policy !== null && policy.protected_branches === policy.custom_branch_policies) {
    throw new ApiError(422, '"custom_branch_policies" and "protected_branches" cannot have the same value');
  }
  const reviewers = settings.reviewers ?? [];
  if (reviewers.length > MOST_REVIEWERS) throw new ApiError(422, `You can only specify up to ${MOST_REVIEWERS} reviewers`);
  const stranger = reviewers.find((reviewer) => !mayReview(repository, reviewer));
  if (stranger !== undefined)
    throw new ApiError(422, `Reviewer ${stranger.type} ${stranger.id} does not exist or cannot read the repository`);
}

function mayReview({ world, people, ...repository }: Repository, { type, id }: Reviewer): boolean {
  if (type === 'Team') return Object.values(people.teams).some((team) => team.id === id);
  const account = world.tryAccountById(id);
  return account?.type === 'User' && (repository.visibility === 'public' || Object.hasOwn(people.people, account.login));
}

/** What is left out of a request goes back to its default: the call sets the whole environment. */
function put(repository: Repository, request: ApiRequest): Environment {
  const { world } = request;
  const name = request.params.environment_name ?? '';
  const settings = request.body as unknown as Settings;
  const now = world.now();
  const known = repository.environments.get(name.toLowerCase());
  const environment = known ?? {
    id: world.nextId(),
    name,
    createdAt: now,
    updatedAt: now,
    waitTimer: 0,
    preventSelfReview: false,
    reviewers: [],
    canAdminsBypass: true,
    branchPolicy: null,
    ruleIds: { wait_timer: world.nextId(), required_reviewers: world.nextId(), branch_policy: world.nextId() },
    policies: new Map(),
    variables: new Map(),
    secrets: new Map(),
  };
  environment.updatedAt = now;
  environment.waitTimer = settings.wait_timer ?? 0;
  environment.preventSelfReview = settings.prevent_self_review ?? false;
  environment.reviewers = settings.reviewers ?? [];
  environment.canAdminsBypass = settings.can_admins_bypass ?? true;
  environment.branchPolicy = settings.deployment_branch_policy ?? null;
  if (!environment.branchPolicy?.custom_branch_policies) environment.policies.clear();
  repository.environments.set(name.toLowerCase(), environment);
  return environment;
}

function body(repository: Repository, environment: Environment): Readonly<Record<string, unknown>> {
  const { world, fullName } = repository;
  const { waitTimer, reviewers, preventSelfReview, branchPolicy, ruleIds } = environment;
  return {
    id: environment.id,
    node_id: `EN_${environment.id}`,
    name: environment.name,
    url: `${world.url}api/v3/repos/${fullName}/environments/${encodeURIComponent(environment.name)}`,
    html_url: `${world.url}${fullName}/deployments/activity_log?environments_filter=${encodeURIComponent(environment.name)}`,
    created_at: environment.createdAt,
    updated_at: environment.updatedAt,
    can_admins_bypass: environment.canAdminsBypass,
    // A rule that asks for nothing is not there.
    protection_rules: [
      ...(waitTimer > 0
        ? [{ id: ruleIds.wait_timer, node_id: `GA_${ruleIds.wait_timer}`, type: 'wait_timer', wait_timer: waitTimer }]
        : []),
      ...(reviewers.length > 0
        ? [
            {
              id: ruleIds.required_reviewers,
              node_id: `GA_${ruleIds.required_reviewers}`,
              type: 'required_reviewers',
              prevent_self_review: preventSelfReview,
              reviewers: reviewers.map((reviewer) => ({ type: reviewer.type, reviewer: reviewerBody(world, repository, reviewer) })),
            },
          ]
        : []),
      ...(branchPolicy === null ? [] : [{ id: ruleIds.branch_policy, node_id: `GA_${ruleIds.branch_policy}`, type: 'branch_policy' }]),
    ],
    deployment_branch_policy: branchPolicy,
  };
}

function reviewerBody(world: World, { people, owner }: Repository, { type, id }: Reviewer): Readonly<Record<string, unknown>> {
  if (type === 'User') {
    const account = world.tryAccountById(id);
    return account === undefined ? { id } : simpleUser(world, account);
  }
  const slug = Object.entries(people.teams).find(([, team]) => team.id === id)?.[0] ?? '';
  const url = `${world.url}api/v3/organizations/${owner.id}/team/${id}`;
  return {
    id,
    node_id: `T_${id}`,
    url,
    html_url: `${world.url}orgs/${owner.login}/teams/${slug}`,
    name: slug,
    slug,
    description: null,
    privacy: 'closed',
    notification_setting: 'notifications_enabled',
    permission: 'pull',
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    parent: null,
    type: 'organization',
  };
}

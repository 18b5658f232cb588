import { anonymous, tryPrincipal } from '../../lib/delivery/local/people';
import { conditionCovers } from '../../lib/delivery/local/ref-patterns';
import { applicableRules } from '../../lib/delivery/local/ruleset-enforcement';
import type { DesiredRule, DesiredRuleset } from '../../lib/desired/desired-state';
import { may, repositoryOf } from './access';
import { enforce } from './enforcement';
import { page } from './pagination';
import { refuseProtectionByPlan } from './plans';
import { type ApiRequest, created, invalid, type JsonObject, noContent, notFound, ok, type Route } from './route';
import { refuseRuleset } from './ruleset-validation';
import type { Repository } from './world';

/** A ruleset as it is kept: what was sent, with GitHub's defaults filled in. */
export interface Ruleset extends DesiredRuleset {
  readonly id: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

const reading = { role: 'read', app: ['metadata', 'read'] } as const;
const administering = { role: 'admin', app: ['administration', 'write'] } as const;

/** GitHub keeps no more than this many in one repository. */
const MOST_RULESETS = 75;

export const rulesetRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/rulesets',
    handle: (request) => {
      const repository = repositoryOf(request, reading);
      refuseProtectionByPlan(repository);
      const targets = typeof request.query.targets === 'string' ? request.query.targets.split(',') : undefined;
      const all = [...repository.rulesets.values()].filter(({ target }) => targets === undefined || targets.includes(target));
      const { items, headers } = page(request, all);
      // The list leaves out what one ruleset shows.
      return { ...ok(items.map((one) => pick(body(repository, one, request), listed))), headers };
    },
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/rulesets',
    handle: async (request) => {
      const repository = repositoryOf(request, administering);
      refuseProtectionByPlan(repository);
      if (repository.rulesets.size >= MOST_RULESETS) invalid(`Maximum number of rulesets (${MOST_RULESETS}) reached`);
      const now = request.world.now();
      const ruleset = { ...checked(repository, request.body), id: request.world.nextId(), createdAt: now, updatedAt: now };
      await store(repository, ruleset);
      return created(body(repository, ruleset, request));
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/rulesets/{ruleset_id}',
    handle: (request) => {
      const repository = repositoryOf(request, reading);
      refuseProtectionByPlan(repository);
      return ok(body(repository, rulesetOf(repository, request), request));
    },
  },
  {
    method: 'PUT',
    path: '/repos/{owner}/{repo}/rulesets/{ruleset_id}',
    handle: async (request) => {
      const repository = repositoryOf(request, administering);
      refuseProtectionByPlan(repository);
      const before = rulesetOf(repository, request);
      const { id, createdAt, updatedAt: _, ...kept } = before;
      const ruleset = {
        ...checked(repository, { ...(kept as unknown as JsonObject), ...request.body }, id),
        id,
        createdAt,
        updatedAt: request.world.now(),
      };
      await store(repository, ruleset);
      return ok(body(repository, ruleset, request));
    },
  },
  {
    method: 'DELETE',
    path: '/repos/{owner}/{repo}/rulesets/{ruleset_id}',
    handle: async (request) => {
      const repository = repositoryOf(request, administering);
      refuseProtectionByPlan(repository);
      repository.rulesets.delete(rulesetOf(repository, request).id);
      await enforce(repository);
      return noContent;
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/rules/branches/{branch}',
    handle: (request) => {
      const repository = repositoryOf(request, reading);
      refuseProtectionByPlan(repository);
      const ref = `refs/heads/${request.params.branch}`;
      const covering = [...repository.rulesets.values()].filter(
        (one) =>
          one.target === 'branch' &&
          one.enforcement === 'active' &&
          conditionCovers(one.conditions.ref_name, ref, repository.defaultBranch),
      );
      const rules = covering.flatMap(({ id, rules }) =>
        rules.map((rule) => ({ ...rule, ruleset_source_type: 'Repository', ruleset_source: repository.fullName, ruleset_id: id })),
      );
      const { items, headers } = page(request, rules);
      return { ...ok(items), headers };
    },
  },
];

function rulesetOf(repository: Repository, { params }: ApiRequest): Ruleset {
  return repository.rulesets.get(Number(params.ruleset_id)) ?? notFound();
}

/** What is kept of a request: everything that was sent, and what GitHub fills in. */
function checked(repository: Repository, given: JsonObject, id?: number): DesiredRuleset {
  refuseRuleset(repository, given, id);
  const names = (given.conditions as { readonly ref_name?: DesiredRuleset['conditions']['ref_name'] } | undefined)?.ref_name;
  return {
    name: String(given.name),
    target: (given.target ?? 'branch') as DesiredRuleset['target'],
    enforcement: given.enforcement as DesiredRuleset['enforcement'],
    bypass_actors: ((given.bypass_actors ?? []) as unknown as DesiredRuleset['bypass_actors']).map(actor),
    conditions: { ref_name: { include: names?.include ?? [], exclude: names?.exclude ?? [] } },
    rules: ((given.rules ?? []) as unknown as readonly DesiredRule[]).map(filled),
  };
}

/** Administrators of the organization are no single actor: an id that was sent for them does not come back. */
function actor({ actor_type, actor_id, bypass_mode }: DesiredRuleset['bypass_actors'][number]): DesiredRuleset['bypass_actors'][number] {
  const id = actor_type === 'OrganizationAdmin' || actor_id === undefined ? {} : { actor_id };
  return { ...id, actor_type, bypass_mode: bypass_mode ?? 'always' };
}

function filled(rule: DesiredRule): DesiredRule {
  switch (rule.type) {
    case 'pull_request':
      return {
        ...rule,
        parameters: { ...rule.parameters, allowed_merge_methods: rule.parameters.allowed_merge_methods ?? ['merge', 'squash', 'rebase'] },
      };
    case 'required_status_checks':
      return { ...rule, parameters: { ...rule.parameters, do_not_enforce_on_create: rule.parameters.do_not_enforce_on_create ?? false } };
    default:
      return rule;
  }
}

async function store(repository: Repository, ruleset: Ruleset): Promise<void> {
  repository.rulesets.set(ruleset.id, ruleset);
  await enforce(repository);
}

const listed = ['id', 'name', 'target', 'source_type', 'source', 'enforcement', 'node_id', '_links', 'created_at', 'updated_at'];

function pick(from: Readonly<Record<string, unknown>>, names: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}

/** Who may bypass is shown to those who may change it. */
function body(repository: Repository, ruleset: Ruleset, request: ApiRequest): Readonly<Record<string, unknown>> {
  const { world } = repository;
  const seesBypass = may(repository, request.caller, administering);
  return {
    id: ruleset.id,
    name: ruleset.name,
    target: ruleset.target,
    source_type: 'Repository',
    source: repository.fullName,
    enforcement: ruleset.enforcement,
    ...(seesBypass ? { bypass_actors: ruleset.bypass_actors.map((actor) => ({ ...actor, actor_id: actor.actor_id ?? null })) } : {}),
    conditions: ruleset.conditions,
    rules: ruleset.rules,
    node_id: `RRS_${ruleset.id}`,
    created_at: ruleset.createdAt,
    updated_at: ruleset.updatedAt,
    current_user_can_bypass: bypassOf(repository, ruleset, request),
    _links: {
      self: { href: `${world.url}api/v3/repos/${repository.fullName}/rulesets/${ruleset.id}` },
      html: { href: `${world.url}${repository.fullName}/rules/${ruleset.id}` },
    },
  };
}

function bypassOf(repository: Repository, ruleset: Ruleset, { caller }: ApiRequest): string {
  if (caller === undefined) return 'never';
  const by = tryPrincipal(repository.people, caller.kind === 'person' ? caller.login : caller.slug) ?? anonymous;
  const [ref] = [ruleset.target === 'branch' ? 'refs/heads/any' : 'refs/tags/any'];
  const probe: DesiredRuleset = {
    ...ruleset,
    enforcement: 'active',
    conditions: { ref_name: { include: ['~ALL'], exclude: [] } },
    rules: [{ type: 'deletion' }],
  };
  const held = (way: 'push' | 'pull-request'): boolean =>
    applicableRules([probe], { ref, defaultBranch: repository.defaultBranch, by, way }).length > 0;
  if (!held('push')) return 'always';
  return held('pull-request') ? 'never' : 'pull_requests_only';
}

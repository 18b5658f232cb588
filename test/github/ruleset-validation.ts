import { invalid, type Json, type JsonObject, unsupported } from './route';
import { actionsApp, type Repository } from './world';

/** Rules that git and merges behind this emulator obey; others would be kept and mean nothing. */
const obeyed = new Set([
  'creation',
  'deletion',
  'update',
  'non_fast_forward',
  'required_linear_history',
  'required_signatures',
  'pull_request',
  'required_status_checks',
]);

/** Rules about names and texts, and rulesets that only evaluate, are for GitHub Enterprise. */
const enterpriseRules = /_pattern$/;

/** Answers with 422 what GitHub refuses though its description allows it, and with 501 what would not be enforced here. */
export function refuseRuleset(repository: Repository, given: JsonObject, id?: number): void {
  const causes = [
    ...nameCauses(repository, given, id),
    ...conditionCauses(given),
    ...actorCauses(repository, given),
    ...ruleCauses(repository, given),
  ];
  if (given.enforcement === 'evaluate' && repository.plan !== 'enterprise')
    causes.push('Enforcement evaluate option is not supported on this plan');
  if (causes.length > 0) invalid(...causes);
  refuseUnenforced(given);
}

function nameCauses(repository: Repository, given: JsonObject, id: number | undefined): readonly string[] {
  const name = String(given.name);
  if (name.trim() === '' || name.length > 100) return ['Name must be between 1 and 100 characters'];
  const taken = [...repository.rulesets.values()].some((other) => other.id !== id && other.name === name);
  return taken ? ['Name must be unique'] : [];
}

function conditionCauses(given: JsonObject): readonly string[] {
  const names = (
    given.conditions as { readonly ref_name?: { readonly include?: readonly string[]; readonly exclude?: readonly string[] } } | undefined
  )?.ref_name;
  if (names === undefined) return [];
  // Both lists are needed, though the description asks for neither.
  if (names.include === undefined || names.exclude === undefined) return ["Invalid target patterns: ''"];
  const wrong = [...names.include, ...names.exclude].filter(
    (pattern) => !isPattern(pattern, given.target === 'tag' ? 'refs/tags/' : 'refs/heads/'),
  );
  return wrong.length === 0 ? [] : [`Invalid target patterns: '${wrong.join("', '")}'`];
}

/** A full ref name with wildcards, of the right kind; `~ALL` and `~DEFAULT_BRANCH` are words of their own. */
function isPattern(pattern: string, prefix: string): boolean {
  if (pattern === '~ALL') return true;
  if (pattern === '~DEFAULT_BRANCH') return prefix === 'refs/heads/';
  const rest = pattern.startsWith(prefix) ? pattern.slice(prefix.length) : '';
  return rest !== '' && !/[\s~^:\\]|\.\.|@\{|\/\/|\/$|\.lock$/.test(rest) && balanced(rest);
}

function balanced(pattern: string): boolean {
  return (pattern.match(/\[/g) ?? []).length === (pattern.match(/\]/g) ?? []).length;
}

interface Actor {
  readonly actor_type: string;
  readonly actor_id?: number | null;
  readonly bypass_mode?: string;
}

function actorCauses(repository: Repository, given: JsonObject): readonly string[] {
  const actors = (given.bypass_actors ?? []) as unknown as readonly Actor[];
  const causes = actors.flatMap((actor) => actorCause(repository, actor, given) ?? []);
  const seen = new Set(actors.map(({ actor_type, actor_id }) => `${actor_type} ${actor_id ?? ''}`));
  return seen.size < actors.length ? [...causes, 'Bypass actors must be unique'] : causes;
}

function actorCause(
  repository: Repository,
  { actor_type: type, actor_id: id, bypass_mode: mode }: Actor,
  given: JsonObject,
): string | undefined {
  if (mode === 'pull_request' && (given.target ?? 'branch') !== 'branch') return 'Bypass mode pull_request is only for branch rulesets';
  const { people, owner, world } = repository;
  switch (type) {
    case 'Integration': {
      if (id === actionsApp.id) return 'Actor GitHub Actions integration must be part of the ruleset source or owner organization';
      const known = Object.values(people.apps).some((app) => app.id === id);
      return known ? undefined : `Actor ${id ?? ''} integration must be part of the ruleset source or owner organization`;
    }
    case 'Team': {
      if (owner.type !== 'Organization') return 'Actor team is only for repositories of an organization';
      const known = Object.values(people.teams).some((team) => team.id === id);
      return known ? undefined : `Actor ${id ?? ''} team must be part of the ruleset source or owner organization`;
    }
    case 'RepositoryRole':
      return id === 2 || id === 4 || id === 5 ? undefined : `Actor ${id ?? ''} repository role does not exist`;
    case 'User': {
      const account = typeof id === 'number' ? world.tryAccountById(id) : undefined;
      return account?.type === 'User' ? undefined : `Actor ${id ?? ''} user must be part of the ruleset source or owner organization`;
    }
    case 'OrganizationAdmin':
      return owner.type === 'Organization' ? undefined : 'Actor organization admin is only for repositories of an organization';
    default:
      return undefined;
  }
}

interface Rule {
  readonly type: string;
  readonly parameters?: { readonly [name: string]: Json | undefined };
}

function ruleCauses(repository: Repository, given: JsonObject): readonly string[] {
  const rules = (given.rules ?? []) as unknown as readonly Rule[];
  const twice = rules.filter(({ type }, index) => rules.findIndex((other) => other.type === type) !== index);
  return [
    ...twice.map(({ type }) => `Invalid rule '${type}': it may be there once`),
    ...rules.flatMap((rule) => ruleCause(repository, rule, given) ?? []),
  ];
}

function ruleCause(repository: Repository, { type, parameters }: Rule, given: JsonObject): string | undefined {
  if (enterpriseRules.test(type) && repository.plan !== 'enterprise') return `Invalid rule '${type}': it is not supported on this plan`;
  if (given.target === 'tag' && (type === 'pull_request' || type === 'merge_queue'))
    return `Invalid rule '${type}': it does not apply to tags`;
  if (type === 'required_deployments') {
    const names = (parameters?.required_deployment_environments ?? []) as readonly string[];
    const missing = names.find((name) => !repository.environments.has(name.toLowerCase()));
    return missing === undefined ? undefined : `Invalid rule 'required_deployments': environment ${missing} does not exist`;
  }
  return undefined;
}

function refuseUnenforced(given: JsonObject): void {
  if (given.target === 'push') unsupported('rulesets for pushes');
  for (const { type, parameters } of (given.rules ?? []) as unknown as readonly Rule[]) {
    if (!obeyed.has(type)) unsupported(`the rule ${type}: nothing here would obey it`);
    const teams = parameters?.required_reviewers;
    if (Array.isArray(teams) && teams.length > 0) unsupported('required_reviewers: nothing here would obey them');
  }
  for (const { actor_type: type, bypass_mode: mode } of (given.bypass_actors ?? []) as unknown as readonly Actor[]) {
    if (type === 'DeployKey' || type === 'User') unsupported(`bypass by ${type}`);
    if (mode === 'exempt') unsupported('the bypass mode exempt');
  }
}

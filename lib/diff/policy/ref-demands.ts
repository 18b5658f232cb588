import type { DesiredRepository, DesiredRule, DesiredRuleset, DesiredState } from '../../desired/desired-state';
import { patternMatches } from '../../desired/ref-pattern';
import { actorCovers, type Claim, only } from './claim';
import type { Side } from './correspondence';
import type { Demand } from './demand';
import { actorName, actorText, appName, counted, listed } from './words';

/** The active rulesets that cover a ref. They add up: which of them demands something does not matter. */
export function rulesetsOn({ rulesets, defaultBranch }: DesiredRepository, ref: string): readonly DesiredRuleset[] {
  const target = ref.startsWith('refs/tags/') ? 'tag' : 'branch';
  const matches = (pattern: string): boolean =>
    pattern === '~ALL' || (pattern === '~DEFAULT_BRANCH' ? ref === `refs/heads/${defaultBranch}` : patternMatches(pattern, ref));
  return rulesets.filter(
    ({ enforcement, target: kind, conditions: { ref_name } }) =>
      enforcement === 'active' && kind === target && ref_name.include.some(matches) && !ref_name.exclude.some(matches),
  );
}

type Rule<T extends DesiredRule['type']> = Extract<DesiredRule, { readonly type: T }>;

/** What `update` makes vacuous: where nobody brings commits, none needs a pull request. */
export const OF_COMMITS = ['update'];

/** What rulesets demand on a ref, over all that cover it. */
export function refDemands(side: Side, repository: DesiredRepository, ref: string): readonly Demand[] {
  const covering = rulesetsOn(repository, ref);
  const demands: Demand[] = [];
  /** Rulesets with a rule of a type of which something holds. */
  const having = <T extends DesiredRule['type']>(type: T, holds: (rule: Rule<T>) => boolean = () => true): DesiredRuleset[] =>
    covering.filter(({ rules }) => rules.some((rule) => rule.type === type && holds(rule as Rule<T>)));
  const add = (topic: string, text: string, none: string, by: readonly DesiredRuleset[], way: 'push' | 'merge', or?: readonly string[]) => {
    if (by.length > 0) demands.push({ topic, text, none, ...enforcedBy(side.desired, topic, by, way, or) });
  };
  const tag = ref.startsWith('refs/tags/');
  add('creation', 'no creation', 'anybody may create it', having('creation'), 'push');
  add('update', tag ? 'never moved' : 'no update', tag ? 'can be moved' : 'anybody may push', having('update'), 'merge');
  add('pull request', 'pull request', 'no pull request', having('pull_request'), 'push', OF_COMMITS);
  const reviews = (holds: (parameters: Rule<'pull_request'>['parameters']) => boolean) =>
    having('pull_request', ({ parameters }) => holds(parameters));
  const most = Math.max(
    0,
    ...covering.flatMap(({ rules }) =>
      rules.map((rule) => (rule.type === 'pull_request' ? rule.parameters.required_approving_review_count : 0)),
    ),
  );
  if (most > 0) {
    const levels = Array.from({ length: most }, (_, index) =>
      enforcedBy(
        side.desired,
        `approval ${index + 1}`,
        reviews(({ required_approving_review_count: count }) => count > index),
        'merge',
        OF_COMMITS,
      ),
    );
    demands.push({
      ...(levels.at(-1) as (typeof levels)[number]),
      topic: 'approvals',
      text: counted(most, 'approval'),
      none: 'no approval',
      claims: levels.flatMap(({ claims }) => claims),
    });
  }
  add(
    'code owners',
    'review by code owners',
    'no review by code owners',
    reviews((given) => given.require_code_owner_review),
    'merge',
    OF_COMMITS,
  );
  add(
    'stale',
    'a push dismisses approvals',
    'a push dismisses no approval',
    reviews((given) => given.dismiss_stale_reviews_on_push),
    'merge',
    OF_COMMITS,
  );
  add(
    'last push',
    'approval by somebody else than the last pusher',
    'the last pusher may approve',
    reviews((given) => given.require_last_push_approval),
    'merge',
    OF_COMMITS,
  );
  add(
    'threads',
    'threads resolved',
    'threads may stay open',
    reviews((given) => given.required_review_thread_resolution),
    'merge',
    OF_COMMITS,
  );
  const methods = methodDemand(side, covering);
  if (methods !== undefined) demands.push(methods);
  demands.push(...checkDemands(side, repository, ref, covering));
  const strict = having('required_status_checks', ({ parameters }) => parameters.strict_required_status_checks_policy);
  // A branch that only long-lived branches are merged into would have to be merged back before each change.
  add('up to date', 'up to date with the base', 'the base may have moved', strict, 'merge', [...OF_COMMITS, 'head branch']);
  const atCreation = having('required_status_checks', ({ parameters }) => !parameters.do_not_enforce_on_create);
  add('checks at creation', 'checks at creation', 'no checks at creation', atCreation, 'push', ['creation']);
  add('linear history', 'linear history', 'merge commits', having('required_linear_history'), 'merge', OF_COMMITS);
  add('signatures', 'signed commits', 'unsigned commits', having('required_signatures'), 'merge', OF_COMMITS);
  add('deletion', 'no deletion', 'can be deleted', having('deletion'), 'push');
  add('force push', 'no force push', 'can be rewritten', having('non_fast_forward'), 'push');
  return demands;
}

/**
 * Who gets by without it, and by which rulesets it holds for all others. Whoever is exempt from one ruleset is held by the others; an
 * exemption in pull requests is none for a push.
 */
function enforcedBy(
  { delivery }: DesiredState,
  of: string,
  rulesets: readonly DesiredRuleset[],
  way: 'push' | 'merge',
  or?: readonly string[],
): Pick<Demand, 'by' | 'claims' | 'except'> {
  const exempt = exemptFrom(
    rulesets.map((ruleset) =>
      ruleset.bypass_actors
        .filter(({ bypass_mode }) => way === 'merge' || bypass_mode === 'always')
        .map((actor) => actorName(actor, delivery)),
    ),
  );
  return {
    by: listed([...new Set(rulesets.map(({ name }) => `"${name}"`))].sort()),
    ...(exempt.length === 0 ? {} : { except: exempt.map(actorText) }),
    claims: [only(of, exempt, 'actors', or)],
  };
}

/** Actors whom every one of these lists exempts, none of them by another one's exemption. */
function exemptFrom(lists: readonly (readonly string[])[]): readonly string[] {
  const all = [...new Set(lists.flat())].filter((actor) => lists.every((list) => list.some((wide) => actorCovers(wide, actor))));
  return all.filter((actor) => !all.some((wide) => wide !== actor && actorCovers(wide, actor))).sort();
}

const METHODS = ['merge', 'squash', 'rebase'] as const;

function methodDemand({ desired }: Side, covering: readonly DesiredRuleset[]): Demand | undefined {
  const refused = METHODS.map((method) => ({
    method,
    by: covering.filter(({ rules }) =>
      rules.some(
        (rule) =>
          (rule.type === 'pull_request' && !rule.parameters.allowed_merge_methods.includes(method)) ||
          (rule.type === 'required_linear_history' && method === 'merge'),
      ),
    ),
  })).filter(({ by }) => by.length > 0);
  if (refused.length === 0) return undefined;
  const held = refused.map(({ method, by }) => enforcedBy(desired, `no ${method}`, by, 'merge', OF_COMMITS));
  const left = METHODS.filter((method) => !refused.some((one) => one.method === method));
  const except = [...new Set(held.flatMap((one) => one.except ?? []))];
  return {
    topic: 'methods',
    text: left.length === 0 ? 'no way to merge' : `${listed(left, 'or')} only`,
    none: 'any way to merge',
    by: listed([...new Set(held.flatMap(({ by }) => by ?? []))]),
    ...(except.length === 0 ? {} : { except }),
    claims: held.flatMap(({ claims }) => claims),
  };
}

/** Required checks, each from the app that it is bound to. Which head branches the app lets pass is a demand of the same name. */
function checkDemands(side: Side, repository: DesiredRepository, ref: string, covering: readonly DesiredRuleset[]): Demand[] {
  const { desired } = side;
  const { delivery } = desired;
  const required = covering.flatMap((ruleset) =>
    ruleset.rules.flatMap((rule) =>
      rule.type === 'required_status_checks'
        ? rule.parameters.required_status_checks.map(({ context, integration_id: id }) => ({
            ruleset,
            context,
            app: id === undefined ? '' : appName(String(id), delivery),
          }))
        : [],
    ),
  );
  const contexts = [...new Set(required.map(({ context }) => context))];
  const demands = contexts.map((context): Demand => {
    const here = required.filter((check) => check.context === context);
    const apps = [...new Set(here.map(({ app }) => app))].filter((app) => app !== '').sort();
    const anyway = enforcedBy(
      desired,
      `check ${context}`,
      here.map(({ ruleset }) => ruleset),
      'merge',
      OF_COMMITS,
    );
    const bound = apps.map((app) =>
      enforcedBy(
        desired,
        `check ${context} of app ${app}`,
        here.filter((check) => check.app === app).map(({ ruleset }) => ruleset),
        'merge',
        OF_COMMITS,
      ),
    );
    const from = apps.length === 0 ? ' from anybody' : apps.join() === delivery.apps.actions.slug ? '' : ` of app ${listed(apps)}`;
    return {
      ...anyway,
      topic: `check ${context}`,
      text: `check ${context}${from}`,
      none: `no check ${context}`,
      claims: [...anyway.claims, ...bound.flatMap(({ claims }) => claims)],
    };
  });
  return withHeadRule(side, repository, ref, demands);
}

/** Joins the rule on head branches with the check by which the app enforces it; without the check nothing does. */
function withHeadRule({ desired }: Side, repository: DesiredRepository, ref: string, demands: readonly Demand[]): Demand[] {
  const { delivery } = desired;
  const rule = delivery.headRules.find((one) => one.repository === repository.name && `refs/heads/${one.branch}` === ref);
  if (rule === undefined) return [...demands];
  const topic = `check ${delivery.headContext}`;
  const check = demands.find((demand) => demand.topic === topic);
  const bound = `${topic} of app ${delivery.apps.delivery.slug}`;
  const enforced = check?.claims.some((claim) => claim.of === bound) ?? false;
  const admitted = rule.onlyFrom.map((pattern) => `refs/heads/${pattern}`);
  return [
    ...demands.filter((demand) => demand !== check),
    {
      ...check,
      topic,
      text: `only from ${listed(rule.onlyFrom, 'or')}`,
      none: 'from any branch',
      detail: check?.text ?? `no ${topic}`,
      claims: [...(check?.claims ?? []), ...(enforced ? [only('head branch', admitted, 'refs', OF_COMMITS)] : [])],
    },
  ];
}

/** Whether, and for whom, a merge into an environment's branch needs the delivery app's word on the gates. */
export function gatesHold(desired: DesiredState, environment: string): Pick<Demand, 'by' | 'claims' | 'except'> {
  const { delivery } = desired;
  const branch = delivery.environments.find(({ name }) => name === environment)?.branch ?? '';
  return checkHolds(desired, branch, delivery.gatesContext);
}

/** Whether, and for whom, a merge into a branch of the delivery repository needs the delivery app's word of a context. */
export function checkHolds(desired: DesiredState, branch: string, wanted: string): Pick<Demand, 'by' | 'claims' | 'except'> {
  const { delivery } = desired;
  const { slug, id } = delivery.apps.delivery;
  const repository = desired.repositories.find(({ name }) => name === delivery.repository);
  const holding = (repository === undefined ? [] : rulesetsOn(repository, `refs/heads/${branch}`)).filter(({ rules }) =>
    rules.some(
      (rule) =>
        rule.type === 'required_status_checks' &&
        rule.parameters.required_status_checks.some(
          ({ context, integration_id }) => context === wanted && String(integration_id) === String(id),
        ),
    ),
  );
  if (holding.length === 0) return { claims: [] };
  const { by, ...held } = enforcedBy(desired, 'hold', holding, 'merge', OF_COMMITS);
  return { ...held, by: `${wanted} by app ${slug}, required on ${branch} by ${by}` };
}

/** The claims of all demands. */
export function allClaims(demands: readonly Demand[]): readonly Claim[] {
  return demands.flatMap(({ claims }) => claims);
}

import { readFile } from 'node:fs/promises';
import type { DesiredRule, DesiredRuleset } from '../../desired/desired-state';
import { wrongUse } from '../error';

/** Id of the app GitHub Actions. */
const GITHUB_ACTIONS = 15368;

const ruleTypes: Readonly<Record<DesiredRule['type'], true>> = {
  creation: true,
  deletion: true,
  update: true,
  non_fast_forward: true,
  required_linear_history: true,
  required_signatures: true,
  pull_request: true,
  required_status_checks: true,
};

/**
 * The rulesets of a local host; none when there is no file.
 *
 * @throws DeliveryError when the file is no list of rulesets: then nothing may be changed.
 */
export async function readRulesets(path: string): Promise<readonly DesiredRuleset[]> {
  const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (content === undefined) return [];
  let given: unknown;
  try {
    given = JSON.parse(content);
  } catch (error) {
    return wrongUse(`${path} is not JSON: ${(error as Error).message}`, 'write the rulesets anew');
  }
  return checkedRulesets(given, path);
}

/**
 * Refuses what the host would not enforce: unknown rules and parameters of the wrong kind, and slots in place of numbers.
 *
 * @throws DeliveryError with the place, what was given and what is expected.
 */
export function checkedRulesets(given: unknown, where: string): readonly DesiredRuleset[] {
  const names = new Set<unknown>();
  for (const [index, one] of list(given, where).entries()) {
    const at = `${where}[${index}]`;
    const ruleset = record(one, at);
    checkRuleset(ruleset, at);
    if (names.has(ruleset.name)) wrong(`${at}.name`, ruleset.name, 'a name that no other ruleset has');
    names.add(ruleset.name);
  }
  return given as readonly DesiredRuleset[];
}

function checkRuleset(ruleset: Readonly<Record<string, unknown>>, at: string): void {
  if (typeof ruleset.name !== 'string' || ruleset.name === '') wrong(`${at}.name`, ruleset.name, 'a name');
  oneOf(ruleset.target, `${at}.target`, ['branch', 'tag']);
  oneOf(ruleset.enforcement, `${at}.enforcement`, ['active', 'disabled', 'evaluate']);
  const names = record(record(ruleset.conditions, `${at}.conditions`).ref_name, `${at}.conditions.ref_name`);
  for (const field of ['include', 'exclude']) {
    for (const pattern of list(names[field], `${at}.conditions.ref_name.${field}`)) {
      if (typeof pattern !== 'string') wrong(`${at}.conditions.ref_name.${field}`, pattern, 'a pattern');
    }
  }
  for (const [index, actor] of list(ruleset.bypass_actors, `${at}.bypass_actors`).entries())
    checkBypass(actor, ruleset.target, `${at}.bypass_actors[${index}]`);
  for (const [index, rule] of list(ruleset.rules, `${at}.rules`).entries()) checkRule(rule, `${at}.rules[${index}]`);
}

/** What GitHub answers with 422 is refused here too. */
function checkBypass(given: unknown, target: unknown, at: string): void {
  const actor = record(given, at);
  oneOf(actor.actor_type, `${at}.actor_type`, ['Integration', 'RepositoryRole', 'Team', 'OrganizationAdmin']);
  oneOf(actor.bypass_mode, `${at}.bypass_mode`, target === 'tag' ? ['always'] : ['always', 'pull_request']);
  if (actor.actor_type === 'Integration' && actor.actor_id === GITHUB_ACTIONS)
    wrong(`${at}.actor_id`, actor.actor_id, 'an app of your own, as GitHub Actions cannot bypass rules');
  if (actor.actor_type !== 'OrganizationAdmin') checkId(actor.actor_id, `${at}.actor_id`);
  if (actor.actor_type === 'RepositoryRole') oneOf(actor.actor_id, `${at}.actor_id`, [2, 4, 5]);
}

function checkRule(given: unknown, at: string): void {
  const rule = record(given, at);
  oneOf(rule.type, `${at}.type`, Object.keys(ruleTypes));
  if (rule.type === 'pull_request') {
    const parameters = record(rule.parameters, `${at}.parameters`);
    const count = parameters.required_approving_review_count;
    if (typeof count !== 'number' || !Number.isInteger(count) || count < 0 || count > 10) {
      wrong(`${at}.parameters.required_approving_review_count`, count, 'a whole number from 0 to 10');
    }
    for (const field of ['dismiss_stale_reviews_on_push', 'require_code_owner_review', 'require_last_push_approval']) {
      oneOf(parameters[field], `${at}.parameters.${field}`, [true, false]);
    }
    for (const method of list(parameters.allowed_merge_methods, `${at}.parameters.allowed_merge_methods`)) {
      oneOf(method, `${at}.parameters.allowed_merge_methods`, ['merge', 'squash', 'rebase']);
    }
  }
  if (rule.type === 'required_status_checks') {
    const parameters = record(rule.parameters, `${at}.parameters`);
    for (const field of ['strict_required_status_checks_policy', 'do_not_enforce_on_create']) {
      oneOf(parameters[field], `${at}.parameters.${field}`, [true, false]);
    }
    const checks = list(parameters.required_status_checks, `${at}.parameters.required_status_checks`);
    for (const [index, one] of checks.entries()) {
      const place = `${at}.parameters.required_status_checks[${index}]`;
      const check = record(one, place);
      if (typeof check.context !== 'string' || check.context === '') wrong(`${place}.context`, check.context, 'the context of a status');
      if (check.integration_id !== undefined) checkId(check.integration_id, `${place}.integration_id`);
    }
  }
}

function checkId(given: unknown, at: string): void {
  if (typeof given !== 'number' || !Number.isSafeInteger(given)) wrong(at, given, 'a number; slots have to be bound before');
}

function list(given: unknown, at: string): readonly unknown[] {
  if (!Array.isArray(given)) wrong(at, given, 'a list');
  return given;
}

function record(given: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) wrong(at, given, 'an object');
  return given as Readonly<Record<string, unknown>>;
}

function oneOf(given: unknown, at: string, values: readonly unknown[]): void {
  if (!values.includes(given)) wrong(at, given, `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`);
}

function wrong(at: string, given: unknown, expected: string): never {
  return wrongUse(`${at}: given ${given === undefined ? 'nothing' : JSON.stringify(given)}`, `expected ${expected}`);
}

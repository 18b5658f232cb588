import type { DesiredState } from '../../desired/desired-state';
import { hasRulesets } from '../../desired/host-plan';
import { type Bounds, explore, type Violation } from '../../explorer/explore';
import type { Intent, IntentRef } from '../../explorer/intent';
import type { Correspondence } from './correspondence';
import type { Place } from './demand';

/** What is possible in one desired state and not in another. */
export interface Explored {
  readonly violations: readonly Violation[];
  /** Why something may be missing; absent when everything within the bounds was looked at. */
  readonly incomplete?: string;
}

/**
 * What the explorer finds in the head against the intent of the base, and does not find in the base: sequences of events that were impossible
 * and are possible now. Names are those of the head.
 */
export function newlyPossible(sides: Correspondence, intent: Intent, bounds: Bounds): Explored {
  const head = exploredWith(sides.head.desired, translated(sides, intent), bounds);
  if (head.violations.length === 0) return head;
  const base = exploredWith(sides.base.desired, intent, bounds);
  // What was not looked at may have been possible.
  if (base.incomplete !== undefined) return { violations: [], incomplete: base.incomplete };
  const known = new Set(base.violations.map((violation) => keyOf(inHead(sides, violation))));
  return { ...head, violations: head.violations.filter((violation) => !known.has(keyOf(violation))) };
}

function exploredWith(desired: DesiredState, intent: Intent, bounds: Bounds): Explored {
  try {
    const { violations, complete, states } = explore(enforced(desired), intent, bounds);
    return complete ? { violations } : { violations, incomplete: `the explorer was cut off after ${states} states` };
  } catch (error) {
    if (error instanceof RangeError) return { violations: [], incomplete: `the explorer cannot hold this platform: ${error.message}` };
    throw error;
  }
}

/** What of the compiled settings is in force: a ruleset that the plan of its repository does not include is not. */
function enforced(desired: DesiredState): DesiredState {
  if (desired.repositories.every(hasRulesets)) return desired;
  return {
    ...desired,
    repositories: desired.repositories.map((repository) => (hasRulesets(repository) ? repository : { ...repository, rulesets: [] })),
  };
}

function keyOf({ kind, environment, gate, policy, demand, repository, ref }: Violation): string {
  return JSON.stringify([kind, environment, gate, policy, demand, repository, ref]);
}

/** The intent of the base with the names that the head has for the same things. */
function translated(sides: Correspondence, intent: Intent): Intent {
  const { environmentKey, repositoryKey } = sides.base;
  const refOf = (ref: IntentRef): IntentRef => ({ ...ref, repository: repositoryKey(ref.repository) });
  const suites = suiteNames(sides);
  const edges = sides.head.desired.delivery.edges;
  return {
    environments: intent.environments.map(({ source, ...environment }) => ({
      ...environment,
      name: environmentKey(environment.name),
      ...(source === undefined ? {} : { source: refOf(source) }),
    })),
    edges: intent.edges.map(({ on, ...edge }) => {
      const [from, to] = [environmentKey(edge.from), environmentKey(edge.to)];
      return {
        ...edge,
        from,
        to,
        policy: edges.find((other) => other.from === from && other.to === to)?.policy ?? edge.policy,
        ...(on === undefined ? {} : { on: refOf(on) }),
        gates: edge.gates.map((gate) => (gate.kind === 'verified' ? { ...gate, suite: suites.get(gate.suite) ?? gate.suite } : gate)),
      };
    }),
    protections: intent.protections.map((protection) => ({ ...protection, ref: refOf(protection.ref) })),
    program: { ...intent.program, repository: repositoryKey(intent.program.repository) },
  };
}

/** Names of suites in the head that run what a suite of the base ran under another name. */
function suiteNames({ base, head }: Correspondence): ReadonlyMap<string, string> {
  const before = base.desired.delivery.suites;
  const after = head.desired.delivery.suites;
  return new Map(
    before.flatMap(({ name, run }) => {
      const same = after.some((suite) => suite.name === name) ? undefined : after.find((suite) => suite.run === run);
      return same === undefined ? [] : [[name, same.name] as const];
    }),
  );
}

/** A violation of the base under the names of the head. */
function inHead(sides: Correspondence, violation: Violation): Violation {
  const { environmentKey, repositoryKey } = sides.base;
  const { environment, policy, repository, ref } = violation;
  const edge = sides.base.desired.delivery.edges.find((one) => one.policy === policy);
  const after = sides.head.desired.delivery.edges.find(
    ({ from, to }) => edge !== undefined && from === environmentKey(edge.from) && to === environmentKey(edge.to),
  );
  const own = sides.environments.find(({ base }) => `refs/heads/${base.branch}` === ref);
  return {
    ...violation,
    ...(environment === undefined ? {} : { environment: environmentKey(environment) }),
    ...(policy === undefined ? {} : { policy: after?.policy ?? policy }),
    ...(repository === undefined ? {} : { repository: repositoryKey(repository) }),
    ...(own === undefined ? {} : { ref: `refs/heads/${own.head.branch}` }),
  };
}

/** Of what is possible now, the shortest sequence that comes closest to what a change is on; undefined where none has to do with it. */
export function shortestFor(violations: readonly Violation[], places: readonly Place[], topics: readonly string[]): Violation | undefined {
  let best: { readonly violation: Violation; readonly closeness: number } | undefined;
  for (const violation of violations) {
    const closeness = Math.max(0, ...places.map((place) => closenessOf(violation, place, topics)));
    if (closeness === 0) continue;
    const shorter = best !== undefined && closeness === best.closeness && violation.events.length < best.violation.events.length;
    if (best === undefined || closeness > best.closeness || shorter) best = { violation, closeness };
  }
  return best?.violation;
}

/** Gates of the explorer that belong to no single gate of an edge. */
const OF_BRANCH = ['contains', 'held', 'on'];

/** How directly a violation shows what is missing: 0 not at all, 3 names it. */
function closenessOf(violation: Violation, place: Place, topics: readonly string[]): number {
  const { kind, environment, gate, policy, repository, ref, demand } = violation;
  switch (place.kind) {
    case 'way':
      if (environment !== place.to) return 0;
      return (kind === 'gate' && (gate === undefined || gate === 'source')) || kind === 'simultaneous' || kind === 'unverified' ? 3 : 1;
    case 'edge': {
      if (environment !== place.to) return 0;
      if (topics.includes('hold')) return kind === 'bypass' || kind === 'forged' || kind === 'sync' ? 3 : 1;
      if (gate === 'rollback') return topics.some((topic) => topic.endsWith('rollback')) ? 3 : 0;
      if (policy !== place.policy) return 0;
      return gate !== undefined && topics.some((topic) => isOf(gate, topic)) ? 3 : kind === 'unverified' ? 2 : 0;
    }
    case 'environment':
      return environment === place.name && kind === 'sync' ? 3 : 0;
    case 'refs': {
      if (ref !== undefined && repository === place.repository && place.holds(ref))
        return demand !== undefined && topics.some((topic) => isMissed(demand, topic)) ? 3 : 2;
      return place.environment !== undefined &&
        environment === place.environment &&
        gate !== undefined &&
        OF_BRANCH.includes(gate) &&
        topics.includes('up to date')
        ? 3
        : 0;
    }
    case 'key':
      return repository === place.repository && place.environments.some((name) => demand === `key ${name}`) ? 3 : 0;
    case 'host':
      if (repository !== place.repository || !topics.includes('rulesets')) return 0;
      return demand !== 'update' ? 1 : environment !== undefined && environment === place.environment ? 3 : 2;
    case 'settings':
      return topics.some((topic) => topic.endsWith(' app')) && (kind === 'forged' || kind === 'bypass' || kind === 'program') ? 1 : 0;
  }
}

/** Whether a gate's id, `verified-integration` or `approvals-2`, is one of a topic's. */
function isOf(gate: string, topic: string): boolean {
  if (topic.startsWith('check ')) return gate.startsWith(`check-${topic.slice('check '.length)}`);
  return gate === topic || gate.startsWith(`${topic}-`);
}

const DEMANDS: Readonly<Record<string, string>> = {
  'code owners': 'code owners',
  'fresh approvals': 'stale',
  'head branch': 'check stagegate/head',
  'last push': 'last push',
  create: 'creation',
  delete: 'deletion',
  force: 'force push',
  'merged by the delivery app': 'update',
  'up to date': 'up to date',
};

/** Whether what the explorer says to be missing is what a topic demands. */
function isMissed(demand: string, topic: string): boolean {
  if (demand === topic || DEMANDS[demand] === topic) return true;
  if (demand === 'update') return topic === 'update' || topic === 'pull request';
  if (demand.startsWith('group '))
    return topic === 'code owners' || topic === 'change of policy' || topic.startsWith('owner of ') || topic === 'stale';
  return /^(?:no|method) (?:merge|squash|rebase)$/.test(demand) && topic === 'methods';
}

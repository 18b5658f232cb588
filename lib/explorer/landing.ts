import type { DesiredRepository, DesiredState } from '../desired/desired-state';
import { attackers, type Change, type Principal, pushRefusal, type ReportedCheck, rulesetsOf } from './github';
import type { Intent } from './intent';
import { isActor, type Unmet, unmetProgram, unmetProtection } from './landing-monitor';
import { attempts, type Branch, eventsOf, filesByOwners, perfectWay } from './landing-ways';
import { type PullRequest, principalOf, pullRequestStep } from './pull-request';
import { refMatches, sampleOf } from './ref-pattern';
import type { PullRequestEvent, TraceEvent } from './trace';

/** A sequence of events on GitHub alone that ends where the intent forbids. */
export interface Breach {
  readonly kind: 'protection' | 'program' | 'bypass' | 'forged' | 'sync';
  /** What was not met; breaches of one demand on one ref are one finding. */
  readonly demand: string;
  readonly message: string;
  readonly environment?: string;
  readonly repository: string;
  readonly ref: string;
  readonly events: readonly TraceEvent[];
}

/** How commits get onto a branch: whether they can at all, and how they can against the intent. */
export interface Landing {
  /** Why no commit gets there lawfully. */
  readonly refusal?: string;
  readonly breaches: readonly Breach[];
}

/**
 * Tries every way onto a branch in which one demand of the intent is not met and everything else is as it should be. GitHub never refuses a
 * merge for one more approval or one more successful check, so a demand that can be missed at all can be missed in one of these ways.
 */
export function exploreBranch(
  desired: DesiredState,
  intent: Intent,
  repository: DesiredRepository,
  name: string,
  program: boolean,
): Landing {
  const protection = intent.protections.find(
    ({ ref }) => ref.kind === 'branch' && ref.repository === repository.name && ref.pattern === name,
  );
  const branch: Branch = { desired, intent, repository, name, protection, program };
  const ref = `refs/heads/${name}`;
  const free = protection === undefined && !program;
  const direct = free && pushRefusal(repository, principalOf(desired, 'developer'), ref, 'update') === undefined;
  const found = new Map<string, Breach>();
  const note = (breach: Breach) => {
    const key = `${breach.kind} ${breach.demand}`;
    const known = found.get(key);
    if (!known || known.events.length > breach.events.length) found.set(key, breach);
  };
  const lawful = eventsOf(branch, perfectWay(branch, ['README.md']));
  const outcome = direct ? undefined : runPullRequest(desired, lawful);
  for (const breach of pushes(branch)) note(breach);
  if (!free) {
    for (const files of [['README.md'], ...(program ? filesByOwners(repository, intent.program.files) : [])]) {
      for (const events of attempts(branch, files)) {
        const breach = shortest(branch, events);
        if (breach) note(breach);
      }
    }
  }
  return {
    ...(outcome !== undefined && outcome.kind !== 'merged'
      ? { refusal: outcome.kind === 'refused' ? outcome.reason : 'it is not merged' }
      : {}),
    breaches: [...found.values()],
  };
}

/** Tags from which releases are made: those who are named make them, and nobody moves or deletes them. */
export function exploreTags(desired: DesiredState, intent: Intent, repository: DesiredRepository, pattern: string): Landing {
  const ref = `refs/tags/${sampleOf(pattern)}`;
  const principals = attackers(desired, intent);
  const breaches: Breach[] = [];
  for (const how of ['create', 'update', 'force', 'delete'] as const) {
    for (const by of principals) {
      const unmet = unmetPush(intent, repository.name, ref, how, by);
      if (!unmet || pushRefusal(repository, by, ref, how) !== undefined) continue;
      breaches.push({
        ...unmet,
        repository: repository.name,
        ref,
        events: [{ kind: 'push', by: by.name, repository: repository.name, ref, how }],
      });
      break;
    }
  }
  const refusals = principals.map((by) => pushRefusal(repository, by, ref, 'create'));
  const refusal = refusals.includes(undefined) ? undefined : refusals[0];
  return { ...(refusal === undefined ? {} : { refusal }), breaches };
}

/** Executes a pull request from the first event to the last. */
export function runPullRequest(desired: DesiredState, events: readonly PullRequestEvent[]) {
  let pull: PullRequest | undefined;
  let step: ReturnType<typeof pullRequestStep> = { kind: 'refused', reason: 'nothing happened' };
  for (const event of events) {
    step = pullRequestStep(desired, pull, event);
    if (step.kind !== 'open') return step;
    pull = step.pull;
  }
  return step;
}

/** What a push without a pull request, or what it does to the history, goes against. */
export function unmetPush(
  intent: Intent,
  repository: string,
  ref: string,
  how: Change,
  by: Principal,
): (Unmet & { kind: Breach['kind'] }) | undefined {
  const name = ref.replace(/^refs\/(heads|tags)\//, '');
  if (ref.startsWith('refs/tags/')) return unmetTag(intent, repository, name, how, by);
  const protection = intent.protections.find(
    (candidate) =>
      candidate.ref.repository === repository && candidate.ref.kind === 'branch' && ref === `refs/heads/${candidate.ref.pattern}`,
  );
  const program = intent.program.repository === repository && ref === `refs/heads/${intent.program.branch}`;
  const words = {
    create: 'can be made',
    update: 'can be pushed to without a pull request',
    force: 'can be moved back',
    delete: 'can be deleted',
  }[how];
  if (program) return { kind: 'program', demand: how, message: `the program branch ${name} ${words} by ${by.name}` };
  if (protection && (how !== 'update' || !protection.bypass.some((actor) => actor.mode === 'always' && isActor(actor, by)))) {
    return { kind: 'protection', demand: how, message: `${name} ${words} by ${by.name}` };
  }
  const history = how === 'force' || how === 'delete';
  if (history && isIntendedSource(intent, repository, ref))
    return { kind: 'protection', demand: how, message: `${name} ${words} by ${by.name}` };
  return undefined;
}

/** What somebody does to a tag of a source against the intent. */
function unmetTag(
  intent: Intent,
  repository: string,
  name: string,
  how: Change,
  by: Principal,
): (Unmet & { kind: Breach['kind'] }) | undefined {
  const refs = [...intent.environments.map(({ source }) => source), ...intent.edges.map(({ on }) => on)];
  const source = refs.find((ref) => ref?.kind === 'tags' && ref.repository === repository && refMatches(ref.pattern, name, ''));
  if (!source) return undefined;
  const makers = intent.protections.find(
    ({ ref }) => ref.kind === 'tags' && ref.repository === repository && ref.pattern === source.pattern,
  )?.bypass;
  if (how === 'create' && (makers === undefined || makers.some((actor) => isActor(actor, by)))) return undefined;
  const words = { create: 'made', update: 'moved', force: 'moved back', delete: 'deleted' }[how];
  return { kind: 'protection', demand: how, message: `tag ${name} can be ${words} by ${by.name}` };
}

/** Whether releases are made or proposed from the branch. */
function isIntendedSource(intent: Intent, repository: string, ref: string): boolean {
  const refs = [...intent.environments.map(({ source }) => source), ...intent.edges.map(({ on }) => on)];
  return refs.some((source) => source?.kind === 'branch' && source.repository === repository && ref === `refs/heads/${source.pattern}`);
}

/** The checks that a commit has passed on a branch of its own before it is pushed. */
export function passedElsewhere(repository: DesiredRepository, ref: string): readonly ReportedCheck[] {
  return rulesetsOf(repository, ref).flatMap((ruleset) =>
    ruleset.rules.flatMap((rule) =>
      rule.type !== 'required_status_checks'
        ? []
        : rule.parameters.required_status_checks.map(({ context, integration_id }) => ({
            context,
            ...(integration_id === undefined ? {} : { app: String(integration_id) }),
          })),
    ),
  );
}

function pushes({ desired, intent, repository, name }: Branch): Breach[] {
  const ref = `refs/heads/${name}`;
  const breaches: Breach[] = [];
  for (const how of ['update', 'force', 'delete'] as const) {
    for (const by of attackers(desired, intent)) {
      const unmet = unmetPush(intent, repository.name, ref, how, by);
      if (!unmet || pushRefusal(repository, by, ref, how, passedElsewhere(repository, ref)) !== undefined) continue;
      breaches.push({
        ...unmet,
        repository: repository.name,
        ref,
        events: [{ kind: 'push', by: by.name, repository: repository.name, ref, how }],
      });
      break;
    }
  }
  return breaches;
}

/** The breach in which a sequence ends, with every event left out that it does not need. */
function shortest(branch: Branch, events: readonly PullRequestEvent[]): Breach | undefined {
  let best = breachOf(branch, events);
  if (!best) return undefined;
  let kept = events;
  for (let index = events.length - 2; index > 0; index--) {
    const without = kept.filter((_, other) => other !== index);
    const breach = breachOf(branch, without);
    if (breach && (breach.kind === best.kind || best.kind === 'forged')) {
      best = breach;
      kept = without;
    }
  }
  return best;
}

function breachOf(branch: Branch, events: readonly PullRequestEvent[]): Breach | undefined {
  const { desired, intent, repository, name, protection } = branch;
  const outcome = runPullRequest(desired, events);
  const last = events.at(-1);
  if (outcome.kind !== 'merged' || last?.kind !== 'merge') return undefined;
  const weaker = branch.program ? unmetProgram(intent.program, outcome.pull) : undefined;
  const unmet = weaker ?? (protection && unmetProtection(protection, outcome.pull, outcome.by, last.method));
  if (!unmet) return undefined;
  const kind = weaker ? 'program' : unmet.forged ? 'forged' : 'protection';
  return { kind, demand: unmet.demand, message: unmet.message, repository: repository.name, ref: `refs/heads/${name}`, events };
}

import type { DesiredState } from '../desired/desired-state';
import { unmetDelivery, unmetMerge, unmetRevision } from './delivery-refs';
import { type Machine, machineOf } from './events';
import { Bounds, type Outcome } from './explore';
import { pushRefusal } from './github';
import type { Intent } from './intent';
import { keyMessage, keysGivenAway } from './keys';
import { passedElsewhere, unmetPush } from './landing';
import { unmetProgram, unmetProtection } from './landing-monitor';
import { type PullRequest, principalOf, pullRequestStep } from './pull-request';
import { slicesOf } from './slices';
import { running, type State } from './state';
import { commitId, type PullRequestEvent, type PushEvent, type TraceEvent } from './trace';
import { saysEnough, tryCodeOf } from './trace-text';
import { worldOf } from './world';

type StepHarm = NonNullable<Outcome['harm']>;
type Step = { readonly kind: 'done'; readonly harm?: StepHarm } | { readonly kind: 'refused'; readonly reason: string };

const PULL_REQUEST: ReadonlySet<string> = new Set(['open', 'amend', 'outdate', 'review', 'status', 'merge']);

/** Executes a sequence of events one by one: whether each can happen, what runs in the end, and what went wrong. */
export function replay(desired: DesiredState, intent: Intent, events: readonly TraceEvent[]): Outcome {
  let releases: { readonly machine: Machine; readonly state: State } | undefined;
  let pull: PullRequest | undefined;
  let harm: StepHarm | undefined;
  const runs = () => {
    if (!releases) return {};
    const { machine, state } = releases;
    const entries = machine.world.places.map(({ index, name }) => [name, running(machine.world, state, index)] as const);
    return Object.fromEntries(entries.flatMap(([name, release]) => (release === 0 ? [] : [[name, commitId(release - 1)]])));
  };

  const pullRequest = (event: PullRequestEvent): Step => {
    const step = pullRequestStep(desired, pull, event);
    if (step.kind === 'refused') return step;
    pull = step.kind === 'open' ? step.pull : undefined;
    if (step.kind === 'open' || event.kind !== 'merge') return { kind: 'done' };
    const found = mergeHarm(desired, intent, step.pull, step.by, event.method);
    return { kind: 'done', ...(found === undefined ? {} : { harm: found }) };
  };

  const delivery = (event: TraceEvent): Step => {
    releases ??= start(desired, intent, events);
    const { machine, state } = releases;
    const number = tryCodeOf(machine.world, event);
    if (number === undefined) return { kind: 'refused', reason: `the compiled data knows nothing of ${JSON.stringify(event)}` };
    let possible = false;
    machine.enabled(state.slice(), (candidate) => {
      possible ||= candidate === number;
    });
    if (!possible) return { kind: 'refused', reason: `${event.kind} is not possible here` };
    if (event.kind === 'decide' && !saysEnough(machine.world, event)) return { kind: 'refused', reason: `${event.policy} asks for more` };
    const found = machine.apply(state, number);
    return { kind: 'done', ...(found === undefined ? {} : { harm: found }) };
  };

  for (const [index, event] of events.entries()) {
    const step = event.kind === 'push' ? push(desired, intent, event) : isPullRequest(event) ? pullRequest(event) : delivery(event);
    if (step.kind === 'refused') return { possible: false, refused: { index, reason: step.reason }, runs: runs() };
    harm = step.harm;
  }
  return { possible: true, ...(harm === undefined ? {} : { harm }), runs: runs() };
}

/** The part of the platform that knows all events, before the first of them. */
function start(desired: DesiredState, intent: Intent, events: readonly TraceEvent[]): { readonly machine: Machine; readonly state: State } {
  const commits = Math.max(Bounds.full.commits, ...events.map((event) => ('commit' in event ? event.commit + 1 : 0)));
  const bounds = { ...Bounds.full, commits, deviations: Math.max(1, events.length) };
  const machines = slicesOf(desired, intent).map((slice) => machineOf(worldOf(desired, intent, bounds, slice)));
  const own = (event: TraceEvent) => event.kind === 'push' || isPullRequest(event);
  const fitting = machines.find(({ world }) => events.every((event) => own(event) || tryCodeOf(world, event) !== undefined));
  const machine = fitting ?? machines[0];
  if (!machine) throw new RangeError('the platform has no active environment');
  return { machine, state: machine.initial() };
}

function isPullRequest(event: TraceEvent): event is PullRequestEvent {
  return PULL_REQUEST.has(event.kind);
}

function push(desired: DesiredState, intent: Intent, { by: name, repository: full, ref, how }: PushEvent): Step {
  const repository = desired.repositories.find((candidate) => candidate.name === full);
  if (!repository) return { kind: 'refused', reason: `there is no repository ${full}` };
  const by = principalOf(desired, name);
  const reason = pushRefusal(repository, by, ref, how, passedElsewhere(repository, ref));
  if (reason !== undefined) return { kind: 'refused', reason };
  const delivered = full === desired.delivery.repository ? unmetDelivery(desired, ref, how, by) : undefined;
  if (delivered) {
    const { message, environment } = delivered;
    return { kind: 'done', harm: { kind: 'bypass', message, ref, ...(environment === undefined ? {} : { environment }) } };
  }
  const mistaken = full === desired.delivery.repository && how === 'create' ? unmetRevision(desired, ref) : undefined;
  if (mistaken) return { kind: 'done', harm: { kind: 'sync', message: mistaken.message, ref, environment: mistaken.environment } };
  const unmet = unmetPush(intent, full, ref, how, by);
  if (unmet) return { kind: 'done', harm: { kind: unmet.kind, message: unmet.message, ref } };
  const admins =
    by.role === 'admin' ? repository.environments.find(({ can_admins_bypass }) => can_admins_bypass === true)?.name : undefined;
  const key = keysGivenAway(desired, intent, repository, ref)[0] ?? admins;
  return key === undefined || how === 'delete'
    ? { kind: 'done' }
    : { kind: 'done', harm: { kind: 'program', message: keyMessage(repository, key, ref), ref } };
}

function mergeHarm(
  desired: DesiredState,
  intent: Intent,
  pull: PullRequest,
  by: ReturnType<typeof principalOf>,
  method: 'merge' | 'squash' | 'rebase',
): StepHarm | undefined {
  const { repository, base } = pull;
  const ref = `refs/heads/${base}`;
  const environment =
    repository.name === desired.delivery.repository ? desired.delivery.environments.find(({ branch }) => branch === base) : undefined;
  if (environment) {
    const reports = pull.reports.filter(({ context }) => context === desired.delivery.gatesContext);
    const own = reports.some(({ app }) => app === String(desired.delivery.apps.delivery.id));
    const reporter = own
      ? 'delivery app'
      : reports[0] === undefined
        ? 'nobody'
        : reports[0].app === undefined
          ? 'developer'
          : 'foreign app';
    const unmet = unmetMerge(desired, by, method, reporter);
    return unmet && { kind: unmet.kind, environment: environment.name, ref, message: `${base} ${unmet.message}` };
  }
  const program = repository.name === intent.program.repository && base === intent.program.branch;
  const weaker = unmetProgram(intent.program, pull);
  if (program && weaker) return { kind: 'program', ref, message: weaker.message };
  const protection = intent.protections.find(
    (candidate) => candidate.ref.kind === 'branch' && candidate.ref.repository === repository.name && candidate.ref.pattern === base,
  );
  const [key] = keysGivenAway(desired, intent, repository, ref);
  if (key !== undefined && weaker) return { kind: 'program', ref, message: keyMessage(repository, key, ref) };
  const unmet = protection && unmetProtection(protection, pull, by, method);
  return unmet && { kind: unmet.forged ? 'forged' : 'protection', ref, message: unmet.message };
}

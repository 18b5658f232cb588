import { code, Kind, type Machine } from './events';
import { people } from './landing-ways';
import type { Harm } from './monitor';
import { sampleOf } from './ref-pattern';
import { git, running, type State } from './state';
import { commitId, type PromotionEvent, shortRef, type TraceEvent } from './trace';
import type { Edge, World } from './world';

/** The event of a trace for a number of the search. */
export function eventOf(w: World, event: number): TraceEvent {
  const [kind, a, b] = [event >> 16, (event >> 8) & 255, event & 255];
  const environment = w.places[a]?.name ?? '';
  const policy = w.edges[a]?.policy ?? '';
  switch (kind) {
    case Kind.land: {
      const ref = w.refs[a];
      return {
        kind: 'land',
        repository: ref?.repository ?? '',
        ref: { kind: ref?.kind ?? 'branch', pattern: ref?.pattern ?? '' },
        commit: b - 1,
      };
    }
    case Kind.verify:
      return { kind: 'verify', environment, suite: w.places[a]?.suites[b] ?? '' };
    case Kind.rollBack:
      return { kind: 'roll-back', environment, commit: b - 1, approvals: w.places[a]?.rollback ?? 0 };
    case Kind.lift:
      return { kind: 'lift', environment, commit: b - 1 };
    case Kind.override:
      return { kind: 'override', environment, commit: b - 1, by: `member of ${w.places[a]?.overriders[0] ?? ''}` };
    case Kind.decide: {
      const { groups, others, asked, checks } = (w.edges[a] as Edge).word;
      const approvedBy = [...groups].flatMap(([group, count]) => people(count, group));
      return { kind: 'decide', policy, commit: b - 1, approvedBy: [...approvedBy, ...people(others)], asked, checks };
    }
    case Kind.wake:
      return { kind: 'wake' };
    default: {
      const plain = PLAIN.find(([number]) => number === kind);
      if (!plain) throw new RangeError(`there is no event of kind ${kind}`);
      return { kind: plain[1], environment };
    }
  }
}

const PLAIN = [
  [Kind.healthy, 'healthy'],
  [Kind.unhealthy, 'unhealthy'],
  [Kind.clock, 'clock'],
  [Kind.sync, 'sync'],
  [Kind.edit, 'edit'],
  [Kind.suspend, 'suspend'],
  [Kind.resume, 'resume'],
] as const;

/** The number of an event of a trace; undefined for events on GitHub alone, and for what the compiled data does not know. */
export function tryCodeOf(w: World, event: TraceEvent): number | undefined {
  const place = 'environment' in event ? w.places.findIndex(({ name }) => name === event.environment) : -1;
  const edge = 'policy' in event ? w.edges.findIndex(({ policy }) => policy === event.policy) : -1;
  const known = (index: number, kind: number, b = 0) => (index < 0 || b < 0 ? undefined : code(kind, index, b));
  switch (event.kind) {
    case 'land': {
      const ref = w.refs.findIndex(
        ({ kind, repository, pattern }) => kind === event.ref.kind && repository === event.repository && pattern === event.ref.pattern,
      );
      return known(ref, Kind.land, event.commit + 1);
    }
    case 'verify':
      return known(place, Kind.verify, w.places[place]?.suites.indexOf(event.suite));
    case 'roll-back':
      return known(place, Kind.rollBack, event.commit + 1);
    case 'lift':
      return known(place, Kind.lift, event.commit + 1);
    case 'override':
      return known(place, Kind.override, event.commit + 1);
    case 'decide':
      return known(edge, Kind.decide, event.commit + 1);
    case 'wake':
      return code(Kind.wake, 0);
    default: {
      const plain = PLAIN.find(([, kind]) => kind === event.kind);
      return plain && known(place, plain[0]);
    }
  }
}

/** Whether what people and other apps say in an event is what the gates of its edge ask for, or more. */
export function saysEnough(w: World, event: PromotionEvent): boolean {
  const word = w.edges.find(({ policy }) => policy === event.policy)?.word;
  if (word === undefined) return false;
  const members = [...word.groups].map(
    ([group, count]) => [event.approvedBy.filter((name) => name.endsWith(` of ${group}`)).length, count] as const,
  );
  const total = members.reduce((sum, [, count]) => sum + count, word.others);
  return (
    members.every(([given, count]) => given >= count) &&
    event.approvedBy.length >= total &&
    (event.asked || !word.asked) &&
    word.checks.every((check) => event.checks.includes(check))
  );
}

/** A sequence of the search as events and as lines, one per event, what they lead to behind them, the harm last. */
export function narrate(machine: Machine, codes: readonly number[], harm: Harm): { events: TraceEvent[]; lines: string[] } {
  const { world } = machine;
  const state = machine.initial();
  const events: TraceEvent[] = [];
  const lines: string[] = [];
  codes.forEach((event, index) => {
    const before = state.slice();
    const text = lineOf(world, state, event);
    machine.apply(state, event);
    const effects = effectsOf(world, before, state, event);
    events.push(eventOf(world, event));
    if (index < codes.length - 1) lines.push([text, effects.join(', ')].filter((part) => part !== '').join('; '));
    else lines.push(text, consequence(effects, harm));
  });
  return { events, lines };
}

function consequence(effects: readonly string[], harm: Harm): string {
  const nobody = harm.kind === 'simultaneous' || harm.kind === 'unverified';
  return nobody && effects.length > 0 ? `${effects.join(', ')}; nobody verified it` : harm.message;
}

/** What runs, or waits for a sync, now and did not before. */
function effectsOf(w: World, before: State, after: State, event: number): string[] {
  const landed = event >> 16 === Kind.land ? (event >> 8) & 255 : undefined;
  return [...w.places]
    .sort((a, b) => a.rank - b.rank)
    .flatMap(({ index, name, source }) => {
      const now = running(w, after, index);
      if (now !== running(w, before, index)) return [arrival(name, now - 1, landed !== undefined && landed !== source)];
      const waits = git(w, after, index);
      return waits !== git(w, before, index) ? [`${name} is to run ${commitId(waits - 1)}`] : [];
    });
}

/** What is not born where a commit lands was due before: the push only starts the app. */
function arrival(environment: string, commit: number, isPromoted: boolean): string {
  const id = commitId(commit);
  return isPromoted ? `this starts the delivery app, which promotes ${id} to ${environment}` : `${environment} runs ${id}`;
}

function lineOf(w: World, s: State, number: number): string {
  const event = eventOf(w, number);
  const runs = 'environment' in event ? commitId(running(w, s, (number >> 8) & 255) - 1) : '';
  switch (event.kind) {
    case 'land': {
      const id = commitId(event.commit);
      if (event.ref.kind === 'tags') return `${id} is tagged ${sampleOf(event.ref.pattern)}`;
      // Where other branches alone may be merged, nobody pushes.
      const heads = (w.refs[(number >> 8) & 255]?.onlyFrom ?? []).flatMap((index) => w.refs[index]?.pattern ?? []);
      return heads.length > 0
        ? `${id} is merged from ${heads.join(' or ')} to ${event.ref.pattern}`
        : `developer pushes ${id} to ${event.ref.pattern}`;
    }
    case 'healthy':
    case 'unhealthy':
      return `${event.environment} reports ${runs} ${event.kind}`;
    case 'clock':
      return `time passes, ${runs} stays healthy in ${event.environment}`;
    case 'wake':
      return 'the schedule wakes the delivery app';
    case 'verify':
      return `${event.suite} passes for ${runs} in ${event.environment}`;
    case 'sync':
      return `a person syncs ${event.environment}`;
    case 'edit':
      return `somebody changes live objects in ${event.environment} by hand`;
    case 'override':
      return `${event.by} syncs ${event.environment} to ${commitId(event.commit)}`;
    case 'roll-back':
      return `${event.environment} is rolled back to ${commitId(event.commit)}${event.approvals > 0 ? `, approved by ${event.approvals}` : ''}`;
    case 'lift':
      return `the hold on ${commitId(event.commit)} in ${event.environment} is lifted`;
    case 'suspend':
      return `the next run of the delivery app for ${event.environment} is held up before its merge`;
    case 'resume':
      return `the run of the delivery app for ${event.environment} goes on`;
    case 'decide': {
      const [id, to] = [commitId(event.commit), toOf(w, event.policy)];
      const said = [
        ...event.checks.map((check) => `${check} succeeds for ${id}`),
        ...(event.asked ? [`a person asks for ${id} in ${to}`] : []),
        ...(event.approvedBy.length > 0
          ? [`${event.approvedBy.join(', ')} ${event.approvedBy.length === 1 ? 'approves' : 'approve'} ${id} for ${to}`]
          : []),
      ];
      return said.join(', ');
    }
    default:
      throw new RangeError(`${event.kind} is no event of the search`);
  }
}

function toOf(w: World, policy: string): string {
  const edge = w.edges.find((candidate) => candidate.policy === policy);
  return (edge && w.places[edge.to]?.name) ?? policy;
}

/** The line of an event on GitHub alone. */
export function hostLine(event: TraceEvent): string {
  switch (event.kind) {
    case 'push': {
      const words = { create: 'makes', update: 'pushes to', force: 'moves back', delete: 'deletes' }[event.how];
      return `${event.by} ${words} ${shortRef(event.ref)}`;
    }
    case 'open': {
      const files = event.files.length > 0 ? ` that changes ${event.files.join(', ')}` : '';
      return `${event.by} opens a pull request from ${event.head} onto ${event.base}${files}`;
    }
    case 'amend':
      return `${event.by} pushes another commit to it`;
    case 'outdate':
      return 'another change is merged before it';
    case 'review':
      return `${event.by} approves it`;
    case 'status':
      return `${event.by} reports ${event.context} on it`;
    case 'merge':
      return `${event.by} merges it${event.method === 'merge' ? '' : ` (${event.method})`}`;
    default:
      throw new RangeError(`${event.kind} does not happen on GitHub alone`);
  }
}

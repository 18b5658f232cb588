import { contentOf, isOpen, lacksOnlyWord, mergeInto, run, settle } from './delivery-app';
import { type Harm, type Monitor, monitorOf } from './monitor';
import {
  Block,
  COMMITS,
  DEVIATIONS,
  Flag,
  forgetRecord,
  git,
  giveWord,
  hasFlag,
  head,
  isBlocked,
  isQuarantined,
  isVerified,
  isWordGiven,
  passedOver,
  Report,
  report,
  running,
  type State,
  setBlocked,
  setFlag,
  setPassedOver,
  setReport,
  setSoaked,
  setSuspended,
  setVerified,
  soaked,
  suspended,
  wasHealthy,
} from './state';
import type { Edge, Place, World } from './world';

/** Events as numbers: kind, then two operands of one byte each. */
export const Kind = {
  land: 0,
  healthy: 1,
  unhealthy: 2,
  clock: 3,
  verify: 4,
  decide: 5,
  sync: 6,
  edit: 7,
  rollBack: 8,
  lift: 9,
  suspend: 10,
  resume: 11,
  override: 12,
  wake: 13,
} as const;

/** Kinds that count as a deviation: the rest is lawful and not limited. */
const DEVIATES: ReadonlySet<number> = new Set([Kind.unhealthy, Kind.edit, Kind.rollBack, Kind.override]);

export function code(kind: number, a: number, b = 0): number {
  return (kind << 16) | (a << 8) | b;
}

/** The system that is explored: its states, what can happen in each, and what that leads to. */
export interface Machine {
  readonly world: World;
  initial(): State;
  /** Calls `visit` with each event that can happen. */
  enabled(s: State, visit: (event: number) => void): void;
  /** Lets an event happen to the state, in place, with everything that follows of itself. */
  apply(s: State, event: number): Harm | undefined;
}

export function machineOf(world: World): Machine {
  const monitor = monitorOf(world);
  return {
    world,
    initial: () => new Uint8Array(world.at.size),
    enabled: (s, visit) => enabled(world, s, visit),
    apply(s, event) {
      const kind = event >> 16;
      monitor.begin(kind === Kind.land);
      if (DEVIATES.has(kind)) s[DEVIATIONS] = (s[DEVIATIONS] as number) + 1;
      happen(world, s, kind, (event >> 8) & 255, event & 255, monitor);
      // The end of a soak is no event on the host: the app sees it when something else wakes it.
      if (kind !== Kind.clock) settle(world, s, monitor);
      clearDead(world, s);
      return monitor.end();
    },
  };
}

function enabled(w: World, s: State, visit: (event: number) => void): void {
  const commits = s[COMMITS] as number;
  const mayDeviate = (s[DEVIATIONS] as number) < w.bounds.deviations;
  for (const ref of w.refs) {
    if (ref.refusal !== undefined) continue;
    if (ref.onlyFrom) {
      for (const from of ref.onlyFrom) if (head(w, s, from) > head(w, s, ref.index)) visit(code(Kind.land, ref.index, head(w, s, from)));
    } else {
      for (let commit = head(w, s, ref.index) + 1; commit <= Math.min(commits + 1, w.bounds.commits); commit++) {
        visit(code(Kind.land, ref.index, commit));
      }
    }
  }
  let soaking = false;
  for (const place of w.places) {
    visitPlace(w, s, place, mayDeviate, visit);
    soaking ||= running(w, s, place.index) > 0 && soaked(w, s, place.index, running(w, s, place.index)) > 0;
  }
  if (soaking) visit(code(Kind.wake, 0));
  for (const edge of w.edges) if (edge.needsWord) visitPromotions(w, s, edge, visit);
}

function visitPlace(w: World, s: State, place: Place, mayDeviate: boolean, visit: (event: number) => void): void {
  const { index } = place;
  const release = running(w, s, index);
  if (release > 0) {
    const last = report(w, s, index, release);
    if (place.out.length > 0 && (mayDeviate || matters(w, s, place, release))) {
      if (last === Report.healthy) visitEvidence(w, s, place, release, visit);
      else visit(code(Kind.healthy, index));
    }
    const counts = place.out.length > 0 || place.automaticRollback;
    if (mayDeviate && counts && (last === Report.none || last === Report.healthy)) visit(code(Kind.unhealthy, index));
    const corrected = place.sync.kind === 'automatic' && place.sync.heals;
    if (mayDeviate && !corrected && place.declaredSync === 'automatic') visit(code(Kind.edit, index));
  }
  if (place.sync.kind === 'manual') {
    const content = contentOf(w, s, place);
    if (content > 0 && content !== release && place.declaredSync === 'manual') visit(code(Kind.sync, index));
  }
  const commits = s[COMMITS] as number;
  for (let other = 1; other <= commits; other++) {
    if (isBlocked(w, s, index, other)) visit(code(Kind.lift, index, other));
    if (
      mayDeviate &&
      place.rollback !== undefined &&
      place.refusal === undefined &&
      other !== git(w, s, index) &&
      !isQuarantined(w, s, index, other) &&
      wasHealthy(w, s, index, other)
    ) {
      visit(code(Kind.rollBack, index, other));
    }
    if (mayDeviate && place.overriders.length > 0 && other !== git(w, s, index)) {
      visit(code(Kind.override, index, other));
    }
  }
  if (place.raceable && place.refusal === undefined) {
    if (suspended(w, s, index) > 0) visit(code(Kind.resume, index));
    else if (!hasFlag(w, s, index, Flag.armed)) visit(code(Kind.suspend, index));
  }
}

/**
 * What adds to the record of a healthy release: its soak, and the suites that pass. Where no edge can use one without the others they come in
 * one order, since another would lead to the same.
 */
function visitEvidence(w: World, s: State, place: Place, release: number, visit: (event: number) => void): void {
  const { index } = place;
  if (soaked(w, s, index, release) < place.soaks.length) {
    visit(code(Kind.clock, index));
    if (place.uniform) return;
  }
  for (let suite = 0; suite < place.suites.length; suite++) {
    if (isVerified(w, s, index, release, suite) || !place.runnable[suite]) continue;
    visit(code(Kind.verify, index, suite));
    if (place.uniform) return;
  }
}

/** People and other apps say their word when nothing else is missing: what they said before would lead to the same. */
function visitPromotions(w: World, s: State, edge: Edge, visit: (event: number) => void): void {
  for (let release = git(w, s, edge.to) + 1; release <= (s[COMMITS] as number); release++) {
    if (!isWordGiven(edge, s, release) && isOpen(w, s, edge, release) && lacksOnlyWord(w, s, edge, release)) {
      visit(code(Kind.decide, edge.index, release));
    }
  }
}

function happen(w: World, s: State, kind: number, a: number, b: number, monitor: Monitor): void {
  const place = w.places[a] as Place;
  const release = kind === Kind.land || kind === Kind.decide || kind === Kind.wake ? 0 : running(w, s, a);
  switch (kind) {
    case Kind.land:
      s[w.at.heads + a] = b;
      s[COMMITS] = Math.max(s[COMMITS] as number, b);
      break;
    case Kind.healthy:
      setReport(w, s, a, release, Report.healthy);
      break;
    case Kind.unhealthy:
      setReport(w, s, a, release, wasHealthy(w, s, a, release) ? Report.unhealthyAfterHealthy : Report.unhealthy);
      break;
    case Kind.clock:
      setSoaked(w, s, a, release, soaked(w, s, a, release) + 1);
      break;
    case Kind.verify:
      setVerified(w, s, a, release, b);
      break;
    case Kind.sync:
    case Kind.override:
      run(w, s, place, kind === Kind.sync ? contentOf(w, s, place) : b);
      monitor.synced(s, place, release, true);
      break;
    case Kind.edit:
      monitor.edited(s, place);
      break;
    case Kind.rollBack:
      mergeInto(w, s, place, b, { kind: 'rollback', automatic: false, approvals: place.rollback ?? 0 }, monitor);
      break;
    case Kind.lift:
      setBlocked(w, s, a, b, Block.none);
      break;
    case Kind.wake:
      break;
    case Kind.suspend:
      setFlag(w, s, a, Flag.armed, true);
      break;
    case Kind.resume:
      resume(w, s, place, monitor);
      break;
    case Kind.decide:
      giveWord(w.edges[a] as Edge, s, b);
      break;
    default:
      throw new RangeError(`there is no event of kind ${kind}`);
  }
}

/**
 * A stopped run goes on with its merge, which names the head. On the base that it evaluated a later run has set the check to pending again; on
 * another base the check still stands, and only a branch that must be up to date keeps the merge out.
 */
function resume(w: World, s: State, place: Place, monitor: Monitor): void {
  const release = suspended(w, s, place.index);
  const merges = hasFlag(w, s, place.index, Flag.baseMoved) && release !== git(w, s, place.index);
  setSuspended(w, s, place.index, 0);
  setFlag(w, s, place.index, Flag.baseMoved, false);
  if (!merges) return;
  const edge = place.into.find((candidate) => wasHealthy(w, s, candidate.from, release));
  mergeInto(w, s, place, release, edge ? { kind: 'promotion', edge } : { kind: 'source' }, monitor);
}

/** Whether what is recorded of a release here can still open a gate. */
function matters(w: World, s: State, place: Place, release: number): boolean {
  for (const edge of place.out) if (release > git(w, s, edge.to) || release === suspended(w, s, edge.to)) return true;
  return false;
}

/**
 * Forgets what nothing can read any more, so that states that differ in it alone are one. Once no deviation is left nobody rolls back, what
 * git holds only gets newer, and records of releases that every edge has left behind are dead.
 */
function clearDead(w: World, s: State): void {
  if ((s[DEVIATIONS] as number) < w.bounds.deviations) return;
  const commits = s[COMMITS] as number;
  for (const place of w.places) {
    const current = git(w, s, place.index);
    for (let release = 1; release <= commits; release++) {
      if (!matters(w, s, place, release)) {
        forgetRecord(w, s, place.index, release);
        if (release <= current) setBlocked(w, s, place.index, release, Block.none);
      } else if (report(w, s, place.index, release) === Report.unhealthy) setReport(w, s, place.index, release, Report.none);
    }
    setFlag(w, s, place.index, Flag.rolledBack, false);
    if (passedOver(w, s, place.index) <= current + 1) setPassedOver(w, s, place.index, 0);
  }
}

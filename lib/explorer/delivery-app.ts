import type { Monitor } from './monitor';
import {
  Block,
  COMMITS,
  Flag,
  forgetWord,
  git,
  hasFlag,
  head,
  isBlocked,
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
  setSuspended,
  soaked,
  suspended,
  wasHealthy,
} from './state';
import { ANY, type Condition, type Edge, NEVER, type Place, type World } from './world';

/** How a release got into an environment. */
export type Cause =
  | { readonly kind: 'source' }
  | { readonly kind: 'promotion'; readonly edge: Edge }
  | { readonly kind: 'rollback'; readonly automatic: boolean; readonly approvals: number };

const SOURCE: Cause = { kind: 'source' };
const AUTOMATIC_ROLLBACK: Cause = { kind: 'rollback', automatic: true, approvals: 0 };
const promotions = new WeakMap<Edge, Cause>();

function byPromotion(edge: Edge): Cause {
  let cause = promotions.get(edge);
  if (!cause) {
    cause = { kind: 'promotion', edge };
    promotions.set(edge, cause);
  }
  return cause;
}

/**
 * Lets the delivery app and Argo CD do everything that they do without a further event, as `delivery-app.md` says. Runs of the app that are
 * to stop do so before their merge.
 */
export function settle(w: World, s: State, monitor: Monitor): void {
  let stoppedNow = 0;
  let movedHere = 0;
  let again = true;
  while (again) {
    again = false;
    for (const place of w.places) {
      if (place.refusal !== undefined || ((stoppedNow >> place.index) & 1) === 1) continue;
      const merge = nextMerge(w, s, place);
      if (!merge) continue;
      if (hasFlag(w, s, place.index, Flag.armed) && merge.cause.kind !== 'rollback') {
        setFlag(w, s, place.index, Flag.armed, false);
        setFlag(w, s, place.index, Flag.baseMoved, false);
        setSuspended(w, s, place.index, merge.release);
        stoppedNow |= 1 << place.index;
        continue;
      }
      mergeInto(w, s, place, merge.release, merge.cause, monitor);
      movedHere |= 1 << place.index;
      again = true;
    }
    if (syncAll(w, s, monitor)) again = true;
  }
  for (const place of w.places) {
    const stoppedBefore = suspended(w, s, place.index) > 0 && ((stoppedNow >> place.index) & 1) === 0;
    if (stoppedBefore && ((movedHere >> place.index) & 1) === 1) setFlag(w, s, place.index, Flag.baseMoved, true);
  }
  for (const edge of w.edges) {
    for (let release = 1; edge.needsWord && release <= (s[COMMITS] as number); release++) {
      if (isWordGiven(edge, s, release) && !isOpen(w, s, edge, release)) forgetWord(edge, s, release);
    }
  }
}

/** Puts a release onto an environment's branch. Every promotion that is open there gets a new head. */
export function mergeInto(w: World, s: State, place: Place, release: number, cause: Cause, monitor: Monitor): void {
  monitor.merged(s, place, release, cause);
  if (cause.kind === 'rollback') {
    const replaced = git(w, s, place.index);
    if (replaced > 0) setBlocked(w, s, place.index, replaced, cause.automatic ? Block.quarantined : Block.held);
  }
  setPassedOver(w, s, place.index, cause.kind === 'rollback' ? git(w, s, place.index) : 0);
  if (suspended(w, s, place.index) === release) setSuspended(w, s, place.index, 0);
  s[w.at.git + place.index] = release;
  setFlag(w, s, place.index, Flag.rolledBack, cause.kind === 'rollback');
  for (const edge of place.into) for (let other = 1; other <= w.bounds.commits; other++) forgetWord(edge, s, other);
}

/** The step that the app does next in one environment: an automatic rollback, a release from the source, or a promotion. */
function nextMerge(w: World, s: State, place: Place): { readonly release: number; readonly cause: Cause } | undefined {
  const current = git(w, s, place.index);
  if (place.automaticRollback && current > 0 && current === running(w, s, place.index) && !hasFlag(w, s, place.index, Flag.rolledBack)) {
    const last = report(w, s, place.index, current);
    if (last === Report.unhealthy || last === Report.unhealthyAfterHealthy) {
      const target = lastHealthy(w, s, place.index, current);
      if (target > 0) return { release: target, cause: AUTOMATIC_ROLLBACK };
    }
  }
  if (place.source >= 0 && place.nativeApprovals === 0) {
    const release = head(w, s, place.source);
    if (release > current && release >= passedOver(w, s, place.index) && !isBlocked(w, s, place.index, release))
      return { release, cause: SOURCE };
  }
  for (const edge of place.into) {
    const release = promoted(w, s, edge);
    if (release > 0) return { release, cause: byPromotion(edge) };
  }
  return undefined;
}

/** The newest release below the current one that was healthy here and is not quarantined; 0 when there is none. */
function lastHealthy(w: World, s: State, place: number, current: number): number {
  for (let release = w.bounds.commits; release > 0; release--) {
    if (release !== current && wasHealthy(w, s, place, release) && !isBlocked(w, s, place, release)) return release;
  }
  return 0;
}

/** The release whose gates all hold: the newest, or with `each` the next in order; 0 when there is none. */
function promoted(w: World, s: State, edge: Edge): number {
  if (edge.select === 'each') {
    for (let release = git(w, s, edge.to) + 1; release <= (s[COMMITS] as number); release++) {
      if (isOpen(w, s, edge, release)) return holds(w, s, edge, release) ? release : 0;
    }
    return 0;
  }
  for (let release = s[COMMITS] as number; release > git(w, s, edge.to); release--) {
    if (isOpen(w, s, edge, release) && holds(w, s, edge, release)) return release;
  }
  return 0;
}

/** Whether a promotion is open: proposed as long as the level holds, and among the newest that the bounds admit. */
export function isOpen(w: World, s: State, edge: Edge, release: number): boolean {
  if (!isProposed(w, s, edge, release)) return false;
  let before = 0;
  if (edge.select === 'each') {
    for (let other = 1; other < release; other++) if (isProposed(w, s, edge, other)) before++;
  } else {
    for (let other = release + 1; other <= (s[COMMITS] as number); other++) if (isProposed(w, s, edge, other)) before++;
  }
  return before < w.bounds.promotions;
}

function isProposed(w: World, s: State, edge: Edge, release: number): boolean {
  return (
    release > git(w, s, edge.to) &&
    wasHealthy(w, s, edge.from, release) &&
    (edge.on === ANY || (edge.on !== NEVER && head(w, s, edge.on) === release)) &&
    release >= passedOver(w, s, edge.to) &&
    !(w.places[edge.to] as Place).upstream.some((place) => isBlocked(w, s, place, release))
  );
}

function holds(w: World, s: State, edge: Edge, release: number): boolean {
  return lacksOnlyWord(w, s, edge, release) && (!edge.needsWord || isWordGiven(edge, s, release));
}

/** Whether everything holds that nobody has to say. */
export function lacksOnlyWord(w: World, s: State, edge: Edge, release: number): boolean {
  for (const condition of edge.conditions) if (!conditionHolds(w, s, edge, release, condition)) return false;
  return true;
}

function conditionHolds(w: World, s: State, edge: Edge, release: number, condition: Condition): boolean {
  switch (condition.kind) {
    case 'healthy':
      return report(w, s, edge.from, release) === Report.healthy;
    case 'soak':
      return soaked(w, s, edge.from, release) >= condition.level;
    case 'verified':
      return isVerified(w, s, edge.from, release, condition.bit);
  }
}

/** Argo CD's automatic syncs, and targets that deploy what is merged. */
function syncAll(w: World, s: State, monitor: Monitor): boolean {
  let moved = false;
  for (const place of w.places) {
    if (place.sync.kind !== 'automatic') continue;
    const content = contentOf(w, s, place);
    const before = running(w, s, place.index);
    if (content === 0 || content === before) continue;
    run(w, s, place, content);
    monitor.synced(s, place, before, false);
    moved = true;
  }
  return moved;
}

/** Lets a release run. Where nothing is promoted from, health comes by itself: it only makes rollbacks possible. */
export function run(w: World, s: State, place: Place, release: number): void {
  s[w.at.run + place.index] = release;
  if (place.out.length === 0 && report(w, s, place.index, release) === Report.none) setReport(w, s, place.index, release, Report.healthy);
}

/** What the revision that Argo CD follows holds now; 0 when it holds no release. */
export function contentOf(w: World, s: State, place: Place): number {
  if (place.followsEnvironment >= 0) return git(w, s, place.followsEnvironment);
  return place.followsRef >= 0 ? head(w, s, place.followsRef) : 0;
}

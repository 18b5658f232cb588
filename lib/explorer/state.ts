import type { Edge, World } from './world';

/**
 * A state is a row of bytes, laid out by `Layout`: deviations so far, commits so far, heads of refs, then per environment what git holds, what
 * runs and flags, per environment and release a record, and per promotion its approvals. Releases are numbered from 1, 0 is none.
 */
export type State = Uint8Array;

export const DEVIATIONS = 0;
export const COMMITS = 1;

/** The last report of a release in an environment; who was once healthy there stays so for rollbacks and proposals. */
export const Report = { none: 0, healthy: 1, unhealthy: 2, unhealthyAfterHealthy: 3 } as const;

/** Flags of an environment: its release came by rollback; a run of the delivery app is to stop, or has stopped, before its merge. */
export const Flag = { rolledBack: 1, armed: 2, baseMoved: 32 } as const;
const SUSPENDED_SHIFT = 2;
const SUSPENDED_MASK = 7 << SUSPENDED_SHIFT;

export function git(w: World, s: State, place: number): number {
  return s[w.at.git + place] as number;
}

export function running(w: World, s: State, place: number): number {
  return s[w.at.run + place] as number;
}

export function head(w: World, s: State, ref: number): number {
  return s[w.at.heads + ref] as number;
}

export function hasFlag(w: World, s: State, place: number, flag: number): boolean {
  return ((s[w.at.flags + place] as number) & flag) !== 0;
}

export function setFlag(w: World, s: State, place: number, flag: number, on: boolean): void {
  const at = w.at.flags + place;
  s[at] = on ? (s[at] as number) | flag : (s[at] as number) & ~flag;
}

/** The release whose merge a stopped run is about to do; 0 when none is. */
export function suspended(w: World, s: State, place: number): number {
  return ((s[w.at.flags + place] as number) & SUSPENDED_MASK) >> SUSPENDED_SHIFT;
}

export function setSuspended(w: World, s: State, place: number, release: number): void {
  const at = w.at.flags + place;
  s[at] = ((s[at] as number) & ~SUSPENDED_MASK) | (release << SUSPENDED_SHIFT);
}

function recordAt(w: World, place: number, release: number): number {
  return w.at.record + place * w.bounds.commits + release - 1;
}

export function report(w: World, s: State, place: number, release: number): number {
  return (s[recordAt(w, place, release)] as number) & 3;
}

export function setReport(w: World, s: State, place: number, release: number, value: number): void {
  const at = recordAt(w, place, release);
  s[at] = ((s[at] as number) & ~3) | value;
}

/** Whether the release was healthy there at some time. */
export function wasHealthy(w: World, s: State, place: number, release: number): boolean {
  return (report(w, s, place, release) & 1) === 1;
}

/** How many of the environment's soak lengths the release's longest healthy stay has reached. */
export function soaked(w: World, s: State, place: number, release: number): number {
  return (s[recordAt(w, place, release)] as number) >> 5;
}

export function setSoaked(w: World, s: State, place: number, release: number, level: number): void {
  const at = recordAt(w, place, release);
  s[at] = ((s[at] as number) & 31) | (level << 5);
}

/** What keeps a release out of an environment: people go back to what was held there, never to what was quarantined. */
export const Block = { none: 0, held: 16, quarantined: 24 } as const;

/** Held or quarantined in this environment. */
export function isBlocked(w: World, s: State, place: number, release: number): boolean {
  return ((s[recordAt(w, place, release)] as number) & Block.held) !== 0;
}

export function isQuarantined(w: World, s: State, place: number, release: number): boolean {
  return ((s[recordAt(w, place, release)] as number) & Block.quarantined) === Block.quarantined;
}

export function setBlocked(w: World, s: State, place: number, release: number, block: number): void {
  const at = recordAt(w, place, release);
  s[at] = ((s[at] as number) & ~Block.quarantined) | block;
}

/** The newest release that a rollback passed over: what is older does not come by itself; 0 after anything else. */
export function passedOver(w: World, s: State, place: number): number {
  return s[w.at.passed + place] as number;
}

export function setPassedOver(w: World, s: State, place: number, release: number): void {
  s[w.at.passed + place] = release;
}

export function isVerified(w: World, s: State, place: number, release: number, bit: number): boolean {
  const at = w.at.verified + (place * w.bounds.commits + release - 1) * w.at.verifiedWidth + (bit >> 3);
  return ((s[at] as number) & (1 << (bit & 7))) !== 0;
}

export function setVerified(w: World, s: State, place: number, release: number, bit: number): void {
  const at = w.at.verified + (place * w.bounds.commits + release - 1) * w.at.verifiedWidth + (bit >> 3);
  s[at] = (s[at] as number) | (1 << (bit & 7));
}

export function hasAnyVerification(w: World, s: State, place: number, release: number): boolean {
  const at = w.at.verified + (place * w.bounds.commits + release - 1) * w.at.verifiedWidth;
  for (let byte = 0; byte < w.at.verifiedWidth; byte++) if (s[at + byte] !== 0) return true;
  return false;
}

/** Forgets what is recorded of a release in an environment, but for a hold or quarantine. */
export function forgetRecord(w: World, s: State, place: number, release: number): void {
  const record = recordAt(w, place, release);
  s[record] = (s[record] as number) & Block.quarantined;
  const at = w.at.verified + (place * w.bounds.commits + release - 1) * w.at.verifiedWidth;
  for (let byte = 0; byte < w.at.verifiedWidth; byte++) s[at + byte] = 0;
}

/** Whether people and other apps have said of a promotion what the gates ask for. */
export function isWordGiven(edge: Edge, s: State, release: number): boolean {
  return s[edge.offset + release - 1] === 1;
}

export function giveWord(edge: Edge, s: State, release: number): void {
  s[edge.offset + release - 1] = 1;
}

/** A new head, or none: approvals and requests are gone. */
export function forgetWord(edge: Edge, s: State, release: number): void {
  s[edge.offset + release - 1] = 0;
}

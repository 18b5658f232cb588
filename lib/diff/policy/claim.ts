import { refsCover } from './ref-classes';

/**
 * What a demand comes down to, so that it can be told which of two asks for more: one demand is at least as strong as another if each claim of
 * the other follows from one of its own. A claim that nothing enforces is left out.
 */
export type Claim =
  /** At least so much of something, 1 for what is there or is not. */
  | { readonly kind: 'at-least'; readonly of: string; readonly amount: number; readonly or?: readonly string[] }
  /** Nobody and nothing but these; without the claim, all. */
  | {
      readonly kind: 'only';
      readonly of: string;
      readonly admitted: readonly string[];
      readonly read: Reading;
      readonly or?: readonly string[];
    }
  /** So many of these people. */
  | {
      readonly kind: 'people';
      readonly of: string;
      readonly people: readonly string[];
      readonly amount: number;
      readonly or?: readonly string[];
    };

// `or` names other claims from which this one follows as well: `update`, for what no commit can come to.

/** How admitted items are read: as they are; as actors; as patterns of refs; as beginnings; with `*` for anything. */
export type Reading = 'names' | 'actors' | 'refs' | 'prefixes' | 'globs';

/** Whether something is demanded, or how much of it. */
export function atLeast(of: string, amount = 1, or?: readonly string[]): Claim {
  return { kind: 'at-least', of, amount, ...(or === undefined ? {} : { or }) };
}

/** Whom or what alone a demand lets through. */
export function only(of: string, admitted: readonly string[], read: Reading = 'names', or?: readonly string[]): Claim {
  return { kind: 'only', of, admitted, read, ...(or === undefined ? {} : { or }) };
}

/** How one demand compares with another: `after` with `before`. `same` asks for as much. */
export type Direction = 'same' | 'weaker' | 'stronger' | 'changed';

/**
 * Compares the claims of one demand. Those of everything that is demanded of the same thing are given too: what is no longer claimed here may
 * follow from another demand.
 */
export function directionOf(
  before: readonly Claim[],
  after: readonly Claim[],
  allBefore: readonly Claim[] = before,
  allAfter: readonly Claim[] = after,
): Direction {
  const kept = before.every((claim) => allAfter.some((other) => implies(other, claim)));
  const known = after.every((claim) => allBefore.some((other) => implies(other, claim)));
  if (kept) return known ? 'same' : 'stronger';
  return known ? 'weaker' : 'changed';
}

/** Whether whatever fulfils claim `a` fulfils `b`. */
export function implies(a: Claim, b: Claim): boolean {
  if (a.of !== b.of) return b.or?.includes(a.of) === true && impliesOther(a, b);
  switch (b.kind) {
    case 'at-least':
      return a.kind === 'at-least' && a.amount >= b.amount;
    case 'only':
      return a.kind === 'only' && covers(b, a);
    case 'people':
      return a.kind === 'people' && a.amount >= b.amount && a.people.every((one) => b.people.includes(one));
  }
}

/** Whether a claim follows from one that is of something else. */
function impliesOther(a: Claim, b: Claim): boolean {
  if (a.kind === 'people') return b.kind === 'only' && a.people.every((one) => b.admitted.includes(one));
  if (a.kind === 'at-least' || a.read !== 'actors') return true;
  // Of those for whom a demand does not hold, nothing else follows from it.
  return b.kind === 'only' && b.read === 'actors' ? covers(b, a) : a.admitted.length === 0;
}

type OnlyClaim = Extract<Claim, { kind: 'only' }>;

function covers(outer: OnlyClaim, inner: OnlyClaim): boolean {
  if (outer.read === 'refs') return refsCover(outer.admitted, inner.admitted);
  return inner.admitted.every((item) => outer.admitted.some((wide) => itemCovers(wide, item, outer.read)));
}

function itemCovers(wide: string, item: string, read: Reading): boolean {
  switch (read) {
    case 'actors':
      return actorCovers(wide, item);
    case 'prefixes':
      return item.startsWith(wide);
    case 'globs':
      return wide === item || new RegExp(`^${wide.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's').test(item);
    default:
      return wide === item;
  }
}

const ROLES = ['role admin', 'role maintain', 'role write'];

/** Whether an exemption of one actor is one of the other, too: of a wider role, or for pushes as well as for merges. */
export function actorCovers(wide: string, item: string): boolean {
  const [who = '', always] = split(wide);
  const [other = '', otherAlways] = split(item);
  if (otherAlways && !always) return false;
  if (who === other) return true;
  const rank = ROLES.indexOf(who);
  if (rank < 0 || other.startsWith('app ')) return false;
  // Owners administrate every repository; members of a team that can be exempt may write.
  if (other === 'organisation administrators') return true;
  return other.startsWith('team ') ? who === 'role write' : ROLES.includes(other) && ROLES.indexOf(other) <= rank;
}

function split(actor: string): [string, boolean] {
  return [actor.replace(/ in pull requests$/, ''), !actor.endsWith(' in pull requests')];
}

import type { DesiredState } from '../../desired/desired-state';
import { Bounds, type Violation } from '../../explorer/explore';
import type { Intent } from '../../explorer/intent';
import { withoutSecretsInText } from '../../values/secret-material';
import type { Difference, PolicyChange } from '../difference';
import { accessGrounds } from './access-grounds';
import { directionOf } from './claim';
import { type Correspondence, correspondenceOf } from './correspondence';
import { type Explored, newlyPossible, shortestFor } from './counterexamples';
import type { Ground, Place } from './demand';
import { environmentGrounds } from './environment-grounds';
import { edgeGrounds } from './gate-demands';
import { hostGrounds } from './host-grounds';
import { allClaims } from './ref-demands';
import { refGrounds, refsOnTheWay } from './ref-grounds';
import { wayChanges } from './way-changes';
import { enforcers, type Topic, wording } from './wording';
import { listed } from './words';

export interface PolicyChangeOptions {
  /** How far the explorer looks for what is possible now; `none` leaves it out. @default Bounds.quick */
  readonly bounds?: Bounds | 'none';
}

/** One side of a comparison of policies. */
export interface PolicySide {
  readonly desired: DesiredState;
  /** The policies that the program declares, which `intentOf` makes of its model. */
  readonly intent?: Intent;
}

/**
 * What the rules of the road demand, where it changes: on each way into an environment, on branches and tags, of GitHub environments and Actions,
 * of Argo CD and of the cluster. Compared is what is compiled and enforced, not what is declared; demands that have an order are told to be
 * weaker or stronger, others to be changed. Names of policies, rulesets, environments and services, and the order in which things are
 * declared, are no demands.
 *
 * Where something is weaker, the explorer executes the head against the intent of the base, and says what is possible now and was not before.
 * That is left out without the intent of the base, and where nothing is weaker.
 *
 * @returns weaker changes first, then changed ones, then stronger ones, in each the ways into environments first; and what the explorer could
 * not look at.
 */
export function policyDifference(
  base: PolicySide,
  head: Pick<PolicySide, 'desired'>,
  { bounds = Bounds.quick }: PolicyChangeOptions = {},
): Pick<Difference, 'policy' | 'notCompared'> {
  const sides = correspondenceOf(base.desired, head.desired);
  const found = joinAlike([...wayChanges(sides).map(ofWay), ...groundChanges(sides)]);
  const ordered = ORDER.flatMap((direction) => found.filter((change) => change.direction === direction));
  const weaker = ordered.some(({ direction }) => direction === 'weaker');
  const { violations, incomplete }: Explored = weaker ? exploredFor(sides, base.intent, bounds) : { violations: [] };
  return {
    policy: ordered.map((change) => withoutSecrets(policyChange(change, violations))),
    notCompared: incomplete === undefined ? [] : [{ what: 'what a weaker policy makes possible', why: incomplete }],
  };
}

function exploredFor(sides: Correspondence, intent: Intent | undefined, bounds: Bounds | 'none'): Explored {
  if (bounds === 'none') return { violations: [], incomplete: 'the explorer was left out' };
  if (intent === undefined) return { violations: [], incomplete: 'the policies that the base declares are not known' };
  return newlyPossible(sides, intent, bounds);
}

function policyChange(
  { names, around: [before, after, several = before], places, topics, kind: _kind, ...change }: Change,
  violations: readonly Violation[],
): PolicyChange {
  const possibleNow = change.direction === 'weaker' ? shortestFor(violations, places, topics)?.lines : undefined;
  return {
    subject: `${names.length > 1 ? several : before}${listed(names)}${after}`,
    ...change,
    ...(possibleNow === undefined ? {} : { possibleNow }),
  };
}

/** Names and texts of settings are anybody's, and may hold what nobody should read: an address with a password, a literal of an expression. */
function withoutSecrets({ subject, direction, possibleNow, ...texts }: PolicyChange): PolicyChange {
  const shown = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, withoutSecretsInText(text)])) as typeof texts;
  const onlySecrets = shown.after !== undefined && shown.before === shown.after && texts.before !== texts.after;
  return {
    subject: withoutSecretsInText(subject),
    direction,
    ...shown,
    ...(onlySecrets ? { after: `${shown.after}, with another secret` } : {}),
    ...(possibleNow === undefined ? {} : { possibleNow: possibleNow.map((line) => withoutSecretsInText(line)) }),
  };
}

const ORDER = ['weaker', 'changed', 'stronger'] as const;

/** A change with what it is on. */
interface Change extends Omit<PolicyChange, 'subject' | 'possibleNow'> {
  readonly names: readonly string[];
  readonly around: Ground['around'];
  /** Changes of one kind of ground that are alike are said together. */
  readonly kind: string;
  readonly places: readonly Place[];
  readonly topics: readonly string[];
}

function ofWay({ subject, place, ...change }: ReturnType<typeof wayChanges>[number]): Change {
  return { ...change, names: [subject], around: ['', ''], kind: 'way', places: [place], topics: ['way'] };
}

/** Demands on the same ground, before and after; what is there on one side only has no demands to compare. */
function groundChanges(sides: Correspondence): Change[] {
  const before = new Map(groundsOf(sides, 'base').map((ground) => [ground.key, ground]));
  const [wayBefore, wayAfter] = [refsOnTheWay(sides.base), refsOnTheWay(sides.head)];
  return groundsOf(sides, 'head').flatMap((ground) => {
    const other = before.get(ground.key);
    if (other === undefined || isSaidElsewhere(other, ground)) return [];
    // What is no longer demanded on a ref that nothing comes from any more, is not less than before.
    const left = wayBefore.has(ground.key) && !wayAfter.has(ground.key);
    return changesOn(other, ground).map((change) =>
      left && change.direction === 'weaker' ? { ...change, direction: 'changed' as const } : change,
    );
  });
}

/** Who reads a secret, where the same GitHub environments hold it: what they admit is said of them. */
function isSaidElsewhere({ key, place: before }: Ground, { place: after }: Ground): boolean {
  return (
    key.startsWith('secret ') && before.kind === 'key' && after.kind === 'key' && before.environments.join() === after.environments.join()
  );
}

function groundsOf(sides: Correspondence, which: 'base' | 'head'): readonly Ground[] {
  return [
    ...edgeGrounds(sides, sides[which]),
    ...environmentGrounds(sides, which),
    ...refGrounds(sides, which),
    ...accessGrounds(sides, which),
    ...hostGrounds(sides, which),
  ];
}

function changesOn(base: Ground, head: Ground): Change[] {
  const [allBefore, allAfter] = [allClaims(base.demands), allClaims(head.demands)];
  const names = [...new Set([...base.demands, ...head.demands].map(({ topic }) => topic))];
  const topics = names.map((topic): Topic & { readonly direction: ReturnType<typeof directionOf> } => {
    const before = base.demands.find((demand) => demand.topic === topic);
    const after = head.demands.find((demand) => demand.topic === topic);
    return { topic, before, after, direction: directionOf(before?.claims ?? [], after?.claims ?? [], allBefore, allAfter) };
  });
  return ORDER.flatMap((direction): Change[] => {
    const changed = topics.filter((topic) => topic.direction === direction);
    if (changed.length === 0) return [];
    // All gates of an edge are named where they are no longer held.
    const hold = changed.find(({ topic }) => topic === 'hold');
    const shown =
      hold === undefined ? changed : changed.filter(({ topic, before, after }) => topic === 'hold' || !isGate({ topic, before, after }));
    const [enforcedBefore, enforcedAfter] = [enforcers(changed.map(({ before }) => before)), enforcers(changed.map(({ after }) => after))];
    return [
      {
        names: [head.name],
        around: head.around,
        kind: head.place.kind,
        places: [head.place],
        topics: changed.map(({ topic }) => topic),
        direction,
        ...wording(shown),
        ...(enforcedBefore === undefined ? {} : { enforcedBefore }),
        ...(enforcedAfter === undefined ? {} : { enforcedAfter }),
      },
    ];
  });
}

const OF_LANES = ['rollback', 'automatic rollback', 'select'];

function isGate({ topic }: Topic): boolean {
  return !OF_LANES.includes(topic);
}

/** Says changes that differ in nothing but what they are on once. */
function joinAlike(changes: readonly Change[]): Change[] {
  const joined = new Map<string, Change>();
  for (const change of changes) {
    const { direction, before, after, enforcedBefore, enforcedAfter, around, kind } = change;
    const key = JSON.stringify([direction, before, after, enforcedBefore, enforcedAfter, around, kind]);
    const known = joined.get(key);
    joined.set(
      key,
      known === undefined ? change : { ...known, names: [...known.names, ...change.names], places: [...known.places, ...change.places] },
    );
  }
  return [...joined.values()];
}

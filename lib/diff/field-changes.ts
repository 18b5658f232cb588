import type { Json } from '../model/platform-model';
import { tryCpu } from '../values/quantity';
import { CONCEALED } from '../values/secret-material';
import { holdsWords, isSecret, isSecretWord, nameOf, withoutSecrets } from './concealment';
import { isDefault } from './defaults';
import type { FieldChange } from './difference';
import { keyPath, namedItemPath, orderPath, placedItemPath } from './field-paths';
import { byText, isList, isRecord, type JsonRecord, sameJson } from './json';
import { type Gap, gapOfSets, gapsOfSequences } from './list-alignment';
import { canonicalText, listComparison } from './list-shapes';
import { ITEM, placeOf } from './places';

/** Why a change of a value only follows from another change; undefined where it stands for itself. */
export type Follows = (before: string, after: string, key: string) => string | undefined;

/** What a comparison is told beside the two values. */
export interface FieldComparison {
  /** Where the values are, as the tables of keys name it: a kind, or `ruleset`. */
  readonly place: string;
  /** What something of the base is called now, when it was renamed; itself where it was not. */
  readonly renamed?: (name: string) => string;
  readonly follows?: Follows;
}

/** Where a value is. */
interface Spot {
  readonly path: string;
  readonly place: string;
  /** Place of the record or list that holds it. */
  readonly holder: string;
  /** Key under which the value is known, for telling secrets. */
  readonly name: string;
}

/**
 * What differs between two values, field by field, in order of path. Items of lists are matched by what names them; secrets are told and not
 * shown. What is reported is enough to make the one from the other, but for secrets.
 */
export function fieldChanges(before: Json | undefined, after: Json | undefined, comparison: FieldComparison): readonly FieldChange[] {
  const found: FieldChange[] = [];
  compare({ path: '', place: comparison.place, holder: '', name: '' }, before, after, comparison, found);
  return found;
}

function compare(spot: Spot, before: Json | undefined, after: Json | undefined, comparison: FieldComparison, found: FieldChange[]): void {
  if (sameJson(before, after)) return;
  if (isRecord(before) && isRecord(after)) compareRecords(spot, before, after, comparison, found);
  else if (isList(before) && isList(after)) compareLists(spot, before, after, comparison, found);
  else if (!sameQuantity(spot.place, before, after)) found.push(changeOf(spot, before, after, comparison));
}

function compareRecords(spot: Spot, before: JsonRecord, after: JsonRecord, comparison: FieldComparison, found: FieldChange[]): void {
  for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(byText)) {
    const isSilent =
      before[key] === undefined ? isDefault(spot.place, after, key) : after[key] === undefined && isDefault(spot.place, before, key);
    if (isSilent) continue;
    const name = nameOf(before, key) === key ? nameOf(after, key) : nameOf(before, key);
    const child = { path: keyPath(spot.path, key), place: placeOf(spot.place, key), holder: spot.place, name };
    compare(child, before[key], after[key], comparison, found);
  }
}

function compareLists(
  spot: Spot,
  before: readonly Json[],
  after: readonly Json[],
  comparison: FieldComparison,
  found: FieldChange[],
): void {
  const lists = listComparison(spot.place, before, after);
  if (lists.kind === 'named') {
    compareNamed(spot, before, after, lists, comparison, found);
    return;
  }
  const place = placeOf(spot.place, ITEM);
  const [was, is] = [before, after].map((list) => list.map((item) => canonicalText(place, item)));
  if (lists.kind === 'set' && [...before, ...after].every((item) => !isRecord(item) && !isList(item))) {
    compareValues(spot, before, after, gapOfSets(was ?? [], is ?? []), comparison, found);
    return;
  }
  const gaps = lists.kind === 'set' ? [gapOfSets(was ?? [], is ?? [])] : gapsOfSequences(was ?? [], is ?? []);
  comparePlaced(spot, before, after, gaps, comparison, found);
}

/** Plain values whose order means nothing are known by what they say. */
function compareValues(
  spot: Spot,
  before: readonly Json[],
  after: readonly Json[],
  { removed, added }: Gap,
  comparison: FieldComparison,
  found: FieldChange[],
): void {
  const fresh = added.map((index) => after[index]);
  const shown = (value: Json | undefined): string => (isSecret(spot.place, spot.name, value) ? CONCEALED : String(value));
  for (const index of removed) {
    const was = before[index];
    const at = typeof was === 'string' ? fresh.indexOf(comparison.renamed?.(was)) : -1;
    const [is] = at < 0 ? [] : fresh.splice(at, 1);
    found.push(changeOf(itemSpot(spot, namedItemPath(spot.path, shown(was), shown(is ?? was))), was, is, comparison));
  }
  for (const is of fresh) found.push(changeOf(itemSpot(spot, namedItemPath(spot.path, shown(is))), undefined, is, comparison));
}

function compareNamed(
  spot: Spot,
  before: readonly Json[],
  after: readonly Json[],
  names: { readonly inOrder: boolean; readonly before: readonly string[]; readonly after: readonly string[] },
  comparison: FieldComparison,
  found: FieldChange[],
): void {
  const partners = partnersOf(before, after, names, comparison.renamed);
  const indexAfter = new Map(names.after.map((name, index) => [name, index]));
  const rows = names.before.map((name, index) => {
    const now = partners.get(name);
    return { was: name, is: now ?? name, before: before[index], after: now === undefined ? undefined : after[indexAfter.get(now) ?? -1] };
  });
  const taken = new Set(partners.values());
  for (const [index, name] of names.after.entries())
    if (!taken.has(name)) rows.push({ was: name, is: name, before: undefined, after: after[index] });
  for (const row of rows.sort((a, b) => byText(a.was, b.was)))
    compare(itemSpot(spot, namedItemPath(spot.path, row.was, row.is)), row.before, row.after, comparison, found);
  const order = names.before.map((name) => partners.get(name) ?? name);
  if (names.inOrder && !hasOneMoreAtEnd(order, names.after) && !hasOneMoreAtEnd(names.after, order) && !sameJson(order, names.after))
    found.push({ path: orderPath(spot.path), before: names.before, after: names.after });
}

/**
 * What the items of one list are called in the other: the same, or what they were renamed to where only that is there. The only one that is
 * gone is the only one that is new where both say mostly the same.
 */
function partnersOf(
  before: readonly Json[],
  after: readonly Json[],
  names: { readonly before: readonly string[]; readonly after: readonly string[] },
  renamed: (name: string) => string = (name) => name,
): ReadonlyMap<string, string> {
  const left = new Set(names.after);
  const partners = new Map<string, string>();
  for (const name of names.before) if (left.delete(name)) partners.set(name, name);
  for (const name of names.before) {
    const now = renamed(name);
    if (!partners.has(name) && left.delete(now)) partners.set(name, now);
  }
  const [gone, ...moreGone] = names.before.filter((name) => !partners.has(name));
  const [fresh, ...moreFresh] = left;
  const isOnlyOne = gone !== undefined && fresh !== undefined && moreGone.length + moreFresh.length === 0;
  if (isOnlyOne && saysMostlyTheSame(before[names.before.indexOf(gone)], after[names.after.indexOf(fresh)])) partners.set(gone, fresh);
  return partners;
}

/** Whether a list is another with one more item at its end, so that its order need not be told. */
function hasOneMoreAtEnd(list: readonly string[], beginning: readonly string[]): boolean {
  return list.length === beginning.length + 1 && beginning.every((name, index) => list[index] === name);
}

/** Items that are known by their place: in each gap the first that is gone is held against the first that is new, and so on. */
function comparePlaced(
  spot: Spot,
  before: readonly Json[],
  after: readonly Json[],
  gaps: readonly Gap[],
  comparison: FieldComparison,
  found: FieldChange[],
): void {
  const pairs = gaps.flatMap(({ removed, added }) =>
    removed.flatMap((was, index) => {
      const is = added[index];
      return is !== undefined && isAlike(before[was], after[is]) ? [{ was, is }] : [];
    }),
  );
  const pairedBefore = new Set(pairs.map(({ was }) => was));
  const pairedAfter = new Set(pairs.map(({ is }) => is));
  const gone = gaps.flatMap(({ removed }) => removed).filter((index) => !pairedBefore.has(index));
  const fresh = new Set(gaps.flatMap(({ added }) => added).filter((index) => !pairedAfter.has(index)));
  const rows: { readonly at: number; readonly was?: number; readonly is?: number }[] = [
    ...pairs.map(({ was, is }) => ({ at: was, was, is })),
    // What is gone and what is new at one place is told as one change, unless it is the same item on either side of one that stays.
    ...gone.map((was) => (!sameJson(before[was], after[was]) && fresh.delete(was) ? { at: was, was, is: was } : { at: was, was })),
  ];
  for (const is of fresh) rows.push({ at: is, is });
  for (const { was, is } of rows.sort((a, b) => a.at - b.at || Number(a.was === undefined) - Number(b.was === undefined))) {
    const item = itemSpot(spot, placedItemPath(spot.path, was ?? is ?? 0, is ?? was));
    const [one, other] = [was === undefined ? undefined : before[was], is === undefined ? undefined : after[is]];
    const words = holdsWords(spot.name);
    if (words && ((was !== undefined && isSecretWord(before, was)) || (is !== undefined && isSecretWord(after, is)))) {
      found.push({ path: item.path, secret: true });
    } else if (was !== undefined && is !== undefined && isAlike(one, other)) compare(item, one, other, comparison, found);
    else found.push(changeOf(item, one, other, comparison));
  }
}

function itemSpot(list: Spot, path: string): Spot {
  return { path, place: placeOf(list.place, ITEM), holder: list.place, name: list.name };
}

/** Whether two items at one place are one that changed: they have the same fields, or share at least half of what they say. */
function isAlike(a: Json | undefined, b: Json | undefined): boolean {
  if (!(isRecord(a) && isRecord(b)) && !(isList(a) && isList(b))) return false;
  const fields = (value: Json): string =>
    leavesOf(value)
      .map(({ path }) => path)
      .sort()
      .join();
  return fields(a) === fields(b) || saysMostlyTheSame(a, b);
}

function saysMostlyTheSame(a: Json | undefined, b: Json | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const [one, other] = [a, b].map((value) => leavesOf(value).map(({ path, text }) => `${path}=${text}`)) as [string[], string[]];
  const left = [...one];
  let shared = 0;
  for (const leaf of other) {
    const index = left.indexOf(leaf);
    if (index < 0) continue;
    left.splice(index, 1);
    shared++;
  }
  return shared > 0 && shared * 2 >= Math.max(one.length, other.length);
}

/** What a value says: each plain value in it, with its path. */
function leavesOf(value: Json, path = ''): { readonly path: string; readonly text: string }[] {
  if (isList(value)) return value.flatMap((item) => leavesOf(item, `${path}[]`));
  if (isRecord(value)) return Object.entries(value).flatMap(([key, item]) => leavesOf(item, `${path}.${key}`));
  return [{ path, text: JSON.stringify(value) }];
}

function changeOf(
  { path, place, holder, name }: Spot,
  before: Json | undefined,
  after: Json | undefined,
  { follows }: FieldComparison,
): FieldChange {
  if (isSecret(holder, name, before) || isSecret(holder, name, after)) return { path, secret: true };
  const [was, is] = [before, after].map((value) => (value === undefined ? undefined : withoutSecrets(holder, place, name, value)));
  if (before !== undefined && after !== undefined && sameJson(was, is)) return { path, secret: true };
  const reason = typeof before === 'string' && typeof after === 'string' ? follows?.(before, after, name) : undefined;
  return {
    path,
    ...(was === undefined ? {} : { before: was }),
    ...(is === undefined ? {} : { after: is }),
    ...(reason === undefined ? {} : { follows: reason }),
  };
}

const QUANTITIES =
  /^(?:Container\.resources\.(?:requests|limits)|ResourceQuota\.spec\.hard|PersistentVolumeClaim\.spec\.resources\.(?:requests|limits))\.|^LimitRange\.spec\.limits\[\]\.\w+\.|^Volume\.emptyDir\.sizeLimit$/;

/** Whether two quantities are the same amount in other words: `0.5` and `500m`. */
function sameQuantity(place: string, before: Json | undefined, after: Json | undefined): boolean {
  if (!QUANTITIES.test(place)) return false;
  const [was, is] = [before, after].map((value) =>
    typeof value === 'string' || typeof value === 'number' ? tryCpu(String(value)) : undefined,
  );
  return was !== undefined && was === is;
}

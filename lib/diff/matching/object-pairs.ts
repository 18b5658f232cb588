import type { KubernetesObject } from '../../desired/desired-state';
import { mayBeCalledByContent, mentions, tryStem } from './hash-names';
import { kindKey, objectKey, type PlacedObject } from './placed-object';
import { renamedServices, type ServiceCandidate } from './renamed-services';
import { type Rename, type Renaming, renaming } from './renaming';
import { onlyMatches, similarity, statementsOf } from './similarity';

/** One object on both sides, or on one alone. */
export interface ObjectPair {
  readonly before?: PlacedObject;
  readonly after?: PlacedObject;
  /** How the two were found to be one: by the same name, by a name that follows the content, or by being alike under another name. */
  readonly by: 'name' | 'content' | 'likeness';
}

export interface PairedObjects {
  readonly pairs: readonly ObjectPair[];
  /** What bears another name now: namespaces, services, objects. */
  readonly renames: readonly Rename[];
}

/** One side of an environment, as far as it decides which objects are the same. */
export interface ObjectSide {
  readonly objects: readonly PlacedObject[];
  readonly services: readonly ServiceCandidate[];
}

/** Objects that a rename of their surroundings gave another name are the same if they say at least this much alike. */
const LEAST_RENAMED = 0.5;
/** Objects of which only the likeness tells that they are the same say nearly everything alike. */
const LEAST_ALIKE = 0.9;

/**
 * Which objects of two sides are the same: those of one kind, namespace and name; then those whose name only follows their content; then those
 * that were renamed or moved, on their own or with their namespace, environment or service. Where two candidates are equally good, nothing is
 * guessed: one is deleted and the other created.
 *
 * @param known what is already known to bear another name, for instance the environment; `none` when nothing can: a cluster deletes and creates
 */
export function objectPairs(base: ObjectSide, head: ObjectSide, known: readonly Rename[] | 'none' = []): PairedObjects {
  const left = new Map(head.objects.map((placed) => [objectKey(placed.object), placed]));
  const pairs: ObjectPair[] = [];
  const pool = { gone: new Set<PlacedObject>(), fresh: new Set<PlacedObject>() };
  for (const before of base.objects) {
    const key = objectKey(before.object);
    const after = left.get(key);
    if (after === undefined) pool.gone.add(before);
    else pairs.push({ before, after, by: 'name' });
    left.delete(key);
  }
  for (const placed of left.values()) pool.fresh.add(placed);
  const renames = known === 'none' ? [] : [...known];
  const pair = (by: ObjectPair['by'], before: PlacedObject, after: PlacedObject): void => {
    pool.gone.delete(before);
    pool.fresh.delete(after);
    pairs.push({ before, after, by });
  };
  if (pool.gone.size > 0 && pool.fresh.size > 0) {
    for (const [before, after] of byContent(pool, base.objects, (name) => name)) pair('content', before, after);
  }
  if (known !== 'none' && pool.gone.size > 0 && pool.fresh.size > 0) {
    for (const [before, after] of renamedNamespaces(pool, renames)) {
      pair('likeness', before, after);
      renames.push([before.object.metadata.name, after.object.metadata.name]);
    }
    const names = (side: ObjectSide): Set<string> => new Set(side.services.map(({ service }) => service.name));
    const [was, is] = [names(base), names(head)];
    const gone = base.services.filter(({ service }) => !is.has(service.name));
    const fresh = head.services.filter(({ service }) => !was.has(service.name));
    renames.push(...renamedServices(gone, fresh, renames));
    for (const [before, after] of underNewNames(pool, renaming(renames))) pair('likeness', before, after);
    for (const [before, after] of byContent(pool, base.objects, renaming(renames).apply)) pair('content', before, after);
    for (const [before, after] of moved(pool)) pair('likeness', before, after);
    for (const [before, after] of alike(pool, renames)) {
      pair('likeness', before, after);
      renames.push([before.object.metadata.name, after.object.metadata.name]);
    }
  }
  for (const before of pool.gone) pairs.push({ before, by: 'name' });
  for (const after of pool.fresh) pairs.push({ after, by: 'name' });
  return { pairs, renames };
}

interface Pool {
  readonly gone: ReadonlySet<PlacedObject>;
  readonly fresh: ReadonlySet<PlacedObject>;
}

type Match = readonly [before: PlacedObject, after: PlacedObject];

/** Objects that are called by a hash of their content. Of several old ones the one counts that something of the base still mentions. */
function byContent({ gone, fresh }: Pool, base: readonly PlacedObject[], renamed: (name: string) => string): Match[] {
  const stemKey = ({ object }: PlacedObject, now: (name: string) => string): string | undefined => {
    const kind = kindKey(object);
    const stem = mayBeCalledByContent(kind) ? tryStem(object.metadata.name) : undefined;
    return stem === undefined ? undefined : `${kind} ${now(object.metadata.namespace ?? '')} ${now(stem)}`;
  };
  const old = grouped(gone, (placed) => stemKey(placed, renamed));
  return [...grouped(fresh, (placed) => stemKey(placed, (name) => name))].flatMap(([key, candidates]): Match[] => {
    const [after] = candidates;
    const before = (old.get(key) ?? []).filter(
      (one, _, all) => all.length === 1 || base.some(({ object }) => object !== one.object && mentions(object, one.object.metadata.name)),
    );
    return after !== undefined && candidates.length === 1 && before.length === 1 && before[0] !== undefined ? [[before[0], after]] : [];
  });
}

/** The namespace of an environment under another name: there is one before and one after. */
function renamedNamespaces({ gone, fresh }: Pool, known: readonly Rename[]): Match[] {
  const [before, ...moreBefore] = [...gone].filter(({ object }) => kindKey(object) === '/Namespace');
  const [after, ...moreAfter] = [...fresh].filter(({ object }) => kindKey(object) === '/Namespace');
  if (before === undefined || after === undefined || moreBefore.length + moreAfter.length > 0) return [];
  const names = renaming([...known, [before.object.metadata.name, after.object.metadata.name]]);
  return saysAlike(before.object, after.object, names) >= LEAST_RENAMED ? [[before, after]] : [];
}

/** Objects that bear the name that they would have if all renames so far were applied to it. */
function underNewNames({ gone, fresh }: Pool, names: Renaming): Match[] {
  if (names.isEmpty) return [];
  const byKey = new Map([...fresh].map((placed) => [objectKey(placed.object), placed]));
  return [...gone].flatMap((before): Match[] => {
    const { namespace, name } = before.object.metadata;
    const key = objectKey(before.object, {
      name: names.apply(name),
      ...(namespace === undefined ? {} : { namespace: names.apply(namespace) }),
    });
    const after = byKey.get(key);
    return after !== undefined && saysAlike(before.object, after.object, names) >= LEAST_RENAMED ? [[before, after]] : [];
  });
}

/** Objects of the same kind and name in another namespace. */
function moved({ gone, fresh }: Pool): Match[] {
  const nameKey = ({ object }: PlacedObject): string => `${kindKey(object)} ${object.metadata.name}`;
  const old = grouped(gone, nameKey);
  return [...grouped(fresh, nameKey)].flatMap(([key, candidates]): Match[] => {
    const [[after], [before, ...others]] = [candidates, old.get(key) ?? []];
    if (after === undefined || before === undefined || candidates.length > 1 || others.length > 0) return [];
    return saysAlike(before.object, after.object) >= LEAST_RENAMED ? [[before, after]] : [];
  });
}

/** Objects of one kind and owner of which each is the other's only nearly equal. */
function alike({ gone, fresh }: Pool, renames: readonly Rename[]): Match[] {
  const ownerNames = renaming(renames);
  const groupKey = (kind: string, namespace: string | undefined, service: string | undefined): string =>
    JSON.stringify([kind, namespace, service]);
  const old = grouped(gone, ({ object, service }) => {
    const { namespace } = object.metadata;
    const now = (name: string | undefined): string | undefined => (name === undefined ? undefined : ownerNames.apply(name));
    return groupKey(kindKey(object), now(namespace), now(service));
  });
  const young = grouped(fresh, ({ object, service }) => groupKey(kindKey(object), object.metadata.namespace, service));
  return [...young].flatMap(([key, candidates]): Match[] => {
    const score = (before: PlacedObject, after: PlacedObject): number =>
      saysAlike(before.object, after.object, renaming([...renames, [before.object.metadata.name, after.object.metadata.name]]));
    return [...onlyMatches(old.get(key) ?? [], candidates, score, LEAST_ALIKE)];
  });
}

function saysAlike(before: KubernetesObject, after: KubernetesObject, names?: Renaming): number {
  return similarity(statementsOf([before], names), statementsOf([after]));
}

function grouped(items: Iterable<PlacedObject>, keyOf: (item: PlacedObject) => string | undefined): Map<string, PlacedObject[]> {
  const groups = new Map<string, PlacedObject[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

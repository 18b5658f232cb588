import type { DeliveryService, DesiredEnvironment } from '../desired/desired-state';
import { blastRadius } from './blast-radius';
import type { EnvironmentDifference, ObjectChange } from './difference';
import { followsOf } from './follows';
import { byText } from './json';
import { objectPairs } from './matching/object-pairs';
import { placedObjects } from './matching/placed-object';
import type { ServiceCandidate } from './matching/renamed-services';
import { type Rename, renaming } from './matching/renaming';
import { objectIndex } from './meaning/changed-object';
import { explained } from './meaning/meanings';
import { objectChange } from './object-change';

/** An environment on one side, with how its services are built where that is known. */
export interface EnvironmentSide {
  readonly environment: DesiredEnvironment;
  readonly builds?: readonly DeliveryService[];
}

export interface EnvironmentComparison {
  /** Whether something may be the same under another name. In a cluster it is not: the one is deleted, the other created. @default true */
  readonly renames?: boolean;
}

/** What changes in an environment; undefined when nothing does. One of both sides has to be there. */
export function environmentDifference(
  base: EnvironmentSide | undefined,
  head: EnvironmentSide | undefined,
  { renames: mayBeRenamed = true }: EnvironmentComparison = {},
): EnvironmentDifference | undefined {
  const [was, is] = [base?.environment, head?.environment];
  const now = is ?? was;
  if (now === undefined) return undefined;
  const [before, after] = [was === undefined ? [] : placedObjects(was), is === undefined ? [] : placedObjects(is)];
  const known: readonly Rename[] = was !== undefined && is !== undefined && was.name !== is.name ? [[was.name, is.name]] : [];
  const { pairs, renames } = objectPairs(
    { objects: before, services: candidates(base) },
    { objects: after, services: candidates(head) },
    mayBeRenamed ? known : 'none',
  );
  const indexes = { base: objectIndex(before.map(({ object }) => object)), head: objectIndex(after.map(({ object }) => object)) };
  const comparison = { renamed: renaming(renames).apply, follows: followsOf(pairs, renames) };
  const changes = pairs
    .flatMap(
      (pair) =>
        objectChange(pair, comparison, (change, old, young) =>
          explained({
            change,
            ...(old === undefined ? {} : { before: old }),
            ...(young === undefined ? {} : { after: young }),
            renamed: comparison.renamed,
            tier: now.tier,
            ...indexes,
          }),
        ) ?? [],
    )
    .sort(byService);
  const isOther = was !== undefined && is !== undefined && (was.name !== is.name || was.tier !== is.tier || was.lifecycle !== is.lifecycle);
  if (changes.length === 0 && was !== undefined && is !== undefined && !isOther) return undefined;
  return {
    name: now.name,
    tier: now.tier,
    lifecycle: now.lifecycle,
    ...(isOther ? { previous: { name: was.name, tier: was.tier, lifecycle: was.lifecycle } } : {}),
    action: was === undefined ? 'create' : is === undefined ? 'delete' : 'keep',
    changes,
    blast: blastRadius(changes, before, after),
  };
}

function candidates(side: EnvironmentSide | undefined): readonly ServiceCandidate[] {
  const builds = new Map(side?.builds?.map((build) => [build.name, build]));
  return (side?.environment.services ?? []).map((service) => {
    const build = builds.get(service.name);
    return { service, ...(build === undefined ? {} : { build }) };
  });
}

/** What the environment's stack applies first, then service by service, each by kind and name. */
function byService(a: ObjectChange, b: ObjectChange): number {
  return (
    byText(a.service ?? '', b.service ?? '') ||
    byText(a.kind, b.kind) ||
    byText(a.namespace ?? '', b.namespace ?? '') ||
    byText(a.name, b.name)
  );
}

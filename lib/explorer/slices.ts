import { branchOfRevision } from '../desired/application-revision';
import type { DeliveryEnvironment, DesiredState } from '../desired/desired-state';
import { syncOf } from './argocd';
import type { Intent } from './intent';
import { type SourceRef, sameRef, sourceRefs } from './source-refs';

/** Environments that can be explored without the others, and the refs that move them. */
export interface Slice {
  readonly environments: readonly DeliveryEnvironment[];
  readonly refs: readonly SourceRef[];
}

/** Environments into which releases move. */
function isActive({ lifecycle }: DeliveryEnvironment): boolean {
  return lifecycle === 'active' || lifecycle === 'deprecated';
}

/**
 * Cuts a platform into parts that are explored one by one. What happens in an environment depends on those that releases come from, never on
 * those that they go to, so each part is an environment with all upstream of it; and environments that one ref feeds are looked at
 * together, since one push may deploy them at once. Regions side by side then add up instead of multiplying.
 */
export function slicesOf(desired: DesiredState, intent: Intent): Slice[] {
  const environments = desired.delivery.environments.filter(isActive);
  const refs = sourceRefs(desired, intent, environments);
  const above = new Map(environments.map((environment) => [environment.name, directlyAbove(desired, intent, environment)]));
  const parts = environments.map(({ name }) => closure(name, above));
  for (const ref of refs)
    parts.push(new Set(environments.filter((environment) => feeds(desired, ref, environment)).map(({ name }) => name)));
  const kept = parts.filter(
    (part, index) =>
      part.size > 0 && !parts.some((other, at) => at !== index && contains(other, part) && (other.size > part.size || at < index)),
  );
  return kept.map((part) =>
    sliceOf(
      desired,
      intent,
      environments.filter(({ name }) => part.has(name)),
      refs,
    ),
  );
}

/** The part of a platform that consists of these environments. */
function sliceOf(desired: DesiredState, intent: Intent, environments: readonly DeliveryEnvironment[], all: readonly SourceRef[]): Slice {
  const names = new Set(environments.map(({ name }) => name));
  const inside = [...desired.delivery.edges, ...intent.edges].filter(({ to }) => names.has(to));
  const sources = intent.environments.filter(({ name }) => names.has(name)).map(({ source }) => source);
  const used = new Set(
    all.filter(
      (ref) =>
        environments.some((environment) => feeds(desired, ref, environment)) ||
        sources.some((source) => source !== undefined && sameRef(source, ref)) ||
        inside.some(({ on }) => on !== undefined && sameRef(on, ref)),
    ),
  );
  for (const ref of used) for (const from of ref.onlyFrom ?? []) used.add(all[from] as SourceRef);
  const refs = all.filter((ref) => used.has(ref));
  return {
    environments,
    refs: refs.map((ref, index) => ({ ...ref, index, onlyFrom: ref.onlyFrom?.map((from) => refs.indexOf(all[from] as SourceRef)) })),
  };
}

/** Whether a push to the ref can change what runs in the environment, without a promotion. */
function feeds(desired: DesiredState, ref: SourceRef, { name, source }: DeliveryEnvironment): boolean {
  if (source !== undefined && sameRef(source, ref)) return true;
  const home = desired.repositories.find((repository) => repository.name === desired.delivery.repository);
  const sync = syncOf(desired, name);
  if (sync.kind === 'none' || ref.kind !== 'branch' || ref.repository !== home?.name) return false;
  return ref.pattern === (sync.revision === 'HEAD' ? home.defaultBranch : branchOfRevision(sync.revision));
}

/** Where releases come from: over edges, compiled or declared, and from the branch of another environment that is followed. */
function directlyAbove(desired: DesiredState, intent: Intent, { name }: DeliveryEnvironment): readonly string[] {
  const sync = syncOf(desired, name);
  const followed = desired.delivery.environments.find(({ branch }) => sync.kind !== 'none' && branch === branchOfRevision(sync.revision));
  const edges = [...desired.delivery.edges, ...intent.edges].filter(({ to }) => to === name);
  return [...edges.map(({ from }) => from), ...(followed ? [followed.name] : [])];
}

function closure(name: string, above: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set([name]);
  for (const one of found) for (const upstream of above.get(one) ?? []) if (above.has(upstream)) found.add(upstream);
  return found;
}

function contains(outer: ReadonlySet<string>, inner: ReadonlySet<string>): boolean {
  return [...inner].every((name) => outer.has(name));
}

import type { DeliveryEdge, DeliveryEnvironment, DesiredRepository, DesiredState } from '../../desired/desired-state';
import type { SourceModel } from '../../model/platform-model';

/** The same thing before and after, whatever it was called. */
export interface Pair<T> {
  readonly base: T;
  readonly head: T;
}

/** Which environments and repositories of two desired states are the same. */
export interface Correspondence {
  readonly environments: readonly Pair<DeliveryEnvironment>[];
  readonly repositories: readonly Pair<DesiredRepository>[];
  readonly base: Side;
  readonly head: Side;
}

/** A desired state, with names under which its things are compared: those of the head where they are on both sides. */
export interface Side {
  readonly desired: DesiredState;
  readonly environmentKey: (name: string) => string;
  readonly repositoryKey: (name: string) => string;
}

/**
 * Environments and repositories are the same if they bear the same name; else if one that is gone and one that is new have the same tier and
 * stand at the same place of the promotion graph, fed by the same ref, between the same environments, with the same namespace or host.
 */
export function correspondenceOf(base: DesiredState, head: DesiredState): Correspondence {
  const repositories = matchRepositories(base, head);
  const repositoryNames = new Map(repositories.map((pair) => [pair.base.name, pair.head.name]));
  const repositoryKey = (name: string): string => repositoryNames.get(name) ?? name;
  const environments = matchEnvironments(base, head, repositoryKey);
  const environmentNames = new Map(environments.map((pair) => [pair.base.name, pair.head.name]));
  return {
    environments,
    repositories,
    base: { desired: base, repositoryKey, environmentKey: (name) => environmentNames.get(name) ?? name },
    head: { desired: head, repositoryKey: (name) => name, environmentKey: (name) => name },
  };
}

/** The same text for the same ref before and after. */
export function refKey({ repositoryKey }: Side, ref: SourceModel): string {
  return `${ref.kind} ${ref.pattern} of ${repositoryKey(ref.repository)}`;
}

function matchRepositories(base: DesiredState, head: DesiredState): Pair<DesiredRepository>[] {
  const pairs = sameNames(base.repositories, head.repositories);
  const gone = base.repositories.filter(({ name }) => !head.repositories.some((other) => other.name === name));
  const added = head.repositories.filter(({ name }) => !base.repositories.some((other) => other.name === name));
  const delivery = {
    base: gone.find(({ name }) => name === base.delivery.repository),
    head: added.find(({ name }) => name === head.delivery.repository),
  };
  if (delivery.base !== undefined && delivery.head !== undefined) pairs.push({ base: delivery.base, head: delivery.head });
  else if (gone.length === 1 && added.length === 1) pairs.push({ base: gone[0] as DesiredRepository, head: added[0] as DesiredRepository });
  return pairs;
}

function matchEnvironments(base: DesiredState, head: DesiredState, repositoryKey: (name: string) => string): Pair<DeliveryEnvironment>[] {
  const pairs = sameNames(base.delivery.environments, head.delivery.environments);
  let gone = base.delivery.environments.filter(({ name }) => !head.delivery.environments.some((other) => other.name === name));
  let added = head.delivery.environments.filter(({ name }) => !base.delivery.environments.some((other) => other.name === name));
  const names = new Map(pairs.map((pair) => [pair.base.name, pair.head.name]));
  while (gone.length > 0 && added.length > 0) {
    const candidates = gone
      .flatMap((one) => added.map((other) => ({ one, other, likeness: likenessOf(one, other) })))
      .filter(({ likeness }) => likeness >= 3)
      .sort((a, b) => b.likeness - a.likeness);
    const [best] = candidates;
    if (best === undefined) break;
    const rivals = candidates.filter(
      (rival) => rival !== best && rival.likeness === best.likeness && (rival.one === best.one || rival.other === best.other),
    );
    if (rivals.length > 0) break;
    pairs.push({ base: best.one, head: best.other });
    names.set(best.one.name, best.other.name);
    gone = gone.filter((one) => one !== best.one);
    added = added.filter((other) => other !== best.other);
  }
  return pairs;

  function likenessOf(one: DeliveryEnvironment, other: DeliveryEnvironment): number {
    if (one.tier !== other.tier) return 0;
    const refOf = (source: SourceModel | undefined, key: (name: string) => string) =>
      source === undefined ? '' : `${source.kind} ${source.pattern} of ${key(source.repository)}`;
    const around = (edges: readonly DeliveryEdge[], name: string, end: 'from' | 'to', key: (name: string) => string) =>
      edges
        .filter((edge) => edge[end === 'from' ? 'to' : 'from'] === name)
        .map((edge) => key(edge[end]))
        .sort()
        .join();
    // Neighbours that have not been recognised yet are taken to be the same.
    const open = (name: string) => (gone.some((env) => env.name === name) || added.some((env) => env.name === name) ? '?' : name);
    const before = (name: string) => names.get(name) ?? open(name);
    return [
      refOf(one.source, repositoryKey) === refOf(other.source, (name) => name),
      around(base.delivery.edges, one.name, 'from', before) === around(head.delivery.edges, other.name, 'from', open),
      around(base.delivery.edges, one.name, 'to', before) === around(head.delivery.edges, other.name, 'to', open),
      one.namespace !== undefined && one.namespace === other.namespace,
      one.host === other.host,
    ].filter(Boolean).length;
  }
}

function sameNames<T extends { readonly name: string }>(base: readonly T[], head: readonly T[]): Pair<T>[] {
  return base.flatMap((one) => {
    const other = head.find(({ name }) => name === one.name);
    return other === undefined ? [] : [{ base: one, head: other }];
  });
}

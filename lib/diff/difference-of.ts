import type { DesiredState } from '../desired/desired-state';
import type { Compared, Difference } from './difference';
import { environmentDifference } from './environment-difference';
import { correspondenceOf } from './policy/correspondence';
import { waysText } from './policy/gate-demands';
import { repositoryDifference } from './repository-difference';

/** A difference but for what the rules of the road demand, which `policyDifference` tells. */
export type ObjectDifference = Omit<Difference, 'policy'>;

/**
 * What changes between two desired states: objects of each environment, field by field, with what the change means where that is known;
 * settings and files of repositories. Without a base everything is new.
 *
 * What means the same is not reported: the order of keys, of list items that have names, and of lists whose order says nothing; fields that
 * say what Kubernetes takes anyway; marks of tools. Secrets are told and never shown.
 */
export function differenceOf(
  base: DesiredState | undefined,
  head: DesiredState,
  sides: { readonly base: Compared; readonly head: Compared },
): ObjectDifference {
  const { environments, repositories } = base === undefined ? NOTHING : correspondenceOf(base, head);
  const environmentPairs = paired(base?.environments ?? [], head.environments, environments);
  const repositoryPairs = paired(base?.repositories ?? [], head.repositories, repositories);
  return {
    version: 1,
    platform: head.platform,
    ...sides,
    environments: environmentPairs.flatMap(([before, after]) => {
      const was = before && base && { environment: before, builds: base.delivery.services };
      const is = after && { environment: after, builds: head.delivery.services };
      const found = environmentDifference(was, is);
      return found === undefined ? [] : [found.action === 'create' ? { ...found, ways: waysInto(head, found.name) } : found];
    }),
    repositories: repositoryPairs.flatMap(([before, after]) => repositoryDifference(before, after) ?? []),
    notCompared: [],
  };
}

/** The source of an environment and the edges that lead to it, in words. */
function waysInto({ delivery: { environments, edges } }: DesiredState, name: string): string[] {
  const source = environments.find((environment) => environment.name === name)?.source;
  return [
    ...(source === undefined ? [] : [source.kind === 'tags' ? `from tags ${source.pattern}` : `from pushes to ${source.pattern}`]),
    ...edges.filter(({ to }) => to === name).map((edge) => `from ${edge.from}: ${waysText(edge) || 'no gate'}`),
  ];
}

const NOTHING: Pick<ReturnType<typeof correspondenceOf>, 'environments' | 'repositories'> = { environments: [], repositories: [] };

interface Named {
  readonly name: string;
}

/** What is on both sides or new, in the order of the head, then what is gone. */
function paired<T extends Named>(
  base: readonly T[],
  head: readonly T[],
  same: readonly { readonly base: Named; readonly head: Named }[],
): readonly (readonly [before: T | undefined, after: T | undefined])[] {
  const before = new Map(same.map((pair) => [pair.head.name, pair.base.name]));
  const kept = new Set(before.values());
  return [
    ...head.map((after) => [base.find(({ name }) => name === before.get(after.name)), after] as const),
    ...base.filter(({ name }) => !kept.has(name)).map((one) => [one, undefined] as const),
  ];
}

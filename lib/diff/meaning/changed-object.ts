import type { KubernetesObject } from '../../desired/desired-state';
import type { Tier } from '../../values/tier';
import type { Meaning, ObjectChange } from '../difference';

/** A changed object and what it stands in: all that tells what its change means. */
export interface ChangedObject {
  readonly change: ObjectChange;
  readonly before?: KubernetesObject;
  readonly after?: KubernetesObject;
  /** What something of the base is called now; itself where it is called the same. */
  readonly renamed: (name: string) => string;
  readonly tier: Tier;
  /** All objects of the environment, before and after. */
  readonly base: ObjectIndex;
  readonly head: ObjectIndex;
}

/** Says what a change means where it is known, and nothing else. */
export type MeaningRule = (changed: ChangedObject) => readonly Meaning[];

/** What is known of a change. */
export type Explained = Pick<ObjectChange, 'meanings' | 'unexplained'>;

/** The objects of an environment by kind. */
export interface ObjectIndex {
  ofKind(kind: string): readonly KubernetesObject[];
}

export function objectIndex(objects: readonly KubernetesObject[]): ObjectIndex {
  const kinds = new Map<string, KubernetesObject[]>();
  for (const object of objects) {
    const known = kinds.get(object.kind);
    if (known === undefined) kinds.set(object.kind, [object]);
    else known.push(object);
  }
  return { ofKind: (kind) => kinds.get(kind) ?? [] };
}

export function risk(text: string): Meaning {
  return { weight: 'risk', text };
}

export function note(text: string): Meaning {
  return { weight: 'note', text };
}

/** A risk in a production tier, a note elsewhere. */
export function riskInProduction(tier: Tier, text: string): Meaning {
  return { weight: tier === 'production' ? 'risk' : 'note', text };
}

/** Names as a sentence has them: `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

import type { Claim } from './claim';

/** Something that demands are on: an edge, an environment, a branch. Both sides of a comparison have it under the same key. */
export interface Ground {
  /** The same before and after, whatever things are called. */
  readonly key: string;
  /** What people call it: `preprod → prod`, `main`. */
  readonly name: string;
  /** What stands around the name, `network of ` and ` of acme/shop`; grounds with the same around them may be named together. */
  readonly around: readonly [before: string, after: string, beforeSeveral?: string];
  /** Where the explorer would find harm if a demand on it fell away. */
  readonly place: Place;
  readonly demands: readonly Demand[];
}

export type Place =
  | { readonly kind: 'way'; readonly to: string }
  /** An edge, by the name of its policy. */
  | { readonly kind: 'edge'; readonly policy: string; readonly to: string }
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'refs'; readonly repository: string; readonly environment?: string; readonly holds: (ref: string) => boolean }
  /** A GitHub environment, or a secret that several hold. */
  | { readonly kind: 'key'; readonly repository: string; readonly environments: readonly string[] }
  | { readonly kind: 'settings'; readonly repository: string }
  /** What the host makes of a repository; on the environment that is named, harm is shown first. */
  | { readonly kind: 'host'; readonly repository: string; readonly environment?: string };

/** One demand on a ground. */
export interface Demand {
  /** The same before and after; unique on its ground. */
  readonly topic: string;
  /** The demand in words. */
  readonly text: string;
  /** In words that there is no such demand. */
  readonly none: string;
  /** Particulars that are shown only where the texts before and after are equal and the demands are not. */
  readonly detail?: string;
  /** Items that follow the text; of long lists only those that the other side has not are shown. */
  readonly list?: readonly string[];
  /** Actors for whom it does not hold, in words. */
  readonly except?: readonly string[];
  /** What enforces it. */
  readonly by?: string;
  /** Without any, nothing enforces the demand. */
  readonly claims: readonly Claim[];
}

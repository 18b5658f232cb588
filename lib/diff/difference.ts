import type { KubernetesObject } from '../desired/desired-state';
import type { RequestedResources } from '../desired/requested-resources';
import type { Json } from '../model/platform-model';
import type { Lifecycle, Tier } from '../values/tier';

/** What a change of the program changes: plain data, the same for the terminal, for JSON and for a comment on a pull request. */
export interface Difference {
  readonly version: 1;
  readonly platform: string;
  readonly base: Compared;
  readonly head: Compared;
  /** Environments in which something changes, in order of promotion. */
  readonly environments: readonly EnvironmentDifference[];
  /** Repositories in which something changes, by name. */
  readonly repositories: readonly RepositoryDifference[];
  /** What the rules of the road demand, where it changes: weaker first. */
  readonly policy: readonly PolicyChange[];
  /** What could not be compared, or not be looked at for what a weaker policy makes possible, each with the reason. */
  readonly notCompared: readonly { readonly what: string; readonly why: string }[];
}

/** One side of a comparison. */
export interface Compared {
  /** What a person calls it: a branch, a tag, `working tree`, `env/prod`, `cluster`. */
  readonly name: string;
  /** The commit, where there is one. */
  readonly commit?: string;
}

export interface EnvironmentDifference {
  readonly name: string;
  readonly tier: Tier;
  readonly lifecycle: Lifecycle;
  /** What the environment was before, where its name, tier or lifecycle changes. */
  readonly previous?: { readonly name: string; readonly tier: Tier; readonly lifecycle: Lifecycle };
  /** Whether the environment itself is new, gone, or was there before and after. */
  readonly action: 'create' | 'delete' | 'keep';
  /** How releases come into a new environment, a clause each: `from dev: healthy in dev`. Absent where that is not compared. */
  readonly ways?: readonly string[];
  readonly changes: readonly ObjectChange[];
  readonly blast: BlastRadius;
}

/** What is touched by the changes in an environment, and what all its pods together ask for at most, which is while every workload rolls out. */
export interface BlastRadius {
  /** Services with a change, by name. */
  readonly services: readonly string[];
  /** Hosts that a changed object, or a service with a change, serves, or has served and others serve. */
  readonly hosts: readonly string[];
  /** Hosts that one of these has served and nothing in the environment serves any more; absent when there are none. */
  readonly formerHosts?: readonly string[];
  readonly before: RequestedResources;
  readonly after: RequestedResources;
}

export interface ObjectChange {
  /** `replace`: a field that the API server does not let change. `rename`: the same object under another name or in another namespace. */
  readonly action: 'create' | 'update' | 'replace' | 'rename' | 'delete';
  /** The service to which the object belongs; absent for what the environment's stack applies. */
  readonly service?: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** What it was called before and to which service it belonged, when one of these changes. */
  readonly previous?: { readonly namespace?: string; readonly name: string; readonly service?: string };
  /** Paths of the fields that force a replacement. */
  readonly immutable?: readonly string[];
  /** Fields that differ, in order of path; empty for what is created or deleted. */
  readonly fields: readonly FieldChange[];
  /** The whole object after a creation or before a deletion, without secrets. */
  readonly object?: KubernetesObject;
  /** What the change means, a sentence each, the gravest first. */
  readonly meanings: readonly Meaning[];
  /** Paths of fields that differ by themselves and of which no meaning speaks; absent without meanings, and when there are none. */
  readonly unexplained?: readonly string[];
}

export interface Meaning {
  /** `risk`: somebody ought to look before it is merged. */
  readonly weight: 'risk' | 'note';
  /** One clause, lower case, no full stop: `replicas 3 → 1: the disruption budget no longer holds`. */
  readonly text: string;
}

/** A value that is different, new (no `before`) or gone (no `after`). */
export interface FieldChange {
  /**
   * Readable path. Items of lists that have names are named, `spec.template.spec.containers[backend].image`, others bear their place,
   * `args[2]`, before and after where that changes: `args[2 → 3]`. `steps[order]` is the order of named items.
   */
  readonly path: string;
  /** The value holds a secret, which is not shown: `before` and `after` are absent. */
  readonly secret?: true;
  readonly before?: Json;
  readonly after?: Json;
  /** The value changes only because something else does: `the content of ConfigMap backend-config-9989538786`, `the new name`. */
  readonly follows?: string;
}

export interface RepositoryDifference {
  /** `owner/name`. */
  readonly name: string;
  /** What the repository was called before, when that changes. */
  readonly previous?: string;
  readonly changes: readonly SettingChange[];
}

/** A change of what a repository holds: settings that a stack applies, or files that are committed. */
export interface SettingChange {
  readonly action: 'create' | 'update' | 'rename' | 'delete';
  readonly kind: 'ruleset' | 'environment' | 'actions permissions' | 'workflow' | 'file';
  readonly name: string;
  readonly previous?: string;
  /** Fields that differ; the whole, one field for each key, for what is created or deleted. */
  readonly fields: readonly FieldChange[];
}

/** A demand on the way to an environment or onto a branch, before and after. */
export interface PolicyChange {
  /** What the demand is on: `preprod → prod`, `main of acme/shop`, `env/prod`. */
  readonly subject: string;
  readonly direction: 'weaker' | 'stronger' | 'changed';
  /** The demand in words, `2 approvals`; absent when there was or is none. */
  readonly before?: string;
  readonly after?: string;
  /** What enforces it, by ruleset and setting; absent when nothing does. */
  readonly enforcedBefore?: string;
  readonly enforcedAfter?: string;
  /** The shortest sequence of events that is possible now and was not before, the harm last. */
  readonly possibleNow?: readonly string[];
}

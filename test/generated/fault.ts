import type { DesiredState, Json } from 'stagegate';
import type { Facts } from '../../lib/rules/rule';
import type { PlatformPlan, Program } from './platform-generator';
import type { Random } from './random';

/** A named mistake: one edit of the program, or one override of what is compiled, that exactly one rule refuses. */
export interface Fault {
  readonly name: string;
  readonly code: string;
  /** Parts of a platform that it needs or changes; two faults of one platform have none in common. */
  readonly touches: readonly Part[];
  /** The edit; undefined where the platform has no place for it. */
  readonly plant: (plan: PlatformPlan, random: Random) => Planted | undefined;
}

export type Part =
  | 'graph'
  | 'gates'
  | 'sync'
  | 'revision'
  | 'history'
  | 'rulesets'
  | 'checks'
  | 'protection'
  | 'program'
  | 'host'
  | 'services'
  | 'images'
  | 'amounts'
  | 'secrets'
  | 'objects'
  | 'lanes'
  | 'plan'
  | 'tags';

export interface Planted {
  /** @default unchanged */
  readonly plan?: PlatformPlan;
  readonly program?: (program: Program) => void;
  readonly compiled?: (desired: Draft<DesiredState>) => void;
  readonly facts?: Facts;
}

/** Compiled data that may be changed. */
export type Draft<T> = Json extends T
  ? T
  : T extends string | number | boolean | null | undefined
    ? T
    : { -readonly [K in keyof T]: Draft<T[K]> };

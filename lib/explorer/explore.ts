import type { DesiredState } from '../desired/desired-state';
import type { Intent } from './intent';
import type { TraceEvent } from './trace';

/** How far a run looks. Within its bounds it goes to closure, not to a depth. */
export interface Bounds {
  /** Commits that people push. */
  readonly commits: number;
  /** Promotions that are open at once into one environment. */
  readonly promotions: number;
  /** Deviations in one trace: forging, bypassing, editing, rolling back, a health flip, weakening. Lawful events are not limited. */
  readonly deviations: number;
  /** States after which a run is cut off and reported as incomplete. */
  readonly states: number;
}

export const Bounds = {
  /** For every `check`: well below a second. */
  quick: { commits: 2, promotions: 1, deviations: 1, states: 100_000 },
  /** For tests and `check --deep`. */
  full: { commits: 3, promotions: 2, deviations: 2, states: 3_000_000 },
} as const satisfies Record<string, Bounds>;

/** What went wrong at the end of a trace. */
export type ViolationKind =
  /** One push or tag deploys a production tier together with another environment. */
  | 'simultaneous'
  /** A release arrives in a production tier and nobody verified it, nor was it healthy, upstream. */
  | 'unverified'
  /** A release is merged while a gate of its edge does not hold. */
  | 'gate'
  /** Somebody gets past the rules of a branch or tag that carries deliveries. */
  | 'bypass'
  /** A check counts that somebody else than its app reported. */
  | 'forged'
  /** What runs is not what the gates let through, or not when the declaration says: sync settings. */
  | 'sync'
  /** A commit gets onto a protected branch of a source without what its declared protection asks for. */
  | 'protection'
  /** The program, or the key of the delivery app, is reached with less than the strictest edge asks for. */
  | 'program';

export interface Violation {
  readonly kind: ViolationKind;
  /** The environment that is harmed; absent when a ref is harmed that belongs to none. */
  readonly environment?: string;
  /** Another environment that is deployed by the same event. */
  readonly together?: readonly string[];
  /** Id of the gate that did not hold. */
  readonly gate?: string;
  /** Policy to which the gate belongs. */
  readonly policy?: string;
  /** Repository and full ref that was reached, for instance `refs/heads/env/prod`. */
  readonly repository?: string;
  readonly ref?: string;
  /** One sentence that says what is wrong. */
  readonly message: string;
  /** The shortest sequence of events that does the harm. */
  readonly events: readonly TraceEvent[];
  /** The same as lines of text, the harm last. */
  readonly lines: readonly string[];
}

export interface Exploration {
  /** Whether the run reached closure; false when its budget of states cut it off. */
  readonly complete: boolean;
  readonly states: number;
  /** Events until a release first runs lawfully, by environment. */
  readonly firstLawfulArrival: Readonly<Record<string, number>>;
  /** Active environments that no release reaches lawfully, with the reason where one is known. */
  readonly unreached: readonly { readonly environment: string; readonly reason: string }[];
  /** One violation, with its shortest sequence, per thing that is wrong; shortest first. */
  readonly violations: readonly Violation[];
}

/** What a replayed sequence of events came to. */
export interface Outcome {
  /** Whether every event could happen. */
  readonly possible: boolean;
  /** The event that could not happen, and why. */
  readonly refused?: { readonly index: number; readonly reason: string };
  /** What went wrong after the last event. */
  readonly harm?: Pick<Violation, 'kind' | 'environment' | 'gate' | 'ref' | 'message'>;
  /** What runs at the end, by environment: a commit id. */
  readonly runs: Readonly<Record<string, string>>;
}

/** Signature of `explore`: everything that can happen within the bounds, and what of it goes against the intent. */
export type Explore = (desired: DesiredState, intent: Intent, bounds?: Bounds) => Exploration;

/** Signature of `replay`: executes a sequence of events one by one. */
export type Replay = (desired: DesiredState, intent: Intent, events: readonly TraceEvent[]) => Outcome;

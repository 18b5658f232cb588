import { holdsOutput, interpolatedOutput } from './interpolated-output';

/** How serious a finding is: an error makes `check` exit with 1, a warning is reported and compared with the reviewed list. */
export type Severity = 'error' | 'warning';

/** One finding: a wrong value at a constructor, or what a rule refuses. Plain data, the same shape everywhere. */
export interface Diagnostic {
  /** Stable code, `SG` and three digits. Codes below 100 are wrong values at a constructor. */
  readonly code: string;
  /** Stable kebab-case name, for instance `simultaneous-deploy`. */
  readonly name: string;
  readonly severity: Severity;
  /** Construct path or subject, for instance `openluffy/prod` or `staging/production`. */
  readonly path: string;
  /** One sentence, lower case, no full stop. */
  readonly message: string;
  readonly given: string;
  readonly expected: string;
  readonly remedy: string;
  /** The shortest sequence of events that does the harm, one line an event. */
  readonly sequence?: readonly string[];
  /** Why the finding was suppressed; it is listed all the same. */
  readonly suppressedBecause?: string;
}

/** What a constructor is told about a wrong value: everything of a {@link Diagnostic} but its severity. */
export type WrongValue = Pick<Diagnostic, 'code' | 'name' | 'path' | 'message' | 'given' | 'expected' | 'remedy'>;

const INVALID = Symbol.for('stagegate.InvalidValueError');

/** A wrong value in a program, thrown by the constructor or method that was given it. */
export class InvalidValueError extends Error {
  /** Recognises the error across several loaded copies of the package, where `instanceof` fails. */
  static is(value: unknown): value is InvalidValueError {
    return typeof value === 'object' && value !== null && INVALID in value;
  }

  readonly diagnostic: Diagnostic;

  constructor(wrong: WrongValue) {
    super(`${wrong.code} ${wrong.name} ${wrong.path}: ${wrong.message}; given ${wrong.given}; expected ${wrong.expected}; ${wrong.remedy}`);
    this.name = 'InvalidValueError';
    this.diagnostic = { ...wrong, severity: 'error' };
    Object.defineProperty(this, INVALID, { value: true });
  }
}

/** Throws an {@link InvalidValueError}. A value that an Output was put into is wrong for that reason, whatever else is said of it. */
export function refuse(wrong: WrongValue): never {
  const isOutput = wrong.code !== 'SG052' && holdsOutput(wrong.given);
  throw new InvalidValueError(isOutput ? interpolatedOutput(wrong.path, `the warning, of which it is said: ${wrong.message}`) : wrong);
}

/** How a value is printed after `given`: strings quoted, nothing else than JSON. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'function') return 'a function';
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

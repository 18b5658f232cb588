import type { GitHubClientOptions } from '../github';

/** Where a command writes and what it is told about its surroundings; tests pass their own. */
export interface Io {
  /** Results, for people or as one JSON document. */
  out(text: string): void;
  /** Progress and warnings. */
  note(text: string): void;
  readonly colour: boolean;
  /** Folder that relative paths start from. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The clock of this machine, milliseconds since the epoch. */
  now(): number;
  wait(milliseconds: number): Promise<void>;
  /** Asks a person; undefined when nobody can answer. */
  ask(question: string): Promise<string | undefined>;
  /** How GitHub is called, for tests, which do not keep the distance between calls that it asks for. @default as it asks */
  readonly gitHub?: Pick<GitHubClientOptions, 'paced' | 'second'>;
}

/** Done and clean · findings · wrong use, or a program that does not load · the outside failed, safe to repeat. */
export const Exit = { done: 0, findings: 1, wrongUse: 2, outside: 3 } as const;

/** Wrong use of the command line, or a program that does not load: one sentence and its remedy, exit code 2. */
export class WrongUseError extends Error {
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'WrongUseError';
    this.remedy = remedy;
  }
}

/** Prints one JSON document. */
export function printJson(io: Io, document: unknown): void {
  io.out(JSON.stringify(document, null, 2));
}

import { existsSync, readFileSync } from 'node:fs';

/** A resource as the state file keeps it; what is secret is there as ciphertext alone. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly parent?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly dependencies?: readonly string[];
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
  readonly initErrors?: readonly string[];
}

/** The state of a stack, as its file in the backend holds it. */
export interface StackState {
  /** The file. */
  readonly text: string;
  readonly resources: readonly StateResource[];
  /** Operations that were begun and of which nothing else is known: a run was killed during them. */
  readonly pending: readonly { readonly type: string; readonly urn: string }[];
}

/** Reads a file of the backend. It is empty before the first run, and when everything was destroyed. */
export function readState(path: string): StackState {
  if (!existsSync(path)) return { text: '', resources: [], pending: [] };
  const text = readFileSync(path, 'utf8');
  const { latest } = JSON.parse(text).checkpoint as {
    readonly latest?: {
      readonly resources?: readonly StateResource[];
      readonly pending_operations?: readonly { readonly type: string; readonly resource: StateResource }[];
    };
  };
  return {
    text,
    resources: latest?.resources ?? [],
    pending: (latest?.pending_operations ?? []).map(({ type, resource }) => ({ type, urn: resource.urn })),
  };
}

import { DeliveryError } from '../delivery/error';
import { diagnosticText } from '../rules/report';
import { InvalidValueError } from '../values/diagnostic';
import { Exit, type Io, printJson, WrongUseError } from './io';

const OUTSIDE_CODES = new Set([
  'EACCES',
  'EPERM',
  'ENOSPC',
  'EROFS',
  'ENOTDIR',
  'EISDIR',
  'EEXIST',
  'EMFILE',
  'EIO',
  'ENOENT',
  'ENAMETOOLONG',
]);

/** How the command that failed was called. */
export interface FailureOptions {
  readonly debug?: unknown;
  readonly json?: unknown;
}

/** Says what went wrong in one or two lines and gives the exit code; the stack is shown with `--debug` only. */
export function reportFailure(error: unknown, io: Io, { debug, json }: FailureOptions): number {
  if (InvalidValueError.is(error)) {
    if (json === true) printJson(io, { version: 1, diagnostics: [error.diagnostic] });
    else io.out(diagnosticText(error.diagnostic));
    return withStack(error, io, debug === true, Exit.findings);
  }
  if (error instanceof WrongUseError) {
    tell(io, error.message, error.remedy);
    return withStack(error.cause ?? error, io, debug === true, Exit.wrongUse);
  }
  if (DeliveryError.is(error)) {
    tell(io, error.message, error.remedy);
    return withStack(error, io, debug === true, { refused: Exit.findings, 'wrong-use': Exit.wrongUse, outside: Exit.outside }[error.kind]);
  }
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code !== undefined && OUTSIDE_CODES.has(code)) {
    tell(io, firstLine(error), 'look at that path, or name another one; the command is safe to repeat');
    return withStack(error, io, debug === true, Exit.outside);
  }
  tell(io, firstLine(error), 'this is a defect of stagegate, or of a program that fails after it was loaded: --debug shows where');
  return withStack(error, io, debug === true, Exit.outside);
}

/** The first line of what was thrown, whatever it is. */
export function firstLine(error: unknown): string {
  const hasMessage = typeof error === 'object' && error !== null && 'message' in error;
  const text = hasMessage ? String(error.message) : `it threw ${String(error)}`;
  return (text.split('\n')[0] ?? '').trim() || 'an error without a message';
}

function tell(io: Io, message: string, remedy: string): void {
  io.note(`error  ${message}\n  remedy  ${remedy}`);
}

function withStack(error: unknown, io: Io, debug: boolean, code: number): number {
  if (debug && typeof error === 'object' && error !== null && 'stack' in error) io.note(String(error.stack));
  return code;
}

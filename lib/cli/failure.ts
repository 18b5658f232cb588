import { DeliveryError } from '../delivery/error';
import { diagnosticText } from '../rules/report';
import { InvalidValueError } from '../values/diagnostic';
import { Exit, type Io, WrongUseError } from './io';
import { firstLine } from './program-file';

const OUTSIDE_CODES = new Set(['EACCES', 'EPERM', 'ENOSPC', 'EROFS', 'ENOTDIR', 'EISDIR', 'EMFILE', 'EIO']);

/** Says what went wrong in one or two lines and gives the exit code; the stack is shown with `--debug` only. */
export function reportFailure(error: unknown, io: Io, debug: boolean): number {
  if (InvalidValueError.is(error)) {
    io.out(diagnosticText(error.diagnostic));
    return stack(error, io, debug, Exit.findings);
  }
  if (error instanceof WrongUseError) {
    io.note(`error  ${error.message}\n  remedy  ${error.remedy}`);
    return stack(error.cause ?? error, io, debug, Exit.wrongUse);
  }
  if (DeliveryError.is(error)) {
    io.note(`error  ${error.message}\n  remedy  ${error.remedy}`);
    return stack(error, io, debug, { refused: Exit.findings, 'wrong-use': Exit.wrongUse, outside: Exit.outside }[error.kind]);
  }
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code !== undefined && OUTSIDE_CODES.has(code)) {
    io.note(`error  ${firstLine(error)}\n  remedy  make the path writable, or name another one; the command is safe to repeat`);
    return stack(error, io, debug, Exit.outside);
  }
  io.note(`error  ${firstLine(error)}\n  remedy  this is a defect of stagegate: report it with the output of --debug`);
  return stack(error, io, debug, Exit.outside);
}

function stack(error: unknown, io: Io, debug: boolean, code: number): number {
  if (debug && error instanceof Error) io.note(error.stack ?? error.message);
  return code;
}

import { type Diagnostic, InvalidValueError } from 'stagegate';

/** The diagnostic that a declaration is refused with; fails when it is accepted. */
export function refusal(declare: () => unknown): Diagnostic {
  try {
    declare();
  } catch (error) {
    if (InvalidValueError.is(error)) return error.diagnostic;
    throw error;
  }
  throw new Error('the declaration was accepted');
}

import * as pulumi from '@pulumi/pulumi';
import { diagnosticText } from '../rules/report';
import { type Diagnostic, InvalidValueError } from '../values/diagnostic';

/** Several findings that stop a program before anything is registered. Pulumi prints the message and no stack. */
export class RefusedProgramError extends pulumi.RunError {
  readonly diagnostics: readonly Diagnostic[];

  constructor(summary: string, diagnostics: readonly Diagnostic[]) {
    super([summary, ...diagnostics.map(diagnosticText)].join('\n\n'));
    this.name = 'RefusedProgramError';
    this.diagnostics = diagnostics;
  }
}

/** Runs something whose refusals Pulumi prints as they are, without the stack of a program that did what it was told. */
export function withoutStack<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    // The brand by which Pulumi knows its own RunError; without it, the stack is printed too.
    if (InvalidValueError.is(error)) Object.defineProperty(error, '__pulumiRunError', { value: true, configurable: true });
    throw error;
  }
}

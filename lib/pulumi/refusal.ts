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
    withoutFrames(this);
  }
}

/** Runs something whose refusals Pulumi prints as they are, without the stack of a program that did what it was told. */
export function withoutStack<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    // The brand by which Pulumi knows its own RunError; without it, the stack is printed too.
    if (InvalidValueError.is(error)) {
      Object.defineProperty(error, '__pulumiRunError', { value: true, configurable: true });
      withoutFrames(error);
    }
    throw error;
  }
}

/**
 * Pulumi also inspects, in colours, every error that it prints without its stack, and Node 20.20.2 takes half a minute and 3 GB for a frame
 * of `node_modules/@pulumi/output.ts`, as source maps call it.
 */
function withoutFrames(error: Error): void {
  error.stack = `${error.name}: ${error.message}`;
}

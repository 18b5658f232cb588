import type { Diagnostic } from '../values/diagnostic';
import type { CheckResult, ExplorationSummary, NotChecked } from './check';

/** A diagnostic as text of several lines, without a newline at the end and without colour. */
export function diagnosticText(diagnostic: Diagnostic): string {
  const { severity, code, name, path, message, given, expected, remedy, sequence = [], suppressedBecause } = diagnostic;
  const width = String(sequence.length).length;
  return [
    `${severity} ${code} ${name}  ${path}`,
    `  ${message}`,
    `  given      ${given}`,
    `  expected   ${expected}`,
    `  remedy     ${remedy}`,
    ...(suppressedBecause === undefined ? [] : [`  accepted   ${suppressedBecause}`]),
    ...(sequence.length === 0 ? [] : ['  shortest way to harm']),
    ...sequence.map((line, index) => `    ${String(index + 1).padStart(width)}  ${line}`),
  ].join('\n');
}

/** What `check --json` prints. */
export interface CheckReport {
  readonly version: 1;
  readonly platform: string;
  readonly summary: { readonly errors: number; readonly warnings: number; readonly suppressed: number };
  /** All findings, the suppressed ones last with `suppressedBecause`. */
  readonly diagnostics: readonly Diagnostic[];
  readonly notChecked: readonly NotChecked[];
  readonly exploration?: ExplorationSummary;
}

/** The result of `check` as one JSON document. */
export function checkReport(platform: string, result: CheckResult): CheckReport {
  const count = (severity: Diagnostic['severity']): number =>
    result.diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
  return {
    version: 1,
    platform,
    summary: { errors: count('error'), warnings: count('warning'), suppressed: result.suppressed.length },
    diagnostics: [...result.diagnostics, ...result.suppressed],
    notChecked: result.notChecked,
    ...(result.exploration === undefined ? {} : { exploration: result.exploration }),
  };
}

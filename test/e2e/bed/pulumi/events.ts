/** What the engine does with one resource: `create`, `update`, `same`, `delete`, `replace`, `refresh`, … */
export type Operation = string;

/** One thing that the engine did, or in a preview would do, with one resource. */
export interface Step {
  readonly operation: Operation;
  readonly urn: string;
  /** Type token, such as `kubernetes:core/v1:Namespace`. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  /** Paths that differ. */
  readonly differences: readonly string[];
  readonly failed: boolean;
}

/** A message of the engine, a plugin or the program. */
export interface Diagnostic {
  readonly severity: 'info' | 'info#err' | 'warning' | 'error';
  readonly message: string;
  /** Of the resource that it is about, if any. */
  readonly urn?: string;
}

/** What one run of the engine came to. */
export interface Outcome {
  /** Resources by what happened to them; empty when the engine came to no end. */
  readonly changes: Readonly<Record<Operation, number>>;
  /** In the order in which they ended. */
  readonly steps: readonly Step[];
  readonly diagnostics: readonly Diagnostic[];
}

interface StepMetadata {
  readonly op: Operation;
  readonly urn: string;
  readonly type: string;
  readonly detailedDiff?: Readonly<Record<string, unknown>> | null;
  readonly diffs?: readonly string[] | null;
}

/** The events that are read, as the engine writes them: Pulumi's Automation API reads the same file. */
interface EngineEvent {
  readonly summaryEvent?: { readonly resourceChanges?: Readonly<Record<Operation, number>> | null };
  readonly resourcePreEvent?: { readonly metadata: StepMetadata; readonly planning?: boolean };
  readonly resOutputsEvent?: { readonly metadata: StepMetadata };
  readonly resOpFailedEvent?: { readonly metadata: StepMetadata };
  readonly diagnosticEvent?: { readonly severity: Diagnostic['severity'] | 'debug'; readonly message: string; readonly urn?: string };
}

/** Reads the log of the engine's events: one JSON document a line, the last of which may be cut off when the engine was killed. */
export function outcomeOf(log: string): Outcome {
  const events = log.split('\n').flatMap((line) => tryEvent(line));
  const preview = events.some(({ resourcePreEvent }) => resourcePreEvent?.planning === true);
  return {
    changes: events.findLast(({ summaryEvent }) => summaryEvent !== undefined)?.summaryEvent?.resourceChanges ?? {},
    steps: events.flatMap(({ resourcePreEvent, resOutputsEvent, resOpFailedEvent }) => {
      if (resOpFailedEvent !== undefined) return [toStep(resOpFailedEvent.metadata, true)];
      // A preview announces steps and ends none of those that it only plans.
      const done = preview ? resourcePreEvent : resOutputsEvent;
      return done === undefined ? [] : [toStep(done.metadata, false)];
    }),
    diagnostics: events.flatMap(({ diagnosticEvent }) => (diagnosticEvent === undefined ? [] : toDiagnostic(diagnosticEvent))),
  };
}

/** What happened to which resource, `update prod/Namespace/shop-prod`, with `failed` behind it where it did; those that are as they were left out. */
export function done({ steps }: Outcome): string[] {
  return steps
    .filter(({ operation }) => operation !== 'same')
    .map(({ operation, name, failed }) => `${operation} ${name}${failed ? ' failed' : ''}`);
}

/** The texts of all diagnostics, one below the other. */
export function messages({ diagnostics }: Outcome): string {
  return diagnostics.map(({ message }) => message).join('\n');
}

function toDiagnostic({ severity, message, urn }: NonNullable<EngineEvent['diagnosticEvent']>): Diagnostic[] {
  if (severity === 'debug') return [];
  return [{ severity, message: withoutMarkup(message), ...(urn === undefined || urn === '' ? {} : { urn }) }];
}

function tryEvent(line: string): EngineEvent[] {
  try {
    return line === '' ? [] : [JSON.parse(line)];
  } catch {
    return [];
  }
}

function toStep({ op, urn, type, detailedDiff, diffs }: StepMetadata, failed: boolean): Step {
  const name = urn.split('::').slice(3).join('::');
  return { operation: op, urn, type, name, differences: detailedDiff ? Object.keys(detailedDiff).sort() : [...(diffs ?? [])], failed };
}

/** The engine marks colours as `<{%fg 1%}>`. */
function withoutMarkup(text: string): string {
  return text.replace(/<\{%[^%]*%\}>/g, '').trim();
}

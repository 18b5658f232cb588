import type { FieldChange } from '../diff/difference';
import { isRecord } from '../diff/json';
import type { Json } from '../model/platform-model';

/** What Pulumi would do to a stack, or why that is not known. */
export type StackPreview =
  | {
      readonly kind: 'previewed';
      readonly stack: string;
      /** Resources with a change, in the order of the preview, each once. */
      readonly steps: readonly StackStep[];
      readonly unchanged: number;
      /** Errors of the preview: it ended early, and the steps are not all. */
      readonly errors: readonly string[];
    }
  | { readonly kind: 'unreadable'; readonly stack: string; readonly why: string };

export interface StackStep {
  readonly action: 'create' | 'update' | 'replace' | 'delete';
  /** Type of the resource, `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  readonly name: string;
  readonly fields: readonly FieldChange[];
}

/** What the steps of a preview come to; a replacement is told in two or three of them. What is read or left alone is no change. */
const ACTION_OF: Readonly<Record<string, StackStep['action']>> = {
  create: 'create',
  import: 'update',
  update: 'update',
  delete: 'delete',
  replace: 'replace',
  'create-replacement': 'replace',
  'delete-replaced': 'replace',
  'import-replacement': 'replace',
};

/**
 * Reads what `pulumi preview --json` printed for a stack. Secrets are `[secret]` in it and stay so. What cannot be read is no error: the
 * difference is shown all the same, with the reason.
 */
export function readPulumiPreview(stack: string, text: string): StackPreview {
  const unreadable = (why: string): StackPreview => ({ kind: 'unreadable', stack, why });
  if (text.trim() === '') return unreadable('the preview printed nothing');
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return unreadable(isStream(text) ? 'it is a stream of events in place of one document' : 'it is no JSON');
  }
  if (!isRecord(document)) return unreadable('it is no preview of Pulumi');
  const { steps = [], diagnostics = [], changeSummary = {} } = document;
  if (!('steps' in document) && !('diagnostics' in document) && !('changeSummary' in document)) {
    return unreadable(isStream(text) ? 'it is a stream of events in place of one document' : 'it is no preview of Pulumi');
  }
  if (!Array.isArray(steps) || !steps.every(isStep)) return unreadable('its steps are not those of a preview of Pulumi');
  return {
    kind: 'previewed',
    stack,
    steps: collapsed(steps),
    unchanged: isRecord(changeSummary) && typeof changeSummary.same === 'number' ? changeSummary.same : 0,
    errors: Array.isArray(diagnostics) ? diagnostics.flatMap(errorOf) : [],
  };
}

/** One step as Pulumi prints it. */
interface PrintedStep {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: unknown;
  readonly newState?: unknown;
  readonly detailedDiff?: unknown;
  readonly diffReasons?: unknown;
}

function collapsed(steps: readonly PrintedStep[]): StackStep[] {
  const found = new Map<string, { action: StackStep['action']; printed: PrintedStep }>();
  for (const step of steps) {
    const action = ACTION_OF[step.op];
    if (action === undefined) continue;
    const known = found.get(step.urn);
    const isFuller = known === undefined || (!isRecord(known.printed.detailedDiff) && isRecord(step.detailedDiff));
    found.set(step.urn, { action: known?.action === 'replace' ? 'replace' : action, printed: isFuller ? step : known.printed });
  }
  return [...found].map(([urn, { action, printed }]) => ({ action, ...named(urn), fields: fieldsOf(action, printed) }));
}

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME` */
function named(urn: string): { readonly type: string; readonly name: string } {
  const [, , types = '', ...name] = urn.split('::');
  return { type: types.slice(types.lastIndexOf('$') + 1), name: name.join('::') };
}

function fieldsOf(action: StackStep['action'], { oldState, newState, detailedDiff, diffReasons }: PrintedStep): FieldChange[] {
  if (action === 'create' || action === 'delete') return [];
  const [before, after] = [inputsOf(oldState), inputsOf(newState)];
  const paths = isRecord(detailedDiff) ? Object.keys(detailedDiff) : Array.isArray(diffReasons) ? diffReasons.map(String) : [];
  return paths.sort().map((path): FieldChange => {
    const [old, young] = [valueAt(before, path), valueAt(after, path)];
    if (isSecret(old) || isSecret(young)) return { path, secret: true };
    return { path, ...(old === undefined ? {} : { before: old }), ...(young === undefined ? {} : { after: young }) };
  });
}

function inputsOf(state: unknown): Json | undefined {
  return isRecord(state) ? (state.inputs as Json | undefined) : undefined;
}

/**
 * The value at a path of Pulumi: `spec.template.spec.containers[0].image`, `metadata.labels["app.kubernetes.io/name"]`. What lies within a
 * secret is that secret.
 */
function valueAt(value: Json | undefined, path: string): Json | undefined {
  let current: unknown = value;
  for (const match of path.matchAll(/\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g)) {
    const key = match[1] ?? match[2]?.replaceAll(/\\(.)/g, '$1') ?? match[3] ?? '';
    if (isSecretItself(current)) return MASK;
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current as Json | undefined;
}

/** Whether a value is, or holds, what Pulumi masks, or has not masked although it is marked as a secret. */
function isSecret(value: Json | undefined): boolean {
  return isSecretItself(value) || (typeof value === 'object' && value !== null && Object.values(value).some(isSecret));
}

/** What Pulumi prints in place of a secret. */
const MASK = '[secret]';

function isSecretItself(value: unknown): boolean {
  return value === MASK || (isRecord(value) && value['4dabf18193072939515e22adb298388d'] === '1b47061264138c4ac30d75fd1eb44270');
}

function errorOf(diagnostic: unknown): string[] {
  const isError = isRecord(diagnostic) && diagnostic.severity === 'error' && typeof diagnostic.message === 'string';
  return isError ? [diagnostic.message as string] : [];
}

function isStep(value: unknown): value is PrintedStep {
  return isRecord(value) && typeof value.op === 'string' && typeof value.urn === 'string';
}

/** Several documents, a line each, as Pulumi prints with PULUMI_ENABLE_STREAMING_JSON_PREVIEW. */
function isStream(text: string): boolean {
  try {
    const first: unknown = JSON.parse(text.trimStart().split('\n', 1)[0] ?? '');
    return isRecord(first) && 'sequence' in first;
  } catch {
    return false;
  }
}

import { data, Evaluator, Lexer, Parser } from '@actions/expressions';

/** What expressions of a workflow may read, by name: `github`, `env`, `steps`. */
export type Contexts = Readonly<Record<string, unknown>>;

/** What became of what ran before: the steps of a job, or the jobs that it needs. */
export interface Status {
  readonly failed: boolean;
}

/** The value of an expression, read by GitHub's own evaluator. A context that is not given, or a function that nobody knows, is an error. */
export function evaluated(expression: string, contexts: Contexts, status: Status = { failed: false }): unknown {
  const { tokens } = new Lexer(expression).lex();
  const functions = statusFunctions(status);
  const tree = new Parser(tokens, Object.keys(contexts), [...functions.values()]).parse();
  const given = new data.Dictionary(...Object.entries(contexts).map(([key, value]) => ({ key, value: asData(value) })));
  return JSON.parse(JSON.stringify(new Evaluator(tree, given, functions).evaluate(), data.replacer));
}

/** A text with the values of its expressions, as texts. */
export function filled(text: string, contexts: Contexts, status?: Status): string {
  return text.replaceAll(/\$\{\{([\s\S]*?)\}\}/g, (_, expression: string) => textOf(evaluated(expression.trim(), contexts, status)));
}

/**
 * Whether a condition holds. One that names no status is that of what has not failed, so far.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions
 */
export function holds(condition: string | undefined, contexts: Contexts, status: Status): boolean {
  const given = (condition ?? 'success()').trim().replace(/^\$\{\{([\s\S]*)\}\}$/, '$1');
  const asksForStatus = /\b(?:success|failure|always|cancelled)\s*\(/.test(given);
  const value = evaluated(asksForStatus ? given : `success() && (${given})`, contexts, status);
  return value !== false && value !== null && value !== '' && value !== 0;
}

function statusFunctions({ failed }: Status) {
  const values = { success: !failed, failure: failed, always: true, cancelled: false };
  return new Map(
    Object.entries(values).map(([name, value]) => [name, { name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value) }]),
  );
}

function asData(value: unknown): data.ExpressionData {
  return JSON.parse(JSON.stringify(value ?? null), data.reviver);
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from '@swc/core';
import { load } from 'js-yaml';
import * as stagegate from 'stagegate';
import { type DesiredState, type Diagnostic, type Platform, type PlatformModel, resolve } from 'stagegate';
import { bind } from '../../lib/compile/bind';
import { compile } from '../../lib/compile/compile';
import { desiredFiles } from '../../lib/render/desired-files';
import { check } from '../../lib/rules/check';
import type { WrongValue } from '../../lib/values/diagnostic';
import { disabledPart, probed, withoutRules } from './probe';

// Constructors refuse wrong values by themselves: without the code of a wrong value they take it.
jest.mock('../../lib/values/diagnostic', () => {
  const actual = jest.requireActual<typeof import('../../lib/values/diagnostic')>('../../lib/values/diagnostic');
  return { ...actual, refuse: (wrong: WrongValue) => (disabledPart() === wrong.code ? undefined : actual.refuse(wrong)) };
});

/** One replacement in the text of a program: what stands there, exactly once, and what stands there instead. */
export type Edit = readonly [before: string, after: string];

/** Each outcome is computed once for a program, its edits and the part that is taken away. */
function remembered<T>(compute: (example: string, edits?: readonly Edit[]) => T): (example: string, edits?: readonly Edit[]) => T {
  const known = new Map<string, T>();
  return (example, edits = []) => {
    const key = JSON.stringify([example, edits, disabledPart() ?? null]);
    const found = known.get(key) ?? compute(example, edits);
    known.set(key, found);
    return found;
  };
}

/** A system's own program, run anew after edits of its text. */
export interface Program {
  readonly platform: Platform;
  readonly model: PlatformModel;
  readonly desired: DesiredState;
}

/** The text of a system's own program. */
export function programText(example: string): string {
  return readFileSync(join(__dirname, '..', '..', 'examples', example, 'platform.ts'), 'utf8');
}

/** A text after edits. @throws Error for an edit that does not apply exactly once. */
export function edited(text: string, edits: readonly Edit[]): string {
  return edits.reduce((before, [from, to]) => {
    if (before.split(from).length !== 2) throw new Error(`the edit does not apply exactly once: ${from}`);
    return before.replace(from, () => to);
  }, text);
}

/** Runs `examples/<example>/platform.ts` after edits; throws what the program throws. */
export const program = remembered((example: string, edits: readonly Edit[] = []): Program => {
  const text = edited(programText(example), edits);
  const { code } = transformSync(text, { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } });
  const exports: { platform?: Platform } = {};
  new Function('require', 'exports', code)((name: string) => {
    if (name === 'stagegate') return stagegate;
    throw new Error(`the program imports ${name}`);
  }, exports);
  if (exports.platform === undefined) throw new Error('the program exports no platform');
  const model = resolve(exports.platform);
  return { platform: exports.platform, model, desired: probed(compile(model)) };
});

/** What is refused in a program after edits: the wrong value it gives to a constructor, or the errors and warnings of `check`. */
export const refused = remembered((example: string, edits: readonly Edit[] = []): readonly Diagnostic[] => {
  try {
    const { model, desired } = program(example, edits);
    return check(model, desired, {}, { without: withoutRules() }).diagnostics;
  } catch (error) {
    if (stagegate.InvalidValueError.is(error)) return [error.diagnostic];
    throw error;
  }
});

/** The findings of one code, in a program after edits. */
export function findings(code: string, example: string, edits: readonly Edit[] = []): readonly Diagnostic[] {
  return refused(example, edits).filter((diagnostic) => diagnostic.code === code);
}

/** Images and ids that fill the slots of OpenLuffy in tests. */
export const VALUES = {
  'image/backend': `ghcr.io/lebrick07/openluffy/backend@sha256:${'bb'.repeat(32)}`,
  'image/frontend': `ghcr.io/lebrick07/openluffy/frontend@sha256:${'cc'.repeat(32)}`,
  'app/delivery': 1_147_001,
  'app/intake': 1_147_002,
} as const;

/** The bytes that `render` writes, by path. */
export const rendered = remembered(
  (example: string, edits: readonly Edit[] = []): ReadonlyMap<string, string> =>
    desiredFiles(bind(program(example, edits).desired, VALUES)),
);

/** The text of a rendered file; fails when there is none. */
export function textOf(files: ReadonlyMap<string, string>, path: string): string {
  const text = files.get(path);
  if (text === undefined) throw new Error(`nothing is rendered at ${path}`);
  return text;
}

/** A rendered file of YAML or JSON, parsed by a library that rendering does not use. */
export function parsedFile(files: ReadonlyMap<string, string>, path: string): Parsed {
  return new Parsed(load(textOf(files, path)));
}

/** Rendered YAML or JSON below a folder, parsed likewise. */
export function parsed(files: ReadonlyMap<string, string>, folder: string): readonly { readonly path: string; readonly value: Parsed }[] {
  return [...files]
    .filter(([path]) => path.startsWith(folder) && /\.(ya?ml|json)$/.test(path))
    .map(([path, text]) => ({ path, value: new Parsed(load(text)) }));
}

/** A parsed value without types of ours: read by path. */
export class Parsed {
  constructor(readonly value: unknown) {}

  /** The value at a path of keys and indexes; undefined when there is none. */
  at(...path: readonly (string | number)[]): unknown {
    return path.reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[key] : undefined),
      this.value,
    );
  }

  /** The list at a path; empty when there is none. */
  list(...path: readonly (string | number)[]): readonly Parsed[] {
    const value = this.at(...path);
    return Array.isArray(value) ? value.map((one) => new Parsed(one)) : [];
  }

  /** The entries of the record at a path; none when there is no record. */
  entries(...path: readonly (string | number)[]): readonly (readonly [string, Parsed])[] {
    const value = this.at(...path);
    return typeof value === 'object' && value !== null ? Object.entries(value).map(([key, one]) => [key, new Parsed(one)] as const) : [];
  }
}

/** The only object of a kind, and of a name where given, below a folder; fails when there is none or more than one. */
export function only(files: ReadonlyMap<string, string>, folder: string, kind: string, name?: string): Parsed {
  const found = parsed(files, folder).filter(
    ({ value }) => value.at('kind') === kind && (name === undefined || value.at('metadata', 'name') === name),
  );
  if (found.length !== 1)
    throw new Error(`${found.length} objects of kind ${kind}${name === undefined ? '' : ` named ${name}`} below ${folder}`);
  return (found[0] as { value: Parsed }).value;
}

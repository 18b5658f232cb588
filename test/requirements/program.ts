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
import { probed, WITHOUT_RULES } from './probe';

/** One replacement in the text of a program: what stands there, exactly once, and what stands there instead. */
export type Edit = readonly [before: string, after: string];

/** A system's own program, run anew after edits of its text. */
export interface Program {
  readonly platform: Platform;
  readonly model: PlatformModel;
  readonly desired: DesiredState;
}

/** Runs `examples/<example>/platform.ts` after edits; throws what the program throws. */
export function program(example: string, edits: readonly Edit[] = []): Program {
  let text = readFileSync(join(__dirname, '..', '..', 'examples', example, 'platform.ts'), 'utf8');
  for (const [before, after] of edits) {
    if (text.split(before).length !== 2) throw new Error(`the edit does not apply exactly once: ${before}`);
    text = text.replace(before, () => after);
  }
  const { code } = transformSync(text, { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } });
  const exports: { platform?: Platform } = {};
  new Function('require', 'exports', code)((name: string) => {
    if (name === 'stagegate') return stagegate;
    throw new Error(`the program imports ${name}`);
  }, exports);
  if (exports.platform === undefined) throw new Error('the program exports no platform');
  const model = resolve(exports.platform);
  return { platform: exports.platform, model, desired: probed(compile(model)) };
}

/** What is refused in a program after edits: the wrong value it gives to a constructor, or the errors and warnings of `check`. */
export function refused(example: string, edits: readonly Edit[]): readonly Diagnostic[] {
  try {
    const { model, desired } = program(example, edits);
    return check(model, desired, {}, { without: WITHOUT_RULES }).diagnostics;
  } catch (error) {
    if (stagegate.InvalidValueError.is(error) && !WITHOUT_RULES.includes(error.diagnostic.code)) return [error.diagnostic];
    throw error;
  }
}

/** Images and ids that fill the slots of OpenLuffy in tests. */
export const VALUES = {
  'image/backend': `ghcr.io/lebrick07/openluffy/backend@sha256:${'bb'.repeat(32)}`,
  'image/frontend': `ghcr.io/lebrick07/openluffy/frontend@sha256:${'cc'.repeat(32)}`,
  'app/delivery': 1_147_001,
  'app/intake': 1_147_002,
} as const;

/** The bytes that `render` writes, by path. */
export function rendered(example: string, edits: readonly Edit[] = []): ReadonlyMap<string, string> {
  return desiredFiles(bind(program(example, edits).desired, VALUES));
}

/** Rendered YAML or JSON below a folder, parsed by a library that rendering does not use. */
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

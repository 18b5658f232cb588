import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve as resolvePath } from 'node:path';
import { parse } from 'yaml';
import { compile } from '../compile/compile';
import type { DesiredState } from '../desired/desired-state';
import type { PlatformModel } from '../model/platform-model';
import { resolve } from '../model/resolve';
import type { SlotValue } from '../values/slot';
import { firstLine } from './failure';
import { type Io, WrongUseError } from './io';
import { loadProgram, type ProgramPlace } from './program-file';

/** A platform as it was resolved, and the file that it comes from. */
export interface ResolvedProgram {
  readonly model: PlatformModel;
  /** Absolute path of the program, or of the model that was written from it. */
  readonly file: string;
  /** Folder of the file; files beside the program are looked for here. */
  readonly folder: string;
  /** Path of the file from the folder that the command runs in. */
  readonly shown: string;
}

export interface CompiledProgram extends ResolvedProgram {
  readonly desired: DesiredState;
}

/**
 * Runs and resolves the program of a call. A `--program` that ends in `.json` is a model that `stagegate model` wrote: nothing of the
 * program runs then, which is what a job with credentials wants.
 */
export async function resolvedProgram(place: ProgramPlace, given: string | undefined): Promise<ResolvedProgram> {
  if (given?.endsWith('.json')) return writtenModel(place, given);
  const { platform, file, folder } = await loadProgram(place, given);
  return { model: resolve(platform), file, folder, shown: relative(place.folder, file) };
}

/** Loads, resolves and compiles the program of a call. */
export async function compiledProgram(io: Io, options: Readonly<Record<string, unknown>>): Promise<CompiledProgram> {
  const program = await resolvedProgram(io, options.program as string | undefined);
  return { ...program, desired: compile(program.model) };
}

function writtenModel(place: ProgramPlace, given: string): ResolvedProgram {
  const file = resolvePath(place.folder, given);
  const content = readYaml(file, given);
  const { Validator } = require('@cfworker/json-schema') as typeof import('@cfworker/json-schema');
  const schema = JSON.parse(readFileSync(join(__dirname, '..', '..', 'schema', 'platform-model.schema.json'), 'utf8')) as object;
  const { valid, errors } = new Validator(schema, '7').validate(content);
  if (!valid) {
    const last = errors.at(-1);
    throw new WrongUseError(
      `${given} is no model of a platform: ${last?.instanceLocation ?? ''} ${last?.error ?? ''}`,
      'write it with this version: stagegate model > model.json',
    );
  }
  return { model: content as PlatformModel, file, folder: dirname(file), shown: given };
}

/**
 * Values of slots from `--images` and `--values`, or from `images.yaml` and `values.yaml` beside the program. Images are named by their
 * service or, as releases name them, by their slot: `image/backend/agent`.
 *
 * @throws WrongUseError when a named file is absent or holds no plain record.
 */
export function slotValues(io: Io, program: ResolvedProgram, options: Readonly<Record<string, unknown>>): Record<string, SlotValue> {
  const images = readRecord(io, program, options.images as string | undefined, 'images.yaml');
  const values = readRecord(io, program, options.values as string | undefined, 'values.yaml');
  const slotOf = (name: string): string => (name.startsWith('image/') ? name : `image/${name}`);
  return { ...Object.fromEntries(Object.entries(images).map(([name, image]) => [slotOf(name), image])), ...values };
}

function readRecord(io: Io, program: ResolvedProgram, given: string | undefined, fallback: string): Record<string, SlotValue> {
  const file = given === undefined ? join(program.folder, fallback) : resolvePath(io.folder, given);
  if (given === undefined && !existsSync(file)) return {};
  return plainRecord(readYaml(file, given ?? fallback), given ?? fallback);
}

/**
 * The content of a YAML or JSON file.
 *
 * @throws WrongUseError when there is none, or it does not parse.
 */
export function readYaml(file: string, shown: string): unknown {
  if (!existsSync(file)) throw new WrongUseError(`there is no file ${shown}`, 'give the path of a YAML file');
  try {
    return parse(readFileSync(file, 'utf8')) ?? {};
  } catch (error) {
    throw new WrongUseError(`${shown} is no YAML: ${firstLine(error)}`, 'mend the file', { cause: error });
  }
}

/** @throws WrongUseError when it is not a record of texts and numbers. */
export function plainRecord(content: unknown, shown: string): Record<string, SlotValue> {
  const isPlain =
    typeof content === 'object' &&
    content !== null &&
    !Array.isArray(content) &&
    Object.values(content).every((value) => typeof value === 'string' || typeof value === 'number');
  if (!isPlain)
    throw new WrongUseError(
      `${shown} holds no record of names and values`,
      'write one line for each, for instance backend: registry/name@sha256:…',
    );
  return content as Record<string, SlotValue>;
}

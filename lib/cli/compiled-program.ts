import { existsSync, readFileSync } from 'node:fs';
import { join, resolve as resolvePath } from 'node:path';
import { parse } from 'yaml';
import { compile } from '../compile/compile';
import type { DesiredState } from '../desired/desired-state';
import type { PlatformModel } from '../model/platform-model';
import { resolve } from '../model/resolve';
import type { SlotValue } from '../values/slot';
import { type Io, WrongUseError } from './io';
import { type LoadedProgram, loadProgram } from './program-file';

/** A program with what it resolves and compiles to. */
export interface CompiledProgram extends LoadedProgram {
  readonly model: PlatformModel;
  readonly desired: DesiredState;
}

/** Loads, resolves and compiles the program of a call. */
export async function compiledProgram(io: Io, options: Readonly<Record<string, unknown>>): Promise<CompiledProgram> {
  const program = await loadProgram(io, options.program as string | undefined);
  const model = resolve(program.platform);
  return { ...program, model, desired: compile(model) };
}

/**
 * Values of slots from `--images` and `--values`, or from `images.yaml` and `values.yaml` beside the program.
 *
 * @throws WrongUseError when a named file is absent or holds no plain record.
 */
export function slotValues(io: Io, program: LoadedProgram, options: Readonly<Record<string, unknown>>): Record<string, SlotValue> {
  const images = readRecord(io, program, options.images as string | undefined, 'images.yaml');
  const values = readRecord(io, program, options.values as string | undefined, 'values.yaml');
  return { ...Object.fromEntries(Object.entries(images).map(([service, image]) => [`image/${service}`, image])), ...values };
}

function readRecord(io: Io, program: LoadedProgram, given: string | undefined, fallback: string): Record<string, SlotValue> {
  const file = given === undefined ? join(program.folder, fallback) : resolvePath(io.folder, given);
  if (!existsSync(file)) {
    if (given === undefined) return {};
    throw new WrongUseError(`there is no file ${given}`, 'give the path of a YAML file');
  }
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8')) ?? {};
  } catch (error) {
    throw new WrongUseError(`${given ?? fallback} is no YAML: ${(error as Error).message.split('\n')[0]}`, 'mend the file', { cause: error });
  }
  const plain = typeof content === 'object' && content !== null && !Array.isArray(content) && Object.values(content).every((value) => typeof value === 'string' || typeof value === 'number');
  if (!plain) throw new WrongUseError(`${given ?? fallback} holds no record of names and values`, 'write one line for each, for instance backend: registry/name@sha256:…');
  return content as Record<string, SlotValue>;
}

import { resolve as resolvePath } from 'node:path';
import { bind, openSlots, requireBound } from '../compile/bind';
import type { DesiredState } from '../desired/desired-state';
import { desiredFiles } from '../render/desired-files';
import { writeFolder } from '../render/write-folder';
import type { RunCommand } from './command-line';
import { compiledProgram, slotValues } from './compiled-program';
import { Exit, printJson, WrongUseError } from './io';

/** `stagegate render`: writes what is compiled below a folder, the same bytes each time. */
export const run: RunCommand = async ({ io, options }) => {
  const program = await compiledProgram(io, options);
  const only = options.env as string | undefined;
  const chosen = only === undefined ? program.desired : onlyEnvironment(program.desired, only);
  const values = slotValues(io, program, options);
  refuseUnknown(Object.keys(values), openSlots(program.desired));
  const bound = bind(chosen, values);
  const { environments, repositories, documents } = bound;
  requireBound({ environments, repositories, documents }, program.model.name);
  const folder = String(options.out);
  const result = writeFolder(resolvePath(io.folder, folder), desiredFiles(bound), only === undefined ? '' : `${only}/`);
  if (options.json === true) {
    printJson(io, { version: 1, platform: program.model.name, folder, ...result });
    return Exit.done;
  }
  for (const path of result.kept) io.note(`kept  ${path}: it is no longer rendered, but somebody changed it`);
  const kept = result.kept.length === 0 ? '' : `, ${result.kept.length} kept`;
  io.out(`${folder}: ${result.written.length} written, ${result.unchanged.length} unchanged, ${result.removed.length} removed${kept}`);
  return Exit.done;
};

/** A value that fills nothing is a slip of the pen: the slot that it was meant for stays open, or keeps another value. */
function refuseUnknown(given: readonly string[], slots: readonly string[]): void {
  const unknown = given.filter((name) => !slots.includes(name));
  if (unknown.length === 0) return;
  throw new WrongUseError(`the program has no slot ${unknown.join(', ')}`, `its slots are ${slots.join(', ') || 'none'}`);
}

/** The state of one environment alone: what delivery executes is data for programs and is not rendered. */
function onlyEnvironment(desired: DesiredState, name: string): DesiredState {
  const environments = desired.environments.filter((environment) => environment.name === name);
  if (environments.length === 0) {
    throw new WrongUseError(`there is no environment ${name}`, `choose one of ${desired.environments.map((one) => one.name).join(', ')}`);
  }
  return { ...desired, environments, repositories: [], documents: [] };
}

import { resolve as resolvePath } from 'node:path';
import { bind, openSlots, requireBound } from '../compile/bind';
import type { DesiredRepository, DesiredState } from '../desired/desired-state';
import { committedFiles, desiredFiles } from '../render/desired-files';
import type { RenderedFiles } from '../render/environment-files';
import { type FolderDrift, folderDrift, writeFolder } from '../render/write-folder';
import type { RunCommand } from './command-line';
import { compiledProgram, slotValues } from './compiled-program';
import { Exit, type Io, printJson, WrongUseError } from './io';

/** `stagegate render`: writes what is compiled below a folder, the same bytes each time. */
export const run: RunCommand = async ({ io, options }) => {
  const program = await compiledProgram(io, options);
  const only = options.env as string | undefined;
  const repository = options.repository as string | undefined;
  if (only !== undefined && repository !== undefined) throw new WrongUseError('--env and --repository exclude each other', 'leave one out');
  const values = slotValues(io, program, options);
  refuseUnknown(Object.keys(values), openSlots(program.desired));
  const files =
    repository === undefined
      ? filesOf(bind(only === undefined ? program.desired : onlyEnvironment(program.desired, only), values))
      : committedFiles(requireBound(bind(repositoryNamed(program.desired, repository), values), program.model.name));
  const folder = String(options.out ?? (repository === undefined ? 'rendered' : '.'));
  const target = resolvePath(io.folder, folder);
  const part = only === undefined ? '' : `${only}/`;
  if (options.check === true) return reportDrift(io, program.model.name, folder, folderDrift(target, files, part), options.json === true);
  const result = writeFolder(target, files, part);
  if (options.json === true) {
    printJson(io, { version: 1, platform: program.model.name, folder, ...result });
    return Exit.done;
  }
  for (const path of result.kept) io.note(`kept  ${path}: it is no longer rendered, but somebody changed it`);
  const kept = result.kept.length === 0 ? '' : `, ${result.kept.length} kept`;
  io.out(`${folder}: ${result.written.length} written, ${result.unchanged.length} unchanged, ${result.removed.length} removed${kept}`);
  return Exit.done;
};

/** Compares in place of writing: for a job that holds what is committed against the program. */
function reportDrift(io: Io, platform: string, folder: string, drift: FolderDrift, json: boolean): number {
  const { missing, changed, stale } = drift;
  const count = missing.length + changed.length + stale.length;
  if (json) printJson(io, { version: 1, platform, folder, ...drift });
  else {
    for (const [word, paths] of Object.entries(drift)) for (const path of paths) io.out(`${word.padEnd(7)}  ${path}`);
    io.out(
      count === 0 ? `${folder}: as rendered` : `${folder}: ${missing.length} missing, ${changed.length} changed, ${stale.length} stale`,
    );
    if (count > 0) io.note('remedy  run the same command without --check, and commit what it wrote');
  }
  return count === 0 ? Exit.done : Exit.findings;
}

function filesOf(bound: DesiredState): RenderedFiles {
  const { environments, repositories, documents } = bound;
  requireBound({ environments, repositories, documents }, bound.platform);
  return desiredFiles(bound);
}

function repositoryNamed(desired: DesiredState, name: string): DesiredRepository {
  const found = desired.repositories.find((repository) => repository.name === name);
  if (found !== undefined) return found;
  throw new WrongUseError(`there is no repository ${name}`, `choose one of ${desired.repositories.map((one) => one.name).join(', ')}`);
}

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

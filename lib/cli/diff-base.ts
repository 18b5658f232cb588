import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compile } from '../compile/compile';
import type { DesiredState } from '../desired/desired-state';
import type { Difference } from '../diff/difference';
import type { PlatformModel } from '../model/platform-model';
import { resolve } from '../model/resolve';
import { InvalidValueError } from '../values/diagnostic';
import type { SlotValue } from '../values/slot';
import { slotValues } from './compiled-program';
import { providePackages } from './diff-packages';
import { type ChosenBase, type Clone, defaultBase, namedBase, pathInClone } from './diff-repository';
import { type Io, WrongUseError } from './io';
import { checkOut } from './program-checkout';
import { loadProgram } from './program-file';
import { packageVersion } from './version';

type NotCompared = Difference['notCompared'];

/** The program of another commit, compiled; without one there is nothing to compare with. */
export interface BaseProgram {
  readonly chosen: ChosenBase;
  readonly program?: {
    readonly model: PlatformModel;
    readonly desired: DesiredState;
    readonly values: Readonly<Record<string, SlotValue>>;
  };
  readonly notCompared: NotCompared;
}

/**
 * Compiles the program as it is at another commit, in a temporary folder, with the packages that its lock file names. A program that is not
 * there, or does not load, is none.
 *
 * @throws WrongUseError when the commit is not in the clone; DeliveryError when its packages cannot be installed.
 */
export async function baseProgram(
  io: Io,
  options: Readonly<Record<string, unknown>>,
  clone: Clone,
  head: { readonly file: string; readonly model: PlatformModel },
): Promise<BaseProgram> {
  const given = options.base as string | undefined;
  const chosen = given === undefined ? await defaultBase(clone, head.model.program.branch) : await namedBase(clone, given);
  const checkout = await checkOut(clone.gitDir, chosen.compared.commit);
  try {
    const path = head.file.endsWith('.json') ? head.model.program.file : pathInClone(clone, head.file);
    const isNamed = options.program !== undefined;
    const folder = join(checkout.folder, isNamed ? dirname(path) : clone.prefix);
    const commit = chosen.compared.commit.slice(0, 7);
    if (!existsSync(folder) || (isNamed && !existsSync(join(checkout.folder, path)))) return nothing(chosen, `${commit} has no ${path}`);
    await providePackages(io, { worktree: clone.root, checkout: checkout.folder, folder: dirname(path), shown: chosen.compared.name });
    try {
      const place = { folder, note: io.note, isTemporary: true };
      const loaded = await loadProgram(place, isNamed ? join(checkout.folder, path) : undefined);
      const model = resolve(loaded.platform);
      const values = slotValues(io, { model, file: loaded.file, folder: loaded.folder, shown: path }, options);
      return { chosen, program: { model, desired: compile(model), values }, notCompared: otherVersion(checkout.folder, dirname(path)) };
    } catch (error) {
      if (InvalidValueError.is(error)) return nothing(chosen, `at ${commit} the program has a wrong value: ${error.diagnostic.message}`);
      if (error instanceof WrongUseError) return nothing(chosen, `at ${commit} ${error.message}`);
      throw error;
    }
  } finally {
    await checkout.remove();
  }
}

function nothing(chosen: ChosenBase, why: string): BaseProgram {
  return {
    chosen,
    notCompared: [{ what: `what was before, and whether a policy gets weaker`, why: `${why}; everything is shown as new` }],
  };
}

/** A program is compiled by the version that compares: what another one would have made of it is not known. */
function otherVersion(checkout: string, folder: string): NotCompared {
  const parts = folder.split('/');
  for (let length = parts.length; length >= 0; length--) {
    const manifest = join(checkout, ...parts.slice(0, length), 'node_modules', 'stagegate', 'package.json');
    if (!existsSync(manifest)) continue;
    const { version } = require(manifest) as { readonly version?: string };
    if (version === undefined || version === packageVersion()) return [];
    return [
      {
        what: `what stagegate ${packageVersion()} makes otherwise than ${version}`,
        why: 'both sides are compiled by the version that compares',
      },
    ];
  }
  return [];
}

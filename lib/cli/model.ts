import { resolve } from '../model/resolve';
import type { RunCommand } from './command-line';
import { Exit } from './io';
import { loadProgram } from './program-file';

/** `stagegate model`: the resolved PlatformModel as JSON. */
export const run: RunCommand = async ({ io, options }) => {
  const program = await loadProgram(io, options.program as string | undefined);
  io.out(JSON.stringify(resolve(program.platform), null, 2));
  return Exit.done;
};

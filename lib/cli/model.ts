import type { RunCommand } from './command-line';
import { resolvedProgram } from './compiled-program';
import { Exit, printJson } from './io';

/** `stagegate model`: the resolved PlatformModel as JSON. */
export const run: RunCommand = async ({ io, options }) => {
  const { model } = await resolvedProgram(io, options.program as string | undefined);
  printJson(io, model);
  return Exit.done;
};

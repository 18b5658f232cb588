import type { Command } from 'commander';
import type { RunCommand } from './command-line';
import { Exit, WrongUseError } from './io';

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'];

/** `stagegate completion`: a script that completes commands and options; the shell asks `stagegate complete -- WORDS` as one types. */
export const run: RunCommand = async ({ args, allCommands }) => {
  const shell = String(args[0]);
  if (!SHELLS.includes(shell)) throw new WrongUseError(`there is no completion for ${shell}`, `choose one of ${SHELLS.join(', ')}`);
  const completions = await completionsOf(allCommands());
  completions.setup('stagegate', 'stagegate', shell);
  return Exit.done;
};

/** Prints what the last of these words may become. */
export async function complete(commands: Command, words: readonly string[]): Promise<number> {
  const completions = await completionsOf(commands);
  completions.parse([...words]);
  return Exit.done;
}

async function completionsOf(commands: Command) {
  const { default: completionsFor } = await import('@bomb.sh/tab/commander');
  return completionsFor(commands, { completionCommandName: 'completion-script' });
}

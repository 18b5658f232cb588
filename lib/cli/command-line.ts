import { Command, CommanderError, Option } from 'commander';
import { Exit, type Io } from './io';

/** A command: what it is called and takes, and what runs it. The module behind it is loaded only when it runs. */
export interface CommandSpec {
  /** Name with arguments, for instance `promote <environment>`. */
  readonly usage: string;
  readonly summary: string;
  readonly options?: readonly Option[];
  /** A call that works, without `stagegate` before it, printed by `--help`. */
  readonly example: string;
  readonly load: () => Promise<{ readonly run: RunCommand }>;
}

/** Runs a command and gives the exit code; throws what `reportFailure` explains. */
export type RunCommand = (call: CommandCall) => Promise<number>;

/** How a command was called. */
export interface CommandCall {
  readonly io: Io;
  /** Arguments in order of the usage; the ones left out are undefined. */
  readonly args: readonly (string | undefined)[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** Parses the arguments, runs the command and gives the exit code. Never throws and never ends the process. */
export async function runCommandLine(argv: readonly string[], io: Io): Promise<number> {
  const { COMMANDS } = await import('./commands');
  let code: number = Exit.done;
  const program = new Command('stagegate')
    .description('Declare environments, services and promotion once; check, render, preview and deliver from it.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showSuggestionAfterError()
    .configureOutput({ writeOut: (text) => io.out(text.trimEnd()), writeErr: (text) => io.note(text.trimEnd()), getOutHasColors: () => io.colour, getErrHasColors: () => io.colour })
    .exitOverride();
  for (const spec of COMMANDS) {
    const command = program.command(spec.usage).description(spec.summary).exitOverride();
    for (const option of [...(spec.options ?? []), debugOption()]) command.addOption(option);
    command.addHelpText('after', `\nExample:\n  $ stagegate ${spec.example}`);
    command.action(async (...parameters: unknown[]) => {
      const args = parameters.slice(0, command.registeredArguments.length) as (string | undefined)[];
      const options = command.opts<Record<string, unknown>>();
      try {
        code = await (await spec.load()).run({ io, args, options });
      } catch (error) {
        const { reportFailure } = await import('./failure');
        code = reportFailure(error, io, options.debug === true);
      }
    });
  }
  if (argv.length === 0) {
    program.outputHelp();
    return Exit.wrongUse;
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? Exit.done : Exit.wrongUse;
  }
  return code;
}

/** Version of this package, as its manifest says. */
export function packageVersion(): string {
  // biome-ignore lint/style/noCommonJs: the manifest lies outside the compiled folder, where an import cannot follow it
  return (require('../../package.json') as { readonly version: string }).version;
}

function debugOption(): Option {
  return new Option('--debug', 'show stack traces');
}

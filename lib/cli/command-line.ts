import { Command, CommanderError, Option } from 'commander';
import { Exit, type Io } from './io';
import { packageVersion } from './version';

/** A command: what it is called and takes, and what runs it. The module behind it is loaded only when it runs. */
export interface CommandSpec {
  /** Words of the command, then its arguments, for instance `release create` or `promote <environment>`. */
  readonly usage: string;
  readonly summary: string;
  readonly options?: readonly Option[];
  /** A call that works, without `stagegate` before it, printed by `--help`. */
  readonly example: string;
  readonly load: () => { readonly run: RunCommand };
}

/** Runs a command and gives the exit code; throws what `reportFailure` explains. */
export type RunCommand = (call: CommandCall) => Promise<number>;

/** How a command was called. */
export interface CommandCall {
  readonly io: Io;
  /** Arguments in order of the usage; the ones left out are undefined. */
  readonly args: readonly (string | undefined)[];
  readonly options: Readonly<Record<string, unknown>>;
  /** The parser of all commands, anew; it runs nothing. */
  readonly allCommands: () => Command;
}

/** Commands that have subcommands, with what they are about. */
const GROUPS: Readonly<Record<string, string>> = { release: 'make, store and look at releases' };

/** Parses the arguments, runs the command and gives the exit code. Never throws for what a user can do wrong, and never ends the process. */
export async function runCommandLine(argv: readonly string[], io: Io): Promise<number> {
  if (argv[0] === 'complete' && argv[1] === '--') {
    return (require('./completion') as typeof import('./completion')).complete(
      commandTree(io, async () => undefined),
      argv.slice(2),
    );
  }
  let code: number = Exit.done;
  const program = commandTree(io, async (run) => {
    code = await run();
  });
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

/** The parser of all commands; `execute` gets what runs the one that was called. */
export function commandTree(io: Io, execute: (run: () => Promise<number>) => Promise<void>): Command {
  const { COMMANDS } = require('./commands') as typeof import('./commands');
  const program = new Command('stagegate')
    .description('Declare environments, services and promotion once; check, render and deliver from it.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.note(text.trimEnd()),
      getOutHasColors: () => io.colour,
      getErrHasColors: () => io.colour,
    })
    .exitOverride();
  for (const spec of COMMANDS) {
    const command = addCommand(program, spec);
    command.action(async (...parameters: unknown[]) => {
      const args = parameters.slice(0, command.registeredArguments.length) as (string | undefined)[];
      const options = command.opts<Record<string, unknown>>();
      await execute(async () => {
        try {
          return await spec.load().run({ io, args, options, allCommands: () => commandTree(io, async () => undefined) });
        } catch (error) {
          const { reportFailure } = require('./failure') as typeof import('./failure');
          return reportFailure(error, io, options);
        }
      });
    });
  }
  return program;
}

function addCommand(program: Command, spec: CommandSpec): Command {
  const [word = '', ...rest] = spec.usage.split(' ');
  const isGrouped = GROUPS[word] !== undefined;
  const parent = isGrouped ? groupOf(program, word) : program;
  const command = parent.command(isGrouped ? rest.join(' ') : spec.usage).description(spec.summary);
  for (const option of [...(spec.options ?? []), new Option('--debug', 'show stack traces')]) command.addOption(option);
  return command.addHelpText('after', `\nExample:\n  $ stagegate ${spec.example}`);
}

function groupOf(program: Command, name: string): Command {
  return program.commands.find((command) => command.name() === name) ?? program.command(name).description(GROUPS[name] ?? '');
}

/** What a step printed, as the runner reads it. */
export interface StepLog {
  /** Lines that people see. */
  readonly lines: readonly string[];
  /** Lines that the runner obeyed. */
  readonly commands: readonly WorkflowCommand[];
}

export interface WorkflowCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** Commands that a runner knows; other lines that look like one are text. */
const KNOWN = new Set([
  ...['add-mask', 'add-matcher', 'remove-matcher', 'debug', 'notice', 'warning', 'error', 'group', 'endgroup', 'echo'],
  ...['set-output', 'save-state', 'set-env', 'add-path', 'stop-commands'],
]);

/**
 * Reads what a step printed: a command is a line that begins with `::`, or has `##[` anywhere, and names one that is known.
 *
 * @see https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
export function readStepLog(text: string): StepLog {
  const lines: string[] = [];
  const commands: WorkflowCommand[] = [];
  let resume: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const command = tryCommand(line);
    if (resume !== undefined) {
      if (command?.name === resume) resume = undefined;
      else lines.push(line);
    } else if (command !== undefined && KNOWN.has(command.name)) {
      commands.push(command);
      if (command.name === 'stop-commands') resume = command.data;
    } else lines.push(line);
  }
  return { lines, commands };
}

function tryCommand(line: string): WorkflowCommand | undefined {
  const [, name, given = '', text = ''] =
    /^\s*::([^\s:]+)(?: ([\s\S]*?))?::([\s\S]*)$/.exec(line) ?? /##\[([^\s\]]+)(?: ([^\]]*))?\]([\s\S]*)$/.exec(line) ?? [];
  if (name === undefined) return undefined;
  const properties = given.split(/[,;]/).flatMap((pair) => {
    const [, key, value = ''] = /^\s*([^=]+)=([\s\S]*)$/.exec(pair) ?? [];
    return key === undefined ? [] : [[key, unescaped(value.replaceAll('%3A', ':').replaceAll('%2C', ','))]];
  });
  return { name, properties: Object.fromEntries(properties), data: unescaped(text) };
}

function unescaped(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

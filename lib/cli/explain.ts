import { RULES } from '../rules/rules';
import type { RunCommand } from './command-line';
import { Exit, printJson, WrongUseError } from './io';

/** `stagegate explain`: the page of a rule. */
export const run: RunCommand = async ({ io, args, options }) => {
  const asked = String(args[0]);
  const rule = RULES.find(({ code, name }) => code === asked.toUpperCase() || name === asked);
  if (rule === undefined) {
    throw new WrongUseError(`there is no rule ${asked}`, `choose one of ${RULES.map(({ code }) => code).join(', ')}, or its name`);
  }
  const { code, name, severity, explain } = rule;
  if (options.json === true) {
    printJson(io, { version: 1, code, name, severity, ...explain });
    return Exit.done;
  }
  const example = explain.example.split('\n').map((line) => `    ${line}`);
  io.out(
    [
      `${code} ${name} (${severity})`,
      '',
      explain.title,
      '',
      'What it refuses',
      `  ${explain.refuses}`,
      '',
      'Why',
      `  ${explain.why}`,
      '',
      'Example',
      ...example,
      '',
      'Remedy',
      `  ${explain.remedy}`,
    ].join('\n'),
  );
  return Exit.done;
};

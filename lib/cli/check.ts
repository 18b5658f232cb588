import { relative } from 'node:path';
import { Bounds } from '../explorer/explore';
import { counted } from '../report/counts';
import { type CheckResult, check } from '../rules/check';
import { checkReport, diagnosticText } from '../rules/report';
import type { Diagnostic } from '../values/diagnostic';
import { InvalidValueError } from '../values/diagnostic';
import { githubAnnotations, sarifLog } from './check-formats';
import type { RunCommand } from './command-line';
import { compiledProgram } from './compiled-program';
import { Exit, type Io, printJson } from './io';
import { programPath } from './program-file';
import { colours } from './text';

/** A result with the name of what was checked; a wrong value in the program is its only finding, and nothing else was looked at. */
interface Checked {
  readonly platform: string;
  readonly file: string;
  readonly result: CheckResult;
}

/** `stagegate check`: compiles the program and applies the rules to what comes out. */
export const run: RunCommand = async ({ io, options }) => {
  const checked = await checkedProgram(io, options);
  const { diagnostics } = checked.result;
  switch (options.json === true ? 'json' : options.format) {
    case 'json':
      printJson(io, checkReport(checked.platform, checked.result));
      break;
    case 'github':
      for (const line of githubAnnotations(diagnostics, checked.file)) io.out(line);
      break;
    case 'sarif':
      printJson(io, sarifLog([...diagnostics, ...checked.result.suppressed], checked.file));
      break;
    default:
      printText(io, checked);
  }
  const isCutOff = checked.result.exploration?.complete === false;
  if (isCutOff)
    io.note(
      'error  the exploration was cut off by its budget of states, so that nothing is said about the rest\n  remedy  split the platform, or report it as too large',
    );
  return isCutOff || diagnostics.some(({ severity }) => severity === 'error') ? Exit.findings : Exit.done;
};

async function checkedProgram(io: Io, options: Readonly<Record<string, unknown>>): Promise<Checked> {
  const given = options.program as string | undefined;
  const file = given ?? relative(io.folder, programPath(io.folder, given));
  try {
    const program = await compiledProgram(io, options);
    const facts = { date: new Date(io.now()).toISOString().slice(0, 10) };
    const result = check(program.model, program.desired, facts, { bounds: options.deep === true ? Bounds.full : Bounds.quick });
    return { platform: program.model.name, file: program.shown, result };
  } catch (error) {
    if (!InvalidValueError.is(error)) throw error;
    const { diagnostic } = error;
    return { platform: diagnostic.path.split('/')[0] ?? '', file, result: { diagnostics: [diagnostic], suppressed: [], notChecked: [] } };
  }
}

function printText(io: Io, { platform, result }: Checked): void {
  const { diagnostics, suppressed, notChecked, exploration } = result;
  for (const diagnostic of [...diagnostics, ...suppressed]) io.out(`${coloured(io, diagnostic)}\n`);
  for (const { code, name, why } of notChecked) io.out(`not checked  ${code} ${name}: ${why}`);
  if (exploration !== undefined) {
    const { bounds, states, complete, firstLawfulArrival } = exploration;
    const arrivals = Object.entries(firstLawfulArrival).map(([environment, events]) => `${environment} after ${counted(events, 'event')}`);
    io.out(
      [
        `explored     ${counted(states, 'state')} with up to ${counted(bounds.commits, 'commit')}, ${counted(bounds.promotions, 'open promotion')} an environment, ${counted(bounds.deviations, 'deviation')}${complete ? '' : '; cut off, not complete'}`,
        `arrival      a release is lawfully in ${arrivals.join(', ') || 'no environment'}`,
      ].join('\n'),
    );
  }
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const counts = [
    counted(errors, 'error'),
    counted(diagnostics.length - errors, 'warning'),
    ...(suppressed.length > 0 ? [`${suppressed.length} accepted`] : []),
  ];
  io.out(`${platform}: ${counts.join(', ')}${exploration === undefined ? '' : '; checked within these bounds'}`);
}

function coloured(io: Io, diagnostic: Diagnostic): string {
  const paint = colours(io);
  const text = diagnosticText(diagnostic);
  const [head = '', ...rest] = text.split('\n');
  const word = diagnostic.severity === 'error' ? paint.red(diagnostic.severity) : paint.yellow(diagnostic.severity);
  return [`${word}${head.slice(diagnostic.severity.length)}`, ...rest].join('\n');
}

import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve as resolvePath } from 'node:path';
import { runInThisContext } from 'node:vm';
import { createJiti } from 'jiti';
import * as stagegate from '../index';
import { Platform } from '../platform';
import { InvalidValueError } from '../values/diagnostic';
import { firstLine } from './failure';
import { type Io, WrongUseError } from './io';

const NAMES = ['stagegate.config', 'platform'].flatMap((name) =>
  ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'].map((ending) => name + ending),
);

/** A program that was found and has run: its platform, and where it lies. */
export interface LoadedProgram {
  readonly platform: Platform;
  /** Absolute path of the file. */
  readonly file: string;
  /** Folder of the file; files beside the program are looked for here. */
  readonly folder: string;
}

/** Where a program is looked for. */
export interface ProgramPlace extends Pick<Io, 'folder' | 'note'> {
  /** Whether the folder goes away after the run, so that what is translated there is not kept for the next one. */
  readonly isTemporary?: boolean;
}

/**
 * Finds and runs the program: `--program FILE`, else `stagegate.config.ts` or `platform.ts` in the folder. TypeScript runs as it is, and its
 * `stagegate` is this very instance. What it prints goes to stderr, so that stdout stays one document; it cannot end the process.
 *
 * @throws WrongUseError when there is none, it does not load, or exports no platform.
 * @throws InvalidValueError when it gives a wrong value to a constructor.
 */
export async function loadProgram(place: ProgramPlace, given?: string): Promise<LoadedProgram> {
  const file = programPath(place.folder, given);
  const shown = relative(place.folder, file);
  const exported = await contained(place, shown, async () => {
    const jiti = createJiti(file, {
      virtualModules: { stagegate },
      interopDefault: false,
      moduleCache: false,
      ...(place.isTemporary === true && { fsCache: false }),
    });
    try {
      return (await jiti.import(file)) as Record<string, unknown>;
    } catch (error) {
      if (InvalidValueError.is(error) || error instanceof WrongUseError) throw error;
      throw new WrongUseError(
        `${shown} does not load: ${messageOf(error, file)}`,
        'mend the program; --debug shows where the error was thrown',
        { cause: error },
      );
    }
  });
  return { platform: platformOf(exported, shown), file, folder: dirname(file) };
}

/** Runs a program's code without letting it end the process or write to stdout. */
async function contained<T>(place: ProgramPlace, shown: string, run: () => Promise<T>): Promise<T> {
  // Programs run in the main context, which is not always the one that this module lives in.
  const theirs = runInThisContext('process') as NodeJS.Process;
  const { exit } = theirs;
  const { write } = theirs.stdout;
  const refuseExit = (code?: number | string | null): never => {
    throw new WrongUseError(`${shown} calls process.exit(${code ?? ''})`, 'throw an error, or leave the call out: a program only declares');
  };
  const toNotes = (text: string | Uint8Array): boolean => {
    place.note((typeof text === 'string' ? text : Buffer.from(text).toString('utf8')).trimEnd());
    return true;
  };
  theirs.exit = refuseExit;
  theirs.stdout.write = toNotes as typeof write;
  try {
    return await run();
  } finally {
    theirs.exit = exit;
    theirs.stdout.write = write;
  }
}

/** Absolute path of the program of a folder, or of the one that is named. @throws WrongUseError when there is none */
export function programPath(folder: string, given: string | undefined): string {
  if (given !== undefined) {
    const file = resolvePath(folder, given);
    if (existsSync(file) && statSync(file).isFile()) return file;
    throw new WrongUseError(`there is no file ${given}`, 'give the path of the program with --program');
  }
  const found = NAMES.find((name) => existsSync(join(folder, name)));
  if (found !== undefined) return join(folder, found);
  throw new WrongUseError(
    'there is no program here',
    'write platform.ts or stagegate.config.ts in this folder, or give its path with --program FILE',
  );
}

function platformOf(exported: Record<string, unknown>, file: string): Platform {
  const fallback = exported.default as Record<string, unknown> | undefined;
  const candidates = [fallback, exported.platform, fallback?.default, fallback?.platform];
  const platform = candidates.find(Platform.isPlatform);
  if (platform !== undefined) return platform;
  const isPromise = candidates.some((candidate) => typeof (candidate as { then?: unknown } | undefined)?.then === 'function');
  if (isPromise)
    throw new WrongUseError(`${file} exports a promise in place of a platform`, 'export the platform itself; await what it needs before');
  const names = Object.keys(exported).filter((name) => name !== 'default');
  throw new WrongUseError(
    `${file} exports no platform${names.length === 0 ? '' : `, only ${names.join(', ')}`}`,
    "write 'export const platform = new Platform(…)', or make it the default export",
  );
}

/** What was thrown in one line, with the place in the program. A syntax error brings its place on the second line. */
function messageOf(error: unknown, file: string): string {
  const message = firstLine(error);
  const text = typeof error === 'object' && error !== null ? `${String((error as Error).message)}\n${(error as Error).stack ?? ''}` : '';
  const syntax = /^ParseError: /.test(message) ? /^\s*(\S.*:\d+:\d+)\s*$/m.exec(text)?.[1] : undefined;
  if (syntax !== undefined) return `syntax error, ${message.slice('ParseError: '.length)} (${shownPlace(syntax, file)})`;
  const place = new RegExp(`${basename(file).replaceAll('.', '\\.')}:(\\d+:\\d+)`).exec(text)?.[1];
  return place === undefined || message.includes(place) ? message : `${message} (${basename(file)}:${place})`;
}

function shownPlace(place: string, file: string): string {
  const [, path = '', position = ''] = /^(.*?)(:\d+:\d+)$/.exec(place) ?? [];
  return `${relative(dirname(file), path)}${position}`;
}

import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve as resolvePath } from 'node:path';
import { createJiti } from 'jiti';
import { Platform } from '../platform';
import { InvalidValueError } from '../values/diagnostic';
import { type Io, WrongUseError } from './io';

const NAMES = ['stagegate.config', 'platform'].flatMap((name) => ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'].map((ending) => name + ending));

/** A program that was found and has run: its platform, and where it lies. */
export interface LoadedProgram {
  readonly platform: Platform;
  /** Absolute path of the file. */
  readonly file: string;
  /** Folder of the file; files beside the program are looked for here. */
  readonly folder: string;
}

/**
 * Finds and runs the program: `--program FILE`, else `stagegate.config.ts` or `platform.ts` in the folder. TypeScript runs as it is.
 *
 * @throws WrongUseError when there is none, it does not load, or exports no platform.
 * @throws InvalidValueError when it gives a wrong value to a constructor.
 */
export async function loadProgram(io: Io, given?: string): Promise<LoadedProgram> {
  const file = findProgram(io.folder, given);
  const jiti = createJiti(file, { alias: { stagegate: join(__dirname, '..', 'index') }, interopDefault: false });
  let exported: Record<string, unknown>;
  try {
    exported = (await jiti.import(file)) as Record<string, unknown>;
  } catch (error) {
    if (InvalidValueError.is(error)) throw error;
    throw new WrongUseError(
      `${relative(io.folder, file)} does not load: ${firstLine(error)}${placeIn(error, file)}`,
      'mend the program; --debug shows where the error was thrown',
      { cause: error },
    );
  }
  return { platform: platformOf(exported, relative(io.folder, file)), file, folder: dirname(file) };
}

function findProgram(folder: string, given: string | undefined): string {
  if (given !== undefined) {
    const file = resolvePath(folder, given);
    if (existsSync(file) && statSync(file).isFile()) return file;
    throw new WrongUseError(`there is no file ${given}`, 'give the path of the program with --program');
  }
  const found = NAMES.filter((name) => existsSync(join(folder, name)));
  if (found[0] !== undefined) return join(folder, found[0]);
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
  const promised = candidates.some((candidate) => typeof (candidate as { then?: unknown } | undefined)?.then === 'function');
  if (promised) {
    throw new WrongUseError(`${file} exports a promise in place of a platform`, 'export the platform itself; await what it needs before');
  }
  const names = Object.keys(exported).filter((name) => name !== 'default');
  throw new WrongUseError(
    `${file} exports no platform${names.length === 0 ? '' : `, only ${names.join(', ')}`}`,
    "write 'export const platform = new Platform(…)', or make it the default export",
  );
}

/** The first line of what was thrown, whatever it is. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error || (typeof error === 'object' && error !== null && 'message' in error) ? String((error as Error).message) : `it threw ${String(error)}`;
  return text.split('\n')[0] ?? '';
}

function placeIn(error: unknown, file: string): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const place = new RegExp(`${basename(file).replaceAll('.', '\\.')}:(\\d+:\\d+)`).exec(stack)?.[1];
  return place === undefined || firstLine(error).includes(place) ? '' : ` (${basename(file)}:${place})`;
}

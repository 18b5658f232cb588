import { readFileSync, statSync } from 'node:fs';
import { join, resolve as resolvePath } from 'node:path';
import type { Difference } from '../diff/difference';
import { type Io, WrongUseError } from './io';

/** Bytes of a file, and levels of its values, beyond which it is no difference of a platform but an attempt to break something. */
const MOST_BYTES = 32 * 1024 * 1024;
const MOST_LEVELS = 64;

/**
 * A difference that `stagegate diff --json` wrote. It may come from the run of a fork, so that its size and its shape are checked.
 *
 * @throws WrongUseError when there is no such file, or it is no difference.
 */
export function readDifference(io: Pick<Io, 'folder'>, shown: string): Difference {
  const remedy = 'write it with this version: stagegate diff --json > difference.json';
  const content = parsed(readBounded(resolvePath(io.folder, shown), shown), shown, remedy);
  if (levelsOf(content) > MOST_LEVELS) throw new WrongUseError(`${shown} is no difference: its values are nested too deeply`, remedy);
  const { default: Ajv } = require('ajv') as typeof import('ajv');
  const schema = JSON.parse(readFileSync(join(__dirname, '..', '..', 'schema', 'difference.schema.json'), 'utf8')) as object;
  const validate = new Ajv({ strict: false }).compile(schema);
  if (!validate(content)) {
    const [error] = validate.errors ?? [];
    throw new WrongUseError(
      `${shown} is no difference: ${error?.instancePath || 'the document'} ${error?.message ?? ''}`.trimEnd(),
      remedy,
    );
  }
  return content as Difference;
}

/** The text of a file that somebody else may have made. @throws WrongUseError when it is absent, no plain file, or too large. */
export function readBounded(path: string, shown: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) throw new WrongUseError(`there is no file ${shown}`, 'give the path of a file');
  if (stats.size > MOST_BYTES)
    throw new WrongUseError(`${shown} has ${stats.size} bytes, more than the ${MOST_BYTES} that are read`, 'look at what wrote it');
  return readFileSync(path, 'utf8');
}

function parsed(text: string, shown: string, remedy: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Why is not told: it would repeat a part of the file, and what a step prints may be a command to its runner.
    throw new WrongUseError(`${shown} is no JSON`, remedy);
  }
}

/** How deeply values are nested, found without recursion. */
function levelsOf(content: unknown): number {
  let level: unknown[] = [content];
  for (let count = 0; ; count += 1) {
    if (level.length === 0 || count > MOST_LEVELS) return count;
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
  }
}

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '..', '..', '..');

/** Where a program is, and whence it comes. */
export interface Place {
  readonly folder: string;
  /** Built by `npm run toolchain`, or found on this machine: on the PATH, or among Pulumi's plugins. */
  readonly from: 'toolchain' | 'PATH' | 'plugins';
  readonly version: string;
}

let places: Readonly<Record<string, Place | null>> | undefined;

/** Where a program is, undefined when it is neither built nor installed. */
export function tryPlaceOf(name: string): Place | undefined {
  places ??= JSON.parse(execFileSync(process.execPath, [join(root, 'tools', 'toolchain.mjs'), '--where', '--json'], { encoding: 'utf8' }));
  return places?.[name] ?? undefined;
}

/**
 * Folder of a program (or set of files) that `npm run toolchain` made, or that is on this machine in a good version.
 * @throws when it is not there.
 */
export function folderOf(name: string): string {
  const place = tryPlaceOf(name);
  if (place === undefined) throw new Error(`${name} is not built: run npm run toolchain`);
  return place.folder;
}

/** Executable of a program of the same name, absolute. */
export function program(name: string): string {
  return join(folderOf(name), name);
}

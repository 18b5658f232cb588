import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '..', '..', '..');
let folders: Readonly<Record<string, string | null>> | undefined;

/**
 * Folder of a program (or set of files) that `npm run toolchain` made.
 * @throws when it is not there.
 */
export function folderOf(name: string): string {
  folders ??= JSON.parse(execFileSync(process.execPath, [join(root, 'tools', 'toolchain.mjs'), '--where', '--json'], { encoding: 'utf8' }));
  const folder = folders?.[name];
  if (folder === undefined || folder === null) throw new Error(`${name} is not built: run npm run toolchain`);
  return folder;
}

/** Executable of a program of the same name, absolute. */
export function program(name: string): string {
  return join(folderOf(name), name);
}

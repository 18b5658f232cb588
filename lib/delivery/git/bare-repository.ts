import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { git } from './git-process';

export interface BareRepositoryProps {
  readonly defaultBranch: string;
  /** Lines of its configuration, name and value. @default none */
  readonly settings?: readonly (readonly [string, string])[];
  /** Adds to the repository before it is put in its place. @default nothing */
  readonly prepare?: (gitDir: string) => Promise<void>;
}

/**
 * Makes a bare repository beside its place and puts it there whole, unless there is one: several processes at once make one, and a killed
 * one leaves none half-made.
 *
 * @throws DeliveryError when the folder cannot be written.
 */
export async function ensureBareRepository(path: string, props: BareRepositoryProps): Promise<void> {
  if ((await stat(join(path, 'HEAD')).catch(() => undefined)) !== undefined) return;
  await mkdir(dirname(path), { recursive: true });
  const making = `${path}.${randomUUID()}`;
  try {
    await git(['init', '--bare', '--quiet', `--initial-branch=${props.defaultBranch}`, '--template=', making]);
    for (const [name, value] of props.settings ?? []) await git(['config', name, value], { gitDir: making });
    await props.prepare?.(making);
    await rename(making, path);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}

import { existsSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { git, gitEnvironment } from '../delivery/git/git-process';

/** A commit's files in a folder of their own. */
export interface Checkout {
  readonly folder: string;
  /** Folder in which the packages that it uses are installed; undefined when there are none, or its own. */
  readonly packages: string | undefined;
  remove(): Promise<void>;
}

/**
 * Writes the files of a commit to a new temporary folder, without touching any work tree or index. Packages are those that are installed
 * around `near`, since a bare repository has none; without it, none are put there.
 */
export async function checkOut(gitDir: string, commit: string, near?: string): Promise<Checkout> {
  const root = await mkdtemp(join(tmpdir(), 'stagegate-program-'));
  const remove = (): Promise<void> => rm(root, { recursive: true, force: true });
  try {
    const folder = join(root, 'program');
    const environment = gitEnvironment({ GIT_INDEX_FILE: join(root, 'index') });
    await git(['read-tree', commit], { gitDir, environment });
    await git([`--work-tree=${root}`, 'checkout-index', '--all', '--quiet', '--prefix=program/'], { gitDir, environment });
    const packages = near === undefined ? undefined : installedPackages(near);
    if (packages === undefined || existsSync(join(folder, 'node_modules'))) return { folder, packages: undefined, remove };
    await symlink(packages, join(folder, 'node_modules'));
    return { folder, packages: dirname(packages), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function installedPackages(folder: string): string | undefined {
  for (let current = folder; ; current = dirname(current)) {
    const packages = join(current, 'node_modules');
    if (existsSync(packages)) return packages;
    if (dirname(current) === current) return undefined;
  }
}

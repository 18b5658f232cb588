import { realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { gitEnvironment, gitFailure, tryGit } from '../delivery/git/git-process';
import type { Compared } from '../diff/difference';
import { type Io, WrongUseError } from './io';

/** The clone in which a command runs. */
export interface Clone {
  /** Its `.git` folder, that of the first work tree where there are several. */
  readonly gitDir: string;
  /** Root of the work tree. */
  readonly root: string;
  /** Path of the folder of the command from the root; empty for the root itself. */
  readonly prefix: string;
}

/** @throws WrongUseError when the folder is in no clone. */
export async function cloneAround(io: Pick<Io, 'folder'>): Promise<Clone> {
  const args = ['rev-parse', '--path-format=absolute', '--git-common-dir', '--show-toplevel', '--show-prefix'];
  const { code, stdout, stderr } = await inClone(io.folder, args);
  if (code !== 0)
    throw new WrongUseError(
      /not a git repository/i.test(stderr) ? 'this folder is in no git repository' : stderr.trim().replace(/^fatal: /, ''),
      'run the command in a clone of the repository that holds the program',
    );
  const [gitDir = '', root = '', prefix = ''] = stdout.toString('utf8').split('\n');
  return { gitDir, root, prefix: prefix.replace(/\/$/, '') };
}

/** Git as the person who calls has set it up, who may have allowed it to read a clone of somebody else. */
async function inClone(folder: string, args: readonly string[]) {
  const { GIT_CONFIG_GLOBAL: _global, GIT_CONFIG_NOSYSTEM: _system, ...environment } = gitEnvironment();
  return tryGit(['-C', folder, '--no-optional-locks', '-c', 'core.fsmonitor=false', ...args], { environment });
}

/** The output of a git command in a clone; undefined when it fails as it does for what is not there. */
async function tryAsk(clone: Clone, args: readonly string[]): Promise<string | undefined> {
  const result = await inClone(clone.root, args);
  if (result.code === 0) return result.stdout.toString('utf8').trim();
  if (result.code === 1 || result.code === 128) return undefined;
  throw gitFailure(args, result);
}

/** The path of a file of the work tree from its root. */
export function pathInClone(clone: Clone, file: string): string {
  return relative(realpathSync(clone.root), join(realpathSync(dirname(file)), file.slice(dirname(file).length)));
}

/** The commit that a branch, a tag or an id means; undefined when there is none. */
export function tryCommitOf(clone: Clone, name: string): Promise<string | undefined> {
  return tryAsk(clone, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]);
}

/** The first of these refs that there is, with its commit. */
async function tryFirst(clone: Clone, names: readonly string[]): Promise<{ readonly name: string; readonly commit: string } | undefined> {
  for (const name of names) {
    const commit = await tryCommitOf(clone, name);
    if (commit !== undefined) return { name: name.replace(/^refs\/(?:heads|remotes)\//, ''), commit };
  }
  return undefined;
}

/** A branch where its host has it, else here. */
export async function tryBranch(clone: Clone, branch: string): Promise<{ readonly name: string; readonly commit: string } | undefined> {
  const remotes = (await tryAsk(clone, ['remote']))?.split('\n').filter((name) => name !== '') ?? [];
  const ordered = [...remotes].sort((a, b) => Number(b === 'origin') - Number(a === 'origin'));
  return tryFirst(clone, [...ordered.map((remote) => `refs/remotes/${remote}/${branch}`), `refs/heads/${branch}`]);
}

/** What a difference is taken from, with how it was chosen. */
export interface ChosenBase {
  readonly compared: Required<Compared>;
  readonly why: string;
}

/** The commit that `--base` names. @throws WrongUseError when there is none */
export async function namedBase(clone: Clone, name: string): Promise<ChosenBase> {
  const commit = await tryCommitOf(clone, name);
  const found = commit === undefined ? await tryBranch(clone, name) : { name, commit };
  if (found !== undefined) return { compared: found, why: `${found.name}, ${found.commit.slice(0, 7)}` };
  throw new WrongUseError(
    `there is no commit ${name} in this clone`,
    'fetch it first, with the history that leads to it, or name a branch, a tag or a commit that is here',
  );
}

/**
 * Where the work tree has left the branch that its program is merged to.
 *
 * @throws WrongUseError when the branch is not here, or shares no commit with what is checked out.
 */
export async function defaultBase(clone: Clone, programBranch: string): Promise<ChosenBase> {
  if ((await tryCommitOf(clone, 'HEAD')) === undefined)
    throw new WrongUseError(
      'nothing is committed in this repository yet',
      'commit the program first, or name what to compare with: --base REF',
    );
  const branch = (await tryBranch(clone, programBranch)) ?? (await tryFirst(clone, ['refs/remotes/origin/HEAD']));
  if (branch === undefined)
    throw new WrongUseError(
      `the branch ${programBranch} is not in this clone`,
      `fetch it (git fetch origin ${programBranch}), or name what to compare with: --base REF`,
    );
  const commit = await tryAsk(clone, ['merge-base', 'HEAD', branch.commit]);
  if (commit === undefined)
    throw new WrongUseError(
      `what is checked out shares no commit with ${branch.name} in this clone`,
      'fetch the history (git fetch --unshallow; fetch-depth: 0 in actions/checkout), or name what to compare with: --base REF',
    );
  return { compared: { name: branch.name, commit }, why: `where HEAD has left ${branch.name}, ${commit.slice(0, 7)}` };
}

/** What is compared: the commit that is checked out, or the work tree where files differ from it. */
export async function comparedHead(clone: Clone, programFile: string): Promise<Compared> {
  const commit = await tryCommitOf(clone, 'HEAD');
  const folder = dirname(programFile);
  const tracked = await tryAsk(clone, ['status', '--porcelain', '--untracked-files=no']);
  const others = ['ls-files', '--others', '--exclude-standard', '--', folder, ':(exclude,glob)**/node_modules/**'];
  const isClean = tracked === '' && (await tryAsk(clone, others)) === '';
  if (commit === undefined || !isClean) return { name: 'working tree' };
  return { name: (await tryAsk(clone, ['symbolic-ref', '--quiet', '--short', 'HEAD'])) ?? 'HEAD', commit };
}

import { setTimeout as pause } from 'node:timers/promises';
import type { RefUpdate } from '../store';
import { cannotWrite, gitFailure, refNameTaken, tryGit } from './git-process';
import type { GitRepository } from './git-repository';
import { movedTo } from './push';
import { removeStaleLocks } from './stale-locks';

/** More than a lock that a killed process left takes to be recognised. */
const TRIES = 40;

/** In place of a commit: there is no such ref, or there shall be none. */
const NONE = '0'.repeat(40);

/**
 * Moves, creates or deletes a ref of a repository on this machine, past its hooks, if it leads where it is expected to.
 *
 * @throws DeliveryError when the repository cannot be written, or stays locked.
 */
export async function updateRef(
  repository: GitRepository,
  ref: string,
  to: string | undefined,
  expect: string | undefined,
): Promise<RefUpdate> {
  const { gitDir } = repository;
  const args = ['update-ref', '--no-deref', ref, to ?? NONE, expect ?? NONE];
  for (let attempt = 1; ; attempt += 1) {
    const result = await tryGit(args, { gitDir });
    if (result.code === 0) return { kind: 'done' };
    const occupied = refNameTaken(result.stderr);
    if (occupied !== undefined) return { kind: 'refused', reason: occupied };
    const found = await repository.tryRef(ref);
    if (found !== expect) return movedTo(found);
    if (
      attempt >= TRIES ||
      cannotWrite(result.stderr) ||
      !/\.lock': File exists|unable to resolve|but expected|reference already exists/.test(result.stderr)
    )
      throw gitFailure(args, result);
    await removeStaleLocks(gitDir);
    await pause(Math.min(1_000, 20 * 2 ** Math.min(attempt, 6)) * (0.5 + Math.random()));
  }
}

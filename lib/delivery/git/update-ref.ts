import { setTimeout as pause } from 'node:timers/promises';
import { gitFailure, tryGit } from './git-process';
import { removeStaleLocks } from './stale-locks';

/** More than a lock that a killed process left takes to be recognised. */
const TRIES = 40;

/**
 * Moves a ref of a repository on this machine, past its hooks, if it leads where it is expected to; false when it does not.
 *
 * @throws DeliveryError when the repository cannot be written, or stays locked.
 */
export async function tryUpdateRef(gitDir: string, ref: string, to: string, expect: string): Promise<boolean> {
  const args = ['update-ref', '--no-deref', ref, to, expect];
  for (let attempt = 1; ; attempt += 1) {
    const result = await tryGit(args, { gitDir });
    if (result.code === 0) return true;
    if (/but expected|unable to resolve reference|reference is missing/.test(result.stderr)) return false;
    if (attempt >= TRIES || !/\.lock|cannot lock ref/.test(result.stderr)) throw gitFailure(args, result);
    await removeStaleLocks(gitDir);
    await pause(Math.min(1_000, 20 * 2 ** Math.min(attempt, 6)) * (0.5 + Math.random()));
  }
}

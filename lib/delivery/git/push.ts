import { setTimeout as pause } from 'node:timers/promises';
import type { RefUpdate } from '../store';
import { cannotWrite, type GitResult, gitEnvironment, gitFailure, refNameTaken, tryGit, withoutCredentials } from './git-process';
import { isPassing, PAUSES, type RemoteCall } from './remote-git';

export interface Push extends RemoteCall {
  /** Repository that has the objects. */
  readonly gitDir: string;
  /** Path or URL of the repository that owns the ref. */
  readonly remote: string;
  readonly ref: string;
  /** Commit that the ref shall lead to; undefined deletes it. */
  readonly to: string | undefined;
  /** Where the caller saw the ref; undefined when it must not exist yet. */
  readonly expect: string | undefined;
  /** Where the ref is now. */
  readonly find: () => Promise<string | undefined>;
  /** Called when another process seems to hold the ref: removes what the dead left behind. */
  readonly unlock: () => Promise<void>;
}

/** Tries while another process holds the lock of the ref: about 30 s in all, more than a lock of the dead takes to be recognised. */
const TRIES = 40;

/**
 * Moves, creates or deletes one ref by a push that holds only if the ref is where the caller saw it: git compares both when it starts and,
 * under the lock of the ref, when it writes.
 *
 * @throws DeliveryError when the remote cannot be reached, or stays locked.
 */
export async function push(what: Push): Promise<RefUpdate> {
  const args = [
    'push',
    '--porcelain',
    '--no-verify',
    '--no-signed',
    `--force-with-lease=${what.ref}:${what.expect ?? ''}`,
    what.remote,
    `${what.to ?? ''}:${what.ref}`,
  ];
  let failures = 0;
  for (let attempt = 1; ; attempt += 1) {
    const found = await what.find();
    // A push without an answer may have arrived.
    if (failures > 0 && found === what.to) return { kind: 'done' };
    if (found !== what.expect) return movedTo(found);
    const result = await tryGit(args, { gitDir: what.gitDir, environment: gitEnvironment(await what.environment?.()) });
    const outcome = readOutcome(result, what.ref);
    if (outcome.kind === 'done') return { kind: 'done' };
    if (outcome.kind === 'refused') return outcome;
    if (outcome.kind === 'failed') {
      const seconds = PAUSES[failures];
      if (seconds === undefined || !isPassing(result.stderr)) throw gitFailure(args, result);
      failures += 1;
      await pause(seconds * (what.second ?? 1000));
      continue;
    }
    if (attempt >= TRIES) throw gitFailure(args, result);
    const now = await what.find();
    // The library that carries git's requests repeats one whose connection is cut: the first of them arrived.
    if (now === what.to) return { kind: 'done' };
    if (now !== what.expect) return movedTo(now);
    await what.unlock();
    await pause(Math.min(1_000, 20 * 2 ** Math.min(attempt, 6)) * (0.5 + Math.random()));
  }
}

/** What a caller is told who did not see the ref where it is. */
export function movedTo(found: string | undefined): RefUpdate {
  return found === undefined ? { kind: 'moved' } : { kind: 'moved', found };
}

type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly reason: string }
  /** Somebody else is at the ref, or has been. */
  | { readonly kind: 'contended' }
  | { readonly kind: 'failed' };

function readOutcome(result: GitResult, ref: string): Outcome {
  if (cannotWrite(result.stderr)) return { kind: 'failed' };
  const occupied = refNameTaken(result.stderr);
  if (occupied !== undefined) return { kind: 'refused', reason: occupied };
  const denied = deniedTo(result.stderr);
  if (denied !== undefined) return { kind: 'refused', reason: denied };
  const status = result.stdout
    .toString('utf8')
    .split('\n')
    .map((line) => line.split('\t'))
    .find(([flag, refs]) => flag !== undefined && flag.length === 1 && refs?.endsWith(`:${ref}`));
  if (status === undefined) return contended(result.stderr) ? { kind: 'contended' } : { kind: 'failed' };
  const [flag, , summary = ''] = status;
  if (flag !== '!') return result.code === 0 ? { kind: 'done' } : { kind: 'failed' };
  if (/^\[rejected\]/.test(summary)) return { kind: 'contended' };
  const cause = /^\[remote rejected\] \((.*)\)$/.exec(summary)?.[1];
  if (cause === undefined || isPassing(cause)) return { kind: 'failed' };
  if (/failed to update ref|cannot lock ref|failed to lock|unable to create|already exists|incorrect old value|fetch first/i.test(cause))
    return { kind: 'contended' };
  return { kind: 'refused', reason: reason(result.stderr, cause) };
}

/** What GitHub says to somebody who may read and not write. */
function deniedTo(stderr: string): string | undefined {
  return /^remote: (Permission to \S+ denied to .+?)\.?\s*$/m.exec(stderr)?.[1];
}

function contended(stderr: string): boolean {
  return /cannot lock ref|\.lock': File exists|unable to migrate objects|failed to update ref/.test(stderr);
}

/** What the remote said, without git's own words around it. */
function reason(stderr: string, cause: string): string {
  const said = stderr
    .split('\n')
    .filter((line) => line.startsWith('remote: '))
    .map((line) => line.slice('remote: '.length).trim())
    .filter((line) => line !== '');
  return withoutCredentials(said.length === 0 ? cause : said.join('\n'));
}

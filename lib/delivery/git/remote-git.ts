import { setTimeout as pause } from 'node:timers/promises';
import { type GitResult, gitEnvironment, gitFailure, tryGit } from './git-process';

/** How git talks to a repository on another machine. */
export interface RemoteCall {
  /** Variables of every process that does, asked for anew each time: credentials, which are in no argument and no file. @default none */
  readonly environment?: () => Promise<Readonly<Record<string, string>>>;
  /** Milliseconds that a second of waiting takes; tests shorten it. @default 1000 */
  readonly second?: number;
}

/** Seconds before each further try when the network, or the other side, fails on the way. */
export const PAUSES = [1, 4, 9];

/** Whether git failed for a reason that may be over soon. */
export function isPassing(stderr: string): boolean {
  return /returned error: (429|5\d\d)|Could not resolve host|Connection (reset|refused|timed out)|Failed to connect|Operation timed out|Operation too slow|Empty reply|RPC failed|unexpected disconnect|early EOF|the remote end hung up unexpectedly|Internal Server Error/i.test(
    stderr,
  );
}

/** Runs git to its end, again when what failed may pass; only for what changes nothing over there. */
export async function tryRemoteGit(args: readonly string[], call: RemoteCall & { readonly gitDir: string }): Promise<GitResult> {
  for (let attempt = 0; ; attempt += 1) {
    const environment = gitEnvironment(await call.environment?.());
    const result = await tryGit(args, { gitDir: call.gitDir, environment });
    const seconds = PAUSES[attempt];
    if (result.code === 0 || seconds === undefined || !isPassing(result.stderr)) return result;
    await pause(seconds * (call.second ?? 1000));
  }
}

/** What {@link tryRemoteGit} printed. @throws DeliveryError when it fails. */
export async function remoteGit(args: readonly string[], call: RemoteCall & { readonly gitDir: string }): Promise<string> {
  const result = await tryRemoteGit(args, call);
  if (result.code !== 0) throw gitFailure(args, result);
  return result.stdout.toString('utf8');
}

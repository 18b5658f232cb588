import type { GitHubClient } from './client';
import { mayHaveHappened } from './error';

/** Seconds before each further try. */
const PAUSES = [1, 4];

/**
 * Makes a call that must not take effect twice. When it fails and may have come through all the same, `tryFind` looks for what it should have
 * made, and only if that is not there the call is made again, three times in all.
 *
 * @throws GitHubError
 */
export async function madeOnce<T>(client: GitHubClient, make: () => Promise<T>, tryFind: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await make();
    } catch (error) {
      const pause = PAUSES[attempt];
      if (!mayHaveHappened(error) || pause === undefined) throw error;
      await client.pause(pause);
      const found = await tryFind();
      if (found !== undefined) return found;
    }
  }
}

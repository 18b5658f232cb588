import type { FailedRequest } from './error';

/** How long one call may still wait because GitHub asks for it. */
export interface Patience {
  /** Takes so many seconds for a reason, and says so; false when they are more than what is left. */
  take(seconds: number, reason: string): boolean;
}

export function patience(longest: number, call: string, progress: (line: string) => void): Patience {
  let left = longest;
  return {
    take(seconds, reason) {
      if (seconds > left) return false;
      left -= seconds;
      progress(`${call}: ${reason}, waiting ${seconds} s`);
      return true;
    },
  };
}

/**
 * Seconds that GitHub asks to wait with a 403 or 429: by `Retry-After`, or until the hour of the rate limit is over.
 *
 * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
export function tryAskedWait(error: FailedRequest, now: number): number | undefined {
  if (error.status !== 403 && error.status !== 429) return undefined;
  const headers = error.response?.headers ?? {};
  const after = Number(headers['retry-after']);
  if (headers['retry-after'] !== undefined && Number.isFinite(after)) return Math.max(1, Math.ceil(after));
  if (headers['x-ratelimit-remaining'] === '0') {
    const reset = Number(headers['x-ratelimit-reset']) * 1000;
    return Number.isFinite(reset) ? Math.max(1, Math.ceil((reset - now) / 1000) + 1) : 60;
  }
  return error.status === 429 || /secondary rate limit|abuse detection/i.test(error.message) ? 60 : undefined;
}

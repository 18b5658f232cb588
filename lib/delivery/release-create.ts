import type { Delivery } from './delivery';
import { outside } from './error';
import { type ReleaseOutcome, type ReleaseRequest, renderRelease } from './release-render';
import { storeRelease } from './release-store';

const ATTEMPTS = 8;

/** Renders and stores a release; on a release that another pipeline made meanwhile it starts again. @throws DeliveryError */
export async function createRelease(delivery: Delivery, request: ReleaseRequest): Promise<ReleaseOutcome> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const outcome = await storeRelease(delivery, await renderRelease(delivery, request));
    if (outcome.kind !== 'stale') return outcome;
  }
  return outside(`${ATTEMPTS} other releases were made while this one was rendered`, 'run the command again');
}

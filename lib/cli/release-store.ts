import { resolve as resolvePath } from 'node:path';
import { DeliveryError, readRenderedRelease, storeRelease } from '../delivery';
import type { RunCommand } from './command-line';
import { withDelivery } from './delivery-session';
import { outcomeText } from './delivery-text';
import { Exit, printJson } from './io';

/** `stagegate release store`: checks and stores what `release create --render-only` has written. */
export const run: RunCommand = async (call) =>
  withDelivery(call, async ({ delivery }) => {
    const { io, args, options } = call;
    const outcome = await storeRelease(delivery, await readRenderedRelease(resolvePath(io.folder, String(args[0]))));
    if (outcome.kind === 'stale')
      throw new DeliveryError(
        'outside',
        `release ${outcome.newest} came first`,
        'render again, on that one: stagegate release create --render-only',
      );
    if (options.json === true) printJson(io, { version: 1, ...outcome });
    else io.out(outcomeText(outcome));
    return Exit.done;
  });

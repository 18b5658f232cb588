import { release } from '../delivery';
import type { RunCommand } from './command-line';
import { withDelivery } from './delivery-session';
import { releaseText } from './delivery-text';
import { Exit, printJson } from './io';

/** `stagegate release show`: what one release holds. */
export const run: RunCommand = async (call) =>
  withDelivery(call, async ({ delivery }) => {
    const found = await release(delivery, String(call.args[0]));
    if (call.options.json === true) printJson(call.io, { version: 1, release: found });
    else call.io.out(releaseText(found));
    return Exit.done;
  });

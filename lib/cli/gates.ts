import { publishGates } from '../delivery';
import type { RunCommand } from './command-line';
import { withDelivery } from './delivery-session';
import { promotionWithGates } from './delivery-text';
import { Exit, printJson } from './io';

/** `stagegate gates`: evaluates and publishes the gates of what is open; merges nothing. Exit code 1 when one does not hold. */
export const run: RunCommand = async (call) =>
  withDelivery(call, async ({ delivery }) => {
    const { io, args, options } = call;
    const environment = String(args[0]);
    const promotions = await publishGates(delivery, environment);
    if (options.json === true) printJson(io, { version: 1, environment, promotions });
    else if (promotions.length === 0) io.out(`no promotion into ${environment} is open`);
    else for (const promotion of promotions) io.out(promotionWithGates(io, promotion));
    return promotions.some(({ gates }) => gates.some(({ state }) => state !== 'success')) ? Exit.findings : Exit.done;
  });

import { releaseHold } from '../delivery';
import type { RunCommand } from './command-line';
import { person, withDelivery } from './delivery-session';
import { Exit, printJson } from './io';

/** `stagegate release-hold`: ends a hold. */
export const run: RunCommand = async (call) =>
  withDelivery(call, async (session) => {
    const { io, args, options } = call;
    const environment = String(args[0]);
    const release = options.release as string | undefined;
    const request = { by: person(session, options), reason: String(options.reason), ...(release !== undefined && { release }) };
    await releaseHold(session.delivery, environment, request);
    if (options.json === true) printJson(io, { version: 1, environment, ...request });
    else io.out(`${environment}: ${release === undefined ? 'all releases are' : `release ${release} is`} no longer held`);
    return Exit.done;
  });

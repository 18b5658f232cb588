import { lift } from '../delivery';
import type { RunCommand } from './command-line';
import { person, withDelivery } from './delivery-session';
import { Exit, printJson } from './io';

/** `stagegate lift`: ends the quarantine of a release. */
export const run: RunCommand = async (call) =>
  withDelivery(call, async (session) => {
    const { io, args, options } = call;
    const environment = String(args[0]);
    const request = { by: person(session, options), reason: String(options.reason), release: String(options.release) };
    await lift(session.delivery, environment, request);
    if (options.json === true) printJson(io, { version: 1, environment, ...request });
    else io.out(`${environment}: release ${request.release} is no longer quarantined`);
    return Exit.done;
  });

import { quarantine } from '../delivery';
import type { RunCommand } from './command-line';
import { person, withDelivery } from './delivery-session';
import { Exit, printJson } from './io';

/** `stagegate quarantine`: keeps a release, and whatever has the same bytes, out of an environment and of what comes after it. */
export const run: RunCommand = async (call) =>
  withDelivery(call, async (session) => {
    const { io, args, options } = call;
    const environment = String(args[0]);
    const images = options.image as readonly string[] | undefined;
    const request = {
      by: person(session, options),
      reason: String(options.reason),
      release: String(options.release),
      ...(images !== undefined && { images }),
    };
    await quarantine(session.delivery, environment, request);
    if (options.json === true) printJson(io, { version: 1, environment, ...request });
    else
      io.out(
        `${environment}: release ${request.release} is quarantined${images === undefined ? '' : ` by ${images.length === 1 ? 'its image' : 'its images'} ${images.join(', ')}`}`,
      );
    return Exit.done;
  });

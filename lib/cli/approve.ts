import { approve } from '../delivery';
import type { RunCommand } from './command-line';
import { person, withDelivery } from './delivery-session';
import { Exit, printJson } from './io';

/** `stagegate approve`: a person's approval of the open promotion, at the head that it has now. */
export const run: RunCommand = async (call) =>
  withDelivery(call, async (session) => {
    const { io, args, options } = call;
    const environment = String(args[0]);
    const by = person(session, options);
    const pullRequest = await approve(session.delivery, session.callersHost, environment, {
      ...(options.release !== undefined && { release: String(options.release) }),
      ...(options.message !== undefined && { body: String(options.message) }),
    });
    if (options.json === true) printJson(io, { version: 1, environment, by, pullRequest });
    else io.out(`${by.login} approves #${pullRequest.number}, ${pullRequest.title}, at ${pullRequest.headCommit.slice(0, 7)}`);
    return Exit.done;
  });

import { localCommand, verify } from '../delivery';
import type { RunCommand } from './command-line';
import { withDelivery } from './delivery-session';
import { Exit, printJson } from './io';

/** `stagegate verify`: runs the suites that gates ask for against an environment, in this folder, and records the results. */
export const run: RunCommand = async (call) =>
  withDelivery(call, async ({ delivery, caller }) => {
    const { io, args, options } = call;
    const environment = String(args[0]);
    const results = await verify(delivery, environment, {
      run: localCommand(io.folder, Number(options.timeout)),
      by: caller,
      ...(options.suite !== undefined && { suite: String(options.suite) }),
      ...(options.link !== undefined && { link: String(options.link) }),
    });
    for (const { conclusion, output } of results) if (conclusion === 'failure') io.note(output.trimEnd());
    if (options.json === true) printJson(io, { version: 1, environment, verifications: results });
    else
      for (const { suite, conclusion, release } of results)
        io.out(`suite ${suite} against ${environment}, release ${release}: ${conclusion}`);
    return results.every(({ conclusion }) => conclusion === 'success') ? Exit.done : Exit.findings;
  });

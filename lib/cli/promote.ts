import { promote } from '../delivery';
import type { RunCommand } from './command-line';
import { withDelivery } from './delivery-session';
import { promotionWithGates } from './delivery-text';
import { Exit, printJson } from './io';

/** `stagegate promote`: proposes a release to an environment, or carries on what is open. Exit code 1 when a gate keeps it out. */
export const run: RunCommand = async (call) =>
  withDelivery(call, async ({ delivery, caller }) => {
    const { io, args, options } = call;
    const report = await promote(delivery, String(args[0]), {
      ...(options.release !== undefined && { release: String(options.release) }),
      ...(caller.kind === 'person' && { by: caller }),
    });
    if (options.json === true) printJson(io, { version: 1, ...report });
    else io.out(promotionWithGates(io, report));
    return report.state === 'merged' || report.state === 'nothing' || report.state === 'yielded' ? Exit.done : Exit.findings;
  });

import { monitor } from '../delivery';
import type { RunCommand } from './command-line';
import { withDelivery } from './delivery-session';
import { Exit, printJson } from './io';

/** `stagegate monitor`: follows a rollout until it is healthy, has failed, waits for a person, or the time is over. */
export const run: RunCommand = async (call) =>
  withDelivery(call, async ({ delivery }) => {
    const { io, args, options } = call;
    const environment = String(args[0]);
    const report = await monitor(delivery, environment, {
      wait: (milliseconds) => io.wait(milliseconds),
      onChange: ({ text }) => io.note(text),
      everySeconds: Number(options.every),
      logSeconds: Number(options.logs),
      ...(options.timeout !== undefined && { timeoutSeconds: Number(options.timeout) }),
    });
    if (options.json === true) printJson(io, { version: 1, environment, ...report });
    else {
      for (const [service, text] of Object.entries(report.logs)) io.out(`--- ${service}\n${text.trimEnd()}`);
      io.out(`${environment}: ${report.state}, ${report.text}`);
    }
    return report.state === 'healthy' ? Exit.done : Exit.findings;
  });

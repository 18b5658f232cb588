import { deployments } from '../delivery';
import type { RunCommand } from './command-line';
import { withDelivery } from './delivery-session';
import { Exit, printJson } from './io';
import { table } from './text';

/** `stagegate history`: what ran in an environment, newest first. */
export const run: RunCommand = async (call) =>
  withDelivery(call, async ({ delivery }) => {
    const { io, args, options } = call;
    const environment = String(args[0]);
    const all = await deployments(delivery, environment, Number(options.limit));
    const history = all.flatMap(({ release, commit, lane, by, reason }) =>
      release === undefined
        ? []
        : [{ release: release.id, at: new Date(commit.at).toISOString(), lane, by: by ?? null, reason: reason ?? null, commit: commit.id }],
    );
    if (options.json === true) printJson(io, { version: 1, environment, history });
    else if (history.length === 0) io.out(`nothing was released to ${environment} yet`);
    else
      io.out(
        table([
          ['at', 'release', 'commit', 'lane', 'by', 'reason'],
          ...history.map((one) => [one.at, one.release, one.commit.slice(0, 7), one.lane, one.by ?? '', one.reason ?? '']),
        ]),
      );
    return Exit.done;
  });

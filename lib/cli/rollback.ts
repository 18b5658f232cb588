import { environmentNamed, rollback, rollbackTargets } from '../delivery';
import type { RunCommand } from './command-line';
import { isConfirmed } from './confirm';
import { person, withDelivery } from './delivery-session';
import { promotionText } from './delivery-text';
import { Exit, printJson, WrongUseError } from './io';
import { table } from './text';

/** `stagegate rollback`: puts an environment back to a release that was healthy there. */
export const run: RunCommand = async (call) =>
  withDelivery(call, async (session) => {
    const { io, args, options } = call;
    const { delivery } = session;
    const environment = environmentNamed(delivery.desired, String(args[0]));
    const to = options.to as string | undefined;
    if (options.list === true) {
      const targets = await rollbackTargets(delivery, environment.name);
      if (options.json === true) printJson(io, { version: 1, environment: environment.name, targets });
      else if (targets.length === 0) io.out(`no other release was healthy in ${environment.name}`);
      else
        io.out(
          table([
            ['release', 'last healthy', ''],
            ...targets.map((one) => [one.release, new Date(one.healthyAt).toISOString(), one.refused ?? '']),
          ]),
        );
      return Exit.done;
    }
    const by = person(session, options);
    if (options.reason === undefined) throw new WrongUseError('a rollback needs a reason', 'say why with --reason; it is recorded');
    const question = `Roll ${environment.name} back to ${to === undefined ? 'the release that was healthy there before' : `release ${to}`}?`;
    if (environment.tier === 'production' && !(await isConfirmed(io, environment, question, options.confirm as string | undefined))) {
      io.note('not confirmed: nothing was changed');
      return Exit.findings;
    }
    const images = options.image as readonly string[] | undefined;
    const report = await rollback(delivery, environment.name, {
      by,
      reason: String(options.reason),
      confirm: environment.name,
      quarantine: options.quarantine === true,
      acrossBootstrap: options.acrossBootstrap === true,
      ...(to !== undefined && { to }),
      ...(images !== undefined && { images }),
    });
    if (options.json === true) printJson(io, { version: 1, ...report });
    else
      io.out(
        [
          `${report.environment}: back from release ${report.from} to release ${report.to}`,
          promotionText(report.promotion),
          ...report.notes.map((note) => `  ${note}`),
        ].join('\n'),
      );
    return report.promotion.state === 'merged' || report.promotion.state === 'yielded' ? Exit.done : Exit.findings;
  });

import { environmentNamed, planSync, type SyncPlan, startSync } from '../delivery';
import type { RunCommand } from './command-line';
import { isConfirmed } from './confirm';
import { person, withDelivery } from './delivery-session';
import { Exit, type Io, printJson, WrongUseError } from './io';
import { colours, table } from './text';

/** `stagegate sync`: shows what a sync of a manual environment would change, asks, and starts it. */
export const run: RunCommand = async (call) =>
  withDelivery(call, async (session) => {
    const { io, args, options } = call;
    const { delivery } = session;
    const by = person(session, options);
    const environment = environmentNamed(delivery.desired, String(args[0]));
    const reason = options.reason === undefined ? undefined : String(options.reason);
    if (options.yes === true && environment.tier === 'production' && reason === undefined) {
      throw new WrongUseError(
        `${environment.name} is production: a sync without being asked needs a reason`,
        'give --reason TEXT, or leave --yes out',
      );
    }
    const plan = await planSync(delivery, environment.name);
    if (options.json === true) {
      if (options.dryRun !== true && options.yes !== true && options.confirm === undefined)
        throw new WrongUseError('--json asks nobody', `give --dry-run, --yes or --confirm ${environment.name}`);
    } else io.out(planText(io, plan));
    if (options.dryRun === true) {
      if (options.json === true) printJson(io, { version: 1, started: false, plan });
      return Exit.done;
    }
    const isUnattended = options.yes === true;
    if (
      !isUnattended &&
      !(await isConfirmed(
        io,
        environment,
        `Sync ${environment.name} to ${plan.revision.slice(0, 7)}?`,
        options.confirm as string | undefined,
      ))
    ) {
      io.note('not confirmed: nothing was started');
      return Exit.findings;
    }
    await startSync(delivery, environment.name, {
      by: by.login,
      revision: plan.revision,
      unattended: isUnattended,
      ...(reason !== undefined && { reason }),
    });
    if (options.json === true) printJson(io, { version: 1, started: true, plan });
    else
      io.out(
        `sync of ${environment.name} to ${plan.revision.slice(0, 7)} started by ${by.login}; follow it: stagegate monitor ${environment.name}`,
      );
    return Exit.done;
  });

function planText(io: Io, plan: SyncPlan): string {
  const paint = colours(io);
  const signs = { added: paint.green('+'), changed: paint.yellow('~'), removed: paint.red('-') };
  const lines = [
    `${plan.environment}: ${plan.synced === undefined ? 'nothing' : plan.synced.slice(0, 7)} → ${plan.revision.slice(0, 7)}${plan.release === undefined ? '' : `, release ${plan.release}`}`,
  ];
  for (const { action, path } of plan.changes) lines.push(`  ${signs[action]} ${path}`);
  if (plan.changes.length === 0) lines.push('  no object differs');
  if (plan.images.length > 0)
    lines.push(table(plan.images.map(({ slot, before, after }) => [`  ${slot}`, `${before ?? 'none'} → ${after ?? 'none'}`])));
  for (const secret of plan.absentSecrets ?? [])
    lines.push(`  ${paint.yellow('missing')} secret ${secret} is named by the manifests and is not there`);
  if (plan.absentSecrets === undefined) lines.push('  not checked: whether secrets are there, as the target cannot tell');
  if (plan.checklist.length > 0)
    lines.push(table(plan.checklist.map(({ item, proved, evidence }) => [`  [${proved ? 'x' : ' '}]`, item, evidence])));
  return lines.join('\n');
}

import { type DeliverReport, deliver, localCommand, type PullRequestCheck } from '../delivery';
import type { RunCommand } from './command-line';
import { withDelivery } from './delivery-session';
import { promotionText } from './delivery-text';
import { Exit, printJson } from './io';
import { policyNotRead, policyReader } from './policy-reader';

/** `stagegate deliver`: one pass over all environments. Gates that wait are no failure; what the outside refused is, with exit code 3. */
export const run: RunCommand = async (call) =>
  withDelivery(call, async ({ delivery, host, gitDir }) => {
    const { io, options } = call;
    const report = await deliver(delivery, {
      policyOf: host.kind === 'local' ? policyReader(gitDir, delivery.desired.programFile, io.folder) : policyNotRead,
      ...(options.suites === true && { suites: localCommand(io.folder) }),
    });
    if (options.json === true) printJson(io, { version: 1, ...plain(report) });
    else io.out([...report.checks.map(checkText), ...report.environments.map((one) => reportText(one))].join('\n'));
    for (const { environment, error } of report.environments)
      if (error !== undefined) io.note(`error  ${environment}: ${error.message}\n  remedy  ${error.remedy}`);
    return report.environments.some(({ error }) => error?.kind === 'outside') ? Exit.outside : Exit.done;
  });

function checkText({ pullRequest, context, state, reason }: PullRequestCheck): string {
  return `pull request ${pullRequest}: ${context} ${state}, ${reason}`;
}

function reportText({ environment, health, rolledBack, promotion }: DeliverReport['environments'][number]): string {
  const lines = [`${environment}: ${health.text || health.state}`];
  if (rolledBack !== undefined) lines.push(`${environment}: rolled back from release ${rolledBack.from} to release ${rolledBack.to}`);
  if (promotion !== undefined && promotion.state !== 'nothing') lines.push(promotionText(promotion));
  return lines.join('\n');
}

function plain({ at, checks, environments }: DeliverReport): object {
  return {
    at: new Date(at).toISOString(),
    checks,
    environments: environments.map(({ error, ...rest }) => ({
      ...rest,
      ...(error !== undefined && { error: { kind: error.kind, message: error.message, remedy: error.remedy } }),
    })),
  };
}

import { environmentNamed, type StatusReport, status, type WhyReport, why } from '../delivery';
import type { RunCommand } from './command-line';
import { type Session, withDelivery } from './delivery-session';
import { gatesText } from './delivery-text';
import { Exit, type Io, printJson, WrongUseError } from './io';
import { linksText, statusText } from './status-text';
import { table } from './text';

/** `stagegate status`: where every environment stands, or why one runs what it runs. */
export const run: RunCommand = async (call) => {
  const { io, args, options } = call;
  const environment = args[0];
  if (options.why === true && environment === undefined)
    throw new WrongUseError('--why explains one environment', 'name it: stagegate status prod --why');
  if (options.watch !== true) return withDelivery(call, (session) => once(io, session, environment, options));
  if (options.json === true) throw new WrongUseError('--watch prints for people', 'leave --json out, or poll without --watch');
  for (;;) {
    await withDelivery(call, (session) => once(io, session, environment, options, io.colour));
    await io.wait(Number(options.every) * 1000);
  }
};

async function once(
  io: Io,
  { delivery }: Session,
  environment: string | undefined,
  options: Readonly<Record<string, unknown>>,
  clear = false,
): Promise<number> {
  if (environment !== undefined) environmentNamed(delivery.desired, environment);
  const isWhy = options.why === true && environment !== undefined;
  const report: StatusReport | WhyReport = isWhy ? await why(delivery, environment) : await status(delivery, environment);
  if (options.json === true) printJson(io, report);
  else
    io.out(
      `${clear ? '\u001b[2J\u001b[H' : ''}${'candidates' in report ? whyText(io, report) : `${statusText(io, report)}\n\n${linksText(report)}`}`,
    );
  return Exit.done;
}

function whyText(io: Io, report: WhyReport): string {
  const { environment, candidates, history } = report;
  const own: StatusReport = { version: 1, at: report.at, environments: [environment] };
  const lines = [statusText(io, own), '', linksText(own)];
  if (candidates.length === 0) lines.push('', 'no release could come next');
  for (const { release, policy, state, gates, promotion, reason } of candidates) {
    lines.push('', `release ${release}${policy === null ? '' : ` by ${policy}`}: ${state}, ${reason}`);
    if (promotion !== null) lines.push(`  ${promotion}`);
    lines.push(gatesText(io, gates));
  }
  if (history.length > 0)
    lines.push(
      '',
      'what ran there',
      table(history.map(({ at, release, lane, by, reason }) => [`  ${at}`, release, lane, by ?? '', reason ?? ''])),
    );
  return lines.join('\n');
}

import { promote, rollback } from '../../lib/delivery';
import { deliveryIn } from './delivery-in';
import { killing } from './killing';

/** Runs one step of delivery in a folder and ends itself with SIGKILL before or after the call that is named. */
const [folder, step, when, number, now] = process.argv.slice(2) as [string, 'promote' | 'rollback', 'before' | 'after', string, string];

async function main(): Promise<void> {
  const opened = await deliveryIn(folder, () => Number(now));
  const delivery = killing(opened, (call, moment) => {
    if (moment === when && call === Number(number)) process.kill(process.pid, 'SIGKILL');
  });
  if (step === 'promote') await promote(delivery, 'preprod');
  else await rollback(delivery, 'preprod', { reason: 'it is slow', by: { kind: 'person', login: 'mia' } });
}

main().then(
  () => process.exit(0),
  () => process.exit(1),
);

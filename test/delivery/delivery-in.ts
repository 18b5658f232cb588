import { join } from 'node:path';
import { type Delivery, openLocalHost, simulatedTarget } from '../../lib/delivery';
import type { DesiredDelivery } from '../../lib/desired/desired-state';
import { APP, desired as fixture } from './fixture';

/** The delivery of a local host in a folder, as the delivery app, with a stand-in cluster beside it. */
export async function deliveryIn(
  folder: string,
  clock: () => number,
  desired: DesiredDelivery = fixture,
): Promise<Delivery & { readonly target: ReturnType<typeof simulatedTarget> }> {
  const { store, host } = await openLocalHost(folder, { as: APP, clock });
  const now = async (): Promise<number> => clock();
  const target = simulatedTarget({ desired, store, now, file: join(folder, 'cluster.json'), syncSeconds: 2, rolloutSeconds: 3 });
  return { desired, store, host, target };
}

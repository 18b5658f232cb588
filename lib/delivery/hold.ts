import { type Delivery, environmentNamed } from './delivery';
import { refuseDelivery, wrongUse } from './error';
import type { Actor } from './host';
import { release as releaseNamed } from './release';
import { changeState, type HoldEntry } from './state-branch';

export interface HoldRequest {
  /** Release that is stopped here and downstream; everything into the environment when absent. */
  readonly release?: string;
  readonly reason: string;
  readonly by: Actor;
}

type Writer = Pick<Delivery, 'desired' | 'store' | 'host'>;

/** A reason that says something. @throws DeliveryError when it is empty */
export function reasonGiven(reason: string): string {
  const text = reason.replaceAll(/\s+/g, ' ').trim();
  return text === '' ? wrongUse('a reason is needed', 'say why with --reason; it is recorded') : text;
}

function isOpen(hold: HoldEntry, environment: string, release: string | undefined): boolean {
  return hold.released === undefined && hold.environment === environment && hold.release === release;
}

/** Stops a release, or everything, from going into an environment. A rollback passes. Holding what is held already changes nothing. */
export async function hold(delivery: Writer, environment: string, request: HoldRequest): Promise<void> {
  const { name } = environmentNamed(delivery.desired, environment);
  const reason = reasonGiven(request.reason);
  const release = request.release === undefined ? undefined : (await releaseNamed(delivery, request.release)).id;
  const at = new Date(await delivery.host.now()).toISOString();
  await changeState(delivery, `Hold ${release ?? 'all releases'} in ${name}`, (state) =>
    state.holds.some((entry) => isOpen(entry, name, release))
      ? state
      : { ...state, holds: [...state.holds, { environment: name, ...(release && { release }), by: request.by, at, reason }] },
  );
}

/** Ends a hold. @throws DeliveryError when there is none */
export async function releaseHold(delivery: Writer, environment: string, request: HoldRequest): Promise<void> {
  const { name } = environmentNamed(delivery.desired, environment);
  const reason = reasonGiven(request.reason);
  const release = request.release === undefined ? undefined : (await releaseNamed(delivery, request.release)).id;
  const released = { by: request.by, at: new Date(await delivery.host.now()).toISOString(), reason };
  await changeState(delivery, `Release the hold of ${release ?? 'all releases'} in ${name}`, (state) => {
    if (!state.holds.some((entry) => isOpen(entry, name, release))) {
      const held = state.holds.flatMap((entry) => (entry.environment === name && !entry.released && entry.release ? [entry.release] : []));
      refuseDelivery(
        `${release ?? name} is not held${release ? ` in ${name}` : ' as a whole'}`,
        held.length === 0
          ? `look at \`stagegate status ${name}\` for what is held`
          : `give --release with what is held: ${held.join(', ')}`,
      );
    }
    return { ...state, holds: state.holds.map((entry) => (isOpen(entry, name, release) ? { ...entry, released } : entry)) };
  });
}

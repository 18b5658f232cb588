import type { Status } from './host';

/** A time without interruption in which a release was healthy, milliseconds since the epoch. */
export interface HealthyStay {
  readonly from: number;
  /** When health was lost or the release was replaced; absent while it lasts. */
  readonly to?: number;
}

/** How a report says that health was lost and had again between two looks; when it was lost nobody knows, so the stay before counts nothing. */
export const LOST_UNSEEN = 'lost its health unseen and has it again';

/** The reports of one deployment: its health statuses, oldest first, and when it was replaced. */
export interface ReportedDeployment {
  readonly statuses: readonly Pick<Status, 'state' | 'at' | 'description'>[];
  readonly replacedAt?: number;
}

/** The healthy stays of one deployment, oldest first: from a report of health to the next of anything else, or to its replacement. */
export function healthyStays({ statuses, replacedAt }: ReportedDeployment): readonly HealthyStay[] {
  const stays: HealthyStay[] = [];
  let from: number | undefined;
  const close = (at: number): void => {
    if (from !== undefined && at > from) stays.push({ from, to: at });
    from = undefined;
  };
  for (const status of statuses) {
    if (replacedAt !== undefined && status.at >= replacedAt) break;
    if (status.description.endsWith(LOST_UNSEEN)) from = undefined;
    else if (status.state !== 'success') close(status.at);
    else from ??= status.at;
  }
  if (from === undefined) return stays;
  if (replacedAt !== undefined) close(replacedAt);
  else stays.push({ from });
  return stays;
}

/** How far a soak has come. */
export interface Soak {
  /** Longest single healthy stay, milliseconds. Stays never add up. */
  readonly longest: number;
  /** Start of the stay that still lasts, when one does. */
  readonly since?: number;
}

/** The longest single healthy stay of a release over all its deployments in an environment. */
export function soakOf(deployments: readonly ReportedDeployment[], now: number): Soak {
  const stays = deployments.flatMap(healthyStays);
  const longest = stays.reduce((most, stay) => Math.max(most, (stay.to ?? now) - stay.from), 0);
  const open = stays.find((stay) => stay.to === undefined);
  return { longest, ...(open && { since: open.from }) };
}

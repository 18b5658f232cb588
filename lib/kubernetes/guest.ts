import type { IConstruct } from 'constructs';

/** What a construct in a chart is. */
export type GuestKind = 'environment-chart' | 'workload' | 'tls-ingress';

const GUEST = Symbol.for('stagegate.kubernetes');

/** Marks a construct, so that it is recognised across several loaded copies of the package. */
export function markGuest(construct: IConstruct, kind: GuestKind): void {
  Object.defineProperty(construct, GUEST, { value: kind });
}

export function isGuest(value: unknown, kind: GuestKind): boolean {
  return typeof value === 'object' && value !== null && (value as { [GUEST]?: GuestKind })[GUEST] === kind;
}

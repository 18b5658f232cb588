import type { ObjectChange } from '../diff/difference';
import { ACTIONS } from './counts';

/** Whether a change carries a meaning that somebody ought to look at. */
export function isRisk({ meanings }: ObjectChange): boolean {
  return meanings.some(({ weight }) => weight === 'risk');
}

/** Risks first, then what takes away before what adds, by kind and name. */
export function byGravity(a: ObjectChange, b: ObjectChange): number {
  return (
    Number(isRisk(b)) - Number(isRisk(a)) ||
    ACTIONS.indexOf(a.action) - ACTIONS.indexOf(b.action) ||
    compared(a.kind, b.kind) ||
    compared(a.name, b.name) ||
    compared(a.namespace ?? '', b.namespace ?? '')
  );
}

/** By the numbers of their characters, whatever the locale. */
export function compared(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

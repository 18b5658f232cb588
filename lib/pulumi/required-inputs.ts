import { requireBound } from '../compile/bind';
import { refuse } from '../values/diagnostic';
import { slotToken } from '../values/slot';
import type { BoundInput } from './bind-input';

/**
 * Holds inputs against the slots that are open in what is registered: each slot has one, and each input fills one. An input that fills
 * nothing is a slip of the pen: what it was meant for stays open, or keeps another value.
 *
 * @throws InvalidValueError SG023 naming slots without an input, SG055 inputs without a slot.
 */
export function requireInputs(inputs: readonly BoundInput[], open: readonly string[], path: string): void {
  const given = inputs.map(({ slot }) => slot);
  const unknown = given.filter((slot) => !open.includes(slot));
  if (unknown.length > 0) {
    refuse({
      code: 'SG055',
      name: 'wrong-stack-input',
      path,
      message: 'nothing that is registered here has such a slot',
      given: unknown.join(', '),
      expected: open.length === 0 ? 'no inputs' : open.join(', '),
      remedy: 'leave it out, or correct its name',
    });
  }
  requireBound(open.filter((slot) => !given.includes(slot)).map(slotToken), path);
}

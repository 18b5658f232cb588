import * as pulumi from '@pulumi/pulumi';
import { bind } from '../compile/bind';
import { refuse } from '../values/diagnostic';
import { type SlotValue, slotsIn } from '../values/slot';
import { withoutStack } from './refusal';

/** What fills a slot when a stack is applied. */
export interface BoundInput {
  /** Name of the slot, for instance `host/main`. */
  readonly slot: string;
  readonly input: pulumi.Input<SlotValue>;
}

/**
 * Fills a slot with a value or an Output, and is the only way to do so: `slot` is what `Slot.host('main')` gave, or the slot's name. The
 * value is held to the same checks as in `bind`: at once if it is plain, else when it is known, before anything with it is applied. A
 * secret stays secret wherever it goes.
 *
 * @throws InvalidValueError SG022 when a plain value does not fit the slot.
 */
export function bindInput(slot: string, input: pulumi.Input<SlotValue>): BoundInput {
  const name = slotsIn(slot)[0] ?? slot;
  if (isPlain(input)) checkedValue(name, input);
  return Object.freeze({ slot: name, input });
}

/** Inputs of one stack: values that are known while the program runs, and Outputs. */
export interface SlotInputs {
  readonly plain: Readonly<Record<string, SlotValue>>;
  readonly outputs: ReadonlyMap<string, pulumi.Output<SlotValue>>;
}

/**
 * Tells inputs that are known from those that are not yet.
 *
 * @throws InvalidValueError SG055 when one slot is given twice.
 */
export function slotInputs(inputs: readonly BoundInput[], path: string): SlotInputs {
  const names = inputs.map(({ slot }) => slot);
  const twice = names.find((slot, index) => names.indexOf(slot) !== index);
  if (twice !== undefined) {
    refuse({
      code: 'SG055',
      name: 'wrong-stack-input',
      path,
      message: 'a slot has two inputs',
      given: twice,
      expected: 'one input for each slot',
      remedy: 'remove one of the two',
    });
  }
  const plain: Record<string, SlotValue> = {};
  const outputs = new Map<string, pulumi.Output<SlotValue>>();
  for (const { slot, input } of inputs) {
    if (isPlain(input)) plain[slot] = checkedValue(slot, input);
    else
      outputs.set(
        slot,
        pulumi.output(input).apply((value) => checkedValue(slot, value)),
      );
  }
  return { plain, outputs };
}

/** A copy of data with Outputs where their slots are, and nowhere else. */
export function withOutputs(data: unknown, { outputs }: SlotInputs): unknown {
  return fill(data, outputs);
}

function fill(value: unknown, outputs: ReadonlyMap<string, pulumi.Output<SlotValue>>): unknown {
  if (typeof value === 'string') {
    if (outputs.size === 0) return value;
    const slots = slotsIn(value).filter((slot) => outputs.has(slot));
    return slots.length === 0 ? value : bound(value, slots, outputs);
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, outputs));
  if (typeof value !== 'object' || value === null) return value;
  const slots = Object.keys(value)
    .flatMap(slotsIn)
    .filter((slot) => outputs.has(slot));
  // A key cannot be an Output, so that the record around it is one.
  if (slots.length > 0) return bound(value, [...outputs.keys()], outputs);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, outputs)]));
}

function bound(part: unknown, slots: readonly string[], outputs: ReadonlyMap<string, pulumi.Output<SlotValue>>): pulumi.Output<unknown> {
  const needed = Object.fromEntries(slots.map((slot) => [slot, outputs.get(slot) as pulumi.Output<SlotValue>]));
  return pulumi.all(needed).apply((values) => bind(part, values as Record<string, SlotValue>));
}

function checkedValue(slot: string, value: SlotValue): SlotValue {
  withoutStack(() => bind('', { [slot]: value }));
  return value;
}

function isPlain(input: pulumi.Input<SlotValue>): input is SlotValue {
  return !pulumi.Output.isInstance(input) && !(input instanceof Promise);
}

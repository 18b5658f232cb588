import type { DeliveryEnvironment } from '../desired/desired-state';
import { type Io, WrongUseError } from './io';

/**
 * Whether a person wants it: production tiers ask for the environment's name, others for a yes. `--confirm NAME` answers for scripts.
 *
 * @throws WrongUseError when the name given is another, or nobody can be asked.
 */
export async function isConfirmed(
  io: Io,
  { name, tier }: Pick<DeliveryEnvironment, 'name' | 'tier'>,
  question: string,
  given: string | undefined,
): Promise<boolean> {
  if (given !== undefined) {
    if (given === name) return true;
    throw new WrongUseError(`--confirm says ${given}, the environment is ${name}`, `give --confirm ${name}`);
  }
  const isProduction = tier === 'production';
  const answer = await io.ask(isProduction ? `${question} Type ${name} to confirm: ` : `${question} [y/N] `);
  if (answer === undefined) throw new WrongUseError('nobody can be asked here', `give --confirm ${name}`);
  return isProduction ? answer.trim() === name : /^y(es)?$/i.test(answer.trim());
}

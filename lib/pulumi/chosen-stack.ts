import * as pulumi from '@pulumi/pulumi';
import { RefusedProgramError } from './refusal';

/** Makes the resources of a stack and gives its outputs. */
export type StackProgram = () => unknown;

/**
 * Runs the program of the stack that is named on the command line. One Pulumi project has one entry: `export = () => chosenStack({ dev, prod })`.
 *
 * @throws RefusedProgramError SG051 when the stack is none of them.
 */
export async function chosenStack(stacks: Readonly<Record<string, StackProgram>>): Promise<Readonly<Record<string, unknown>>> {
  const name = pulumi.getStack();
  const run = Object.hasOwn(stacks, name) ? stacks[name] : undefined;
  if (run !== undefined) return { ...((await run()) as object) };
  const names = Object.keys(stacks).sort();
  throw new RefusedProgramError('there is no such stack, nothing was registered', [
    {
      code: 'SG051',
      name: 'unknown-stack',
      severity: 'error',
      path: pulumi.getProject(),
      message: 'the project has no stack of this name',
      given: name,
      expected: names.join(', '),
      remedy: `pulumi stack rm ${name}, and choose another with pulumi stack select`,
    },
  ]);
}

import * as pulumi from '@pulumi/pulumi';

/** The value of an input, undefined while a preview does not know it: nothing that waits for this becomes unknown with it. */
export async function tryKnown<T>(input: pulumi.Input<T>): Promise<T | undefined> {
  const output = pulumi.output(input) as pulumi.Output<T>;
  // The SDK has it, and does not say so in its types.
  if (!(await (output as unknown as { readonly isKnown: Promise<boolean> }).isKnown)) return undefined;
  return new Promise((resolve) => void output.apply(resolve));
}

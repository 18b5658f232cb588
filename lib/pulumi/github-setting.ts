import * as pulumi from '@pulumi/pulumi';
import type { MakeResource } from './register';

/** A setting of a repository as the SDK's own class, which asks for the provider in the version of the installed SDK. */
export const githubSetting: MakeResource = ({ type }, name, inputs, options) => {
  const kind = type.slice(type.lastIndexOf(':') + 1);
  const Typed = (sdk() as unknown as Readonly<Record<string, new (...args: unknown[]) => pulumi.CustomResource>>)[kind];
  if (Typed === undefined) throw new Error(`the installed @pulumi/github has no ${kind}`);
  return new Typed(name, kind === 'ActionsEnvironmentVariable' ? { ...inputs, value: text(inputs.value) } : inputs, options);
};

/** A variable is text, also when it is filled with the numeric id of an app. */
function text(value: unknown): pulumi.Input<string> {
  return pulumi.Output.isInstance(value) ? value.apply(String) : String(value);
}

/** Loaded when the first setting is made: who has environments alone needs no such package. */
function sdk(): typeof import('@pulumi/github') {
  return require('@pulumi/github') as typeof import('@pulumi/github');
}

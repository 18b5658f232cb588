import * as pulumi from '@pulumi/pulumi';
import type { MakeResource } from './register';

/** As much of `@pulumi/github` as is used. Its own types take seconds to read. */
type Sdk = Readonly<
  Record<string, new (name: string, args: Record<string, unknown>, options: pulumi.CustomResourceOptions) => pulumi.CustomResource>
>;

/** A setting of a repository as the SDK's own class, which asks for the provider in the version of the installed SDK. */
export const githubSetting: MakeResource = ({ type }, name, inputs, options) => {
  const kind = type.slice(type.lastIndexOf(':') + 1);
  const Setting = sdk()[kind];
  if (Setting === undefined) throw new Error(`the installed @pulumi/github has no ${kind}`);
  return new Setting(name, kind === 'ActionsEnvironmentVariable' ? { ...inputs, value: text(inputs.value) } : inputs, options);
};

/** A variable is text, also when it is filled with the numeric id of an app. */
function text(value: unknown): pulumi.Input<string> {
  return pulumi.Output.isInstance(value) ? value.apply(String) : String(value);
}

/** Loaded when the first setting is made: who has environments alone needs no such package. */
function sdk(): Sdk {
  return require('@pulumi/github') as Sdk;
}

import * as pulumi from '@pulumi/pulumi';
import type { InstalledSdk } from './installed-sdk';
import type { MakeResource } from './register';

/** A resource of `@pulumi/github`, with the outputs that are handed on; a class has those of its kind. */
export type GitHubSetting = pulumi.CustomResource & {
  readonly rulesetId?: pulumi.Output<number>;
  readonly environment?: pulumi.Output<string>;
};

type SettingClass = new (name: string, args: Record<string, unknown>, options: pulumi.CustomResourceOptions) => GitHubSetting;

/** As much of `@pulumi/github` as is used. Its own types take seconds to read. */
type Sdk = Readonly<Record<string, SettingClass>>;

/** `@pulumi/github`: it has a class for every setting that is registered. */
export const githubSdk: InstalledSdk = {
  name: '@pulumi/github',
  manifest: () => require('@pulumi/github/package.json') as { readonly version: string },
  missing: (types) => types.map(kindOf).filter((kind) => sdk()[kind] === undefined),
};

/**
 * A setting of a repository as the SDK's own class, which asks for the provider in the version of the installed SDK. That there is one is for
 * `requireSdk` to see.
 */
export const githubSetting: MakeResource<GitHubSetting> = ({ type }, name, inputs, options) => {
  const kind = kindOf(type);
  const Setting = sdk()[kind] as SettingClass;
  return new Setting(name, kind === 'ActionsEnvironmentVariable' ? { ...inputs, value: text(inputs.value) } : inputs, options);
};

function kindOf(type: string): string {
  return type.slice(type.lastIndexOf(':') + 1);
}

/** A variable is text, also when it is filled with the numeric id of an app. */
function text(value: unknown): pulumi.Input<string> {
  return pulumi.Output.isInstance(value) ? value.apply(String) : String(value);
}

/** Loaded when the first setting is made: who has environments alone needs no such package. */
function sdk(): Sdk {
  return require('@pulumi/github') as Sdk;
}

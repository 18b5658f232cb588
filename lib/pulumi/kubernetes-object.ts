import type * as pulumi from '@pulumi/pulumi';
import type { InstalledSdk } from './installed-sdk';
import type { MakeResource } from './register';

/** A resource of `@pulumi/kubernetes`: every class has the metadata of its object. */
export type RegisteredObject = pulumi.CustomResource & { readonly metadata: pulumi.Output<{ readonly name: string }> };

type ObjectClass = (new (
  name: string,
  args: Record<string, unknown>,
  options: pulumi.CustomResourceOptions,
) => RegisteredObject) & {
  readonly __pulumiType?: string;
};

/** As much of `@pulumi/kubernetes` as is used: classes by group, version and kind. Its own types take seconds to read. */
interface Sdk {
  readonly apiextensions: { readonly CustomResource: ObjectClass };
  readonly [group: string]: Readonly<Record<string, Readonly<Record<string, ObjectClass>> | ObjectClass>> | undefined;
}

/** `@pulumi/kubernetes`: it has a class for every kind of the groups that it knows. Those of other groups are custom resources. */
export const kubernetesSdk: InstalledSdk = {
  name: '@pulumi/kubernetes',
  manifest: () => require('@pulumi/kubernetes/package.json') as { readonly version: string },
  missing: (types) =>
    types.filter((type) => tryClass(type) === undefined && knowsGroup(type)).map((type) => type.slice('kubernetes:'.length)),
};

/**
 * An object as the SDK's own class of its kind, which knows what is secret in it and which names the kind had; a custom resource of Argo CD
 * and others where the SDK has none. Either asks for the provider in the version of the installed SDK.
 */
export const kubernetesObject: MakeResource<RegisteredObject> = ({ type }, name, inputs, options) =>
  new (tryClass(type) ?? sdk().apiextensions.CustomResource)(name, inputs, options);

/** The class whose token is exactly this one; a group of the same first name is another group. */
function tryClass(type: string): ObjectClass | undefined {
  const { group, version, kind } = partsOf(type);
  const kinds = versionsOf(group)?.[version] as Readonly<Record<string, ObjectClass>> | undefined;
  const found = kinds?.[kind];
  return found?.__pulumiType === type ? found : undefined;
}

function knowsGroup(type: string): boolean {
  const { group } = partsOf(type);
  const kinds = Object.values(versionsOf(group) ?? {}).flatMap(
    (version) => Object.values(version as object) as (Partial<ObjectClass> | null)[],
  );
  return kinds.some((found) => found?.__pulumiType?.startsWith(`kubernetes:${group}/`) === true);
}

/** The SDK calls a group by its first name. */
function versionsOf(group: string): Sdk[string] {
  return sdk()[group.split('.')[0] ?? ''];
}

function partsOf(type: string): { readonly group: string; readonly version: string; readonly kind: string } {
  const [, module = '', kind = ''] = type.split(':');
  const [group = '', version = ''] = module.split('/');
  return { group, version, kind };
}

/** Loaded when the first object is made: who has repositories alone needs no such package. */
function sdk(): Sdk {
  return require('@pulumi/kubernetes') as Sdk;
}

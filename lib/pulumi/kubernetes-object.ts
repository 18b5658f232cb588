import type * as pulumi from '@pulumi/pulumi';
import type { MakeResource } from './register';

type ResourceClass = (new (
  name: string,
  args: Record<string, unknown>,
  options: pulumi.CustomResourceOptions,
) => pulumi.CustomResource) & { readonly __pulumiType?: string };

/** As much of `@pulumi/kubernetes` as is used: classes by group, version and kind. Its own types take seconds to read. */
interface Sdk {
  readonly apiextensions: { readonly CustomResource: ResourceClass };
  readonly [group: string]: Readonly<Record<string, Readonly<Record<string, ResourceClass>> | ResourceClass>> | undefined;
}

/**
 * An object as the SDK's own class of its kind, which knows what is secret in it and which names the kind had; a custom resource of Argo CD
 * and others where the SDK has none. Either asks for the provider in the version of the installed SDK.
 */
export const kubernetesObject: MakeResource = ({ type }, name, inputs, options) =>
  new (tryClass(type) ?? sdk().apiextensions.CustomResource)(name, inputs, options);

/** The class whose token is exactly this one; a group of the same first name is another group. */
function tryClass(type: string): ResourceClass | undefined {
  const [, module = '', kind = ''] = type.split(':');
  const [group = '', version = ''] = module.split('/');
  const kinds = sdk()[group.split('.')[0] ?? '']?.[version] as Readonly<Record<string, ResourceClass>> | undefined;
  const found = kinds?.[kind];
  return found?.__pulumiType === type ? found : undefined;
}

/** Loaded when the first object is made: who has repositories alone needs no such package. */
function sdk(): Sdk {
  return require('@pulumi/kubernetes') as Sdk;
}

import type * as pulumi from '@pulumi/pulumi';
import type { MakeResource } from './register';

type ResourceClass = (new (
  name: string,
  args: Record<string, unknown>,
  options: pulumi.CustomResourceOptions,
) => pulumi.CustomResource) & { readonly __pulumiType?: string };

/**
 * An object as the SDK's own class of its kind, which knows what is secret in it and which names the kind had; a custom resource of Argo CD
 * and others where the SDK has none. Either asks for the provider in the version of the installed SDK.
 */
export const kubernetesObject: MakeResource = ({ type }, name, inputs, options) => {
  const Typed = tryClass(type);
  if (Typed !== undefined) return new Typed(name, inputs, options);
  const { apiextensions } = sdk();
  return new apiextensions.CustomResource(
    name,
    inputs as unknown as ConstructorParameters<typeof apiextensions.CustomResource>[1],
    options,
  );
};

/** The class whose token is exactly this one; a group of the same first name is another group. */
function tryClass(type: string): ResourceClass | undefined {
  const [, module = '', kind = ''] = type.split(':');
  const [group = '', version = ''] = module.split('/');
  const groups = sdk() as unknown as Readonly<
    Record<string, Readonly<Record<string, Readonly<Record<string, ResourceClass>>>> | undefined>
  >;
  const found = groups[group.split('.')[0] ?? '']?.[version]?.[kind];
  return found?.__pulumiType === type ? found : undefined;
}

/** Loaded when the first object is made: who has repositories alone needs no such package. */
function sdk(): typeof import('@pulumi/kubernetes') {
  return require('@pulumi/kubernetes') as typeof import('@pulumi/kubernetes');
}

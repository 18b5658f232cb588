import type * as pulumi from '@pulumi/pulumi';
import type { Stack, StackResource } from '../stack/stack';
import { type SlotInputs, withOutputs } from './bind-input';

/** Makes a resource of a provider's SDK. */
export type MakeResource<Made extends pulumi.CustomResource> = (
  resource: StackResource,
  name: string,
  inputs: Record<string, unknown>,
  options: pulumi.CustomResourceOptions,
) => Made;

export interface Registration<Made extends pulumi.CustomResource> {
  /** The stack, its plain values filled in. */
  readonly stack: Stack;
  readonly slots: SlotInputs;
  readonly make: MakeResource<Made>;
  /** Options of the component: its guards take the place of the table's, its dependencies hold for its children. */
  readonly options: pulumi.ComponentResourceOptions;
}

/** Registers the resources of a stack as children of a component. Gives them by their logical names, which bear the component's before them. */
export function registerResources<Made extends pulumi.CustomResource>(
  component: pulumi.ComponentResource,
  componentName: string,
  { stack, slots, make, options }: Registration<Made>,
): ReadonlyMap<string, Made> {
  const registered = new Map<string, Made>();
  const full = (name: string): string => `${componentName}/${name}`;
  for (const resource of stack.resources) {
    const dependsOn = resource.dependsOn.map((name) => registered.get(name)).filter((one) => one !== undefined);
    const made = make(resource, full(resource.name), withOutputs(resource.inputs, slots) as Record<string, unknown>, {
      parent: component,
      // Pulumi does not hand the dependencies of a component to its children; the others come after those that have none.
      ...(dependsOn.length > 0 ? { dependsOn } : options.dependsOn === undefined ? {} : { dependsOn: options.dependsOn }),
      ...((options.protect ?? resource.protect) ? { protect: true } : {}),
      ...((options.retainOnDelete ?? resource.retainOnDelete) ? { retainOnDelete: true } : {}),
      ...(resource.aliases.length === 0
        ? {}
        : { aliases: resource.aliases.map((name) => (name.startsWith('urn:') ? name : { name: full(name) })) }),
    });
    registered.set(resource.name, made);
  }
  return registered;
}

import type { KubernetesObject } from '../desired/desired-state';
import { slotsIn } from '../values/slot';
import { listAt, textAt } from './environments';

export interface ContainerImage {
  readonly object: KubernetesObject;
  readonly container: string;
  readonly image: string;
}

const POD_TEMPLATES: readonly (readonly string[])[] = [
  ['spec'],
  ['spec', 'template', 'spec'],
  ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
];

/** The images of all containers of workloads and pods among some objects. */
export function workloadImages(objects: readonly KubernetesObject[]): ContainerImage[] {
  return objects.flatMap((object) =>
    POD_TEMPLATES.flatMap((template) =>
      ['initContainers', 'containers'].flatMap((list) =>
        listAt(object, ...template, list).flatMap((container) => {
          const image = textAt(container, 'image');
          return image === undefined ? [] : [{ object, container: textAt(container, 'name') ?? '', image }];
        }),
      ),
    ),
  );
}

/** Whether an image reference may name other bytes tomorrow: it has no digest and is no slot, which a release fills by digest. */
export function isMutable(image: string): boolean {
  return slotsIn(image).length === 0 && !/@sha256:[0-9a-f]{64}$/.test(image);
}

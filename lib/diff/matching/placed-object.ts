import type { DesiredEnvironment, KubernetesObject } from '../../desired/desired-state';
import { groupOf } from '../places';

/** An object with the service it belongs to; without one it is the environment's own. */
export interface PlacedObject {
  readonly object: KubernetesObject;
  readonly service?: string;
}

/** All objects of an environment: what its stack applies, then what each service consists of. */
export function placedObjects({ bootstrap, services }: Pick<DesiredEnvironment, 'bootstrap' | 'services'>): readonly PlacedObject[] {
  return [
    ...bootstrap.map((object) => ({ object })),
    ...services.flatMap(({ name, objects }) => objects.map((object) => ({ object, service: name }))),
  ];
}

/** Group and kind; versions of one kind are one kind. */
export function kindKey(object: KubernetesObject): string {
  return `${groupOf(object)}/${object.kind}`;
}

/** What makes two objects the same one: group, kind, namespace and name. */
export function objectKey(object: KubernetesObject, { namespace, name } = object.metadata): string {
  return `${kindKey(object)} ${namespace ?? ''} ${name}`;
}

import type { KubernetesObject } from '../../desired/desired-state';
import type { Json } from '../../model/platform-model';
import { refuse, shown } from '../../values/diagnostic';
import { inOrder, kindOf, kindText } from './object';
import { scopeOf } from './schema-index';

/**
 * Objects that a program adds, in the environment's namespace.
 *
 * @throws InvalidValueError SG033 when one has no apiVersion, kind or name, belongs to no namespace or to another one, or is of a kind
 * whose scope is unknown and that names no namespace.
 */
export function addedObjects(objects: readonly Json[], namespace: string, path: string): KubernetesObject[] {
  return objects.map((given) => {
    if (!isObject(given)) {
      return refuse({
        code: 'SG033',
        name: 'invalid-added-object',
        path,
        message: 'an added object does not say what it is',
        given: shown(given),
        expected: 'text in apiVersion, kind and metadata.name',
        remedy: 'complete the object',
      });
    }
    const subject = `${kindText(kindOf(given))} ${given.metadata.name}`;
    const scope = scopeOf(given);
    const wrong = (message: string, expected: string, remedy: string) =>
      refuse({
        code: 'SG033',
        name: 'invalid-added-object',
        path,
        message,
        given: `${subject}${given.metadata.namespace === undefined ? '' : ` in ${given.metadata.namespace}`}`,
        expected,
        remedy,
      });
    if (scope === 'Cluster') {
      wrong(
        'an added object lies outside every namespace',
        'an object that lives in a namespace',
        'leave it to whoever administers the cluster',
      );
    }
    if (scope === undefined && given.metadata.namespace === undefined) {
      wrong(
        'nothing says whether the added object lives in a namespace',
        `metadata.namespace: ${namespace}`,
        'name the namespace, or leave the object to whoever administers the cluster',
      );
    }
    if (given.metadata.namespace !== undefined && given.metadata.namespace !== namespace) {
      wrong(
        'an added object lives in another namespace',
        `metadata.namespace: ${namespace}, or none`,
        'add it in the environment it belongs to',
      );
    }
    return inOrder({ ...given, metadata: { ...given.metadata, namespace } });
  });
}

function isObject(value: Json): value is KubernetesObject & { readonly [key: string]: Json } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { apiVersion, kind, metadata } = value as { readonly [key: string]: Json };
  const name =
    typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)
      ? (metadata as { readonly [key: string]: Json }).name
      : undefined;
  return [apiVersion, kind, name].every((text) => typeof text === 'string' && text !== '');
}

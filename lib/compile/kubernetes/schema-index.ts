import type { KubernetesObject } from '../../desired/desired-state';
import { kindOf } from './object';
import index from './schema/index.json';

interface KnownKind {
  readonly scope: string;
  readonly schema: string;
}

const KINDS: Readonly<Record<string, KnownKind>> = index.kinds;

/** Where objects of a kind live, by group and kind; undefined for a kind that has no schema here. */
export function scopeOf(object: KubernetesObject): 'Namespaced' | 'Cluster' | undefined {
  const { group, kind } = kindOf(object);
  const known = Object.entries(KINDS).find(([key]) => {
    const parts = key.split('/');
    return parts.at(-1) === kind && (parts.length === 3 ? parts[0] : '') === group;
  });
  return known?.[1].scope === 'Cluster' ? 'Cluster' : known === undefined ? undefined : 'Namespaced';
}

/** Reference of the schema of an object's kind in exactly its version; undefined when there is none. */
export function schemaReference(object: KubernetesObject): string | undefined {
  return KINDS[`${object.apiVersion}/${object.kind}`]?.schema;
}

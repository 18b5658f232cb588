import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

/** What the bed reads of a Kubernetes object. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

export interface LoadOptions {
  /**
   * Replaces every string that equals a key (for instance the address of a repository on a host) by its value (the address of a
   * bare repository on this machine).
   * @default {}
   */
  readonly replace?: Readonly<Record<string, string>>;
}

/** YAML files of a folder and of those below it, sorted; or the one file given. */
export function yamlFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => join(path, name))
    .sort();
}

/**
 * The objects of a file, of a folder and those below it, or of a list.
 * @throws when a file is not YAML or names a key twice, or when it holds something that is no Kubernetes object.
 */
export function loadObjects(source: string | readonly object[], { replace = {} }: LoadOptions = {}): KubernetesObject[] {
  const found =
    typeof source === 'string' ? yamlFiles(source).flatMap(objectsOf) : source.map((object) => toObject(object, 'the list given'));
  return found.map((object) => replaced(object, replace) as KubernetesObject);
}

function objectsOf(file: string): KubernetesObject[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).flatMap((document) => {
    const [fault] = document.errors;
    if (fault !== undefined) throw new Error(`${file}: ${fault.message}`);
    const object: unknown = document.toJS();
    return object === null || object === undefined ? [] : [toObject(object, file)];
  });
}

function toObject(value: unknown, where: string): KubernetesObject {
  const object = value as Partial<KubernetesObject> | null;
  if (typeof object?.apiVersion !== 'string' || typeof object.kind !== 'string' || typeof object.metadata?.name !== 'string') {
    throw new Error(`${where} holds something that is no Kubernetes object`);
  }
  return object as KubernetesObject;
}

function replaced(value: unknown, replace: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') return Object.hasOwn(replace, value) ? replace[value] : value;
  if (Array.isArray(value)) return value.map((part) => replaced(part, replace));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, replaced(part, replace)]));
}

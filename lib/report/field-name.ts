import type { FieldChange } from '../diff/difference';

/**
 * What of a path says most, and what becomes of it: `containers[backend].image` is `image changed`, `env[LOG_LEVEL].value` `LOG_LEVEL changed`,
 * `data["config.yaml"]` `config.yaml added`. Of an item without a name the list changes: `args[2]` is `args changed`, and so is
 * `hosts[shop.example.com]`, where the item is the value.
 */
export function fieldClause({ path, secret, before, after }: FieldChange): string {
  const [, key = '', quoted, item] = /([^.[\]]*)\[(?:"((?:[^"\\]|\\.)*)"|([^[\]]+))\](?:\.value)?$/.exec(path) ?? [];
  const name = quoted ?? item;
  const isOfList = name !== undefined && ((quoted === undefined && isPlaceInList(name)) || name === before || name === after);
  if (isOfList) return `${key} changed`;
  // `name` alone says nothing: `issuerRef.name`.
  const told = name ?? /[^.]+\.(?:name|value|key|kind)$/.exec(path)?.[0] ?? path.slice(path.lastIndexOf('.') + 1);
  if (secret === true || (before !== undefined && after !== undefined)) return `${told} changed`;
  return `${told} ${before === undefined ? 'added' : 'removed'}`;
}

function isPlaceInList(item: string): boolean {
  return /^(?:\d+(?: → \d+)?|order)$/.test(item);
}

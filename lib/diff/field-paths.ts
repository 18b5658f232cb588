/** Names that need no quotes in a path: keys of records, and names of items in lists. */
const PLAIN_KEY = /^[A-Za-z_$][A-Za-z0-9_$-]*$/;
const PLAIN_ITEM = /^[A-Za-z0-9_./:@*-]+$/;

/** The path of a key of a record. Keys with dots or the like stand in brackets and quotes: `metadata.labels["app.kubernetes.io/name"]`. */
export function keyPath(path: string, key: string): string {
  if (!PLAIN_KEY.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** The path of a named item of a list: `containers[backend]`, or `containers[backend → api]` when its name changes. */
export function namedItemPath(path: string, before: string, after: string = before): string {
  return `${path}[${before === after ? itemText(before) : `${itemText(before)} → ${itemText(after)}`}]`;
}

/** The path of an item that is known by where it is: `args[2]`, or `args[2 → 3]` when it moves. */
export function placedItemPath(path: string, before: number, after: number = before): string {
  return `${path}[${before === after ? before : `${before} → ${after}`}]`;
}

/** The path of the order of a list whose items have names. */
export function orderPath(path: string): string {
  return `${path}[order]`;
}

/** Whether a path is that of a field, or of something in it. */
export function isWithin(path: string, field: string): boolean {
  return path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`);
}

/** A name that could be taken for a place, or for the order, is quoted. */
function itemText(name: string): string {
  return PLAIN_ITEM.test(name) && !/^\d+$/.test(name) && name !== 'order' ? name : JSON.stringify(name);
}

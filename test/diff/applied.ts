import type { FieldChange } from '../../lib/diff/difference';
import { isList, isRecord, type JsonRecord } from '../../lib/diff/json';
import { listShape } from '../../lib/diff/list-shapes';
import { ITEM, placeOf } from '../../lib/diff/places';
import type { Json } from '../../lib/model/platform-model';

/** One step of a path: a key of a record or the name of an item, a place in a list before and after, or the order of a list. */
type Step =
  | { readonly kind: 'name'; readonly was: string; readonly is: string }
  | { readonly kind: 'place'; readonly was: number; readonly is: number }
  | { readonly kind: 'order' };

interface Node {
  readonly changes: FieldChange[];
  readonly below: Map<string, { readonly step: Step; readonly node: Node }>;
}

/** A value after the changes that were reported of it: what shows that the report is complete. */
export function applied(value: Json | undefined, changes: readonly FieldChange[], place: string): Json | undefined {
  const root: Node = { changes: [], below: new Map() };
  for (const change of changes) {
    let node = root;
    for (const { text, step } of stepsOf(change.path)) {
      const known = node.below.get(text) ?? { step, node: { changes: [], below: new Map() } };
      node.below.set(text, known);
      node = known.node;
    }
    node.changes.push(change);
  }
  return changed(value, root, place);
}

function changed(value: Json | undefined, node: Node, place: string): Json | undefined {
  const [change] = node.changes;
  if (change !== undefined) return change.after;
  if (node.below.size === 0) return value;
  if (isList(value)) return changedList(value, node, place);
  if (!isRecord(value)) throw new Error(`${place} is no record: ${JSON.stringify(value)}`);
  const result: Record<string, Json> = { ...(value as JsonRecord) };
  for (const { step, node: below } of node.below.values()) {
    if (step.kind !== 'name') throw new Error(`${place} is no list`);
    const now = changed(result[step.was], below, placeOf(place, step.was));
    delete result[step.was];
    if (now !== undefined) result[step.is] = now;
  }
  return result;
}

function changedList(list: readonly Json[], node: Node, place: string): Json[] {
  const below = [...node.below.values()];
  if (below.some(({ step }) => step.kind === 'place')) return changedPlaces(list, below, place);
  let items: (Json | undefined)[] = [...list];
  const names = (item: Json | undefined): string[] => namesOf(place, item);
  for (const { step, node: one } of below) {
    if (step.kind !== 'name') continue;
    const index = items.findIndex((item) => names(item).includes(step.was));
    const plain = one.changes.filter(({ before, after }) => !isRecord(before ?? after));
    if (plain.length > 0) {
      for (const { before, after } of plain) {
        if (before !== undefined) items.splice(items.indexOf(before), 1);
        if (after !== undefined) items.push(after);
      }
    } else if (index < 0) items.push(changed(undefined, one, placeOf(place, ITEM)));
    else items[index] = changed(items[index], one, placeOf(place, ITEM));
    items = items.filter((item) => item !== undefined);
  }
  const order = below.find(({ step }) => step.kind === 'order')?.node.changes[0]?.after as readonly string[] | undefined;
  if (order === undefined) return items as Json[];
  return order.map((name) => items.find((item) => names(item).includes(name))) as Json[];
}

function changedPlaces(list: readonly Json[], below: readonly { readonly step: Step; readonly node: Node }[], place: string): Json[] {
  const left = new Map(list.entries());
  const placed = new Map<number, Json>();
  for (const { step, node } of below) {
    if (step.kind !== 'place') throw new Error(`${place} has items by place and by name`);
    const [change, another] = node.changes;
    const isNew = change !== undefined && another === undefined && change.before === undefined;
    if (!isNew) left.delete(step.was);
    // An item that goes and one that comes may bear the same place.
    const last = another ?? change;
    const now = last === undefined ? changed(list[step.was], node, placeOf(place, ITEM)) : last.after;
    if (now !== undefined) placed.set(step.is, now);
  }
  const rest = [...left.values()];
  const length = rest.length + placed.size;
  return Array.from({ length }, (_, index) => (placed.has(index) ? placed.get(index) : rest.shift()) as Json);
}

function namesOf(place: string, item: Json | undefined): string[] {
  const shape = listShape(place);
  if (shape.kind !== 'keyed' || item === undefined) return [];
  const part = (field: string): unknown =>
    field.split('.').reduce<unknown>((value, key) => (value as JsonRecord | undefined)?.[key], item) ??
    (field === 'protocol' ? 'TCP' : undefined);
  return shape.keys.map((key) => key.map(part).join('/'));
}

const STEP = /\.?([A-Za-z_$][\w$-]*)|\[("(?:[^"\\]|\\.)*"|[^\]"→]+?)(?: → ("(?:[^"\\]|\\.)*"|[^\]"]+))?\]/y;

function stepsOf(path: string): { readonly text: string; readonly step: Step }[] {
  const steps: { text: string; step: Step }[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < path.length) {
    const at = STEP.lastIndex;
    const match = STEP.exec(path);
    if (match === null) throw new Error(`${path} does not parse at ${at}`);
    const [text, key, was, is = was] = match;
    steps.push({
      text: text.replace(/^\./, ''),
      step: key === undefined ? itemStep(was ?? '', is ?? '') : { kind: 'name', was: key, is: key },
    });
  }
  return steps;
}

function itemStep(was: string, is: string): Step {
  if (was === 'order') return { kind: 'order' };
  if (/^\d+$/.test(was)) return { kind: 'place', was: Number(was), is: Number(is) };
  const text = (item: string): string => (item.startsWith('"') ? JSON.parse(item) : item);
  return { kind: 'name', was: text(was), is: text(is) };
}

/** The same changes the other way round. */
export function reversed(changes: readonly FieldChange[]): FieldChange[] {
  return changes.map(({ path, before, after, ...rest }) => ({
    path: path.replaceAll(/\[("(?:[^"\\]|\\.)*"|[^\]"→]+?) → ("(?:[^"\\]|\\.)*"|[^\]"]+)\]/g, '[$2 → $1]'),
    ...(after === undefined ? {} : { before: after }),
    ...(before === undefined ? {} : { after: before }),
    ...rest,
  }));
}

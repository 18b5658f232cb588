import type { FieldChange, Meaning, ObjectChange } from '../diff/difference';
import type { Json } from '../model/platform-model';
import { ACTION_WORDS, listed } from './counts';
import type { Detail } from './detail';
import { atMostLines, fieldLines, objectLines } from './field-lines';
import { type DiffLine, diffFence, inlineCode } from './markdown-code';
import { markdownText } from './markdown-text';
import { byGravity, compared, isRisk } from './object-order';
import type { Block } from './section';

/** Fields that follow from another change, beyond which they are counted. */
const MOST_FOLLOWING = 3;

/** Names that a heading lists before it counts. */
const MOST_NAMES = 6;

/** The changes of an environment, risks first; objects of one kind that change in the same way are told once. */
export function objectBlocks(changes: readonly ObjectChange[], detail: Detail): Block[] {
  const usual = usualNamespace(changes);
  const groups = new Map<string, ObjectChange[]>();
  for (const change of [...changes].sort(byGravity)) {
    const key = alike(change, detail);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [change]);
    else group.push(change);
  }
  return [...groups.values()].map((group) => blockOf(group, usual, detail));
}

/** What is equal for changes that can be told as one. */
function alike(change: ObjectChange, detail: Detail): string {
  const { action, kind, apiVersion, namespace, name, fields, immutable, meanings, previous } = change;
  const own = isShownWhole(change, detail) || previous !== undefined ? [namespace, name] : [];
  return JSON.stringify([action, kind, apiVersion, fields, immutable ?? [], meanings, ...own]);
}

function isShownWhole({ action, object }: ObjectChange, { whole }: Detail): boolean {
  return whole && object !== undefined && (action === 'create' || action === 'delete');
}

function blockOf(group: readonly ObjectChange[], usual: string | undefined, detail: Detail): Block {
  const [first] = group as readonly [ObjectChange];
  return {
    isRisk: isRisk(first),
    count: group.length,
    kind: first.kind,
    text: () => {
      const lines = atMostLines(bodyOf(first, detail), detail);
      const heading = headingOf(group, usual);
      const explained = explanation(first);
      const told = explained.length === 1 ? [`${heading}: ${explained[0]}`] : [heading, ...explained.map((text) => `  - ${text}`)];
      if (lines.length === 0) return `- ${told.join('\n')}`;
      const above = told.length === 1 ? told[0] : `${heading}\n${explained.map((text) => `- ${text}`).join('\n')}`;
      return `${above}\n\n${diffFence(lines)}`;
    },
  };
}

function bodyOf(change: ObjectChange, detail: Detail): DiffLine[] {
  const { action, object, fields } = change;
  if (object !== undefined && isShownWhole(change, detail)) return objectLines(object as Json, action === 'create' ? '+' : '-', detail);
  return changedLines(fields, action, detail);
}

/** Fields that change by themselves, then some of those that follow: of what is renamed, where all of them say its name, none. */
function changedLines(fields: readonly FieldChange[], action: ObjectChange['action'], detail: Detail): DiffLine[] {
  const own = fields.filter(({ follows }) => follows === undefined);
  const following = fields.filter(({ follows }) => follows !== undefined);
  const told = action === 'rename' ? [] : following.slice(0, MOST_FOLLOWING);
  const left = action === 'rename' ? 0 : following.length - told.length;
  return [
    ...[...own, ...told].flatMap((field) => fieldLines(field, detail)),
    ...(left === 0 ? [] : [{ sign: ' ', text: `… ${left} more that follow` } as const]),
  ];
}

/** `⚠ changed **Deployment** `backend``. */
function headingOf(group: readonly ObjectChange[], usual: string | undefined): string {
  const [first] = group as readonly [ObjectChange];
  const warning = isRisk(first) ? '⚠ ' : '';
  const names = group.map((change) => inlineCode(place(change, usual), 150));
  const before = first.previous === undefined ? '' : `${inlineCode(place(first.previous, usual), 150)} → `;
  return `${warning}${ACTION_WORDS[first.action]} <b>${markdownText(first.kind, 100)}</b> ${before}${listed(names, MOST_NAMES)}`;
}

/** What the change means, and why it is a replacement. */
function explanation({ meanings, action, immutable = [], previous, service, name }: ObjectChange): string[] {
  const fields = listed(
    immutable.map((path) => inlineCode(path, 120)),
    3,
  );
  const why = action === 'replace' && fields !== '' ? [`${fields} cannot change in place`] : [];
  // That of a service that was renamed is seen by the names.
  const isMoved = previous?.service !== undefined && previous.service !== service && previous.name === name;
  const moved = isMoved ? [`was of service ${inlineCode(previous.service ?? '', 100)}`] : [];
  return [...meanings.slice(0, 5).map(meaningText), ...why, ...moved];
}

/** A meaning, bold when it is a risk. */
export function meaningText({ weight, text }: Meaning): string {
  return weight === 'risk' ? `<b>${markdownText(text)}</b>` : markdownText(text);
}

/** The name, with the namespace where it is not the one that most objects of the environment are in. */
function place({ namespace, name }: { readonly namespace?: string; readonly name: string }, usual: string | undefined): string {
  return namespace === undefined || namespace === usual ? name : `${namespace}/${name}`;
}

function usualNamespace(changes: readonly ObjectChange[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { namespace } of changes) if (namespace !== undefined) counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || compared(a, b))[0]?.[0];
}

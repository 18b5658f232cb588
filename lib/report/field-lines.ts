import { stringify } from 'yaml';
import type { FieldChange } from '../diff/difference';
import type { Json } from '../model/platform-model';
import { comparedLines } from './compared-lines';
import type { Detail } from './detail';
import type { DiffLine } from './markdown-code';
import { shortened } from './visible';

/** A field that changes, as lines of a comparison: its path with the value, or with the lines of the value that differ. */
export function fieldLines(field: FieldChange, detail: Detail): DiffLine[] {
  const { path, secret, before, after, follows } = field;
  if (follows !== undefined) return [{ sign: ' ', text: `${shortened(path, detail.width)}: follows ${shortened(follows, detail.width)}` }];
  if (secret === true) return [{ sign: '!', text: `${shortened(path, detail.width)}: a secret changes, which is not shown` }];
  const [old, young] = [valueLines(before), valueLines(after)];
  const isShort = (old?.length ?? 1) === 1 && (young?.length ?? 1) === 1;
  if (isShort) return shortLines(path, old?.[0], young?.[0], detail);
  const head: DiffLine = { sign: old === undefined ? '+' : young === undefined ? '-' : ' ', text: `${shortened(path, detail.width)}:` };
  const lines = comparedLines(old ?? [], young ?? [], detail.context);
  return [head, ...lines.map(({ sign, text }) => ({ sign, text: `  ${shortened(text, detail.width)}` }))];
}

/** The lines of a whole object that comes or goes. */
export function objectLines(object: Json, sign: '+' | '-', detail: Detail): DiffLine[] {
  return (valueLines(object) ?? []).map((text) => ({ sign, text: shortened(text, detail.width) }));
}

/** As many lines as the detail allows, and how many more there are. */
export function atMostLines(lines: readonly DiffLine[], detail: Detail): DiffLine[] {
  if (lines.length <= detail.lines) return [...lines];
  const left = lines.length - detail.lines;
  return [...lines.slice(0, detail.lines), { sign: '!', text: `… ${left} more ${left === 1 ? 'line' : 'lines'}` }];
}

function shortLines(path: string, before: string | undefined, after: string | undefined, { width }: Detail): DiffLine[] {
  const from = before !== undefined && after !== undefined ? firstDifference(before, after) : 0;
  const line = (sign: '-' | '+', value: string): DiffLine => ({ sign, text: `${shortened(path, width)}: ${window(value, from, width)}` });
  return [...(before === undefined ? [] : [line('-', before)]), ...(after === undefined ? [] : [line('+', after)])];
}

/** The part of a value that shows where it differs. */
function window(value: string, from: number, width: number): string {
  if (value.length <= width || from < width / 2) return shortened(value, width);
  return `…${shortened(value.slice(from - Math.floor(width / 4)), width)}`;
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at += 1;
  return at;
}

/** A value as YAML; text of several lines as it is, and how it ends where that is unusual. */
function valueLines(value: Json | undefined): string[] | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string') {
    if (/^[A-Za-z][\w./@:-]*$/.test(value) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(value)) return [value];
    if (/\n./s.test(value))
      return value.endsWith('\n') ? value.slice(0, -1).split('\n') : [...value.split('\n'), '⟨no line break at the end⟩'];
    if (value.includes('\n')) return [JSON.stringify(value)];
  }
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd().split('\n');
}

import type { Demand } from './demand';
import { listed } from './words';

/** A demand before and after, with what it is about. */
export interface Topic {
  readonly topic: string;
  readonly before: Demand | undefined;
  readonly after: Demand | undefined;
}

/** What changes on one ground, before and after, in words. */
export function wording(topics: readonly Topic[]): { readonly before: string; readonly after: string } {
  const before = phrase(topics, 'before');
  const after = phrase(topics, 'after');
  return { before, after: isTheSame(topics) ? after.replace(before, 'the same') : after };
}

/** Items of a list that are shown in full. */
const SHORT_LIST = 5;

/** Demands that are summed up where all of them fall away, or have a new exception. */
const MANY = 3;

/** Whether many demands stay as they are but for somebody. */
function isTheSame(topics: readonly Topic[]): boolean {
  return (
    topics.length >= MANY &&
    topics.every(
      ({ before, after }) => (before?.except ?? []).length === 0 && before?.text === after?.text && (after?.claims.length ?? 0) > 0,
    )
  );
}

/** The demands of one side in words, those with the same exceptions together. */
function phrase(topics: readonly Topic[], side: 'before' | 'after'): string {
  const own = topics.map((topic) => topic[side]);
  if (topics.length >= MANY && own.includes(undefined) && own.every((demand) => demand === undefined || demand.claims.length === 0))
    return side === 'before' ? 'no such demands' : 'none of these';
  const groups = new Map<string, string[]>();
  for (const topic of topics) {
    const own = topic[side];
    const other = topic[side === 'before' ? 'after' : 'before'];
    const text = textOf(own, other);
    if (text === '') continue;
    const except = own === undefined || own.claims.length === 0 ? '' : listed(own.except ?? []);
    groups.set(except, [...(groups.get(except) ?? []), text]);
  }
  return [...groups].map(([except, texts]) => `${texts.join(', ')}${except === '' ? '' : `, except for ${except}`}`).join('; ');
}

function textOf(own: Demand | undefined, other: Demand | undefined): string {
  if (own === undefined) return other?.none ?? '';
  const alike = own.text === other?.text && own.list?.join() === other.list?.join();
  const detail = alike && own.detail !== undefined && own.detail !== other?.detail ? ` (${own.detail})` : '';
  if (own.list === undefined) return own.text + detail;
  const shared = own.list.filter((item) => other?.list?.includes(item));
  if (own.list.length <= SHORT_LIST || shared.length < 2) return `${own.text} ${listed(own.list)}${detail}`;
  const others = own.list.filter((item) => !shared.includes(item));
  return `${own.text} ${listed([...others, `${shared.length} ${others.length === 0 ? 'items' : 'others'}`])}`;
}

/** What enforces demands. */
export function enforcers(demands: readonly (Demand | undefined)[]): string | undefined {
  const by = demands.flatMap((demand) => (demand?.by === undefined || demand.claims.length === 0 ? [] : [demand.by]));
  return by.length === 0 ? undefined : [...new Set(by)].join('; ');
}

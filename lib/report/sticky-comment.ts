/** Which comparison a comment shows: the head of the pull request, and the run that compared. */
export interface Shown {
  /** Full id of the commit. */
  readonly head: string;
  /** Absent when a person posts. */
  readonly run?: { readonly number: number; readonly attempt: number };
}

/** A comment of a pull request. */
export interface PostedComment {
  readonly id: number;
  readonly author: string;
  readonly body: string;
}

/** What has to be done so that exactly the wanted parts are there. */
export type CommentPlan =
  /** A later run has written; what the own one has written beside it is surplus. */
  | { readonly kind: 'superseded'; readonly by: Shown; readonly remove: readonly number[] }
  | {
      readonly kind: 'write';
      readonly update: readonly { readonly id: number; readonly body: string }[];
      readonly create: readonly string[];
      readonly remove: readonly number[];
    };

const MARK = /^<!-- stagegate preview part=(\d{1,3}) head=([0-9a-f]{40}|[0-9a-f]{64}) run=(\d{1,15})\.(\d{1,9}) -->(?:\n|$)/;

/** The body of a part, with the hidden mark by which it is found again. The mark stands first: elsewhere it would be a text of others. */
export function marked(body: string, part: number, { head, run }: Shown): string {
  return `<!-- stagegate preview part=${part} head=${head} run=${run?.number ?? 0}.${run?.attempt ?? 0} -->\n${body}`;
}

/**
 * Compares what is posted with what is wanted. Only comments of the author that bear the mark are touched: anybody may write a mark. One that
 * a later run has written for the same head stays. With `isNew: false` existing comments are brought up to date and none is made.
 */
export function planComments(
  posted: readonly PostedComment[],
  author: string,
  parts: readonly string[],
  shown: Shown,
  { isNew }: { readonly isNew: boolean } = { isNew: true },
): CommentPlan {
  const own = ownComments(posted, author);
  const later = own.find((comment) => isLater(comment.shown, shown));
  if (later !== undefined)
    return { kind: 'superseded', by: later.shown, remove: own.filter((one) => isSame(one.shown, shown)).map(({ id }) => id) };
  const wanted = own.length === 0 && !isNew ? [] : parts.map((body, index) => marked(body, index + 1, shown));
  const kept = wanted.map((_, index) => own.find(({ part }) => part === index + 1));
  return {
    kind: 'write',
    update: wanted.flatMap((body, index) => {
      const comment = kept[index];
      return comment === undefined || comment.body === body ? [] : [{ id: comment.id, body }];
    }),
    create: wanted.filter((_, index) => kept[index] === undefined),
    remove: own.filter((comment) => !kept.includes(comment)).map(({ id }) => id),
  };
}

/** Those comments of the author that bear the mark, oldest first. */
export function ownComments<C extends PostedComment>(posted: readonly C[], author: string): readonly (C & Mark)[] {
  return posted
    .filter((comment) => comment.author === author)
    .flatMap((comment) => {
      const mark = tryMark(comment.body);
      return mark === undefined ? [] : [{ ...comment, ...mark }];
    })
    .sort((a, b) => a.id - b.id);
}

interface Mark {
  readonly part: number;
  readonly shown: Shown;
}

function tryMark(body: string): Mark | undefined {
  const match = MARK.exec(body.replaceAll('\r\n', '\n'));
  if (match === null) return undefined;
  const [, part, head = '', number, attempt] = match;
  const run = { number: Number(number), attempt: Number(attempt) };
  return { part: Number(part), shown: { head, ...(run.number === 0 ? {} : { run }) } };
}

/** Whether two comments show what the same run has compared. */
export function isSame(one: Shown, other: Shown): boolean {
  return one.head === other.head && one.run?.number === other.run?.number && one.run?.attempt === other.run?.attempt;
}

/** Whether what is posted comes from a later run for the same head. Another head is an earlier one, as only the present head is posted. */
function isLater(posted: Shown, ours: Shown): boolean {
  if (posted.head !== ours.head || posted.run === undefined || ours.run === undefined) return false;
  return posted.run.number > ours.run.number || (posted.run.number === ours.run.number && posted.run.attempt > ours.run.attempt);
}

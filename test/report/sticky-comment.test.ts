import { marked, type PostedComment, planComments, type Shown } from '../../lib/report/sticky-comment';
import { BASE, HEAD } from './differences';

const app = 'github-actions[bot]';
const ours: Shown = { head: HEAD, run: { number: 12, attempt: 1 } };
const posted = (id: number, body: string, author = app): PostedComment => ({ id, author, body });
const write = (parts: { update?: object[]; create?: string[]; remove?: number[] }) => ({
  kind: 'write',
  update: [],
  create: [],
  remove: [],
  ...parts,
});

test('the first comment is made, with a hidden mark before everything else', () => {
  expect(planComments([], app, ['hello'], ours)).toEqual(
    write({ create: [`<!-- stagegate preview part=1 head=${HEAD} run=12.1 -->\nhello`] }),
  );
});

test('a comment that is there is edited, wherever it stands among others, and one that says the same is left alone', () => {
  const others = Array.from({ length: 250 }, (_, index) => posted(index, `comment ${index}`, 'alice'));
  const old = posted(900, marked('before', 1, { head: BASE, run: { number: 11, attempt: 1 } }));
  expect(planComments([...others, old], app, ['after'], ours)).toEqual(write({ update: [{ id: 900, body: marked('after', 1, ours) }] }));
  expect(planComments([posted(900, marked('after', 1, ours))], app, ['after'], ours)).toEqual(write({}));
});

test('comments of others that bear the mark are never touched, and neither are own comments without it', () => {
  const foreign = [posted(1, marked('x', 1, ours), 'alice'), posted(2, marked('x', 1, ours), 'other-app[bot]')];
  const unmarked = [posted(3, 'hello'), posted(4, `quoted\n${marked('x', 1, ours)}`), posted(5, `> ${marked('x', 1, ours)}`)];
  expect(planComments([...foreign, ...unmarked], app, ['new'], ours)).toEqual(write({ create: [marked('new', 1, ours)] }));
});

test('parts are added where they are missing, and surplus ones and doubles are deleted, the oldest staying', () => {
  const own = [1, 2, 3].map((part) => posted(10 + part, marked('x', part, { head: BASE })));
  const twice = posted(20, marked('x', 1, { head: BASE }));
  expect(planComments([twice, ...own], app, ['a', 'b'], ours)).toEqual(
    write({
      update: [
        { id: 11, body: marked('a', 1, ours) },
        { id: 12, body: marked('b', 2, ours) },
      ],
      remove: [13, 20],
    }),
  );
  expect(planComments(own.slice(0, 1), app, ['a', 'b'], ours)).toEqual(
    write({ update: [{ id: 11, body: marked('a', 1, ours) }], create: [marked('b', 2, ours)] }),
  );
});

test.each([
  ['an earlier run of the same head is replaced', { head: HEAD, run: { number: 11, attempt: 3 } }, 'write'],
  ['an earlier attempt is replaced', { head: HEAD, run: { number: 12, attempt: 1 } }, 'write'],
  ['a later run stays', { head: HEAD, run: { number: 13, attempt: 1 } }, 'superseded'],
  ['a later attempt stays', { head: HEAD, run: { number: 12, attempt: 3 } }, 'superseded'],
  ['a later run of another head is replaced, as ours is the present one', { head: BASE, run: { number: 99, attempt: 1 } }, 'write'],
  ['what a person posted is replaced', { head: HEAD }, 'write'],
] as const)('%s', (_, shown, kind) => {
  const plan = planComments([posted(1, marked('x', 1, shown))], app, ['new'], { head: HEAD, run: { number: 12, attempt: 2 } });
  expect(plan.kind).toBe(kind);
});

test('of two runs that have written at the same time the later one keeps the first comment, and the earlier one takes its own away', () => {
  const [earlier, later] = [ours, { head: HEAD, run: { number: 13, attempt: 1 } }] as const;
  const both = [posted(1, marked('old', 1, earlier)), posted(2, marked('new', 1, later))];
  expect(planComments(both, app, ['old'], earlier)).toEqual({ kind: 'superseded', by: later, remove: [1] });
  expect(planComments(both, app, ['new'], later)).toEqual(write({ update: [{ id: 1, body: marked('new', 1, later) }], remove: [2] }));
});

test('a person may replace what a run posted', () => {
  expect(planComments([posted(1, marked('x', 1, ours))], app, ['new'], { head: HEAD }).kind).toBe('write');
});

test('with nothing to say no comment is made, one that is there is brought up to date, and further parts go', () => {
  expect(planComments([], app, ['nothing'], ours, { isNew: false })).toEqual(write({}));
  const own = [1, 2].map((part) => posted(part, marked('x', part, { head: BASE })));
  expect(planComments(own, app, ['nothing'], ours, { isNew: false })).toEqual(
    write({ update: [{ id: 1, body: marked('nothing', 1, ours) }], remove: [2] }),
  );
});

test('a mark is read again although GitHub has changed the line breaks', () => {
  const body = marked('a\nb', 1, { head: HEAD, run: { number: 13, attempt: 1 } }).replaceAll('\n', '\r\n');
  expect(planComments([posted(1, body)], app, ['new'], ours)).toEqual({
    kind: 'superseded',
    by: { head: HEAD, run: { number: 13, attempt: 1 } },
    remove: [],
  });
});

test.each(['<!-- stagegate preview part=1 head=xyz run=1.1 -->', '<!-- stagegate preview part=1 -->', ' <!-- stagegate preview', ''])(
  'what is no mark counts as none: %p',
  (body) => {
    expect(planComments([posted(1, body)], app, ['new'], ours)).toEqual(write({ create: [marked('new', 1, ours)] }));
  },
);

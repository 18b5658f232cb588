import { readEnvironmentFile } from './environment-file';
import { evaluated, filled, holds } from './expressions';
import { readStepLog } from './step-log';
import { unzipped, zipped } from './zip';

describe('expressions', () => {
  const contexts = {
    github: { event: { pull_request: { head: { repo: { full_name: 'acme/shop' } } } }, repository: 'acme/shop' },
    vars: { LIST: '["a"]' },
  };

  test.each([
    ['github.event.pull_request.head.repo.full_name == github.repository', true],
    ["vars.LIST != ''", true],
    ["vars.ABSENT != ''", false],
    ['github.event.absent.deeper', null],
    ["format('{0}-{1}', github.repository, 1)", 'acme/shop-1'],
    ['fromJSON(vars.LIST)[0]', 'a'],
    ["startsWith(github.repository, 'acme/')", true],
  ])('%s', (expression, value) => expect(evaluated(expression, contexts)).toEqual(value));

  test('of a context or a function that nobody knows are errors', () => {
    expect(() => evaluated('secrets.X', contexts)).toThrow(/secrets/);
    expect(() => evaluated('shout(1)', contexts)).toThrow(/shout/);
  });

  test('are filled into texts', () => {
    expect(filled('a ${{ github.repository }} ${{vars.ABSENT}} ${{ true }}', contexts)).toBe('a acme/shop  true');
  });

  test.each([
    [undefined, false, true],
    [undefined, true, false],
    ["vars.LIST != ''", true, false],
    ["always() && vars.LIST != ''", true, true],
    ['!cancelled()', true, true],
    ['failure()', false, false],
    ['${{ failure() }}', true, true],
    ['vars.ABSENT', false, false],
  ])('a condition %p holds after failure %p: %p', (condition, failed, expected) => {
    expect(holds(condition, contexts, { failed })).toBe(expected);
  });
});

describe('environment files', () => {
  test('hold names with values, of several lines too', () => {
    expect(readEnvironmentFile('a=1\nb=x=y\nc<<END\none\ntwo=2\nEND\nd=\n')).toEqual({ a: '1', b: 'x=y', c: 'one\ntwo=2', d: '' });
  });

  test.each(['a', 'a<<END\none', '=1'])('are refused when they hold %p', (text) =>
    expect(() => readEnvironmentFile(text)).toThrow(/Invalid/),
  );
});

describe('what a step printed', () => {
  test('has commands where a line begins with two colons, and anywhere after ##[', () => {
    const { lines, commands } = readStepLog('hello\n  ::warning file=a.ts,title=x%3A y::one%0Atwo\nx ##[error]bad\n::nonsense::x\nend');
    expect(commands).toEqual([
      { name: 'warning', properties: { file: 'a.ts', title: 'x: y' }, data: 'one\ntwo' },
      { name: 'error', properties: {}, data: 'bad' },
    ]);
    expect(lines).toEqual(['hello', '::nonsense::x', 'end']);
  });

  test('has none between stop-commands and its word', () => {
    expect(readStepLog('::stop-commands::abc\n::error::x\n::abc::\n::error::y').commands.map(({ data }) => data)).toEqual(['abc', 'y']);
  });
});

test('what is zipped is unzipped as it was', () => {
  const files = new Map([
    ['a.json', Buffer.from('{"a":1}')],
    ['stacks/prod ü.json', Buffer.alloc(100_000, 7)],
    ['empty', Buffer.alloc(0)],
  ]);
  expect([...unzipped(zipped(files))]).toEqual([...files]);
  expect(() => unzipped(Buffer.from('x'))).toThrow('no ZIP archive');
});

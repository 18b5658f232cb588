import fc from 'fast-check';
import { githubAnnotations } from '../../lib/cli/check-formats';
import { table } from '../../lib/cli/text';
import type { Diagnostic } from '../../lib/values/diagnostic';

const plain = fc.stringMatching(/^[a-z0-9 ]{0,8}$/);

test('columns of a table start at the same place in every line, and no line ends with a space', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(plain, plain, plain), { minLength: 1, maxLength: 6 }), (rows) => {
      const lines = table(rows).split('\n');
      const widths = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
      expect(lines).toHaveLength(rows.length);
      for (const [index, line] of lines.entries()) {
        const [first = '', second = '', third = ''] = rows[index] ?? [];
        expect(line).toBe(`${first.padEnd(widths[0] ?? 0)}  ${second.padEnd(widths[1] ?? 0)}  ${third}`.trimEnd());
      }
    }),
  );
});

test('colour takes no room in a table, and a cell may hold several lines', () => {
  expect(
    table([
      ['\u001b[31mred\u001b[39m', 'x'],
      ['blue', 'y'],
    ]),
  ).toBe('\u001b[31mred\u001b[39m   x\nblue  y');
  expect(
    table([
      ['a', 'one\ntwo'],
      ['b', 'three'],
    ]),
  ).toBe('a  one\n   two\nb  three');
});

/** What the runner of GitHub Actions reads from a workflow command. */
function readByRunner(line: string): {
  readonly command: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
} {
  const [, command = '', list = '', message = ''] = /^::(\w+) ([^\n]*?)::([^\n]*)$/.exec(line) ?? [];
  const unescaped = (text: string): string => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
  const property = (text: string): string =>
    text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%25', '%');
  const properties = Object.fromEntries(
    list.split(',').map((pair) => [pair.slice(0, pair.indexOf('=')), property(pair.slice(pair.indexOf('=') + 1))]),
  );
  return { command, properties, message: unescaped(message) };
}

/** A carriage return that ends no line could hide what stands before it, and is shown as a sign of its own. */
const visible = (text: string): string => text.replaceAll('\r\n', '\n').replaceAll('\r', '␍');

test('whatever a finding says, the runner reads one command with exactly that file, title and text', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ':', ',', '%', '\n', '\r', '=', '2', '5', 'A', '0') });
  fc.assert(
    fc.property(text, text, text, (path, message, file) => {
      const finding: Diagnostic = { code: 'SG101', name: 'n', severity: 'warning', path, message, given: 'g', expected: 'e', remedy: 'r' };
      const [line = '', ...more] = githubAnnotations([finding], file);
      expect(more).toEqual([]);
      expect(readByRunner(line)).toEqual({
        command: 'warning',
        properties: { file: visible(file), title: `SG101 n ${visible(path)}` },
        message: visible(`${message}\ngiven g\nexpected e\nremedy r`),
      });
    }),
  );
});

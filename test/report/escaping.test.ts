import fc from 'fast-check';
import { diffFence, inlineCode } from '../../lib/report/markdown-code';
import { markdownText } from '../../lib/report/markdown-text';
import { visible, visibleLine } from '../../lib/report/visible';
import { annotationCommand } from '../../lib/report/workflow-command';
import { ATTACKS } from './attacks';
import { obeyed, shown, withoutBreaks } from './shown';

const attacks = Object.entries(ATTACKS);

/** Text that is likely to mean something to Markdown, HTML, tables or a runner. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'`*_~|\\[]()<>#@!&$:=+-.\n\r\t "\'{}%^1a'),
      fc.constantFrom(...Object.values(ATTACKS)),
      fc.constantFrom('<!--', '-->', '</details>', '\n\n', '```', '::', '##[', '&#124;', 'www.', 'http://', '\u202e', '\u001b['),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(''));

describe('text', () => {
  test.each(attacks)('shows %s as it is, and as nothing else', (_, attack) => {
    const { elements, text, links } = shown(`begin (${markdownText(attack, 5_000)}) end`);
    expect(elements).toEqual(visibleLine(attack) === '' ? ['p', 'i'] : ['p']);
    expect(links).toEqual([]);
    expect(withoutBreaks(text)).toBe(`begin (${withoutBreaks(visibleLine(attack) || 'empty')}) end`);
  });

  test.each([
    ['at the beginning of a paragraph', (text: string) => `${text} END`, ['p']],
    ['in an item of a list', (text: string) => `- ${text} END`, ['ul', 'li']],
    ['in an item with a number', (text: string) => `1. ${text} END`, ['ol', 'li']],
    ['between elements', (text: string) => `x <b>${text}</b> END`, ['p', 'b']],
    [
      'in the summary of a fold',
      (text: string) => `<details>\n<summary><b>${text}</b> x</summary>\n\nEND\n\n</details>`,
      ['details', 'summary', 'b', 'p'],
    ],
    [
      'in a cell',
      (text: string) => `| a | b |\n|---|---|\n| ${text} | END |`,
      ['table', 'thead', 'tr', 'th', 'th', 'tbody', 'tr', 'td', 'td'],
    ],
  ] as const)('means nothing %s, whatever it is', (_, around, expected) => {
    fc.assert(
      fc.property(hostile, (attack) => {
        const { elements, text, links, unbalanced } = shown(around(markdownText(attack, 5_000)));
        expect({ elements: elements.filter((name) => name !== 'i'), links, unbalanced }).toEqual({
          elements: [...expected],
          links: [],
          unbalanced: [],
        });
        expect(withoutBreaks(text)).toContain(withoutBreaks(visibleLine(attack)));
        expect(text.trimEnd()).toMatch(/END$/);
      }),
      { numRuns: 150 },
    );
  });

  test('is never longer than was asked for, and never cut within what stands for one character', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 20, max: 60 }), (attack, size) => {
        const text = markdownText(attack, size);
        expect(text.length).toBeLessThanOrEqual(size);
        expect(text.replaceAll(/&#\d+;/g, '')).not.toMatch(/&/);
      }),
    );
  });

  test('leaves plain words, names, amounts and images as they are', () => {
    for (const plain of ['replicas 3 → 1: the disruption budget no longer holds', 'LOG_LEVEL', 'spec.template.spec', '250m (25%), 1.5Gi']) {
      expect(markdownText(plain)).toBe(plain);
    }
  });
});

describe('inline code', () => {
  test.each(attacks)('shows %s as code, and as nothing else', (_, attack) => {
    const { elements, text, links } = shown(`begin ${inlineCode(attack, 5_000)} end`);
    expect(elements).toEqual(['p', visibleLine(attack) === '' ? 'i' : 'code']);
    expect(links).toEqual([]);
    const expected = visibleLine(attack) === '' ? 'empty' : visibleLine(attack).replaceAll('<!--', '<!- -').replaceAll('##[', '## [');
    expect(withoutBreaks(text)).toBe(`begin ${withoutBreaks(expected)} end`);
  });

  test('stays in its cell, whatever it is', () => {
    fc.assert(
      fc.property(hostile, (attack) => {
        const { elements, text, links } = shown(`| a | b |\n|---|---|\n| ${inlineCode(attack, 5_000)} | END |`);
        expect(text.trimEnd()).toMatch(/END$/);
        expect(elements.filter((name) => name !== 'code' && name !== 'i')).toEqual([
          'table',
          'thead',
          'tr',
          'th',
          'th',
          'tbody',
          'tr',
          'td',
          'td',
        ]);
        expect(elements.slice(8)).toEqual([visibleLine(attack) === '' ? 'i' : 'code', 'td']);
        expect(links).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a fence', () => {
  const signs = ['-', '+', '!', ' '] as const;

  test.each(attacks)('shows %s line by line, and as nothing else', (_, attack) => {
    const lines = attack.split('\n').map((text) => ({ sign: '+' as const, text }));
    const { elements, text } = shown(`before\n\n${diffFence(lines)}\n\nafter`);
    expect(elements).toEqual(['p', 'pre', 'code', 'p']);
    expect(text.split('\n').filter((line) => line.startsWith('+')).length).toBe(lines.length);
  });

  test('holds all of its lines and nothing but them, whatever they are, also within a fold', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ sign: fc.constantFrom(...signs), text: hostile }), { minLength: 1, maxLength: 5 }), (lines) => {
        const { elements, unbalanced, comments } = shown(`<details>\n<summary>x</summary>\n\n${diffFence(lines)}\n\n</details>`);
        expect({ elements, unbalanced, comments }).toEqual({
          elements: ['details', 'summary', 'pre', 'code'],
          unbalanced: [],
          comments: [],
        });
      }),
      { numRuns: 150 },
    );
  });

  test('holds no line that a runner obeys when it is printed', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ sign: fc.constantFrom(...signs), text: hostile }), { minLength: 1, maxLength: 5 }), (lines) => {
        expect(obeyed(diffFence(lines))).toEqual([]);
      }),
      { numRuns: 150 },
    );
    expect(obeyed('x\n  ::add-mask::y')).toEqual(['::add-mask::y']);
    expect(obeyed('x ##[add-mask]y')).toEqual(['##[add-mask]y']);
  });
});

describe('an annotation', () => {
  test.each(attacks)('is one command whatever is in it: %s', (_, attack) => {
    const command = annotationCommand({ level: 'warning', title: attack, message: attack, file: attack });
    expect(command).not.toMatch(/[\n\r\u001b\u202e]/);
    const [, properties = '', message = ''] = /^::warning (file=[^,:]*,title=[^,:]*)::(.*)$/s.exec(command) ?? [];
    expect(properties).not.toBe('');
    const unescaped = message.replaceAll('%0A', '\n').replaceAll('%25', '%');
    expect(unescaped).toBe(attack.split(/\r?\n/).map(visible).join('\n'));
  });
});

test('hidden characters are shown by picture or number, and emoji stay whole', () => {
  expect(visible('a\u001b[0m\u202e\u200b\u{e0041}\u0000')).toBe('a␛[0m⟨U+202E⟩⟨U+200B⟩⟨U+E0041⟩␀');
  expect(visible('⚠️ ok')).toBe('⚠️ ok');
});

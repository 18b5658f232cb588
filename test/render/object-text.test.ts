import { load } from 'js-yaml';
import { parse } from 'yaml';
import { objectText } from '../../lib/render/environment-files';

const treacherous = [
  'on',
  'off',
  'yes',
  'no',
  'y',
  'n',
  'true',
  'null',
  '~',
  '1_000',
  '0o17',
  '017',
  '0x1f',
  '1e3',
  '1:30',
  '.inf',
  '2026-01-01',
  '',
  ' a',
  'a: b',
  '- a',
  '#a',
  '{{x}}',
  'a\nb\n',
];

test('text stays text for readers of YAML 1.1 and of YAML 1.2', () => {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x' },
    data: Object.fromEntries(treacherous.map((text, index) => [`k${index}`, text])),
  };
  const written = objectText(object);
  expect(load(written)).toEqual(object);
  expect(parse(written, { version: '1.1' })).toEqual(object);
  expect(parse(written, { version: '1.2' })).toEqual(object);
});

test('long lines are not wrapped, repeated parts are written out, and nothing comes before the object', () => {
  const shared = { text: 'word '.repeat(60).trim() };
  const written = objectText({ apiVersion: 'v1', kind: 'X', metadata: { name: 'x' }, a: shared, b: shared });
  expect(written.startsWith('apiVersion: v1\n')).toBe(true);
  expect(written.split('\n').filter((line) => line.includes('word word'))).toHaveLength(2);
  expect(written).not.toContain('&');
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GUARDS, type GuardRule } from '../../lib/stack/guard';

const root = join(__dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'pulumi.md'), 'utf8');

test('docs/pulumi.md has the table of guards as it is applied', () => {
  const rows = Object.values<GuardRule>(GUARDS).map(({ type, which, tiers, protect, why }) => [
    which === undefined ? type : `${type} ${which}`,
    tiers.join(', '),
    protect ? 'protect' : 'retain on delete',
    why,
  ]);
  const table = /^## Guards\n\n[^\n]+\n[^\n]+\n((?:\|[^\n]+\n)+)/m.exec(page)?.[1] ?? '';
  expect(table.trimEnd().split('\n')).toEqual(rows.map((row) => `| ${row.join(' | ')} |`));
});

test('docs/pulumi.md says what each code means that stacks and resources are refused with', () => {
  const sources = ['stack', 'pulumi'].flatMap((folder) =>
    readdirSync(join(root, 'lib', folder)).map((file) => readFileSync(join(root, 'lib', folder, file), 'utf8')),
  );
  const codes = new Set([...sources.join('\n').matchAll(/code: '(SG\d{3})'/g)].map(([, code]) => code ?? ''));
  expect(codes.size).toBeGreaterThan(8);
  const described = page.slice(page.indexOf('## Codes'));
  expect([...codes].filter((code) => code !== 'SG024' && !described.includes(code))).toEqual([]);
});

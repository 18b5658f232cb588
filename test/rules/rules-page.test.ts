import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RULES } from '../../lib/rules/rules';
import { rulesPage } from '../../lib/rules/rules-page';

test('docs/rules.md says what the rules say; npm run docs:rules writes it anew', () => {
  expect(readFileSync(join(__dirname, '..', '..', 'docs', 'rules.md'), 'utf8')).toBe(rulesPage(RULES));
});

test('the page has a section for each row of its table', () => {
  const page = rulesPage(RULES);
  const links = [...page.matchAll(/^\| \[SG\d+\]\(#([^)]+)\)/gm)].map((match) => match[1]);
  const headings = [...page.matchAll(/^## (.+)$/gm)].map((match) => match[1]?.toLowerCase().replaceAll(' ', '-'));
  expect(links).toEqual(headings);
  expect(links).toHaveLength(RULES.length);
});

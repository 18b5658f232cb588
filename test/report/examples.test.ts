import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { differenceMarkdown } from '../../lib/report/difference-markdown';
import { compiledWith, differenceBetween, EXAMPLE_CHANGES } from './example-changes';

const folder = join(__dirname, '..', '..', 'examples', 'comments');
/** `STAGEGATE_WRITE_EXAMPLES=1 npx jest test/report/examples` writes them anew. */
const write = process.env.STAGEGATE_WRITE_EXAMPLES === '1';

describe('the example of a comment for', () => {
  const base = compiledWith();

  test.each(EXAMPLE_CHANGES.map((change) => [change.name, change] as const))(
    '%s is the one that is written today',
    async (name, { branch, edits }) => {
      const repository = 'https://github.com/lebrick07/openluffy';
      const [text = '', ...more] = differenceMarkdown(differenceBetween(await base, await compiledWith(edits), branch), {
        tool: '0.1.0',
        repositoryUrl: repository,
        runUrl: `${repository}/actions/runs/8123456789`,
        wholeUrl: `${repository}/actions/runs/8123456789#artifacts`,
      });
      expect(more).toEqual([]);
      const file = join(folder, `${name}.md`);
      if (write) writeFileSync(file, `${text}\n`);
      expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(`${text}\n`);
    },
  );
});

test('the page of the examples names each, with what was changed', () => {
  const page = readFileSync(join(folder, 'README.md'), 'utf8');
  expect(readdirSync(folder).sort()).toEqual(['README.md', ...EXAMPLE_CHANGES.map(({ name }) => `${name}.md`)].sort());
  for (const { name, what } of EXAMPLE_CHANGES) expect(page).toContain(`| [${name}](${name}.md) | ${what} |`);
});

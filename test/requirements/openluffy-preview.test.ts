import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startScratch } from '../preview-workflow/scratch';
import { programText, rendered, textOf } from './program';
import { requirement } from './requirement';

const OPENLUFFY = '01-openluffy';
const FOLDER = 'repositories/lebrick07/openluffy/.github/workflows';
const committed = join(__dirname, '..', '..', 'examples', OPENLUFFY, 'rendered');

requirement('LUFFY-55', { by: ['github/workflows'], timeout: 300_000 }, async () => {
  // What is run below is rendered by the command line; it is what is compiled here.
  for (const file of ['preview.yaml', 'preview-comment.yaml'])
    expect(textOf(rendered(OPENLUFFY), `${FOLDER}/${file}`)).toBe(readFileSync(join(committed, FOLDER, file), 'utf8'));
  const scratch = await startScratch();
  try {
    const pull = await scratch.open(
      'alice',
      { 'platform.ts': programText(OPENLUFFY).replace('replicas: 3', 'replicas: 1') },
      { branch: 'develop' },
    );
    await pull.run();
    const comments = await scratch.comments(pull.number);
    expect(comments.map(({ user }) => user.login)).toEqual(['github-actions[bot]']);
    expect(comments[0]?.body).toContain('→ `develop` ');
    expect(comments[0]?.body).toMatch(/^\| prod \|.*replicas 3 → 1/m);
    expect(comments[0]?.body).not.toMatch(/^\| (?:dev|preprod) \|/m);
  } finally {
    await scratch.close();
  }
});

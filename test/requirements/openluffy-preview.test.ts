import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startScratch } from '../preview-workflow/scratch';
import { requirement } from './requirement';

const program = readFileSync(join(__dirname, '..', '..', 'examples', '01-openluffy', 'platform.ts'), 'utf8');

requirement('LUFFY-55', { by: ['github/workflows'], timeout: 300_000 }, async () => {
  const scratch = await startScratch();
  try {
    const pull = await scratch.open('alice', { 'platform.ts': program.replace('replicas: 3', 'replicas: 1') }, { branch: 'develop' });
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

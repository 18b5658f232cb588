import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, folderWith, removeFolders } from '../cli/calling';

const root = join(__dirname, '..', '..');
const example = join(root, 'examples', '01-openluffy');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)\`\`\`$`, 'gm'))].map((match) => match[1] ?? '');

afterEach(removeFolders);

test('the program in the README is the one of the example, and below it is what check prints', async () => {
  expect(blocks('ts')[0]).toBe(readFileSync(join(example, 'platform.ts'), 'utf8'));
  expect(blocks('text')[0]).toBe(`${(await call(['check'], { folder: example })).out}\n`);
});

test('the picture in the README is what graph draws', async () => {
  expect(blocks('mermaid')[0]).toBe(`${(await call(['graph', '--format', 'mermaid'], { folder: example })).out}\n`);
});

test('the mistake in the README is refused as it says', async () => {
  const program = `import { Cluster, Environment, Platform, Repository, Target, Tier } from 'stagegate';
export const platform = new Platform('staged', { registry: 'ghcr.io/acme', domain: 'acme.example.com' });
const repository = new Repository(platform, 'ingestion', { name: 'acme/ingestion', delivery: true, plan: 'team' });
const cluster = Cluster.argoCd('in-cluster', { url: 'https://argocd.example.com' });
${blocks('ts')[1]}`;
  const { code, out } = await call(['check'], { folder: folderWith({ 'platform.ts': program }) });
  expect(code).toBe(1);
  expect(out.startsWith(blocks('text')[1] ?? 'nothing')).toBe(true);
});

test('what the README shows of comments on pull requests stands in the examples of comments', () => {
  const section = readme.split('## In a pull request\n')[1]?.split('\n## ')[0] ?? '';
  const quotes = section.split('\n\n').filter((block) => block.startsWith('>'));
  const written = ['replicas', 'gate-removed'].map((name) => readFileSync(join(root, 'examples', 'comments', `${name}.md`), 'utf8'));
  expect(quotes).toHaveLength(2);
  for (const [index, quote] of quotes.entries()) {
    const lines = quote.split('\n').map((line) => line.replace(/^> ?/, ''));
    expect(written[index]).toContain(`\n\n${lines.join('\n')}\n\n`);
  }
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './source-files';

const folders = ['docs', 'bench', 'examples', 'lib', 'stacks', 'test', 'tools'];
const documents = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith('.md') && !entry.name.endsWith('.api.md'))
        .map((entry) => relative(root, join(entry.parentPath, entry.name))),
    ),
].filter((path) => !path.includes('node_modules'));

const text = (path: string) => readFileSync(join(root, path), 'utf8');

test('the documents are found', () => {
  expect(documents).toEqual(expect.arrayContaining(['README.md', 'CONTRIBUTING.md', join('docs', 'README.md')]));
});

test('every relative link in a document leads to a file or folder', () => {
  const broken = documents.flatMap((document) =>
    [...text(document).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g)]
      .map((match) => match[1] ?? '')
      .filter((target) => !existsSync(join(root, dirname(document), decodeURI(target))))
      .map((target) => `${document}: ${target}`),
  );
  expect(broken).toEqual([]);
});

test('every npm script that a document names exists', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(text('package.json'));
  const unknown = documents.flatMap((document) =>
    [...text(document).matchAll(/npm run ([a-z][a-z0-9:-]*)/g)]
      .map((match) => match[1] ?? '')
      .filter((name) => !(name in scripts))
      .map((name) => `${document}: npm run ${name}`),
  );
  expect(unknown).toEqual([]);
});

test('every page of docs/ is listed in its index', () => {
  const index = text(join('docs', 'README.md'));
  const pages = documents.filter((path) => dirname(path) === 'docs' && path !== join('docs', 'README.md'));
  expect(pages.length).toBeGreaterThan(0);
  expect(pages.filter((page) => !index.includes(`](${relative('docs', page)})`))).toEqual([]);
});

test('every script of package.json runs a file that exists', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(text('package.json'));
  const files = Object.values(scripts).flatMap((script) =>
    [...script.matchAll(/(?:node|-c|-p|--config) ((?:tools|test|bench|dist|examples)\/[^\s]+|\.[^\s]+\.cjs)/g)].map(
      (match) => match[1] ?? '',
    ),
  );
  const sources = files.map((file) => file.replace(/^dist\/(.*)\.js$/, 'lib/$1.ts'));
  expect(sources.length).toBeGreaterThan(3);
  expect(sources.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test('.ci/run runs every script that checks something, the end-to-end tests last', () => {
  const checks = [
    'test',
    'deliveries',
    'replay',
    'lint',
    'typecheck',
    'arch',
    'api:check',
    'package',
    'guests',
    'examples',
    'explore',
    'requirements',
    'e2e',
  ];
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(text('package.json'));
  const steps = [...text(join('.ci', 'run')).matchAll(/^step \S+ npm (?:run )?(\S+)$/gm)].map((match) => match[1] ?? '');
  expect(steps[0]).toBe('ci');
  expect(checks.filter((name) => name in scripts && !steps.includes(name))).toEqual([]);
  expect(steps.filter((name) => name !== 'ci' && !(name in scripts))).toEqual([]);
  expect(steps.at(-1)).toBe('e2e');
});

import { compile } from 'stagegate';
import { ownersOf } from '../../lib/explorer/codeowners';
import { openluffy } from '../compile/model-fixture';

const [repository] = compile(openluffy()).repositories;

function owners(content: string, path: string, place = '.github/CODEOWNERS'): readonly string[] {
  if (!repository) throw new Error('OpenLuffy has a repository');
  return ownersOf({ ...repository, files: [{ path: place, content }] }, path);
}

test.each([
  ['* @acme/all', 'a/b.ts', ['all']],
  ['*.ts @acme/ts', 'a/b.ts', ['ts']],
  ['/*.ts @acme/ts', 'a/b.ts', []],
  ['docs/ @acme/docs', 'x/docs/a.md', ['docs']],
  ['/docs/ @acme/docs', 'x/docs/a.md', []],
  ['/docs/* @acme/docs', 'docs/a.md', ['docs']],
  ['/docs/* @acme/docs', 'docs/deep/a.md', []],
  ['/docs/**/*.md @acme/docs', 'docs/deep/a.md', ['docs']],
  ['/.github/ @acme/ops @mia', '.github/workflows/x.yaml', ['ops', 'mia']],
  ['/platform.ts @acme/ops', 'platform.ts', ['ops']],
  ['/platform.ts @acme/ops', 'lib/platform.ts', []],
  ['/a?c @acme/ops', 'abc', ['ops']],
  ['/a.c @acme/ops', 'abc', []],
  ['# /abc @acme/ops', 'abc', []],
  ['/abc @acme/ops # why', 'abc', ['ops']],
])('%s owns %s: %j', (line, path, expected) => {
  expect(owners(line, path)).toEqual(expected);
});

test('the last line that matches counts, and one without owners clears them', () => {
  expect(owners('* @acme/all\n/a @acme/a', 'a')).toEqual(['a']);
  expect(owners('/a @acme/a\n* @acme/all', 'a')).toEqual(['all']);
  expect(owners('* @acme/all\n/a', 'a')).toEqual([]);
});

test('the file is looked for in .github, at the root and in docs, and nowhere else', () => {
  expect(owners('* @acme/all', 'a', 'CODEOWNERS')).toEqual(['all']);
  expect(owners('* @acme/all', 'a', 'docs/CODEOWNERS')).toEqual(['all']);
  expect(owners('* @acme/all', 'a', 'lib/CODEOWNERS')).toEqual([]);
});

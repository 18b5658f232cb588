import { parseCodeOwners, tryOwner } from '../../../lib/delivery/local/code-owners';

describe('CODEOWNERS', () => {
  // The cases of https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
  test.each<[pattern: string, path: string, owned: boolean]>([
    ['*', 'a', true],
    ['*', 'a/b/c', true],
    ['*.js', 'a.js', true],
    ['*.js', 'lib/deep/a.js', true],
    ['*.js', 'a.jsx', false],
    ['/build/logs/', 'build/logs/a', true],
    ['/build/logs/', 'build/logs/deep/a', true],
    ['/build/logs/', 'x/build/logs/a', false],
    ['/build/logs/', 'build/logs', false],
    ['docs/*', 'docs/getting-started.md', true],
    ['docs/*', 'docs/build-app/troubleshooting.md', false],
    ['docs/*', 'x/docs/a.md', false],
    ['apps/', 'apps/a', true],
    ['apps/', 'x/apps/deep/a', true],
    ['apps/', 'apps', false],
    ['/docs/', 'docs/a', true],
    ['/scripts/', 'x/scripts/a', false],
    ['**/logs', 'build/logs', true],
    ['**/logs', 'deeply/nested/logs/a', true],
    ['**/logs', 'logs/a', true],
    ['/apps/github', 'apps/github', true],
    ['/apps/github', 'apps/github/a', true],
    ['/apps/github', 'apps/githubber', false],
    ['apps/github', 'x/apps/github', false],
    ['manifests/**/secret.yaml', 'manifests/a/b/secret.yaml', true],
    ['platform.ts', 'platform.ts', true],
    ['/platform.ts', 'x/platform.ts', false],
    ['.github/', '.github/workflows/deliver.yaml', true],
    ['/.github/workflows/*', '.github/workflows/deliver.yaml', true],
    ['{a,b}', 'a', false],
  ])('%s owns %s: %s', (pattern, path, owned) => {
    expect(tryOwner(parseCodeOwners(`${pattern} @bob`), path) !== undefined).toBe(owned);
  });

  test('the last line that matches decides, and one without owners clears ownership', () => {
    const lines = parseCodeOwners('* @ada\n/docs/ @bob @acme/writers # who writes\n/docs/free/\n');
    expect(tryOwner(lines, 'a')?.owners).toEqual(['@ada']);
    expect(tryOwner(lines, 'docs/a')?.owners).toEqual(['@bob', '@acme/writers']);
    expect(tryOwner(lines, 'docs/free/a')?.owners).toEqual([]);
  });

  test('comments, empty lines and what GitHub does not support are skipped', () => {
    expect(parseCodeOwners('# all\n\n  \n!docs @bob\n[ab] @bob\n\\#x @bob\n* @ada\r\n')).toEqual([{ pattern: '*', owners: ['@ada'] }]);
  });
});

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitRepository } from '../../../lib/delivery/git/git-repository';

describe('a repository read in process', () => {
  let folder: string;
  let gitDir: string;
  let one: string;
  let two: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stagegate-repository-'));
    gitDir = join(folder, 'r.git');
    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=trunk', gitDir]);
    one = commit([]);
    two = commit([one]);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function git(...args: string[]): string {
    const identity = ['-c', 'user.name=x', '-c', 'user.email=x@example.org'];
    return execFileSync('git', ['-C', gitDir, ...identity, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();
  }

  function commit(parents: readonly string[], text = String(parents.length)): string {
    const tree = execFileSync('git', ['-C', gitDir, 'mktree'], { input: '', encoding: 'utf8' }).trim();
    return git('commit-tree', tree, '-m', text, ...parents.flatMap((parent) => ['-p', parent]));
  }

  const listed = (prefix: string) =>
    git('for-each-ref', '--format=%(refname)')
      .split('\n')
      .filter((ref) => ref.startsWith(prefix))
      .map((ref) => ({ ref, commit: git('rev-parse', `${ref}^{}`) }));

  test('has the refs that git lists, loose, packed and both', async () => {
    git('update-ref', 'refs/heads/trunk', one);
    git('update-ref', 'refs/heads/env/dev', one);
    git('tag', '-a', '-m', 'm', 'v1.0.0', one);
    git('tag', '-a', '-m', 'm', 'of-a-tag', 'v1.0.0');
    git('pack-refs', '--all');
    git('update-ref', 'refs/heads/env/dev', two, one);
    git('update-ref', 'refs/heads/env/prod', two);
    git('update-ref', 'refs/heads/environment', two);
    git('tag', 'v2.0.0', two);
    git('symbolic-ref', 'refs/heads/alias', 'refs/heads/env/dev');
    const repository = new GitRepository(gitDir);
    for (const prefix of [
      'refs/heads/',
      'refs/heads/env/',
      'refs/heads/env',
      'refs/heads/env/p',
      'refs/tags/',
      'refs/',
      '',
      'refs/heads/none/',
    ]) {
      expect(await repository.refs(prefix)).toEqual(listed(prefix));
    }
    for (const { ref, commit: id } of listed('')) expect(await repository.tryRef(ref)).toBe(id);
    git('update-ref', '-d', 'refs/heads/env/dev');
    expect(await repository.tryRef('refs/heads/env/dev')).toBeUndefined();
    expect(await repository.tryRef('refs/heads/trunk')).toBe(one);
    expect(await repository.defaultBranch()).toBe('trunk');
  });

  test('reads a name as this name alone, where git would guess', async () => {
    // Git tries `refs/heads/<name>` and `<anything>-g<commit>` as well.
    git('update-ref', 'refs/heads/refs/heads/env/prod', one);
    git('update-ref', 'refs/heads/HEAD', one);
    const repository = new GitRepository(gitDir);
    expect(await repository.tryRef('refs/heads/env/prod')).toBeUndefined();
    expect(await repository.tryRef(`refs/heads/release-1-g${one.slice(0, 10)}`)).toBeUndefined();
    for (const odd of ['refs/heads/../../config', 'config', 'refs/heads', 'refs/heads/', 'refs//heads/HEAD', 'HEAD']) {
      expect(await repository.tryRef(odd)).toBeUndefined();
    }
  });

  test('a lock is no ref, and a damaged ref is named', async () => {
    git('update-ref', 'refs/heads/trunk', one);
    writeFileSync(join(gitDir, 'refs', 'heads', 'other.lock'), `${one}\n`);
    const repository = new GitRepository(gitDir);
    expect((await repository.refs('refs/heads/')).map(({ ref }) => ref)).toEqual(['refs/heads/trunk']);
    writeFileSync(join(gitDir, 'refs', 'heads', 'trunk'), '');
    await expect(repository.tryRef('refs/heads/trunk')).rejects.toThrow('the ref refs/heads/trunk');
  });

  test('a linked work tree has the refs of its repository', async () => {
    git('update-ref', 'refs/heads/trunk', one);
    git('worktree', 'add', '--quiet', join(folder, 'tree'), 'trunk');
    const linked = execFileSync('git', ['-C', join(folder, 'tree'), 'rev-parse', '--absolute-git-dir'], { encoding: 'utf8' }).trim();
    const repository = new GitRepository(linked);
    expect(await repository.tryRef('refs/heads/trunk')).toBe(one);
    expect(await repository.refs('refs/heads/')).toEqual([{ ref: 'refs/heads/trunk', commit: one }]);
  });

  test('ancestry is told alike over a short history and a long one', async () => {
    const side = commit([one], 'side');
    const merge = commit([two, side], 'merge');
    const lines = ['blob\nmark :1\ndata 0\n'];
    for (let index = 0; index < 400; index += 1)
      lines.push(`commit refs/heads/long\ncommitter x <x> ${index} +0000\ndata 1\nx${index === 0 ? `\nfrom ${merge}` : ''}\n`);
    execFileSync('git', ['-C', gitDir, 'fast-import', '--quiet'], { input: lines.join('\n') });
    const repository = new GitRepository(gitDir);
    const long = (await repository.tryRef('refs/heads/long')) as string;
    for (const ancestor of [one, two, side, merge, long]) expect(await repository.isAncestor(ancestor, long)).toBe(true);
    expect(await repository.isAncestor(long, merge)).toBe(false);
    expect(await repository.isAncestor(side, two)).toBe(false);
    expect(await repository.isAncestor(commit([], 'unrelated'), long)).toBe(false);
    expect(await repository.firstParents(long, 1_000)).toHaveLength(403);
    expect((await repository.between(merge, long, 10)).map(({ id }) => id)).toEqual(
      (await repository.firstParents(long, 10)).map(({ id }) => id),
    );
  });

  test('no ref puts another object in the place of one', async () => {
    git('update-ref', `refs/replace/${two}`, commit([], 'forged'));
    const repository = new GitRepository(gitDir);
    expect((await repository.commit(two)).parents).toEqual([one]);
    expect(await repository.isAncestor(one, two)).toBe(true);
  });
});

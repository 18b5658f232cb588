import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { DeliveryError } from '../../../lib/delivery/error';
import { withoutCredentials } from '../../../lib/delivery/git/git-process';
import { openGitStore } from '../../../lib/delivery/git/git-store';
import { removeStaleLocks } from '../../../lib/delivery/git/stale-locks';
import type { Store } from '../../../lib/delivery/store';

let folder: string;
let remote: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stagegate-store-'));
  remote = join(folder, 'remote.git');
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', remote]);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const git = (...args: string[]): string => execFileSync('git', ['-C', remote, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();

async function commit(store: Store, files: Readonly<Record<string, string>>, parents: readonly string[] = []): Promise<string> {
  const tree = await store.writeTree(new Map(Object.entries(files)));
  return store.writeCommit({ tree, parents, author: 'alice', message: 'change', at: 1_700_000_000_000 });
}

/** Refuses every push with these words. */
function refuseWith(words: string): void {
  const hook = join(remote, 'hooks', 'pre-receive');
  writeFileSync(hook, `#!/bin/sh\ncat >/dev/null\necho '${words}' >&2\nexit 1\n`, { mode: 0o755 });
}

describe.each<[string, () => Promise<Store>]>([
  ['a store on a folder', () => openGitStore({ remote, as: 'alice' })],
  ['a store on a URL', () => openGitStore({ remote: pathToFileURL(remote).href, cache: join(folder, 'cache.git'), as: 'alice' })],
])('%s', (_, open) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });

  test('moves a ref by a push, and reads what others pushed', async () => {
    const one = await commit(store, { a: '1' });
    expect(await store.moveRef('refs/heads/main', one, undefined)).toEqual({ kind: 'done' });
    expect(git('rev-parse', 'refs/heads/main')).toBe(one);
    const other = await openGitStore({ remote, as: 'bob' });
    const two = await commit(other, { 'deep/b': '2' }, [one]);
    expect(await other.moveRef('refs/heads/main', two, one)).toEqual({ kind: 'done' });
    expect(await store.tryRef('refs/heads/main')).toBe(two);
    expect(await store.files(two, 'deep')).toEqual(new Map([['b', '2']]));
    expect(await store.isAncestor(one, two)).toBe(true);
  });

  test('reads a commit whose ref it never asked for, and says when there is none', async () => {
    const other = await openGitStore({ remote, as: 'bob' });
    const one = await commit(other, { a: '1' });
    await other.moveRef('refs/heads/promote/dev/1', one, undefined);
    expect(await store.tryFile(one, 'a')).toBe('1');
    expect(await store.tryFile('1'.repeat(40), 'a')).toBeUndefined();
    expect(await store.isAncestor('1'.repeat(40), one)).toBe(false);
    await expect(store.commit('1'.repeat(40))).rejects.toThrow('1'.repeat(40));
    await expect(store.commit('not an id')).rejects.toThrow('not an id');
  });

  test('gives the commit behind an annotated tag', async () => {
    const one = await commit(store, { a: '1' });
    await store.moveRef('refs/heads/main', one, undefined);
    git('-c', 'user.name=x', '-c', 'user.email=x@example.org', 'tag', '-a', '-m', 'release', 'v1.0.0', one);
    git('tag', 'v1.0.0-rc.1', one);
    expect(await store.tryRef('refs/tags/v1.0.0')).toBe(one);
    expect(await store.refs('refs/tags/')).toEqual([
      { ref: 'refs/tags/v1.0.0', commit: one },
      { ref: 'refs/tags/v1.0.0-rc.1', commit: one },
    ]);
  });

  test('tells a move from a refusal, with the words of the hook', async () => {
    const one = await commit(store, { a: '1' });
    refuseWith('nobody may: ask carol');
    expect(await store.moveRef('refs/heads/main', one, undefined)).toEqual({ kind: 'refused', reason: 'nobody may: ask carol' });
    expect(await store.tryRef('refs/heads/main')).toBeUndefined();
  });

  test('refuses a branch that would have to be a folder of branches', async () => {
    const one = await commit(store, { a: '1' });
    await store.moveRef('refs/heads/env', one, undefined);
    expect(await store.moveRef('refs/heads/env/dev', one, undefined)).toEqual({
      kind: 'refused',
      reason: expect.stringContaining("'refs/heads/env' exists"),
    });
  });

  test('of ten who move a ref at once, one does, and nobody fails', async () => {
    const one = await commit(store, { a: '1' });
    await store.moveRef('refs/heads/main', one, undefined);
    const stores = await Promise.all(Array.from({ length: 10 }, open));
    const next = await Promise.all(stores.map((each, index) => commit(each, { a: `by ${index}` }, [one])));
    const outcomes = await Promise.all(stores.map((each, index) => each.moveRef('refs/heads/main', next[index] as string, one)));
    const winner = git('rev-parse', 'refs/heads/main');
    expect(next.filter((_id, index) => outcomes[index]?.kind === 'done')).toEqual([winner]);
    expect(outcomes.filter(({ kind }) => kind === 'moved')).toHaveLength(9);
  });

  test('of ten who create branches at once, everybody does', async () => {
    const one = await commit(store, { a: '1' });
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_each, index) => store.moveRef(`refs/heads/b/${index}`, one, undefined)),
    );
    expect(outcomes).toEqual(Array.from({ length: 10 }, () => ({ kind: 'done' })));
    expect(await store.refs('refs/heads/b/')).toHaveLength(10);
  });

  test('a lock that another process holds is waited for', async () => {
    const one = await commit(store, { a: '1' });
    await store.moveRef('refs/heads/main', one, undefined);
    const two = await commit(store, { a: '2' }, [one]);
    const lock = join(remote, 'refs', 'heads', 'main.lock');
    writeFileSync(lock, '');
    const held = setTimeout(() => rmSync(lock), 700);
    expect(await store.moveRef('refs/heads/main', two, one)).toEqual({ kind: 'done' });
    clearTimeout(held);
  });
});

describe('what killed processes left', () => {
  test('a lock of a ref is removed when it is old', async () => {
    const store = await openGitStore({ remote, as: 'alice' });
    const one = await commit(store, { a: '1' });
    await store.moveRef('refs/heads/main', one, undefined);
    const longAgo = new Date(Date.now() - 60_000);
    const locks = ['refs/heads/main.lock', 'packed-refs.lock'].map((lock) => join(remote, lock));
    for (const lock of locks) {
      writeFileSync(lock, '');
      utimesSync(lock, longAgo, longAgo);
    }
    const two = await commit(store, { a: '2' }, [one]);
    expect(await store.moveRef('refs/heads/main', two, one)).toEqual({ kind: 'done' });
    expect(await store.deleteRef('refs/heads/gone', two)).toEqual({ kind: 'moved' });
    expect(locks.filter((lock) => existsSync(lock))).toEqual([]);
  });

  test('a young lock stays, as its process may live', async () => {
    const lock = join(remote, 'refs', 'heads', 'main.lock');
    writeFileSync(lock, '');
    expect(await removeStaleLocks(remote)).toBe(0);
    expect(existsSync(lock)).toBe(true);
  });
});

describe('trees', () => {
  test('any set of files comes back as it was written, and its tree is the one that git makes', async () => {
    const store = await openGitStore({ remote, as: 'alice' });
    const name = fc.stringMatching(/^[a-z][a-z0-9 ._é-]{0,5}$/).filter((part) => !/[. ]$/.test(part));
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const content = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constant('a\nb\n\n'));
    const files = fc.array(fc.tuple(path, content), { maxLength: 8 }).map((entries) => {
      // A name that is a file cannot be a folder as well.
      const kept = new Map<string, string>();
      for (const [one, text] of entries) {
        const clash = [...kept.keys()].some((other) => other === one || other.startsWith(`${one}/`) || one.startsWith(`${other}/`));
        if (!clash) kept.set(one, text);
      }
      return kept;
    });
    await fc.assert(
      fc.asyncProperty(files, async (given) => {
        const tree = await store.writeTree(given);
        const id = await store.writeCommit({ tree, parents: [], author: 'a', message: 'm', at: 0 });
        expect(await store.files(id, '')).toEqual(new Map([...given].sort(([a], [b]) => (a < b ? -1 : 1))));
        for (const [one, text] of given) expect(await store.tryFile(id, one)).toBe(text);
      }),
      { numRuns: 25 },
    );
    expect(git('fsck', '--strict', '--no-dangling')).toBe('');
  });

  test('sixty files are written by two processes, and read by one', async () => {
    const store = await openGitStore({ remote, as: 'alice' });
    const files = new Map(Array.from({ length: 60 }, (_, index) => [`manifests/service-${index % 7}/${index}.yaml`, `number: ${index}\n`]));
    const calls = join(folder, 'calls');
    mkdirSync(join(folder, 'bin'));
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
    writeFileSync(join(folder, 'bin', 'git'), `#!/bin/sh\necho "$2" >> '${calls}'\nexec '${real}' "$@"\n`, { mode: 0o755 });
    const path = process.env.PATH;
    process.env.PATH = `${join(folder, 'bin')}:${path}`;
    try {
      const tree = await store.writeTree(files);
      const id = await store.writeCommit({ tree, parents: [], author: 'a', message: 'm', at: 0 });
      expect(await store.files(id, '')).toEqual(new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))));
    } finally {
      process.env.PATH = path;
    }
    expect(readFileSync(calls, 'utf8').trim().split('\n').sort()).toEqual(['cat-file', 'fast-import', 'hash-object', 'mktree']);
  });

  test.each(['/a', 'a/', 'a//b', './a', 'a/../b', '.git/config', 'a/.GIT/x', '', 'a\nb'])('a file cannot be put at %j', async (path) => {
    const store = await openGitStore({ remote, as: 'alice' });
    await expect(store.writeTree(new Map([[path, 'x']]))).rejects.toThrow('path');
  });

  test('one path cannot hold two things', async () => {
    const store = await openGitStore({ remote, as: 'alice' });
    const part = await store.writeTree(new Map([['x', '1']]));
    await expect(
      store.writeTree(
        new Map([
          ['a', '1'],
          ['a/b', '2'],
        ]),
      ),
    ).rejects.toThrow('a/b');
    await expect(
      store.writeTree(
        new Map([
          ['a/b', '2'],
          ['a', '1'],
        ]),
      ),
    ).rejects.toThrow('a is given twice');
    await expect(store.writeTree(new Map([['a/b', '2']]), new Map([['a', part]]))).rejects.toThrow('a is given twice');
    await expect(store.writeTree(new Map(), new Map([['a', '1'.repeat(40)]]))).rejects.toThrow('1'.repeat(40));
  });

  test('what is no text, or no regular file, is refused and not bent', async () => {
    const store = await openGitStore({ remote, as: 'alice' });
    const blob = execFileSync('git', ['-C', remote, 'hash-object', '-w', '--stdin'], {
      input: Buffer.from([0xff, 0xfe]),
      encoding: 'utf8',
    }).trim();
    const odd = execFileSync('git', ['-C', remote, 'mktree'], { input: `100644 blob ${blob}\tbytes\n`, encoding: 'utf8' }).trim();
    const link = execFileSync('git', ['-C', remote, 'mktree'], { input: `120000 blob ${blob}\tlink\n`, encoding: 'utf8' }).trim();
    const made = (tree: string) => store.writeCommit({ tree, parents: [], author: 'a', message: 'm', at: 0 });
    await expect(store.files(await made(odd), '')).rejects.toThrow('bytes is not text in UTF-8');
    await expect(store.tryFile(await made(odd), 'bytes')).rejects.toThrow('not text in UTF-8');
    await expect(store.files(await made(link), '')).rejects.toThrow('link is no regular file');
  });
});

describe('commits', () => {
  test('nothing of the machine enters a commit', async () => {
    const store = await openGitStore({ remote, as: 'alice' });
    const names = ['GIT_AUTHOR_NAME', 'GIT_COMMITTER_EMAIL', 'GIT_AUTHOR_DATE', 'GIT_DIR', 'GIT_CONFIG_GLOBAL', 'TZ'] as const;
    const before = names.map((name) => process.env[name]);
    const config = join(folder, 'gitconfig');
    writeFileSync(config, '[commit]\n\tgpgsign = true\n[i18n]\n\tcommitEncoding = latin1\n[user]\n\tname = other\n');
    const plain = await commit(store, { a: '1' });
    Object.assign(process.env, {
      GIT_AUTHOR_NAME: 'mallory',
      GIT_COMMITTER_EMAIL: 'm@example.org',
      GIT_AUTHOR_DATE: '1',
      GIT_DIR: '/nowhere',
      GIT_CONFIG_GLOBAL: config,
      TZ: 'Asia/Kathmandu',
    });
    try {
      expect(await commit(store, { a: '1' })).toBe(plain);
    } finally {
      names.forEach((name, index) => {
        if (before[index] === undefined) delete process.env[name];
        else process.env[name] = before[index];
      });
    }
    expect(git('cat-file', 'commit', plain)).toBe(
      [
        `tree ${git('rev-parse', `${plain}^{tree}`)}`,
        'author alice <alice@users.noreply.invalid> 1700000000 +0000',
        'committer alice <alice@users.noreply.invalid> 1700000000 +0000',
        '',
        'change',
      ].join('\n'),
    );
  });

  test('a name cannot smuggle a header into a commit', async () => {
    const store = await openGitStore({ remote, as: 'alice' });
    const tree = await store.writeTree(new Map());
    const id = await store.writeCommit({ tree, parents: [], author: 'eve <x>\nparent 1', message: 'm', at: 0 });
    expect((await store.commit(id)).author).toBe('eve xparent 1');
    await expect(store.writeCommit({ tree, parents: [], author: '<>', message: 'm', at: 0 })).rejects.toThrow('name of its author');
  });
});

describe('opening', () => {
  test('a folder that is no repository is told', async () => {
    mkdirSync(join(folder, 'plain'));
    await expect(openGitStore({ remote: join(folder, 'none'), as: 'alice' })).rejects.toThrow('no such folder');
    const failure = await openGitStore({ remote: join(folder, 'plain'), as: 'alice' }).catch((error: unknown) => error);
    expect(DeliveryError.is(failure) && failure.kind).toBe('wrong-use');
  });

  test('a remote that cannot be reached is an outside failure, and a token in its address is not shown', async () => {
    const store = await openGitStore({ remote: 'https://x-access-token:s3cret@localhost:1/r.git', cache: join(folder, 'c'), as: 'alice' });
    const failure = await store.tryRef('refs/heads/main').catch((error: unknown) => error);
    expect(DeliveryError.is(failure) && failure.kind).toBe('outside');
    expect(String(failure)).not.toContain('s3cret');
    expect(withoutCredentials('fatal: https://u:p@h/x and ssh://t@h/y')).toBe('fatal: https://h/x and ssh://h/y');
  });

  test('one cache serves several processes at once', async () => {
    const origin = await openGitStore({ remote, as: 'alice' });
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      ids.push(await commit(origin, { a: `${index}` }, ids.slice(-1)));
      await origin.moveRef(`refs/heads/b${index}`, ids[index] as string, undefined);
    }
    const url = pathToFileURL(remote).href;
    const readers = await Promise.all(ids.map(() => openGitStore({ remote: url, cache: join(folder, 'shared'), as: 'alice' })));
    const read = await Promise.all(readers.map((reader, index) => reader.refs(`refs/heads/b${index}`)));
    expect(read.flat().map(({ commit: id }) => id)).toEqual(ids);
    const files = await Promise.all(readers.map((reader, index) => reader.tryFile(ids[index] as string, 'a')));
    expect(files).toEqual(['0', '1', '2', '3', '4']);
    expect(readdirSync(join(folder, 'shared')).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });
});

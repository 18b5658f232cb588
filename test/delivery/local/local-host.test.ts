import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeliveryError } from '../../../lib/delivery/error';
import { createLocalHost, openLocalHost } from '../../../lib/delivery/local';
import { openEventLog } from '../../../lib/delivery/local/event-log';
import type { PullRequestEvent } from '../../../lib/delivery/local/pull-request-log';
import { cast } from '../host/contract';

describe('a local host', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stagegate-host-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A pull request of alice with one commit. */
  async function proposed() {
    await createLocalHost(folder, { people: cast });
    const { store, host } = await openLocalHost(folder, { as: 'alice', clock: () => 1_700_000_000_000 });
    const commit = async (text: string, parents: readonly string[]) =>
      store.writeCommit({ tree: await store.writeTree(new Map([['a', text]])), parents, author: 'alice', message: text, at: 0 });
    const root = await commit('1', []);
    const head = await commit('2', [root]);
    await store.moveRef('refs/heads/main', root, undefined);
    await store.moveRef('refs/heads/change', head, undefined);
    const request = await host.openPullRequest({ head: 'change', base: 'main', title: 't', body: 'b' });
    const log = openEventLog<PullRequestEvent>(join(folder, 'host', 'pull-requests', '000001'), join(folder, 'host', 'writing'));
    return { store, host, commit, root, head, request, log };
  }

  const by = { kind: 'person', login: 'alice' } as const;

  test('is made whole by several at once, and making it again changes nothing', async () => {
    await Promise.all(Array.from({ length: 4 }, () => createLocalHost(folder, { people: cast })));
    writeFileSync(join(folder, 'people.yaml'), 'repository: acme/other\npeople: { zoe: { role: admin } }\n');
    await createLocalHost(folder, { people: cast, rulesets: [] });
    expect(readFileSync(join(folder, 'people.yaml'), 'utf8')).toContain('acme/other');
    expect(readdirSync(folder).sort()).toEqual(['host', 'people.yaml', 'repository.git', 'rulesets.json']);
    expect((await openLocalHost(folder, { as: 'zoe' })).host.repository).toBe('acme/other');
    expect(statSync(join(folder, 'repository.git', 'hooks', 'pre-receive')).mode & 0o111).not.toBe(0);
  });

  test('is not opened where there is none, nor as somebody whom it does not know', async () => {
    const none = await openLocalHost(folder, { as: 'alice' }).catch((error: unknown) => error);
    expect(DeliveryError.is(none) && none.kind).toBe('wrong-use');
    expect(String(none)).toContain('holds no local host');
    await createLocalHost(folder, { people: cast });
    await expect(openLocalHost(folder, { as: 'mallory' })).rejects.toThrow(
      'nobody is called "mallory" on this host; known: people ada, alice',
    );
  });

  test('a person who left people.yaml can do nothing more', async () => {
    const { host, head } = await proposed();
    writeFileSync(join(folder, 'people.yaml'), 'repository: acme/delivery\npeople: { bob: { role: write } }\n');
    await expect(host.setStatus(head, { context: 'x', state: 'success', description: '' })).rejects.toThrow('nobody is called "alice"');
  });

  test('tells the time by the clock it is given, in all that it records', async () => {
    let now = 1_800_000_000_000;
    const { store, request, head } = await proposed();
    const { host } = await openLocalHost(folder, { as: 'bob', clock: () => now });
    expect(await host.now()).toBe(now);
    expect(request.createdAt).toBe(1_700_000_000_000);
    await host.setStatus(head, { context: 'x', state: 'success', description: 'd' });
    now += 60_000;
    await host.comment(request.number, 'c');
    await host.review(request.number, { state: 'approved', commit: head });
    const merged = await host.merge(request.number, { method: 'squash', head, message: 'm' });
    expect((await host.statuses(head))[0]?.at).toBe(1_800_000_000_000);
    expect((await host.comments(request.number))[0]?.at).toBe(1_800_000_060_000);
    expect((await host.reviews(request.number))[0]?.at).toBe(1_800_000_060_000);
    expect(merged.kind === 'merged' && (await store.commit(merged.commit)).at).toBe(1_800_000_060_000);
  });

  test('takes statuses that GitHub takes, and no others', async () => {
    const { host, head } = await proposed();
    const status = { context: 'x', state: 'success', description: '' } as const;
    await expect(host.setStatus(head, { ...status, description: 'x'.repeat(141) })).rejects.toThrow('141 characters');
    await expect(host.setStatus(head, { ...status, context: '' })).rejects.toThrow('context');
    await expect(host.setStatus('1'.repeat(40), status)).rejects.toThrow('no commit');
    await expect(host.setStatus('main', status)).rejects.toThrow('no commit');
    expect(await host.statuses(head)).toEqual([]);
  });

  test('an app does only what it was permitted', async () => {
    const { head, request } = await proposed();
    const people = { ...cast, apps: { intake: { id: 1, permissions: [] }, reporter: { id: 2, permissions: ['statuses'] as const } } };
    writeFileSync(join(folder, 'people.yaml'), JSON.stringify(people));
    const status = { context: 'x', state: 'success', description: '' } as const;
    const [intake, reporter] = await Promise.all(['intake', 'reporter'].map((as) => openLocalHost(folder, { as })));
    await expect(intake?.host.setStatus(head, status)).rejects.toThrow('intake may not post statuses');
    await reporter?.host.setStatus(head, status);
    await expect(reporter?.host.comment(request.number, 'x')).rejects.toThrow('reporter may not comment');
    expect(await reporter?.store.moveRef('refs/heads/x', head, undefined)).toMatchObject({ kind: 'refused' });
    expect(await reporter?.host.merge(request.number, { method: 'squash', head, message: 'm' })).toMatchObject({ kind: 'refused' });
  });

  test('a review of a head that has gone is refused, and says where the head is', async () => {
    const { store, commit, head, request } = await proposed();
    const next = await commit('3', [head]);
    await store.moveRef('refs/heads/change', next, head);
    const bob = await openLocalHost(folder, { as: 'bob' });
    await expect(bob.host.review(request.number, { state: 'approved', commit: head })).rejects.toThrow(next);
    expect(await bob.host.reviews(request.number)).toEqual([]);
  });

  test('a rebase puts the commits of an up-to-date head on the base, with their authors', async () => {
    const { store, host, commit, root, head, request } = await proposed();
    const second = await commit('3', [head]);
    await store.moveRef('refs/heads/change', second, head);
    const merged = await host.merge(request.number, { method: 'rebase', head: second, message: '' });
    const history = await store.firstParents((merged as { commit: string }).commit, 10);
    expect(history.map(({ message }) => message)).toEqual(['3', '2', '1']);
    expect(history[2]?.id).toBe(root);
  });

  describe('killed in the middle of a merge', () => {
    test('before the base moved, has merged nothing, and can merge again', async () => {
      const { store, host, head, root, request, log } = await proposed();
      const squashed = await store.writeCommit({ ...(await store.commit(head)), parents: [root], message: 'never landed' });
      await log.tryAppend(1, { kind: 'merging', head, commit: squashed, by, at: 0 });
      expect(await host.pullRequest(request.number)).toMatchObject({ state: 'open', headCommit: head });
      expect(await host.merge(request.number, { method: 'squash', head, message: 'm' })).toEqual({
        kind: 'merged',
        commit: await store.tryRef('refs/heads/main'),
      });
      expect(await store.tryRef('refs/heads/main')).not.toBe(squashed);
    });

    test('after the base moved, has merged, and merges nothing twice', async () => {
      const { store, host, head, root, request, log } = await proposed();
      const squashed = await store.writeCommit({ ...(await store.commit(head)), parents: [root], message: 'landed' });
      await log.tryAppend(1, { kind: 'merging', head, commit: squashed, by, at: 0 });
      await store.moveRef('refs/heads/main', squashed, root);
      expect(await host.pullRequest(request.number)).toMatchObject({ state: 'merged', headCommit: head, mergeCommit: squashed });
      expect(await host.merge(request.number, { method: 'squash', head, message: 'm' })).toEqual({ kind: 'merged', commit: squashed });
      await expect(host.closePullRequest(request.number)).rejects.toThrow('was merged');
      expect(await store.tryRef('refs/heads/main')).toBe(squashed);
    });

    test('is known as merged even after more has come on top and the head is gone', async () => {
      const { store, host, commit, head, root, request, log } = await proposed();
      const squashed = await store.writeCommit({ ...(await store.commit(head)), parents: [root], message: 'landed' });
      await log.tryAppend(1, { kind: 'merging', head, commit: squashed, by, at: 0 });
      await store.moveRef('refs/heads/main', squashed, root);
      await store.moveRef('refs/heads/main', await commit('later', [squashed]), squashed);
      await store.deleteRef('refs/heads/change', head);
      expect(await host.pullRequest(request.number)).toMatchObject({ state: 'merged', headCommit: head, mergeCommit: squashed });
    });
  });

  test('what a killed writer left half-written is no record, and is removed once it is old', async () => {
    const { host, head } = await proposed();
    await host.setStatus(head, { context: 'x', state: 'success', description: 'd' });
    const left = [join(folder, 'host', 'writing', '000002.json.b0b.writing'), join(folder, 'rulesets.json.b0b.writing')];
    for (const path of left) writeFileSync(path, '{"context": "x", "sta');
    expect(await host.statuses(head)).toHaveLength(1);
    expect(await host.pullRequests({})).toHaveLength(1);
    await host.setStatus(head, { context: 'x', state: 'failure', description: 'd' });
    expect((await host.statuses(head)).map(({ state }) => state)).toEqual(['success', 'failure']);
    expect(left.every((path) => existsSync(path))).toBe(true);
    const longAgo = new Date(Date.now() - 2 * 60 * 60 * 1000);
    for (const path of left) utimesSync(path, longAgo, longAgo);
    await openLocalHost(folder, { as: 'alice' });
    expect(left.filter((path) => existsSync(path))).toEqual([]);
  });

  test('a record that was damaged by hand is named', async () => {
    const { host, head } = await proposed();
    await host.setStatus(head, { context: 'x', state: 'success', description: 'd' });
    const path = join(folder, 'host', 'statuses', head, '000001.json');
    writeFileSync(path, '{');
    await expect(host.statuses(head)).rejects.toThrow(path);
  });
});

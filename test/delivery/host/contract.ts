import type { Host, PullRequest } from '../../../lib/delivery/host';
import type { People } from '../../../lib/delivery/local';
import type { Store } from '../../../lib/delivery/store';
import type { DesiredRule, DesiredRuleset } from '../../../lib/desired/desired-state';

/** Everybody whom the contract knows; a host under test has exactly these. */
export const cast: People = {
  repository: 'acme/delivery',
  people: {
    ada: { role: 'admin', owner: true },
    alice: { role: 'write' },
    bob: { role: 'write' },
    carol: { role: 'maintain' },
    rita: { role: 'read' },
  },
  teams: { 'release-managers': { id: 11, members: ['carol'] } },
  apps: { 'acme-delivery': { id: 1001 }, 'acme-other': { id: 1002 } },
};

export interface HostUnderTest {
  /** The host and its repository as one of the cast. */
  as(login: string): Promise<{ readonly store: Store; readonly host: Host }>;
  /** Replaces all rulesets of the repository. */
  protect(rulesets: readonly DesiredRuleset[]): Promise<void>;
  close(): Promise<void>;
}

/** A ruleset with the defaults of the tests: branches of one name, nobody bypasses. */
export function ruleset(
  name: string,
  refs: readonly string[],
  rules: readonly DesiredRule[],
  bypass: DesiredRuleset['bypass_actors'] = [],
): DesiredRuleset {
  const target = refs.every((ref) => ref.startsWith('refs/tags/')) ? 'tag' : 'branch';
  return { name, target, enforcement: 'active', bypass_actors: bypass, conditions: { ref_name: { include: refs, exclude: [] } }, rules };
}

type PullRequestParameters = Extract<DesiredRule, { readonly type: 'pull_request' }>['parameters'];

export function pullRequestRule(parameters: Partial<PullRequestParameters> = {}): DesiredRule {
  return {
    type: 'pull_request',
    parameters: {
      required_approving_review_count: 0,
      dismiss_stale_reviews_on_push: false,
      require_code_owner_review: false,
      require_last_push_approval: false,
      required_review_thread_resolution: false,
      allowed_merge_methods: ['merge', 'squash', 'rebase'],
      ...parameters,
    },
  };
}

export function checkRule(context: string, options: { readonly app?: number; readonly strict?: boolean } = {}): DesiredRule {
  return {
    type: 'required_status_checks',
    parameters: {
      required_status_checks: [options.app === undefined ? { context } : { context, integration_id: options.app }],
      strict_required_status_checks_policy: options.strict ?? false,
      do_not_enforce_on_create: true,
    },
  };
}

const deliveryApp = { actor_type: 'Integration', actor_id: 1001, bypass_mode: 'always' } as const;

/** What every Host and its Store do alike, whatever is behind them. `setup` is called once and gives an empty repository. */
export function hostContract(name: string, setup: () => Promise<HostUnderTest>): void {
  describe(name, () => {
    let under: HostUnderTest;
    let app: { readonly store: Store; readonly host: Host };
    let alice: { readonly store: Store; readonly host: Host };
    let bob: { readonly store: Store; readonly host: Host };
    let cases = 0;
    /** The branch of this test. */
    let base: string;

    beforeAll(async () => {
      under = await setup();
      [app, alice, bob] = await Promise.all([under.as('acme-delivery'), under.as('alice'), under.as('bob')]);
    });
    afterAll(() => under?.close());
    beforeEach(async () => {
      cases += 1;
      base = `case-${cases}`;
      await under.protect([]);
    });

    /** Writes a commit with these files, which nothing leads to yet. */
    async function commit(files: Readonly<Record<string, string>>, parents: readonly string[] = [], message = 'change'): Promise<string> {
      const tree = await alice.store.writeTree(new Map(Object.entries(files)));
      return alice.store.writeCommit({ tree, parents, author: 'alice', message, at: 1_700_000_000_000 + cases * 1000 });
    }

    async function branch(branchName: string, to: string, by = alice): Promise<string> {
      const ref = `refs/heads/${branchName}`;
      expect(await by.store.moveRef(ref, to, await by.store.tryRef(ref), true)).toEqual({ kind: 'done' });
      return to;
    }

    /** A base with one commit, and a pull request of one commit on it. */
    async function proposed(
      by = alice,
      files: Readonly<Record<string, string>> = { 'a.txt': 'new' },
    ): Promise<{ readonly root: string; readonly head: string; readonly request: PullRequest }> {
      const root = await branch(base, await commit({ 'a.txt': 'old', 'b.txt': 'same' }));
      const head = await branch(`${base}-head`, await commit({ 'a.txt': 'old', 'b.txt': 'same', ...files }, [root]), by);
      return { root, head, request: await by.host.openPullRequest({ head: `${base}-head`, base, title: 'Change', body: 'Why' }) };
    }

    const squash = (head: string) => ({ method: 'squash', head, message: 'Change a\n\nBecause.' }) as const;
    const at = (branchName: string) => alice.store.tryRef(`refs/heads/${branchName}`);

    describe('refs', () => {
      test('a ref that is created where none is leads to its commit, and one that exists already is reported with where it is', async () => {
        const one = await branch(base, await commit({ a: '1' }));
        const two = await commit({ a: '2' });
        expect(await bob.store.moveRef(`refs/heads/${base}`, two, undefined)).toEqual({ kind: 'moved', found: one });
        expect(await at(base)).toBe(one);
      });

      test('a ref moves only from where the caller saw it', async () => {
        const one = await branch(base, await commit({ a: '1' }));
        const two = await branch(base, await commit({ a: '2' }, [one]));
        const three = await commit({ a: '3' }, [one]);
        expect(await bob.store.moveRef(`refs/heads/${base}`, three, one)).toEqual({ kind: 'moved', found: two });
        expect(await bob.store.moveRef(`refs/heads/${base}-none`, three, one)).toEqual({ kind: 'moved' });
      });

      test('a move that drops commits is refused unless it is forced', async () => {
        const one = await branch(base, await commit({ a: '1' }));
        const other = await commit({ a: '2' });
        expect(await bob.store.moveRef(`refs/heads/${base}`, other, one)).toMatchObject({ kind: 'refused' });
        expect(await bob.store.moveRef(`refs/heads/${base}`, other, one, true)).toEqual({ kind: 'done' });
        expect(await at(base)).toBe(other);
      });

      test('a ref is deleted only from where the caller saw it', async () => {
        const one = await branch(base, await commit({ a: '1' }));
        const two = await branch(base, await commit({ a: '2' }, [one]));
        expect(await bob.store.deleteRef(`refs/heads/${base}`, one)).toEqual({ kind: 'moved', found: two });
        expect(await bob.store.deleteRef(`refs/heads/${base}`, two)).toEqual({ kind: 'done' });
        expect(await bob.store.deleteRef(`refs/heads/${base}`, two)).toEqual({ kind: 'moved' });
        expect(await at(base)).toBeUndefined();
      });

      test('refs are listed by the beginning of their full name, in order, branches and tags apart', async () => {
        const one = await commit({ a: '1' });
        for (const ref of [`heads/${base}/b`, `heads/${base}/a`, `heads/${base}x`, `tags/${base}/a`]) {
          expect(await alice.store.moveRef(`refs/${ref}`, one, undefined)).toEqual({ kind: 'done' });
        }
        const listed = async (prefix: string) => (await bob.store.refs(prefix)).map(({ ref }) => ref);
        expect(await listed(`refs/heads/${base}/`)).toEqual([`refs/heads/${base}/a`, `refs/heads/${base}/b`]);
        expect(await listed(`refs/heads/${base}`)).toEqual([`refs/heads/${base}/a`, `refs/heads/${base}/b`, `refs/heads/${base}x`]);
        expect(await listed(`refs/tags/${base}/`)).toEqual([`refs/tags/${base}/a`]);
        expect(await listed(`refs/heads/${base}/c`)).toEqual([]);
      });

      test('of several who move a ref from the same place at once, one does', async () => {
        const one = await branch(base, await commit({ a: '1' }));
        const next = await Promise.all(Array.from({ length: 5 }, (_, index) => commit({ a: `from ${index}` }, [one])));
        const outcomes = await Promise.all(next.map((to) => alice.store.moveRef(`refs/heads/${base}`, to, one)));
        const winners = next.filter((_, index) => outcomes[index]?.kind === 'done');
        expect(winners).toEqual([await at(base)]);
        expect(outcomes.filter(({ kind }) => kind === 'moved')).toEqual(
          Array.from({ length: 4 }, () => ({ kind: 'moved', found: winners[0] })),
        );
      });
    });

    describe('objects', () => {
      test('a commit is the same whoever writes it, and is read as it was given, to the second', async () => {
        const tree = await alice.store.writeTree(new Map([['a', '1']]));
        const given = { tree, parents: [], author: 'acme-delivery[bot]', message: 'Promote\n\nRelease: r1', at: 1_700_000_000_999 };
        const ids = await Promise.all([alice.store.writeCommit(given), bob.store.writeCommit(given)]);
        expect(ids[0]).toBe(ids[1]);
        expect(await alice.store.commit(ids[0])).toEqual({ ...given, id: ids[0], at: 1_700_000_000_000 });
      });

      test('a tree made of whole trees is the tree of their files', async () => {
        const files = new Map([
          ['x/one.yaml', 'a: 1\n'],
          ['y.yaml', ''],
          ['x/deep/two.yaml', 'ünïcode €\n'],
        ]);
        const part = await alice.store.writeTree(files);
        const grafted = await alice.store.writeTree(new Map([['README', 'read']]), new Map([['env/prod', part]]));
        const plain = await alice.store.writeTree(
          new Map([['README', 'read'], ...[...files].map(([path, text]): [string, string] => [`env/prod/${path}`, text])]),
        );
        expect(grafted).toBe(plain);
        const id = await branch(base, await alice.store.writeCommit({ tree: grafted, parents: [], author: 'alice', message: 'm', at: 0 }));
        expect(await bob.store.files(id, 'env/prod')).toEqual(new Map([...files].sort()));
        expect(await bob.store.tryTree(id, 'env/prod')).toBe(part);
        expect(await bob.store.tryTree(id, '')).toBe(grafted);
        expect(await bob.store.tryTree(id, 'env/dev')).toBeUndefined();
        expect(await bob.store.tryTree(id, 'README')).toBeUndefined();
        expect(await bob.store.tryFile(id, 'env/prod/x/deep/two.yaml')).toBe('ünïcode €\n');
        expect(await bob.store.tryFile(id, 'env/prod/y.yaml')).toBe('');
        expect(await bob.store.tryFile(id, 'env/prod')).toBeUndefined();
        expect(await bob.store.tryFile(id, 'none')).toBeUndefined();
        expect(await bob.store.files(id, 'none')).toEqual(new Map());
      });

      test('history is followed by first parents, by ancestry and between two commits', async () => {
        const one = await commit({ a: '1' });
        const two = await commit({ a: '2' }, [one]);
        const side = await commit({ a: 'side' }, [one]);
        const merged = await branch(base, await commit({ a: '3' }, [two, side], 'merge'));
        expect((await bob.store.firstParents(merged, 10)).map(({ id }) => id)).toEqual([merged, two, one]);
        expect((await bob.store.firstParents(merged, 2)).map(({ id }) => id)).toEqual([merged, two]);
        expect(await bob.store.isAncestor(side, merged)).toBe(true);
        expect(await bob.store.isAncestor(merged, merged)).toBe(true);
        expect(await bob.store.isAncestor(merged, side)).toBe(false);
        expect(await bob.store.isAncestor('0'.repeat(40), merged)).toBe(false);
        const between = (await bob.store.between(one, merged, 10)).map(({ id }) => id);
        expect(between[0]).toBe(merged);
        expect(new Set(between)).toEqual(new Set([merged, two, side]));
        expect((await bob.store.between(undefined, two, 10)).map(({ id }) => id)).toEqual([two, one]);
        expect(await bob.store.between(merged, merged, 10)).toEqual([]);
        await expect(bob.store.commit('0'.repeat(40))).rejects.toThrow();
      });
    });

    describe('pull requests', () => {
      test('a pull request is read as it was opened, and found by base, head and state', async () => {
        const { head, request } = await proposed();
        expect(request).toMatchObject({
          title: 'Change',
          body: 'Why',
          head: `${base}-head`,
          base,
          headCommit: head,
          author: { kind: 'person', login: 'alice' },
          state: 'open',
        });
        expect(await bob.host.pullRequest(request.number)).toEqual(request);
        expect(await bob.host.pullRequests({ base })).toEqual([request]);
        expect(await bob.host.pullRequests({ head: `${base}-head`, state: 'open' })).toEqual([request]);
        expect(await bob.host.pullRequests({ base, state: 'merged' })).toEqual([]);
      });

      test('opening it again, after a failure, gives the one that is open', async () => {
        const { request } = await proposed();
        const again = await alice.host.openPullRequest({ head: request.head, base, title: 'Change', body: 'Why' });
        expect(again.number).toBe(request.number);
        expect(await bob.host.pullRequests({ base })).toHaveLength(1);
      });

      test('a pull request without a head, without a base or with nothing to merge is not opened', async () => {
        const { root } = await proposed();
        await branch(`${base}-same`, root);
        const open = (head: string, onto: string) => alice.host.openPullRequest({ head, base: onto, title: 't', body: '' });
        await expect(open(`${base}-none`, base)).rejects.toThrow();
        await expect(open(`${base}-head`, `${base}-none`)).rejects.toThrow();
        await expect(open(`${base}-same`, base)).rejects.toThrow();
        expect(await alice.host.pullRequests({ base })).toHaveLength(1);
      });

      test('its title and body change apart from each other', async () => {
        const { request } = await proposed();
        await alice.host.updatePullRequest(request.number, { title: 'Other' });
        await alice.host.updatePullRequest(request.number, { body: 'Because' });
        expect(await bob.host.pullRequest(request.number)).toEqual({ ...request, title: 'Other', body: 'Because' });
      });

      test('a closed pull request stays closed, keeps its head, and cannot be merged', async () => {
        const { root, head, request } = await proposed();
        await alice.host.closePullRequest(request.number);
        await alice.host.closePullRequest(request.number);
        expect(await bob.host.pullRequest(request.number)).toMatchObject({ state: 'closed', headCommit: head });
        expect(await alice.host.merge(request.number, squash(head))).toMatchObject({ kind: 'refused' });
        expect(await at(base)).toBe(root);
      });

      test('a push to its head branch moves its head, and the deletion of the branch closes it', async () => {
        const { head, request } = await proposed();
        const next = await branch(request.head, await commit({ 'a.txt': 'newer', 'b.txt': 'same' }, [head]));
        expect(await bob.host.pullRequest(request.number)).toMatchObject({ state: 'open', headCommit: next });
        await alice.store.deleteRef(`refs/heads/${request.head}`, next);
        expect(await bob.host.pullRequest(request.number)).toMatchObject({ state: 'closed' });
        await branch(request.head, next);
        expect(await bob.host.pullRequest(request.number)).toMatchObject({ state: 'closed' });
      });

      test('comments are kept in order, with who wrote them', async () => {
        const { request } = await proposed();
        await alice.host.comment(request.number, 'first');
        await app.host.comment(request.number, 'second');
        const comments = await bob.host.comments(request.number);
        expect(comments.map(({ author, body }) => [author, body])).toEqual([
          [{ kind: 'person', login: 'alice' }, 'first'],
          [{ kind: 'app', login: 'acme-delivery' }, 'second'],
        ]);
        expect(new Set(comments.map(({ id }) => id)).size).toBe(2);
      });

      test('there is no pull request with a number that was not given', async () => {
        await expect(alice.host.pullRequest(9_999)).rejects.toThrow();
      });
    });

    describe('merging', () => {
      test('a squash puts one commit with the tree of the head on the base, under the message given', async () => {
        const { root, head, request } = await proposed();
        const outcome = await bob.host.merge(request.number, squash(head));
        const merged = (await at(base)) as string;
        expect(outcome).toEqual({ kind: 'merged', commit: merged });
        const made = await bob.store.commit(merged);
        expect(made).toMatchObject({
          parents: [root],
          tree: (await bob.store.commit(head)).tree,
          message: 'Change a\n\nBecause.',
          author: 'alice',
        });
        expect(await bob.host.pullRequest(request.number)).toMatchObject({ state: 'merged', headCommit: head, mergeCommit: merged });
      });

      test('a merge names the head it saw and is refused when the head has moved', async () => {
        const { root, head, request } = await proposed();
        await branch(request.head, await commit({ 'a.txt': 'newer' }, [head]));
        expect(await bob.host.merge(request.number, squash(head))).toMatchObject({ kind: 'moved' });
        expect(await at(base)).toBe(root);
      });

      test('merging again what is merged, after a failure, names the commit of the first merge and merges nothing', async () => {
        const { head, request } = await proposed();
        const first = await bob.host.merge(request.number, squash(head));
        expect(await bob.host.merge(request.number, squash(head))).toEqual(first);
        expect(await alice.store.firstParents((await at(base)) as string, 10)).toHaveLength(2);
      });

      test('of two merges of one pull request at once, one merges', async () => {
        const { root, head, request } = await proposed();
        const outcomes = await Promise.all([alice.host.merge(request.number, squash(head)), bob.host.merge(request.number, squash(head))]);
        const merged = (await at(base)) as string;
        expect((await alice.store.firstParents(merged, 10)).map(({ id }) => id)).toEqual([merged, root]);
        expect(outcomes.some(({ kind }) => kind === 'merged')).toBe(true);
        for (const outcome of outcomes) if (outcome.kind === 'merged') expect(outcome.commit).toBe(merged);
      });

      test('of two pull requests that are merged at once under strict checks, one wins', async () => {
        await under.protect([ruleset('strict', [`refs/heads/${base}`], [checkRule('gates', { strict: true })])]);
        const { root, head, request } = await proposed();
        const rival = await branch(`${base}-rival`, await commit({ 'a.txt': 'rival' }, [root]));
        const other = await bob.host.openPullRequest({ head: `${base}-rival`, base, title: 'Rival', body: '' });
        for (const one of [head, rival]) await app.host.setStatus(one, { context: 'gates', state: 'success', description: 'ok' });
        const outcomes = await Promise.all([alice.host.merge(request.number, squash(head)), bob.host.merge(other.number, squash(rival))]);
        expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['merged', 'moved']);
        expect(await alice.store.firstParents((await at(base)) as string, 10)).toHaveLength(2);
      });

      test('a pull request from a behind head cannot be merged under strict checks', async () => {
        const { root, head, request } = await proposed();
        await app.host.setStatus(head, { context: 'gates', state: 'success', description: 'ok' });
        const ahead = await branch(base, await commit({ 'a.txt': 'old', 'b.txt': 'ahead' }, [root]));
        await under.protect([ruleset('strict', [`refs/heads/${base}`], [checkRule('gates', { strict: true })])]);
        expect(await alice.host.merge(request.number, squash(head))).toMatchObject({ kind: 'moved' });
        expect(await at(base)).toBe(ahead);
      });

      test('without strict checks a behind head is merged with what the base gained', async () => {
        const { root, head, request } = await proposed();
        await branch(base, await commit({ 'a.txt': 'old', 'b.txt': 'ahead' }, [root]));
        expect(await alice.host.merge(request.number, squash(head))).toMatchObject({ kind: 'merged' });
        expect(await alice.store.files((await at(base)) as string, '')).toEqual(
          new Map([
            ['a.txt', 'new'],
            ['b.txt', 'ahead'],
          ]),
        );
      });

      test('a head that conflicts with its base is not merged', async () => {
        const { root, head, request } = await proposed();
        const ahead = await branch(base, await commit({ 'a.txt': 'conflicting', 'b.txt': 'same' }, [root]));
        expect(await alice.host.merge(request.number, squash(head))).toMatchObject({ kind: 'refused' });
        expect(await at(base)).toBe(ahead);
      });

      test('a merge commit has the base and the head as parents', async () => {
        const { root, head, request } = await proposed();
        expect(await alice.host.merge(request.number, { method: 'merge', head, message: 'Merge' })).toMatchObject({ kind: 'merged' });
        expect((await alice.store.commit((await at(base)) as string)).parents).toEqual([root, head]);
      });

      test('a pull request whose head was pushed to the base has been merged', async () => {
        const { head, request } = await proposed();
        await branch(base, head);
        expect(await bob.host.pullRequest(request.number)).toMatchObject({ state: 'merged', headCommit: head, mergeCommit: head });
        expect(await bob.host.pullRequests({ base, state: 'open' })).toEqual([]);
        expect(await alice.host.merge(request.number, squash(head))).toEqual({ kind: 'merged', commit: head });
        expect(await at(base)).toBe(head);
      });

      test('who may only read cannot merge', async () => {
        const { root, head, request } = await proposed();
        const rita = await under.as('rita');
        expect(await rita.host.merge(request.number, squash(head))).toMatchObject({ kind: 'refused' });
        expect(await at(base)).toBe(root);
      });
    });

    describe('statuses', () => {
      test('all statuses of a commit are kept in order, each with its creator and time', async () => {
        const head = await branch(base, await commit({ a: '1' }));
        const before = await alice.host.now();
        await app.host.setStatus(head, { context: 'gates', state: 'pending', description: 'waiting' });
        await alice.host.setStatus(head, { context: 'gates', state: 'success', description: 'forged', targetUrl: 'https://example.org/1' });
        const after = await alice.host.now();
        const statuses = await bob.host.statuses(head);
        expect(statuses).toMatchObject([
          { context: 'gates', state: 'pending', description: 'waiting', creator: { kind: 'app', login: 'acme-delivery' } },
          {
            context: 'gates',
            state: 'success',
            description: 'forged',
            targetUrl: 'https://example.org/1',
            creator: { kind: 'person', login: 'alice' },
          },
        ]);
        for (const { at: time } of statuses) {
          // Hosts keep whole seconds.
          expect(time).toBeGreaterThanOrEqual(Math.floor(before / 1000) * 1000);
          expect(time).toBeLessThanOrEqual(after + 1000);
        }
        expect(await bob.host.statuses(await commit({ a: 'other' }))).toEqual([]);
      });

      test('who may only read posts no status', async () => {
        const head = await branch(base, await commit({ a: '1' }));
        const rita = await under.as('rita');
        await expect(rita.host.setStatus(head, { context: 'gates', state: 'success', description: 'ok' })).rejects.toThrow();
        expect(await bob.host.statuses(head)).toEqual([]);
      });

      test('a status counts its creator: the required check of an app is met by that app alone', async () => {
        await under.protect([ruleset('gates', [`refs/heads/${base}`], [checkRule('gates', { app: 1001 })])]);
        const { head, request } = await proposed();
        const other = await under.as('acme-other');
        for (const forger of [alice, other]) await forger.host.setStatus(head, { context: 'gates', state: 'success', description: 'ok' });
        expect(await alice.host.merge(request.number, squash(head))).toMatchObject({
          kind: 'refused',
          reason: expect.stringContaining('gates'),
        });
        await app.host.setStatus(head, { context: 'gates', state: 'pending', description: 'waiting' });
        expect(await alice.host.merge(request.number, squash(head))).toMatchObject({ kind: 'refused' });
        await app.host.setStatus(head, { context: 'gates', state: 'success', description: 'ok' });
        expect(await alice.host.merge(request.number, squash(head))).toMatchObject({ kind: 'merged' });
      });

      test('the last status of a context decides, and only success passes', async () => {
        await under.protect([ruleset('gates', [`refs/heads/${base}`], [checkRule('gates')])]);
        const { head, request } = await proposed();
        await app.host.setStatus(head, { context: 'gates', state: 'success', description: 'ok' });
        await app.host.setStatus(head, { context: 'gates', state: 'pending', description: 'taken back' });
        expect(await alice.host.merge(request.number, squash(head))).toMatchObject({ kind: 'refused' });
        await app.host.setStatus(head, { context: 'gates', state: 'success', description: 'ok' });
        expect(await alice.host.merge(request.number, squash(head))).toMatchObject({ kind: 'merged' });
      });
    });

    describe('reviews', () => {
      const approve = (head: string) => ({ state: 'approved', commit: head }) as const;

      test('a review has its author, its head and its time, and the author of a pull request cannot give one', async () => {
        const { head, request } = await proposed();
        await bob.host.review(request.number, approve(head));
        await expect(alice.host.review(request.number, approve(head))).rejects.toThrow();
        expect(await alice.host.reviews(request.number)).toMatchObject([
          { author: { kind: 'person', login: 'bob' }, state: 'approved', commit: head },
        ]);
      });

      test('any person may approve the pull request of an app', async () => {
        await under.protect([ruleset('reviewed', [`refs/heads/${base}`], [pullRequestRule({ required_approving_review_count: 1 })])]);
        const { head, request } = await proposed(app);
        expect(await app.host.merge(request.number, squash(head))).toMatchObject({ kind: 'refused' });
        await alice.host.review(request.number, approve(head));
        expect(await app.host.merge(request.number, squash(head))).toMatchObject({ kind: 'merged' });
      });

      test('reviews count once for each person who may write', async () => {
        await under.protect([ruleset('reviewed', [`refs/heads/${base}`], [pullRequestRule({ required_approving_review_count: 2 })])]);
        const { head, request } = await proposed();
        const [rita, carol] = await Promise.all([under.as('rita'), under.as('carol')]);
        await bob.host.review(request.number, approve(head));
        await bob.host.review(request.number, approve(head));
        await rita.host.review(request.number, approve(head));
        expect(await alice.host.merge(request.number, squash(head))).toMatchObject({ kind: 'refused' });
        await carol.host.review(request.number, approve(head));
        expect(await alice.host.merge(request.number, squash(head))).toMatchObject({ kind: 'merged' });
      });

      test('it is known who may write, whatever the case of the login, and of nobody who is unknown', async () => {
        const known = ['alice', 'Alice', 'rita', 'nobody-at-all'].map((login) => app.host.mayWrite(login));
        expect(await Promise.all(known)).toEqual([true, true, false, false]);
      });

      test('who asks for changes holds the merge back until he approves', async () => {
        await under.protect([ruleset('reviewed', [`refs/heads/${base}`], [pullRequestRule({ required_approving_review_count: 1 })])]);
        const { head, request } = await proposed();
        const carol = await under.as('carol');
        await carol.host.review(request.number, { state: 'changes-requested', commit: head, body: 'no' });
        await bob.host.review(request.number, approve(head));
        expect(await alice.host.merge(request.number, squash(head))).toMatchObject({ kind: 'refused' });
        await carol.host.review(request.number, approve(head));
        expect(await alice.host.merge(request.number, squash(head))).toMatchObject({ kind: 'merged' });
      });

      test('a push takes approvals back where the rule says so', async () => {
        await under.protect([
          ruleset(
            'reviewed',
            [`refs/heads/${base}`],
            [pullRequestRule({ required_approving_review_count: 1, dismiss_stale_reviews_on_push: true })],
          ),
        ]);
        const { head, request } = await proposed();
        await bob.host.review(request.number, approve(head));
        const next = await branch(request.head, await commit({ 'a.txt': 'newer', 'b.txt': 'same' }, [head]));
        expect(await alice.host.reviews(request.number)).toMatchObject([{ state: 'dismissed', commit: head }]);
        expect(await alice.host.merge(request.number, squash(next))).toMatchObject({ kind: 'refused' });
        await bob.host.review(request.number, approve(next));
        expect(await alice.host.merge(request.number, squash(next))).toMatchObject({ kind: 'merged' });
      });

      test('a push leaves approvals where the rule does not take them back', async () => {
        await under.protect([ruleset('reviewed', [`refs/heads/${base}`], [pullRequestRule({ required_approving_review_count: 1 })])]);
        const { head, request } = await proposed();
        await bob.host.review(request.number, approve(head));
        const next = await branch(request.head, await commit({ 'a.txt': 'newer', 'b.txt': 'same' }, [head]));
        expect(await alice.host.reviews(request.number)).toMatchObject([{ state: 'approved', commit: head }]);
        expect(await alice.host.merge(request.number, squash(next))).toMatchObject({ kind: 'merged' });
      });

      test('the last push is approved by somebody who did not push it', async () => {
        await under.protect([
          ruleset(
            'reviewed',
            [`refs/heads/${base}`],
            [pullRequestRule({ required_approving_review_count: 1, require_last_push_approval: true })],
          ),
        ]);
        const { head, request } = await proposed();
        const next = await branch(request.head, await commit({ 'a.txt': 'of bob', 'b.txt': 'same' }, [head]), bob);
        await bob.host.review(request.number, approve(next));
        expect(await alice.host.merge(request.number, squash(next))).toMatchObject({
          kind: 'refused',
          reason: expect.stringContaining('bob'),
        });
        const carol = await under.as('carol');
        await carol.host.review(request.number, approve(next));
        expect(await alice.host.merge(request.number, squash(next))).toMatchObject({ kind: 'merged' });
      });

      test('whoever merged something onto the head pushed it last, and does not approve it alone', async () => {
        const { request } = await proposed();
        const more = await branch(`${request.head}-more`, await commit({ 'a.txt': 'of bob' }, [request.headCommit]), bob);
        const onto = await alice.host.openPullRequest({ head: `${request.head}-more`, base: request.head, title: 'More', body: '' });
        const merged = await bob.host.merge(onto.number, { method: 'merge', head: more, message: 'More' });
        const next = merged.kind === 'merged' ? merged.commit : '';
        await under.protect([
          ruleset(
            'reviewed',
            [`refs/heads/${base}`],
            [pullRequestRule({ required_approving_review_count: 1, require_last_push_approval: true })],
          ),
        ]);
        await bob.host.review(request.number, approve(next));
        expect(await alice.host.merge(request.number, squash(next))).toMatchObject({
          kind: 'refused',
          reason: expect.stringContaining('bob'),
        });
      });

      test('code owners of the base review what they own', async () => {
        await under.protect([ruleset('owned', [`refs/heads/${base}`], [pullRequestRule({ require_code_owner_review: true })])]);
        const owners = '/manifests/ @acme/release-managers\n';
        const root = await branch(base, await commit({ '.github/CODEOWNERS': owners, 'manifests/a.yaml': '1' }));
        // The head may not choose its own owners.
        const head = await branch(`${base}-head`, await commit({ '.github/CODEOWNERS': '* @bob\n', 'manifests/a.yaml': '2' }, [root]));
        const request = await alice.host.openPullRequest({ head: `${base}-head`, base, title: 't', body: '' });
        await bob.host.review(request.number, approve(head));
        expect(await alice.host.merge(request.number, squash(head))).toMatchObject({
          kind: 'refused',
          reason: expect.stringContaining('@acme/release-managers'),
        });
        const carol = await under.as('carol');
        await carol.host.review(request.number, approve(head));
        expect(await alice.host.merge(request.number, squash(head))).toMatchObject({ kind: 'merged' });
      });
    });

    describe('rulesets', () => {
      test('update of a protected branch by anybody but the bypass actor is refused', async () => {
        const one = await branch(base, await commit({ a: '1' }));
        await under.protect([ruleset('locked', [`refs/heads/${base}`], [{ type: 'update' }], [deliveryApp])]);
        const two = await commit({ a: '2' }, [one]);
        for (const login of ['alice', 'ada', 'acme-other']) {
          const { store } = await under.as(login);
          expect(await store.moveRef(`refs/heads/${base}`, two, one)).toMatchObject({
            kind: 'refused',
            reason: expect.stringMatching(/\S/),
          });
        }
        expect(await at(base)).toBe(one);
        expect(await app.store.moveRef(`refs/heads/${base}`, two, one)).toEqual({ kind: 'done' });
      });

      test('a restricted branch is not updated by a merge either, but by the bypass actor', async () => {
        const { root, head, request } = await proposed();
        await under.protect([ruleset('locked', [`refs/heads/${base}`], [{ type: 'update' }], [deliveryApp])]);
        expect(await alice.host.merge(request.number, squash(head))).toMatchObject({ kind: 'refused' });
        expect(await at(base)).toBe(root);
        expect(await app.host.merge(request.number, squash(head))).toMatchObject({ kind: 'merged' });
      });

      test('a bypass skips its own ruleset and no other', async () => {
        const { head, request } = await proposed(app);
        await under.protect([
          ruleset('locked', [`refs/heads/${base}`], [{ type: 'update' }], [deliveryApp]),
          ruleset('gates', [`refs/heads/${base}`], [pullRequestRule(), checkRule('gates', { app: 1001, strict: true })]),
        ]);
        expect(await app.store.moveRef(`refs/heads/${base}`, head, await at(base))).toMatchObject({ kind: 'refused' });
        expect(await app.host.merge(request.number, squash(head))).toMatchObject({ kind: 'refused' });
        await app.host.setStatus(head, { context: 'gates', state: 'success', description: 'ok' });
        expect(await app.host.merge(request.number, squash(head))).toMatchObject({ kind: 'merged' });
      });

      test('a bypass for pull requests does not bypass a push', async () => {
        const { root, head, request } = await proposed();
        const team = { actor_type: 'Team', actor_id: 11, bypass_mode: 'pull_request' } as const;
        await under.protect([ruleset('locked', [`refs/heads/${base}`], [{ type: 'update' }], [team])]);
        const carol = await under.as('carol');
        expect(await carol.store.moveRef(`refs/heads/${base}`, head, root)).toMatchObject({ kind: 'refused' });
        expect(await carol.host.merge(request.number, squash(head))).toMatchObject({ kind: 'merged' });
      });

      test('creation and deletion are restricted apart', async () => {
        const one = await commit({ a: '1' });
        await under.protect([ruleset('no-creation', [`refs/heads/${base}/**/*`], [{ type: 'creation' }], [deliveryApp])]);
        const ref = `refs/heads/${base}/deep/one`;
        expect(await alice.store.moveRef(ref, one, undefined)).toMatchObject({ kind: 'refused' });
        expect(await app.store.moveRef(ref, one, undefined)).toEqual({ kind: 'done' });
        await under.protect([ruleset('no-deletion', [`refs/heads/${base}/**/*`], [{ type: 'deletion' }])]);
        expect(await app.store.deleteRef(ref, one)).toMatchObject({ kind: 'refused' });
        await under.protect([]);
        expect(await app.store.deleteRef(ref, one)).toEqual({ kind: 'done' });
      });

      test('tags that hold releases are made by one app and changed by nobody', async () => {
        const tags = `refs/tags/${base}/releases/*`;
        await under.protect([
          ruleset('made by the app', [tags], [{ type: 'creation' }], [deliveryApp]),
          ruleset('never changed', [tags], [{ type: 'update' }, { type: 'deletion' }, { type: 'non_fast_forward' }]),
        ]);
        const one = await commit({ a: '1' });
        const two = await commit({ a: '2' }, [one]);
        const ref = `refs/tags/${base}/releases/r1`;
        expect(await alice.store.moveRef(ref, one, undefined)).toMatchObject({ kind: 'refused' });
        expect(await app.store.moveRef(ref, one, undefined)).toEqual({ kind: 'done' });
        expect(await app.store.moveRef(ref, two, one)).toMatchObject({ kind: 'refused' });
        expect(await app.store.deleteRef(ref, one)).toMatchObject({ kind: 'refused' });
        expect(await app.store.tryRef(ref)).toBe(one);
      });

      test('force pushes are blocked where history may not be dropped, and pull requests are asked for where pushes may not go', async () => {
        const one = await branch(base, await commit({ a: '1' }));
        await under.protect([ruleset('no force', [`refs/heads/${base}`], [{ type: 'non_fast_forward' }])]);
        expect(await app.store.moveRef(`refs/heads/${base}`, await commit({ a: '2' }), one, true)).toMatchObject({ kind: 'refused' });
        await under.protect([ruleset('reviewed', [`refs/heads/${base}`], [pullRequestRule()])]);
        expect(await app.store.moveRef(`refs/heads/${base}`, await commit({ a: '2' }, [one]), one)).toMatchObject({ kind: 'refused' });
        expect(await at(base)).toBe(one);
      });

      test('a history that must be linear takes no merge commit, neither pushed nor merged', async () => {
        const { root, head, request } = await proposed();
        const merge = await commit({ a: 'both' }, [root, head]);
        await under.protect([ruleset('linear', [`refs/heads/${base}`], [{ type: 'required_linear_history' }])]);
        expect(await alice.store.moveRef(`refs/heads/${base}`, merge, root)).toMatchObject({ kind: 'refused' });
        expect(await alice.host.merge(request.number, { method: 'merge', head, message: 'm' })).toMatchObject({ kind: 'refused' });
        expect(await alice.host.merge(request.number, squash(head))).toMatchObject({ kind: 'merged' });
      });

      test('a merge method that is not allowed is refused', async () => {
        const { head, request } = await proposed();
        await under.protect([ruleset('squash only', [`refs/heads/${base}`], [pullRequestRule({ allowed_merge_methods: ['squash'] })])]);
        expect(await alice.host.merge(request.number, { method: 'merge', head, message: 'm' })).toMatchObject({ kind: 'refused' });
        expect(await alice.host.merge(request.number, squash(head))).toMatchObject({ kind: 'merged' });
      });

      test('a ruleset that is not active, or that excludes the branch, holds nobody back', async () => {
        const one = await branch(base, await commit({ a: '1' }));
        const locked = ruleset('locked', ['~ALL'], [{ type: 'update' }]);
        const excluding = {
          ...locked,
          name: 'excluding',
          conditions: { ref_name: { include: ['~ALL'], exclude: [`refs/heads/${base}`] } },
        };
        await under.protect([{ ...locked, enforcement: 'disabled' }, excluding]);
        expect(await alice.store.moveRef(`refs/heads/${base}`, await commit({ a: '2' }, [one]), one)).toEqual({ kind: 'done' });
      });
    });

    describe('people', () => {
      test('everybody is known to the host as what he is', async () => {
        expect(await alice.host.actor()).toEqual({ kind: 'person', login: 'alice' });
        expect(await app.host.actor()).toEqual({ kind: 'app', login: 'acme-delivery' });
        expect(alice.host.repository).toBe('acme/delivery');
      });

      test('a team has its members, and one that does not exist is no empty team', async () => {
        expect(await alice.host.tryTeam('release-managers')).toEqual(['carol']);
        expect(await alice.host.tryTeam('strangers')).toBeUndefined();
      });
    });
  });
}

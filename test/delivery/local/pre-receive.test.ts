import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGitStore } from '../../../lib/delivery/git/git-store';
import { createLocalHost, openLocalHost, writeLocalRulesets } from '../../../lib/delivery/local';
import { cast, pullRequestRule, ruleset } from '../host/contract';

const deliveryApp = { actor_type: 'Integration', actor_id: 1001, bypass_mode: 'always' } as const;

describe('a plain git push to a local host', () => {
  let folder: string;
  let clone: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stagegate host-'));
    clone = join(folder, 'clone');
    await createLocalHost(join(folder, 'host'), {
      people: cast,
      rulesets: [ruleset('environments', ['refs/heads/env/**/*'], [{ type: 'creation' }, { type: 'update' }], [deliveryApp])],
    });
    mkdirSync(clone);
    git('init', '--quiet', '--initial-branch=main');
    git('remote', 'add', 'origin', join(folder, 'host', 'repository.git'));
    commit('one');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function git(...args: string[]): string {
    return execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], {
      cwd: clone,
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
  }

  function commit(text: string): string {
    writeFileSync(join(clone, 'a.txt'), text);
    git('add', '-A');
    git('commit', '--quiet', '-m', text);
    return git('rev-parse', 'HEAD');
  }

  /** The message of a refused push; undefined when it was taken. */
  function push(as: string | undefined, ...refspecs: string[]): string | undefined {
    const environment = { ...process.env };
    delete environment.STAGEGATE_AS;
    const result = spawnSync('git', ['push', '--quiet', 'origin', ...refspecs], {
      cwd: clone,
      encoding: 'utf8',
      env: as === undefined ? environment : { ...environment, STAGEGATE_AS: as },
    });
    return result.status === 0 ? undefined : result.stderr;
  }

  test('without identity passes where nothing is restricted, and is refused with the rule and the way out where something is', async () => {
    expect(push(undefined, 'main', 'main:feature/x')).toBeUndefined();
    const refused = push(undefined, 'main:env/dev');
    expect(refused).toContain('refs/heads/env/dev: creation is restricted (ruleset "environments", rule creation)');
    expect(refused).toContain('set STAGEGATE_AS to a login of people.yaml');
  });

  test('is taken from the bypass actor and refused from everybody else', async () => {
    expect(push('alice', 'main:env/dev')).toContain('refused for alice');
    expect(push('acme-delivery', 'main:env/dev')).toBeUndefined();
    commit('two');
    expect(push('ada', 'main:env/dev')).toContain('update is restricted');
    expect(push('acme-delivery', 'main:env/dev')).toBeUndefined();
  });

  test('moves all of its refs or none', async () => {
    expect(push('alice', 'main:free', 'main:env/dev')).toContain('refs/heads/env/dev');
    const { store } = await openLocalHost(join(folder, 'host'), { as: 'alice' });
    expect(await store.refs('refs/heads/')).toEqual([]);
  });

  test('of an unknown login is told who is known, and of a reader that he may not write', async () => {
    expect(push('mallory', 'main')).toContain('nobody is called "mallory" on this host; known: people ada, alice');
    expect(push('rita', 'main')).toContain('rita may not write to acme/delivery');
  });

  test('is judged by the commits it brings, which no ref leads to yet', async () => {
    await writeLocalRulesets(join(folder, 'host'), [
      ruleset('main', ['~DEFAULT_BRANCH'], [{ type: 'required_linear_history' }, { type: 'non_fast_forward' }, { type: 'deletion' }]),
    ]);
    const first = git('rev-parse', 'HEAD');
    expect(push('alice', 'main')).toBeUndefined();
    git('checkout', '--quiet', '-b', 'side');
    writeFileSync(join(clone, 'b.txt'), 'b');
    git('add', '-A');
    git('commit', '--quiet', '-m', 'side');
    git('checkout', '--quiet', 'main');
    commit('two');
    expect(push('alice', 'main')).toBeUndefined();
    git('merge', '--quiet', '--no-edit', 'side');
    expect(push('alice', 'main')).toContain('is a merge commit, and history must be linear');
    expect(push('alice', `+${first}:refs/heads/main`)).toContain('force pushes are blocked');
    expect(push('alice', ':main')).toContain('deletion is restricted');
  });

  test('of an unsigned commit is refused where signatures are required', async () => {
    await writeLocalRulesets(join(folder, 'host'), [ruleset('signed', ['~ALL'], [{ type: 'required_signatures' }])]);
    expect(push('alice', 'main')).toMatch(/[0-9a-f]{12} is not signed/);
  });

  test('cannot delete the default branch, whatever the rulesets say', async () => {
    await writeLocalRulesets(join(folder, 'host'), []);
    expect(push('ada', 'main')).toBeUndefined();
    expect(push('ada', ':main')).toContain('the default branch cannot be deleted');
  });

  test('is refused as a whole when rulesets or people cannot be read', async () => {
    writeFileSync(join(folder, 'host', 'rulesets.json'), '{');
    expect(push('ada', 'main')).toContain('rulesets.json is not JSON');
    await writeLocalRulesets(join(folder, 'host'), []);
    writeFileSync(join(folder, 'host', 'people.yaml'), 'people: 1');
    expect(push('ada', 'main')).toContain('people.yaml');
  });

  test('to the head of a pull request moves it, and makes the pusher the one who may not approve it alone', async () => {
    await writeLocalRulesets(join(folder, 'host'), [
      ruleset('reviewed', ['refs/heads/main'], [pullRequestRule({ required_approving_review_count: 1, require_last_push_approval: true })]),
    ]);
    expect(push('alice', 'main')).toBeUndefined();
    git('checkout', '--quiet', '-b', 'change');
    commit('two');
    expect(push('alice', 'change')).toBeUndefined();
    const alice = await openLocalHost(join(folder, 'host'), { as: 'alice' });
    const request = await alice.host.openPullRequest({ head: 'change', base: 'main', title: 't', body: '' });
    const head = commit('three');
    expect(push('bob', 'change')).toBeUndefined();
    expect((await alice.host.pullRequest(request.number)).headCommit).toBe(head);
    const bob = await openLocalHost(join(folder, 'host'), { as: 'bob' });
    await bob.host.review(request.number, { state: 'approved', commit: head });
    expect(await alice.host.merge(request.number, { method: 'squash', head, message: 'm' })).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('other than bob'),
    });
    expect(push('alice', 'change:main')).toContain('changes must be made through a pull request');
  });

  test('by a store that pushes is judged alike', async () => {
    const remote = join(folder, 'host', 'repository.git');
    const [alice, app] = await Promise.all([openGitStore({ remote, as: 'alice' }), openGitStore({ remote, as: 'acme-delivery' })]);
    const tree = await alice.writeTree(new Map([['a', '1']]));
    const id = await alice.writeCommit({ tree, parents: [], author: 'alice', message: 'm', at: 0 });
    expect(await alice.moveRef('refs/heads/env/dev', id, undefined)).toEqual({
      kind: 'refused',
      reason: 'refused for alice:\nrefs/heads/env/dev: creation is restricted (ruleset "environments", rule creation)',
    });
    expect(await app.moveRef('refs/heads/env/dev', id, undefined)).toEqual({ kind: 'done' });
  });

  test('finds the hook again after it was lost', async () => {
    const hook = join(folder, 'host', 'repository.git', 'hooks', 'pre-receive');
    const before = readFileSync(hook, 'utf8');
    rmSync(hook);
    await openLocalHost(join(folder, 'host'), { as: 'alice' });
    expect(readFileSync(hook, 'utf8')).toBe(before);
    expect(push('alice', 'main:env/dev')).toContain('creation is restricted');
  });
});

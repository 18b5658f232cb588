import {
  approve,
  deliver,
  hold,
  planSync,
  promote,
  releaseHold,
  startSync,
  status,
  verify,
  why,
  writeLocalRulesets,
} from '../../lib/delivery';
import { changed, rulesets } from './fixture';
import { digest, openWorld, type World } from './world';

let world: World;
afterEach(() => world.close());

const passed = async (): Promise<{ code: number; output: string }> => ({ code: 0, output: 'ok' });
const robot = { kind: 'app', login: 'stagegate' } as const;
const mia = { kind: 'person', login: 'mia' } as const;

/** Brings a release as far as preprod, healthy there, and merges its source to main. */
async function toPreprod(): Promise<string> {
  const release = await world.push('one');
  await world.settle();
  await world.soak();
  await world.merge('develop', 'main');
  await world.deliver();
  expect(await world.runs('preprod')).toBe(release.id);
  return release.id;
}

test('a release reaches the next environment exactly when it has been healthy for the declared time', async () => {
  world = await openWorld();
  const release = await world.push('one');
  await world.settle();
  const healthyAt = (await status(world.delivery, 'dev')).environments[0]?.since;
  expect(healthyAt).toBe('2026-01-05T12:00:05Z');
  world.pass(29);
  await world.deliver();
  expect(await world.runs('preprod')).toBeUndefined();
  world.pass(1);
  await world.deliver();
  expect(await world.runs('preprod')).toBe(release.id);
  expect(await world.store.tryTree(await world.head('env/preprod'), 'manifests')).toBe(release.trees.preprod);
  expect(await world.runs('prod')).toBeUndefined();
});

test('a release that does not become healthy in the declared time has failed, and what the old pods said during the rollout did not count', async () => {
  world = await openWorld();
  const good = await world.push('one');
  await world.settle();
  await world.soak();
  const commit = await world.commit('develop', { 'app.txt': 'two' });
  await world.target.setBroken([digest(`backend ${commit}`)]);
  await world.release(commit);
  await world.settle();
  world.pass(40);
  await world.deliver();
  expect((await status(world.delivery, 'dev')).environments[0]?.state).toBe('degraded');
  world.pass(600);
  const report = await world.deliver();
  expect(report.environments[0]?.health).toMatchObject({
    state: 'failed',
    text: expect.stringContaining(`dev degraded at ${commit.slice(0, 7)}`),
  });
  expect(report.environments[1]?.promotion).toMatchObject({
    state: 'held-back',
    reason: expect.stringContaining(`dev degraded at ${commit.slice(0, 7)}`),
  });
  expect(await world.runs('preprod')).toBe(good.id);
  const statuses = await world.host.statuses(await world.head('env/dev'));
  expect(statuses.map(({ state }) => state)).not.toContain('success');
  expect(statuses.at(-1)).toMatchObject({ context: 'stagegate/health', state: 'error' });
});

test('of two releases within the soak only the newer goes on, and the older is reported as superseded', async () => {
  world = await openWorld();
  const older = await world.push('one');
  await world.settle();
  world.pass(15);
  await world.deliver();
  const newer = await world.push('two');
  await world.settle();
  const report = await why(world.delivery, 'preprod');
  expect(report.candidates.map(({ release, state }) => ({ release, state }))).toEqual([
    { release: newer.id, state: 'waiting' },
    { release: older.id, state: 'superseded' },
  ]);
  expect(report.candidates[1]?.reason).toBe(`superseded by release ${newer.id}: replaced in dev before 30s of health were over`);
  world.pass(31);
  const pass = await world.deliver();
  expect(await world.runs('preprod')).toBe(newer.id);
  expect(pass.environments[1]?.promotion?.superseded.map(({ release }) => release)).toEqual([older.id]);
  const pulls = await world.host.pullRequests({ base: 'env/preprod' });
  expect(pulls.filter(({ state }) => state === 'merged').map(({ head }) => head)).toEqual([`promote/preprod/${newer.id}`]);
  const closed = pulls.find(({ head }) => head === `promote/preprod/${older.id}`);
  expect(closed?.state).toBe('closed');
  expect((await world.host.comments(closed?.number ?? 0)).map(({ body }) => body)).toEqual([
    expect.stringContaining(`superseded by release ${newer.id}`),
  ]);
});

test('a soak begins again when health is lost, and a release that has completed its soak keeps it after a newer one has come', async () => {
  world = await openWorld();
  const release = await world.push('one');
  await world.settle();
  world.pass(20);
  await world.target.setHealth('dev', 'degraded');
  await world.deliver();
  world.pass(1);
  await world.target.setHealth('dev', 'healthy');
  await world.deliver();
  world.pass(20);
  await world.deliver();
  expect(await world.runs('preprod')).toBeUndefined();

  await hold(world.delivery, 'preprod', { reason: 'a demonstration', by: mia });
  world.pass(10);
  await world.deliver();
  const next = await world.commit('develop', { 'app.txt': 'two' });
  await world.target.setBroken([digest(`backend ${next}`)]);
  await world.release(next);
  await world.settle();
  expect(await world.runs('preprod')).toBeUndefined();
  await releaseHold(world.delivery, 'preprod', { reason: 'the demonstration is over', by: mia });
  await world.deliver();
  expect(await world.runs('preprod')).toBe(release.id);
});

test('a loss of health between two passes is seen by the time that the target gives, and the soak begins again', async () => {
  world = await openWorld();
  await world.push('one');
  await world.settle();
  world.pass(25);
  await world.target.setHealth('dev', 'degraded');
  await world.target.setHealth('dev', 'healthy');
  world.pass(10);
  await world.deliver();
  expect(await world.runs('preprod')).toBeUndefined();
  world.pass(30);
  await world.deliver();
  expect(await world.runs('preprod')).toBeDefined();
});

test('production waits for the verification, the merge and a person other than author and initiator, then for a person who syncs', async () => {
  world = await openWorld();
  const id = await toPreprod();
  const held = await world.deliver();
  expect(held.environments[2]?.promotion).toMatchObject({
    state: 'waiting',
    reason: expect.stringContaining('suite integration has not run against preprod'),
  });
  await verify(world.delivery, 'preprod', { run: passed, by: robot });
  const waiting = await promote(world.delivery, 'prod', {});
  expect(waiting.reason).toBe('approvals: approval needed: 1 more of team engineers');
  const pull = waiting.pullRequest;
  expect(pull?.body).toContain('- [x] tested in preprod');
  expect(pull?.body).toContain('added `backend/deployment.yaml`');
  expect(pull?.body).toContain('stagegate rollback prod --reason "…" --confirm prod');

  await approve(world.delivery, await world.as('dora'), 'prod');
  expect((await promote(world.delivery, 'prod')).reason).toContain('not counted: dora, author');
  await approve(world.delivery, await world.as('olaf'), 'prod');
  expect((await promote(world.delivery, 'prod')).state).toBe('waiting');
  await approve(world.delivery, await world.as('mia'), 'prod');
  const merged = await promote(world.delivery, 'prod');
  expect(merged).toMatchObject({ state: 'merged', release: id });
  expect(await world.host.pullRequests({ base: 'env/prod', state: 'open' })).toEqual([]);
  expect(await world.store.refs('refs/heads/promote/')).toEqual([]);

  world.pass(3600);
  await world.deliver();
  const [prod] = (await status(world.delivery, 'prod')).environments;
  expect(prod).toMatchObject({ state: 'awaiting-sync', syncedBy: null });
  expect(prod?.notices[0]).toMatch(new RegExp(`^waiting for sync since 2026-01-05T12:\\d\\d:\\d\\dZ, release ${id}, 4 objects differ$`));

  const plan = await planSync(world.delivery, 'prod');
  expect(plan.images.map(({ slot }) => slot)).toEqual(['image/backend', 'image/frontend']);
  expect(plan.checklist.filter(({ proved }) => proved).map(({ item }) => item)).toEqual(['tested in preprod', 'diff reviewed']);
  const unattended = { by: 'mia', revision: plan.revision, unattended: true };
  await expect(startSync(world.delivery, 'prod', unattended)).rejects.toMatchObject({
    kind: 'refused',
    remedy: expect.stringContaining('--reason'),
  });
  await expect(
    startSync(world.delivery, 'prod', { ...unattended, revision: await world.head('env/dev'), unattended: false }),
  ).rejects.toMatchObject({ kind: 'refused' });
  await expect(startSync(world.delivery, 'prod', { ...unattended, by: 'admin', unattended: false })).rejects.toThrow(
    'admin is an account that several people share',
  );
  await startSync(world.delivery, 'prod', { ...unattended, unattended: false });
  await world.settle();
  expect((await status(world.delivery, 'prod')).environments[0]).toMatchObject({
    state: 'healthy',
    syncedBy: 'mia',
    sync: 'synced',
    release: id,
  });
});

test('a sync is only started for members of the team that may', async () => {
  world = await openWorld({ desired: changed({ environments: { dev: { sync: 'manual', syncGroup: 'operators' } } }) });
  await world.push('one');
  await world.deliver();
  const { revision } = await planSync(world.delivery, 'dev');
  await expect(startSync(world.delivery, 'dev', { by: 'mia', revision, unattended: false })).rejects.toThrow(
    'mia is not in operators, who may sync dev',
  );
  await startSync(world.delivery, 'dev', { by: 'zoe', revision, unattended: false });
});

test('the person who asks for a promotion does not approve it', async () => {
  world = await openWorld();
  await toPreprod();
  await verify(world.delivery, 'preprod', { run: passed, by: robot });
  const [open] = await world.host.pullRequests({ base: 'env/prod', state: 'open' });
  await world.host.closePullRequest(open?.number ?? 0);
  const report = await promote(world.delivery, 'prod', { by: mia });
  expect(report.state).toBe('waiting');
  await approve(world.delivery, await world.as('mia'), 'prod');
  expect((await promote(world.delivery, 'prod')).reason).toContain('not counted: mia, who asked for it');
  await approve(world.delivery, await world.as('zoe'), 'prod');
  expect((await promote(world.delivery, 'prod')).state).toBe('merged');
});

test('what main has beyond the verified commit is listed, and nothing is proposed until it was verified', async () => {
  world = await openWorld();
  const release = await world.push('one');
  await world.settle();
  await world.soak();
  const two = await world.commit('develop', { 'app.txt': 'two' }, 'dora', 'Add a second thing');
  const three = await world.commit('develop', { 'app.txt': 'three' }, 'dora', 'Add a third thing');
  await world.merge('develop', 'main');
  const report = await promote(world.delivery, 'prod');
  expect(report).toMatchObject({ state: 'held-back', release: release.id });
  const on = report.gates.find(({ id }) => id === 'on');
  expect(on?.state).toBe('failure');
  expect(on?.reason).toBe(`main has more than was verified: ${three.slice(0, 7)} Add a third thing, ${two.slice(0, 7)} Add a second thing`);
  expect(await world.host.pullRequests({ base: 'env/prod' })).toEqual([]);

  const next = await world.release(three);
  await world.settle();
  await world.soak();
  expect((await world.host.pullRequests({ base: 'env/prod', state: 'open' })).map(({ head }) => head)).toEqual([`promote/prod/${next.id}`]);
});

test('a new head after the base has moved asks for new approvals, and the pull request says so', async () => {
  world = await openWorld({ desired: changed({ edges: { 'preprod-to-prod': { on: undefined } as object } }) });
  await toPreprod();
  await verify(world.delivery, 'preprod', { run: passed, by: robot });
  await approve(world.delivery, await world.as('mia'), 'prod');
  const head = await world.head('env/prod');
  const touched = await world.store.writeCommit({
    tree: await world.store.writeTree(new Map([...(await world.store.files(head, '')), ['OWNERS', 'zoe\n']])),
    parents: [head],
    author: 'stagegate',
    message: 'Name the owners',
    at: world.now,
  });
  world.force('env/prod', touched);
  const report = await promote(world.delivery, 'prod');
  expect(report).toMatchObject({ state: 'waiting', reason: expect.stringContaining('approval needed') });
  const { number } = report.pullRequest ?? { number: 0 };
  expect((await world.host.comments(number)).map(({ body }) => body)).toEqual([expect.stringContaining('Approvals start anew.')]);
  await approve(world.delivery, await world.as('mia'), 'prod');
  await promote(world.delivery, 'prod');
  expect(await world.store.tryFile(await world.head('env/prod'), 'OWNERS')).toBe('zoe\n');
});

test('a release never takes back a commit that runs, such as a hotfix', async () => {
  world = await openWorld({
    desired: changed({ edges: { 'preprod-to-prod': { on: undefined, gates: [{ id: 'healthy', kind: 'healthy' }] } as object } }),
  });
  const fix = await world.commit('develop', { 'app.txt': 'fix' });
  await world.release(fix);
  await world.settle();
  await world.soak();
  expect(await world.runs('prod')).toBeDefined();
  const before = (await world.store.commit(fix)).parents[0] ?? '';
  const beside = await world.store.writeCommit({
    tree: await world.store.writeTree(new Map([['app.txt', 'beside']])),
    parents: [before],
    author: 'dora',
    message: 'Beside',
    at: world.now,
  });
  await world.store.moveRef('refs/heads/develop', beside, fix, true);
  await world.release(beside);
  const report = await world.deliver();
  const reason = `image/backend: dev runs ${fix.slice(0, 7)}, which ${beside.slice(0, 7)} does not contain`;
  expect(report.environments[0]?.promotion).toMatchObject({ state: 'held-back', reason: expect.stringContaining(reason) });
});

test('select each keeps the order of releases, and newest does not let a long soak starve', async () => {
  world = await openWorld({ desired: changed({ edges: { 'dev-to-preprod': { select: 'each' } } }) });
  const one = await world.push('one');
  await hold(world.delivery, 'preprod', { reason: 'wait for both', by: mia });
  await world.settle();
  world.pass(31);
  await world.deliver();
  const two = await world.push('two');
  await world.settle();
  world.pass(31);
  await world.deliver();
  await releaseHold(world.delivery, 'preprod', { reason: 'both are there', by: mia });
  await world.deliver();
  expect(await world.runs('preprod')).toBe(one.id);
  await world.deliver();
  expect(await world.runs('preprod')).toBe(two.id);
});

test('an environment that admits after the soak keeps a newer release out until what runs there has soaked', async () => {
  world = await openWorld({ desired: changed({ environments: { dev: { admit: 'after-soak' } } }) });
  const one = await world.push('one');
  await world.settle();
  const two = await world.push('two');
  const report = await world.deliver();
  expect(report.environments[0]?.promotion).toMatchObject({
    state: 'waiting',
    reason: expect.stringContaining(`release ${one.id} soaks in dev first`),
  });
  expect(await world.runs('dev')).toBe(one.id);
  world.pass(30);
  await world.deliver();
  expect(await world.runs('dev')).toBe(two.id);
  expect(await world.runs('preprod')).toBe(one.id);
});

test('a manual gate waits for a person and names who asked', async () => {
  const gates = [
    { id: 'healthy', kind: 'healthy' },
    { id: 'manual', kind: 'manual', at: 'promotion' },
  ] as const;
  world = await openWorld({ desired: changed({ edges: { 'dev-to-preprod': { gates } } }) });
  const release = await world.push('one');
  await world.settle();
  expect((await promote(world.delivery, 'preprod')).reason).toContain(`stagegate promote preprod --release ${release.id}`);
  expect(await promote(world.delivery, 'preprod', { by: mia })).toMatchObject({ state: 'merged' });
  expect((await world.store.commit(await world.head('env/preprod'))).message).toContain('Stagegate-By: mia');
});

test('a check gate takes the status of the declared app and of nobody else', async () => {
  const gates = [{ id: 'check-lint', kind: 'check', check: 'lint', app: 'ci-app' }] as const;
  world = await openWorld({ desired: changed({ edges: { 'dev-to-preprod': { gates } } }) });
  const commit = await world.commit('develop', { 'app.txt': 'one' });
  await world.release(commit);
  await world.settle();
  await (await world.as('mia')).setStatus(commit, { context: 'lint', state: 'success', description: 'trust me' });
  await world.deliver();
  expect(await world.runs('preprod')).toBeUndefined();
  await (await world.as('ci-app')).setStatus(commit, { context: 'lint', state: 'success', description: 'clean' });
  await world.deliver();
  expect(await world.runs('preprod')).toBeDefined();
});

test('health statuses of anybody but the delivery app are no evidence', async () => {
  world = await openWorld();
  const commit = await world.commit('develop', { 'app.txt': 'one' });
  await world.target.setBroken([digest(`backend ${commit}`)]);
  await world.release(commit);
  await world.settle();
  await (await world.as('mia')).setStatus(await world.head('env/dev'), {
    context: 'stagegate/health',
    state: 'success',
    description: 'dev healthy',
  });
  world.pass(60);
  await world.deliver();
  expect(await world.runs('preprod')).toBeUndefined();
});

test('a green check that is found at the start is not trusted: it is taken back while a gate does not hold', async () => {
  world = await openWorld();
  await world.push('one');
  await world.settle();
  const [pull] = await world.host.pullRequests({ base: 'env/preprod', state: 'open' });
  const head = pull?.headCommit ?? '';
  await world.host.setStatus(head, { context: 'stagegate/gates', state: 'success', description: 'left green' });
  await world.deliver();
  expect((await world.host.statuses(head)).at(-1)).toMatchObject({ context: 'stagegate/gates', state: 'pending' });
});

test('passes in which nothing happens write nothing, before the soak is over and while a person is waited for', async () => {
  const gates = [
    { id: 'healthy', kind: 'healthy' },
    { id: 'soak-30s', kind: 'soak', seconds: 30 },
    { id: 'approvals', kind: 'approvals', total: 1, including: [], distinct: true },
  ] as const;
  world = await openWorld({ desired: changed({ edges: { 'dev-to-preprod': { gates } } }) });
  await world.push('one');
  await world.settle();
  const seen = async (): Promise<unknown> => {
    const [pull] = await world.host.pullRequests({ base: 'env/preprod', state: 'open' });
    const commits = [pull?.headCommit ?? '', await world.head('env/dev')];
    return [pull, await world.store.refs('refs/'), ...(await Promise.all(commits.map((commit) => world.host.statuses(commit))))];
  };
  for (const seconds of [1, 40]) {
    world.pass(seconds);
    await world.deliver();
    const before = await seen();
    world.pass(3);
    await world.deliver();
    expect(await seen()).toEqual(before);
  }
});

test('a promotion by itself looks at the environment that it rests on before it trusts what was reported', async () => {
  world = await openWorld();
  await world.push('one');
  await world.settle();
  world.pass(20);
  await world.target.setHealth('dev', 'degraded');
  world.pass(20);
  const report = await promote(world.delivery, 'preprod');
  expect(report).toMatchObject({ state: 'waiting', reason: expect.stringContaining('healthy: dev degraded') });
  expect((await status(world.delivery, 'preprod')).environments[0]?.release).toBeNull();
});

test('environments that are not active take no releases', async () => {
  world = await openWorld({ desired: changed({ environments: { preprod: { lifecycle: 'suspended' } } }) });
  await world.push('one');
  await world.settle();
  world.pass(31);
  const report = await deliver(world.delivery);
  expect(report.environments[1]?.promotion).toMatchObject({ state: 'not-taking-releases', reason: 'preprod is suspended' });
});

test('manifests on the branch that are not those of the release are not healthy, whatever the cluster says', async () => {
  world = await openWorld();
  await world.push('one');
  await world.settle();
  const head = await world.head('env/dev');
  const files = new Map(await world.store.files(head, ''));
  files.set('manifests/backend/config.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: other }\n');
  world.force(
    'env/dev',
    await world.store.writeCommit({
      tree: await world.store.writeTree(files),
      parents: [head],
      author: 'mallory',
      message: 'x',
      at: world.now,
    }),
  );
  await world.settle();
  await world.soak();
  expect((await status(world.delivery, 'dev')).environments[0]?.health.text).toContain(
    'dev has other manifests on its branch than release',
  );
  expect(await world.runs('preprod')).toBeUndefined();
});

test('a merge that the host refuses for good is an error that names the rule, and leaves the check not green', async () => {
  world = await openWorld();
  const [first, second, ...others] = rulesets;
  const rule = {
    type: 'required_status_checks',
    parameters: {
      required_status_checks: [{ context: 'lint', integration_id: 102 }],
      strict_required_status_checks_policy: true,
      do_not_enforce_on_create: true,
    },
  } as const;
  await writeLocalRulesets(world.folder, [first, { ...second, rules: [...(second?.rules ?? []), rule] }, ...others] as typeof rulesets);
  await world.push('one');
  const report = await world.deliver();
  expect(report.environments[0]?.error).toMatchObject({ kind: 'refused', message: expect.stringContaining('required check lint') });
  const [pull] = await world.host.pullRequests({ base: 'env/dev', state: 'open' });
  expect((await world.host.statuses(pull?.headCommit ?? '')).at(-1)).toMatchObject({ context: 'stagegate/gates', state: 'pending' });
});

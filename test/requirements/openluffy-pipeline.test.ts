import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { argoCdHealth, type Delivery, promote } from '../../lib/delivery';
import { type CommandRun, digest, type OpenLuffy, once, openLuffy } from './openluffy-host';
import { requirement } from './requirement';
import { standInKubectl } from './stand-in-kubectl';

/** dev and preprod run aa; bb is healthy in dev at 12:00:00. */
const promotion = once(async () => {
  const world = await openLuffy();
  world.at('11:59:55');
  const release = await world.release('bb');
  await world.settle();
  const seen: Record<string, readonly string[]> = {};
  const look = async (time: string): Promise<void> => {
    world.at(time);
    await world.deliver();
    seen[time] = await world.digestsOn('preprod');
  };
  const since = (await world.status('dev')).since;
  await look('12:00:25');
  await look('12:00:29');
  const before = await world.store.tryRef('refs/heads/env/prod');
  await look('12:00:30');
  return { world, release, since, seen, isProdUnchanged: before === (await world.head('env/prod')) };
});

requirement('LUFFY-20', { by: ['gate/soak'] }, async () => {
  const { since, seen } = await promotion();
  expect(since).toBe('2026-03-02T12:00:00Z');
  // 30 s after the end of the build nothing happens; the time counts from the health of exactly this release.
  expect(seen).toEqual({ '12:00:25': ['aa'], '12:00:29': ['aa'], '12:00:30': ['bb'] });
});

requirement('LUFFY-21', { by: ['gate/soak'] }, async () => {
  const world = await openLuffy();
  world.at('11:59:55');
  await world.release('bb');
  await world.settle();
  world.at('12:00:20');
  await world.target.setHealth('dev', 'degraded');
  await world.deliver();
  world.at('12:00:25');
  await world.target.setHealth('dev', 'healthy');
  await world.deliver();
  for (const time of ['12:00:30', '12:00:54']) {
    world.at(time);
    await world.deliver();
    expect(await world.digestsOn('preprod')).toEqual(['aa']);
  }
  world.at('12:00:55');
  await world.deliver();
  expect(await world.digestsOn('preprod')).toEqual(['bb']);
});

requirement('LUFFY-22', { by: ['delivery/health', 'gate/healthy'] }, async () => {
  const world = await openLuffy();
  world.at('12:00:00');
  const commit = await world.toDevelop('change cc');
  await world.target.setBroken([`sha256:${'cc'.repeat(32)}`]);
  const release = await world.build(commit, 'cc');
  await world.settle();
  world.at('12:09:59');
  await world.deliver();
  expect((await world.status('dev')).state).toBe('degraded');
  world.at('12:10:00');
  const report = await world.deliver();
  expect((await world.status('dev')).state).toBe('failed');
  expect((await world.status('dev')).notices[0]).toBe(`release ${release.id} failed: ${report.environments[0]?.health.text}`);
  expect(report.environments[0]?.health.text).toContain(`dev degraded at ${commit.slice(0, 7)}`);
  expect(await world.digestsOn('preprod')).toEqual(['aa']);
  expect(report.environments[1]?.promotion?.gates).toContainEqual(
    expect.objectContaining({ id: 'healthy', state: 'failure', reason: expect.stringContaining(`dev degraded at ${commit.slice(0, 7)}`) }),
  );
});

requirement('LUFFY-23', { by: ['delivery/edges'] }, async () => {
  const { world, release } = await promotion();
  const tag = await world.store.tryRef(`refs/tags/stagegate/releases/${release.id}`);
  const stored = await world.store.tryTree(tag ?? '', 'preprod/manifests');
  // The promotion wrote the tree that was stored with the release, so that nothing was built or rendered on the way.
  expect(await world.store.tryTree(await world.head('env/preprod'), 'manifests')).toBe(stored);
  expect(await world.digestsOn('preprod')).toEqual(await world.digestsOn('dev'));
  expect(await world.digestsOn('preprod')).toEqual(['bb']);
  expect((await world.store.commit(await world.head('env/preprod'))).author).toBe('stagegate');
});

requirement('LUFFY-24', { by: ['gate/soak'] }, async () => {
  const world = await openLuffy();
  world.at('11:59:55');
  const older = await world.release('bb');
  await world.settle();
  world.at('12:00:20');
  const newer = await world.release('cc');
  await world.settle();
  world.at('12:00:54');
  const report = await world.deliver();
  expect(await world.digestsOn('preprod')).toEqual(['aa']);
  world.at('12:00:55');
  const pass = await world.deliver();
  expect(await world.digestsOn('preprod')).toEqual(['cc']);
  const superseded = [...report.environments, ...pass.environments].flatMap(({ promotion: one }) => one?.superseded ?? []);
  expect(superseded).toContainEqual({ release: older.id, reason: expect.stringContaining(`superseded by release ${newer.id}`) });
  const ran = await world.store.firstParents(await world.head('env/preprod'), 10);
  expect(ran.filter(({ message }) => message.includes(older.id))).toEqual([]);
});

requirement('LUFFY-28', {}, async () => {
  const world = await openLuffy();
  world.at('12:00:00');
  const commit = await world.toDevelop('change bb');
  world.at('12:02:00');
  const release = await world.build(commit, 'bb');
  await world.settle();
  expect((await world.status('dev')).timing).toEqual({
    mergedAt: '2026-03-02T12:00:00Z',
    healthyAt: '2026-03-02T12:02:05Z',
    seconds: 125,
    targetSeconds: 180,
    late: false,
  });
  world.at('12:02:35');
  await world.deliver();
  await world.target.setBroken([digest('bb')]);
  world.at('12:05:36');
  await world.deliver();
  const late = await world.status('preprod');
  expect(late).toMatchObject({
    release: release.id,
    timing: { mergedAt: '2026-03-02T12:02:35Z', healthyAt: null, seconds: 181, late: true },
  });
  expect(late.notices).toContain('has taken 181 s from merge to healthy, 180 s are promised');
});

requirement('LUFFY-30', { by: ['delivery/application'] }, async () => {
  const world = await openLuffy();
  const kubectl = await standInKubectl(world.folder);
  const argoCd = argoCdHealth({ desired: world.delivery.desired, kubectl: kubectl.path });
  const refreshed: string[] = [];
  const target: Delivery['target'] = {
    ...world.target,
    refresh: async (name) => {
      refreshed.push(`${name} ${await world.digestsOn(name)}`);
      await argoCd.refresh(name);
    },
  };
  world.at('11:59:55');
  await world.release('bb');
  await promote({ ...world.delivery, target }, 'dev');
  await world.settle();
  world.pass(30);
  await promote({ ...world.delivery, target }, 'preprod');
  // Told in the same run that has merged, after what it is to see is on the branch.
  expect(refreshed).toEqual(['dev bb', 'preprod bb']);
  expect(await kubectl.calls()).toEqual(
    ['dev', 'preprod'].map(
      (name) => `annotate --namespace argocd applications.argoproj.io/openluffy-${name} argocd.argoproj.io/refresh=normal --overwrite`,
    ),
  );
});

requirement('LUFFY-57', {}, async () => {
  const world = await (await promotion()).world.copy();
  await world.settle();
  const bad = (await world.store.commit(await world.head('develop'))).parents[1] ?? '';
  const revert = await world.toDevelop('first', 'dora', `Revert "change bb"\n\nThis reverts commit ${bad}.\n`);
  const release = await world.build(revert, 'dd');
  await world.settle();
  expect(await world.status('dev')).toMatchObject({ release: release.id, state: 'healthy', revertOf: bad });
  world.pass(30);
  await world.settle();
  expect(await world.status('preprod')).toMatchObject({ release: release.id, revertOf: bad });
  expect(await world.digestsOn('preprod')).toEqual(['dd']);
  expect((await world.run('olaf', ['status', 'preprod'])).out).toContain(`reverts ${bad.slice(0, 7)}`);
});

requirement('LUFFY-58', {}, async () => {
  const world = await (await promotion()).world.copy();
  await world.settle();
  const releases = await world.store.refs('refs/tags/stagegate/releases/');
  for (const environment of ['preprod', 'dev']) {
    expect(await world.digestsOn(environment)).toEqual(['bb']);
    const before = await world.head(`env/${environment}`);
    expect(await world.run('zoe', ['rollback', environment, '--reason', 'loses orders'])).toMatchObject({ code: 0 });
    const commit = await world.store.commit(await world.head(`env/${environment}`));
    expect(commit.parents).toEqual([before]);
    expect(await world.digestsOn(environment)).toEqual(['aa']);
    await world.settle();
    expect(await world.status(environment)).toMatchObject({ state: expect.stringMatching(/^(healthy|soaked)$/), sync: 'synced' });
    expect(await world.digestsOn(environment)).toEqual(['aa']);
  }
  expect(await world.store.refs('refs/tags/stagegate/releases/')).toEqual(releases);
});

requirement('LUFFY-59', { by: ['delivery/edges'] }, async () => {
  const world = await openLuffy();
  world.at('11:59:55');
  const bad = await world.release('bb');
  await world.settle();
  world.at('12:00:29');
  expect(await world.run('zoe', ['rollback', 'dev', '--reason', 'loses orders'])).toMatchObject({ code: 0 });
  for (const time of ['12:00:31', '12:00:36', '12:30:00']) {
    world.at(time);
    await world.deliver();
    expect(await world.digestsOn('preprod')).toEqual(['aa']);
  }
  expect(await world.digestsOn('dev')).toEqual(['aa']);
  const asked = await promote(world.delivery, 'preprod', { release: bad.id });
  expect(asked.state).toBe('held-back');
  expect(asked.gates).toContainEqual(
    expect.objectContaining({ id: 'not-held', state: 'failure', reason: expect.stringMatching(/^held in dev by zoe .*: loses orders$/) }),
  );
});

/** bb is healthy in preprod and on main, and proposed to prod; no suite has run. */
const proposed = once(async () => {
  const world = await (await promotion()).world.copy();
  await world.settle();
  await world.toMain();
  await world.deliver();
  const [pull] = await world.delivery.host.pullRequests({ base: 'env/prod', state: 'open' });
  return { world, release: (await promotion()).release, head: pull?.headCommit ?? '' };
});

/** Runs the suites of preprod by the command; the suite's program `make` ends with this code. */
async function verified(world: OpenLuffy, code: number): Promise<CommandRun> {
  const bin = join(world.folder, 'bin');
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'make'), `#!/bin/sh\necho "$1 of $STAGEGATE_RELEASE on $STAGEGATE_HOST"\nexit ${code}\n`, { mode: 0o755 });
  const { PATH } = process.env;
  process.env.PATH = `${bin}:${PATH}`;
  try {
    return await world.run('mia', ['verify', 'preprod', '--json']);
  } finally {
    process.env.PATH = PATH;
  }
}

requirement('LUFFY-78', { by: ['gate/verified', 'github/rulesets'] }, async () => {
  const { world, head } = await proposed();
  const check = async () => (await world.delivery.host.statuses(head)).filter(({ context }) => context === 'stagegate/gates').at(-1);
  expect(await check()).toMatchObject({ state: 'pending', description: expect.stringContaining('suite integration has not run') });
  const failing = await world.copy();
  await verified(failing, 1);
  await failing.deliver();
  expect((await failing.delivery.host.statuses(head)).filter(({ context }) => context === 'stagegate/gates').at(-1)).toMatchObject({
    state: 'failure',
    description: expect.stringContaining('suite integration failed'),
  });
  const [pull] = await failing.delivery.host.pullRequests({ base: 'env/prod', state: 'open' });
  if (pull === undefined) throw new Error('nothing is proposed');
  const merge = (await failing.as('mia')).host.merge(pull.number, { method: 'squash', head, message: 'Past the check\n' });
  expect(await merge).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('required check stagegate/gates by the app stagegate is failure'),
  });
});

requirement('LUFFY-79', {}, async () => {
  const { world: before, release } = await proposed();
  const world = await before.copy();
  const run = await verified(world, 0);
  expect(run.code).toBe(0);
  expect(JSON.parse(run.out)).toMatchObject({
    environment: 'preprod',
    verifications: [
      {
        suite: 'integration',
        conclusion: 'success',
        release: release.id,
        output: `integration of ${release.id} on preprod.openluffy.local\n`,
      },
    ],
  });
  const state = await world.store.files(await world.head('stagegate/state'), '');
  const recorded = [...state.values()].filter((text) => text.includes('integration') && text.includes(release.id) && text.includes('mia'));
  expect(recorded).not.toEqual([]);
  expect((await verified(await before.copy(), 1)).code).toBe(1);
});

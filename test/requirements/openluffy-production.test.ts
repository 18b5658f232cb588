import { basename } from 'node:path';
import { argoCdHealth, type Delivery, monitor, planSync, promote, startSync, status } from '../../lib/delivery';
import { digest, OPENLUFFY, type OpenLuffy, once, openLuffy, REPOSITORY } from './openluffy-host';
import { type Edit, only, parsed, rendered } from './program';
import { requirement } from './requirement';
import { standInKubectl } from './stand-in-kubectl';

/** Who may sync is a group, and the certificate is one that lies in the namespace. */
const EDITS: readonly Edit[] = [
  ["  Tier,\n} from 'stagegate';", "  Tier,\n  Tls,\n} from 'stagegate';"],
  ['sync: Sync.manual()', "sync: Sync.manual({ group: 'release-engineers' }),\n  tls: Tls.secret('openluffy-tls')"],
];

requirement('LUFFY-36', { by: ['github/rulesets', 'delivery/head-rules'] }, async () => {
  const world = await openLuffy('empty');
  const change = await world.commit('main', 'topic/straight', { 'app.txt': 'straight\n' }, 'Straight to main');
  expect(world.push('dora', change, 'main')).toContain('changes must be made through a pull request');
  expect(await world.head('main')).not.toBe(change);

  await world.toDevelop('change bb');
  const pull = await world.open('develop', 'main');
  const refused = async (): Promise<string> => {
    const outcome = await world.mergeAs('dora', pull);
    return outcome.kind === 'refused' ? outcome.reason : outcome.kind;
  };
  const first = await refused();
  expect(first).toContain('1 approving review is required, 0 given');
  expect(first).toContain('required check validate by the app github-actions was not posted');
  expect(first).toContain('required check stagegate/head by the app stagegate was not posted');
  await world.validated(pull.headCommit);
  await world.deliver();
  expect(await refused()).not.toContain('required check');
  const own = (await world.as('dora')).host.review(pull.number, { state: 'approved', commit: pull.headCommit });
  await expect(own).rejects.toThrow(`dora wrote pull request #${pull.number}`);

  const other = await world.open('topic/straight', 'main');
  await world.validated(other.headCommit);
  await (await world.as('mia')).host.review(other.number, { state: 'approved', commit: other.headCommit });
  await world.deliver();
  expect(await world.mergeAs('dora', other)).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('required check stagegate/head by the app stagegate is failure'),
  });
  const statuses = await world.delivery.host.statuses(other.headCommit);
  expect(statuses.find(({ context }) => context === 'stagegate/head')?.description).toBe(
    'only develop may be merged into main, not topic/straight',
  );

  await (await world.as('mia')).host.review(pull.number, { state: 'approved', commit: pull.headCommit });
  expect(await world.mergeAs('dora', pull)).toMatchObject({ kind: 'merged' });
});

/** aa runs in prod; bb is merged to env/prod, and nobody has synced it. Only mia may. */
const production = once(async () => {
  const world = await openLuffy('aa', EDITS);
  const aa = (await world.status('preprod')).release ?? '';
  await world.toProd();
  await startSync(world.delivery, 'prod', { by: 'mia', revision: await world.head('env/prod'), unattended: false });
  await world.settle();
  const runsAa = await world.head('env/prod');
  const first = await world.status('prod');
  const bb = await world.release('bb');
  await world.settle();
  world.pass(30);
  await world.settle();
  await world.toProd();
  world.pass(3600);
  await world.deliver();
  return { world, aa, bb, runsAa, first, waiting: await world.status('prod') };
});

/** The same, synced by mia, and healthy with bb. */
const deployed = once(async () => {
  const { world: before, aa, bb, runsAa } = await production();
  const world = await before.copy();
  await startSync(world.delivery, 'prod', { by: 'mia', revision: await world.head('env/prod'), unattended: false });
  await world.settle();
  return { world, aa, bb, runsAa };
});

/** The same again, gone back to aa by the command, and quarantined what was bad; not synced yet. */
const rolledBack = once(async () => {
  const { world: before, aa, bb } = await deployed();
  const world = await before.copy();
  const argv = ['rollback', 'prod', '--to', aa, '--reason', 'loses orders', '--quarantine'];
  const declined = await world.run('mia', argv, ['yes']);
  const unchanged = await world.digestsOn('prod');
  const run = await world.run('mia', argv, ['prod']);
  return { world, aa, bb, declined, unchanged, run };
});

requirement('LUFFY-42', { by: ['delivery/sync', 'argocd/application'] }, async () => {
  const application = only(rendered(OPENLUFFY), 'prod/bootstrap/', 'Application');
  expect(application.at('spec', 'syncPolicy')).not.toHaveProperty('automated');
  const { world, aa, bb, runsAa, waiting } = await production();
  expect(await world.digestsOn('prod')).toEqual(['bb']);
  expect(waiting).toMatchObject({ release: bb.id, state: 'awaiting-sync', sync: 'out-of-sync' });
  // An hour later the cluster still runs what it ran.
  expect(await world.target.observe('prod')).toMatchObject({ revision: runsAa, health: 'healthy', startedBy: 'mia' });
  expect(await world.store.tryFile(runsAa, 'release.yaml')).toContain(`id: ${aa}`);
});

requirement('LUFFY-45', { by: ['argocd/app-project', 'delivery/sync-group'] }, async () => {
  const project = only(rendered(OPENLUFFY, EDITS), 'prod/bootstrap/', 'AppProject');
  const roles = project.list('spec', 'roles');
  expect(roles.map((role) => [role.at('groups'), role.at('policies')])).toEqual([
    [['release-engineers'], ['p, proj:openluffy-prod:sync, applications, sync, openluffy-prod/openluffy-prod, allow']],
  ]);
  // No token is made for the role, and no job speaks to Argo CD or to the cluster but the preview of stacks, which is no part of a release: it
  // runs where somebody has made its environment by hand, with a kubeconfig that may look.
  expect(roles[0]?.at('jwtTokens')).toBeUndefined();
  const workflows = parsed(rendered(OPENLUFFY, EDITS), `repositories/${REPOSITORY}/.github/workflows/`);
  const jobs = workflows.flatMap(({ path, value }) => value.entries('jobs').map(([id, job]) => ({ id: `${basename(path)} ${id}`, job })));
  expect(jobs.map(({ id }) => id)).toEqual(expect.arrayContaining(['release-prod.yaml tag', 'deliver.yaml deliver']));
  const speaking = jobs.filter(({ job }) => /argocd|kubectl|kubeconfig/i.test(JSON.stringify(job.value)));
  expect(speaking.map(({ id, job }) => [id, job.at('environment', 'name')])).toEqual([['preview.yaml stacks', 'stagegate-preview']]);
  expect(rendered(OPENLUFFY, EDITS).has(`github/${REPOSITORY}/environments/stagegate-preview.json`)).toBe(false);
  const { world } = await production();
  const revision = await world.head('env/prod');
  for (const by of ['dora', 'zoe', 'stagegate'])
    await expect(startSync(world.delivery, 'prod', { by, revision, unattended: false })).rejects.toThrow(
      `${by} is not in release-engineers, who may sync prod`,
    );
});

requirement('LUFFY-46', { by: ['argocd/app-project'] }, async () => {
  const project = only(rendered(OPENLUFFY), 'prod/bootstrap/', 'AppProject');
  expect(project.at('spec', 'sourceRepos')).toEqual(['https://github.com/lebrick07/openluffy.git']);
  expect(JSON.stringify(project.at('spec', 'roles') ?? [])).not.toContain('override');
  const { world, bb, aa, runsAa } = await production();
  expect((await planSync(world.delivery, 'prod')).revision).toBe(await world.head('env/prod'));
  for (const revision of [runsAa, await world.head('env/preprod'), await world.head('develop')]) {
    await expect(startSync(world.delivery, 'prod', { by: 'mia', revision, unattended: false })).rejects.toMatchObject({
      kind: 'refused',
      remedy: 'look at it again; only the head may be synced',
    });
  }
  expect(await world.target.observe('prod')).toMatchObject({ revision: runsAa, operation: 'succeeded' });
  // Somebody who goes past the command is seen: what runs is named beside what git says.
  const other = await (await deployed()).world.copy();
  await other.target.rollBackByHand('prod', runsAa, 'mia');
  await other.deliver();
  expect((await other.status('prod')).notices[0]).toMatch(new RegExp(`^openluffy-prod runs ${aa} .*, git says ${bb.id} `));
});

requirement('LUFFY-50', { by: ['delivery/on', 'gate/verified'] }, async () => {
  const world = await openLuffy();
  const verified = (await world.status('preprod')).release ?? '';
  await world.toDevelop('second change');
  const third = await world.toDevelop('third change');
  await world.toMain();
  const report = await promote(world.delivery, 'prod');
  expect(report).toMatchObject({ state: 'held-back', release: verified });
  const on = report.gates.find(({ id }) => id === 'on');
  expect(on).toMatchObject({
    state: 'failure',
    reason: expect.stringMatching(/^main has more than was verified: \w{7} third change, \w{7} second change$/),
  });
  expect(await world.delivery.host.pullRequests({ base: 'env/prod' })).toEqual([]);

  const next = await world.build(third, 'cc');
  await world.settle();
  world.pass(30);
  await world.settle();
  expect((await world.delivery.host.pullRequests({ base: 'env/prod', state: 'open' })).map(({ head }) => head)).toEqual([
    `promote/prod/${next.id}`,
  ]);
  await world.approveProd('mia');
  expect(await promote(world.delivery, 'prod')).toMatchObject({
    state: 'waiting',
    reason: expect.stringMatching(/^verified-integration: suite integration has not run against preprod for this release/),
  });
  expect(await world.digestsOn('prod')).toEqual([]);
  await world.verify();
  expect(await promote(world.delivery, 'prod')).toMatchObject({ state: 'merged', release: next.id });
});

requirement('LUFFY-35', {}, async () => {
  const { world } = await production();
  const telling = (present: readonly string[]): Delivery => ({
    ...world.delivery,
    target: { ...world.target, presentSecrets: async () => present },
  });
  expect((await planSync(telling(['backend-secrets']), 'prod')).absentSecrets).toEqual(['openluffy-tls']);
  expect((await planSync(telling(['openluffy-tls']), 'prod')).absentSecrets).toEqual([]);
  const [prod] = (await status(telling([]), 'prod')).environments;
  expect(prod?.state).toBe('awaiting-sync');
  expect(prod?.notices).toContain('secret openluffy-tls is named by the manifests and is not there');
});

requirement('LUFFY-48', {}, async () => {
  const world = await (await production()).world.copy();
  const sync = (login: string, argv: readonly string[], answers: readonly string[] = []) =>
    world.run(login, ['sync', 'prod', ...argv], answers);
  const operation = async () => (await world.target.observe('prod')).operation;
  const declined = await sync('mia', [], ['no']);
  expect(declined.code).toBe(1);
  for (const line of ['~ backend/deployment-backend.yaml', '[x]  tested in preprod', '[x]  diff reviewed', '[ ]  stakeholders told'])
    expect(declined.out).toContain(line);
  const image = 'ghcr.io/lebrick07/openluffy/backend';
  expect(declined.out).toContain(`${image}@${digest('aa')} → ${image}@${digest('bb')}`);
  expect(declined.notes).toContain('Type prod to confirm: ');
  expect(await sync('mia', ['--yes'])).toMatchObject({
    code: 2,
    notes: expect.stringContaining('prod is production: a sync without being asked needs a reason'),
  });
  expect(await sync('dora', [], ['prod'])).toMatchObject({
    code: 1,
    notes: expect.stringContaining('dora is not in release-engineers, who may sync prod'),
  });
  expect(await operation()).toBe('succeeded');
  expect(await sync('mia', [], ['prod'])).toMatchObject({ code: 0, out: expect.stringContaining('started by mia') });
  expect(await operation()).toBe('running');
  const other = await (await production()).world.copy();
  expect(await other.run('mia', ['sync', 'prod', '--yes', '--reason', 'asked by the desk'])).toMatchObject({ code: 0 });
});

requirement('LUFFY-49', {}, async () => {
  const world = await (await production()).world.copy();
  const revision = await world.head('env/prod');
  await startSync(world.delivery, 'prod', { by: 'mia', revision, unattended: false });
  const asked: string[] = [];
  const logs = async (_environment: string, service: string, seconds: number): Promise<string> => {
    asked.push(`${service} ${seconds}`);
    return `${service} listens`;
  };
  const delivery: Delivery = { ...world.delivery, target: { ...world.target, logs } };
  const wait = async (milliseconds: number): Promise<void> => world.pass(milliseconds / 1000);
  expect(await monitor(delivery, 'prod', { wait, everySeconds: 1, logSeconds: 300 })).toMatchObject({
    state: 'healthy',
    logs: { backend: 'backend listens', frontend: 'frontend listens' },
  });
  expect(asked).toEqual(['backend 300', 'frontend 300']);
  expect((await world.run('olaf', ['monitor', 'prod'])).code).toBe(0);
  const broken = await (await production()).world.copy();
  await broken.target.setBroken([digest('bb')]);
  await startSync(broken.delivery, 'prod', { by: 'mia', revision, unattended: false });
  expect(await broken.run('olaf', ['monitor', 'prod', '--timeout', '60'])).toMatchObject({
    code: 1,
    out: expect.stringContaining('prod: degraded'),
  });
  const stuck = await (await production()).world.copy();
  const hanging: Delivery = {
    ...stuck.delivery,
    target: { ...stuck.target, observe: async () => ({ revision, sync: 'synced', health: 'progressing', operation: 'succeeded' }) },
  };
  expect(
    await monitor(hanging, 'prod', { wait: async (milliseconds) => stuck.pass(milliseconds / 1000), timeoutSeconds: 60 }),
  ).toMatchObject({ state: 'timeout' });
});

requirement('LUFFY-52', {}, async () => {
  const { world, bb, waiting } = await production();
  const plan = await planSync(world.delivery, 'prod');
  expect(plan.changes.map(({ action, path }) => `${action} ${path}`)).toEqual([
    'changed backend/deployment-backend.yaml',
    'changed frontend/deployment-frontend.yaml',
  ]);
  const merged = new Date((await world.store.commit(await world.head('env/prod'))).at).toISOString().replace('.000', '');
  const line = `waiting for sync since ${merged}, release ${bb.id}, 2 objects differ`;
  expect(waiting.notices).toContain(line);
  expect((await world.run('olaf', ['status', 'prod'])).out).toContain(line);
});

requirement('LUFFY-53', {}, async () => {
  const { world, bb } = await deployed();
  expect(await world.status('prod')).toMatchObject({ release: bb.id, state: 'healthy', syncedBy: 'mia' });
  const statuses = await world.delivery.host.statuses(await world.head('env/prod'));
  expect(
    statuses.filter(({ context }) => context === 'stagegate/sync').map(({ description, creator }) => [description, creator.login]),
  ).toEqual([['synced by mia', 'stagegate']]);
  const other = await (await production()).world.copy();
  const shared = startSync(other.delivery, 'prod', { by: 'admin', revision: await other.head('env/prod'), unattended: false });
  await expect(shared).rejects.toThrow('admin is an account that several people share');
  await other.target.sync('prod', await other.head('env/prod'), 'admin');
  await other.settle();
  expect((await other.status('prod')).notices).toContain('the last sync was started by admin, an account that several people share');
});

requirement('LUFFY-56', { by: ['gate/approvals'] }, async () => {
  const { world, aa } = await production();
  const items = (await planSync(world.delivery, 'prod')).checklist;
  expect(items.map(({ item, proved }) => `[${proved ? 'x' : ' '}] ${item}`)).toEqual([
    '[x] tested in preprod',
    '[x] diff reviewed',
    '[ ] window',
    '[x] rollback target',
    '[ ] stakeholders told',
    '[ ] logs watched afterwards',
  ]);
  expect(items.find(({ item }) => item === 'tested in preprod')?.evidence).toContain('integration');
  expect(items.find(({ item }) => item === 'rollback target')?.evidence).toMatch(new RegExp(`^release ${aa}, healthy there at `));
  const [pull] = (await world.delivery.host.pullRequests({ base: 'env/prod', state: 'merged' })).slice(-1);
  for (const item of ['tested in preprod', 'diff reviewed', 'window', 'rollback target', 'stakeholders told', 'logs watched afterwards'])
    expect(pull?.body).toMatch(new RegExp(`^- \\[[ x]\\] ${item}`, 'm'));
});

requirement('LUFFY-60', {}, async () => {
  const { world: before, aa } = await deployed();
  const listed = await before.run('olaf', ['rollback', 'prod', '--list']);
  expect(listed.out).toContain(aa);
  const { world, bb, declined, unchanged, run } = await rolledBack();
  expect(declined).toMatchObject({ code: 1, notes: expect.stringContaining('not confirmed: nothing was changed') });
  expect(declined.notes).toContain(`Roll prod back to release ${aa}? Type prod to confirm: `);
  expect(unchanged).toEqual(['bb']);
  expect(run).toMatchObject({ code: 0, out: expect.stringContaining(`prod: back from release ${bb.id} to release ${aa}`) });
  expect(await world.digestsOn('prod')).toEqual(['aa']);
  expect((await world.status('prod')).quarantined).toEqual([expect.stringMatching(new RegExp(`^${bb.id}, by mia at .*: loses orders$`))]);
});

requirement('LUFFY-61', { by: ['delivery/sync'] }, async () => {
  const { world: before, aa, bb } = await rolledBack();
  const world = await before.copy();
  for (let syncs = 0; syncs < 2; syncs += 1) {
    await startSync(world.delivery, 'prod', { by: 'mia', revision: await world.head('env/prod'), unattended: false });
    await world.settle();
    expect(await world.status('prod')).toMatchObject({ release: aa, state: 'healthy', sync: 'synced' });
    expect((await planSync(world.delivery, 'prod')).changes).toEqual([]);
  }
  const runs = (await world.target.observe('prod')).revision ?? '';
  expect(runs).toBe(await world.head('env/prod'));
  expect(await world.digestsOn('prod')).toEqual(['aa']);
  world.pass(3600);
  await world.deliver();
  const again = await promote(world.delivery, 'prod', { release: bb.id });
  expect(again).toMatchObject({ state: 'held-back', reason: expect.stringContaining('quarantined by mia') });
  expect(await world.digestsOn('prod')).toEqual(['aa']);
});

requirement('LUFFY-62', {}, async () => {
  const { world: before, aa, bb, runsAa } = await deployed();
  const world = await before.copy();
  await world.target.rollBackByHand('prod', runsAa, 'zoe');
  await world.deliver();
  expect((await world.target.observe('prod')).revision).not.toBe(await world.head('env/prod'));
  const { out } = await world.run('olaf', ['status', 'prod']);
  expect(out).toMatch(new RegExp(`openluffy-prod runs ${aa} \\(.*\\), git says ${bb.id} \\(.*\\); rolled back outside of git by zoe`));
  const command = `stagegate rollback prod --to ${aa} --reason "…" --confirm prod`;
  expect(out).toContain(`To make it lasting: ${command}`);
  expect(await world.run('mia', ['rollback', 'prod', '--to', aa, '--reason', 'as done by hand', '--confirm', 'prod'])).toMatchObject({
    code: 0,
  });
  expect(await world.digestsOn('prod')).toEqual(['aa']);
});

/** The cells of a row of the table that `status` prints. */
function cells(out: string, environment: string): readonly string[] {
  return (
    out
      .split('\n')
      .find((line) => line.startsWith(`${environment} `))
      ?.split(/ {2,}/) ?? []
  );
}

requirement('LUFFY-66', {}, async () => {
  const { world, aa, bb } = await production();
  const { code, out } = await world.run('olaf', ['status']);
  expect(code).toBe(0);
  const tag = (release: typeof bb): string => `dev-${release.images.backend?.['image/backend']?.source.commit.slice(0, 7)}`;
  const row = (environment: string, state: string, sync: string, pods: string) => [
    environment,
    'backend',
    bb.id,
    `${tag(bb)} ${'bb'.repeat(6)}`,
    state,
    sync,
    'healthy',
    pods,
    expect.stringMatching(/^2026-03-02T1[1-3]:\d\d:\d\dZ$/),
  ];
  expect(cells(out, 'dev')).toEqual(row('dev', 'soaked', 'synced', '1/1'));
  expect(cells(out, 'preprod')).toEqual(row('preprod', 'healthy', 'synced', '2/2'));
  expect(cells(out, 'prod')).toEqual(row('prod', 'awaiting-sync', 'out-of-sync', '3/3'));
  expect(out).toContain(`https://github.com/lebrick07/openluffy/commit/${await world.head('env/prod')}`);
  const open = await world.copy();
  const next = await open.release('cc');
  await open.settle();
  const waiting = (await open.run('olaf', ['status'])).out;
  expect(waiting).toContain(`waiting release ${next.id}\n    soak: `);
  expect(aa).not.toBe(bb.id);
});

requirement('LUFFY-67', {}, async () => {
  const { world } = await production();
  const kubectl = await standInKubectl(world.folder);
  for (const name of ['dev', 'preprod', 'prod']) {
    const observed = await world.target.observe(name);
    await kubectl.setApplication(`openluffy-${name}`, application(observed));
    const deployments = parsed(await world.store.files(await world.head(`env/${name}`), 'manifests'), '').filter(
      ({ value }) => value.at('kind') === 'Deployment',
    );
    await kubectl.setDeployments(
      `openluffy-${name}`,
      deployments.map(({ value }) => ({ ...(value.value as object), status: { readyReplicas: value.at('spec', 'replicas') } })),
    );
  }
  const { store, host } = await world.as('olaf');
  const target = argoCdHealth({ desired: world.delivery.desired, kubectl: kubectl.path });
  const before = await world.store.refs('refs/');
  const report = await status({ ...world.delivery, store, host, target });
  expect(report.environments.map(({ name, sync, health, pods }) => [name, sync, health.state, pods])).toEqual([
    ['dev', 'synced', 'healthy', { backend: { ready: 1, wanted: 1 }, frontend: { ready: 1, wanted: 1 } }],
    ['preprod', 'synced', 'healthy', { backend: { ready: 2, wanted: 2 }, frontend: { ready: 2, wanted: 2 } }],
    ['prod', 'out-of-sync', 'healthy', { backend: { ready: 3, wanted: 3 }, frontend: { ready: 2, wanted: 2 } }],
  ]);
  // The stand-in would have refused anything but reading.
  const verbs = new Set((await kubectl.calls()).map((call) => call.split(' ')[0]));
  expect([...verbs]).toEqual(['get']);
  expect(await world.store.refs('refs/')).toEqual(before);
});

/** What Argo CD's interface says of what the stand-in cluster observes. */
function application({ revision, sync, healthSince }: Awaited<ReturnType<OpenLuffy['target']['observe']>>): object {
  const at = new Date(healthSince ?? 0).toISOString();
  return {
    status: {
      sync: { status: sync === 'synced' ? 'Synced' : 'OutOfSync', revision },
      health: { status: 'Healthy', lastTransitionTime: at },
      reconciledAt: at,
      operationState: { phase: 'Succeeded', finishedAt: at, syncResult: { revision } },
    },
  };
}

requirement('LUFFY-68', {}, async () => {
  const { world } = await production();
  const { out } = await world.run('olaf', ['status']);
  expect(out).toContain('https://github.com/lebrick07/openluffy/actions');
  for (const name of ['dev', 'preprod', 'prod']) expect(out).toContain(`https://argocd.local/applications/argocd/openluffy-${name}`);
});

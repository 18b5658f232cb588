import {
  bootstrap,
  createRelease,
  deliver,
  localCommand,
  monitor,
  observeHealth,
  planSync,
  promote,
  readState,
  status,
  verify,
  why,
} from '../../lib/delivery';
import { absentSecrets } from '../../lib/delivery/sync';
import { changed, desired, REPOSITORY } from './fixture';
import { digest, openWorld, renderer, type World } from './world';

let world: World;
afterEach(() => world.close());

const robot = { kind: 'app', login: 'stagegate' } as const;

test('status names for each environment the release, tags and digests, sync state, health, ready pods, waiting gates and links', async () => {
  world = await openWorld();
  const release = await world.push('one');
  await world.settle();
  const report = await status(world.delivery);
  expect(report).toMatchObject({ version: 1, at: '2026-01-05T12:00:05Z' });
  const [dev, preprod, prod] = report.environments;
  const commit = release.images.backend?.['image/backend']?.source.commit ?? '';
  expect(dev).toMatchObject({
    name: 'dev',
    release: release.id,
    state: 'healthy',
    sync: 'synced',
    health: { state: 'healthy', text: `dev healthy at ${commit.slice(0, 7)}` },
    since: '2026-01-05T12:00:05Z',
    pods: { backend: { ready: 1, wanted: 1 }, frontend: { ready: 1, wanted: 1 } },
    waiting: [],
    timing: { mergedAt: '2026-01-05T12:00:00Z', healthyAt: '2026-01-05T12:00:05Z', seconds: 5, targetSeconds: 180, late: false },
    links: { runs: `https://github.com/${REPOSITORY}/actions`, application: 'https://argocd.local/applications/argocd/shop-dev' },
  });
  expect(dev?.images[0]).toEqual({
    service: 'backend',
    slot: 'image/backend',
    repository: 'ghcr.io/acme/backend',
    digest: digest(`backend ${commit}`),
    tag: `dev-${commit.slice(0, 7)}`,
    source: `${REPOSITORY}@${commit}`,
  });
  expect(preprod).toMatchObject({
    release: null,
    state: 'empty',
    waiting: [{ gate: 'soak-30s', state: 'pending', until: '2026-01-05T12:00:35Z', release: release.id }],
    links: { promotions: [`https://github.com/${REPOSITORY}/pull/2`] },
  });
  expect(prod?.state).toBe('empty');
  world.pass(30);
  expect((await status(world.delivery, 'dev')).environments[0]?.state).toBe('soaked');
});

test('a release that takes longer from merge to healthy than promised is said to be late', async () => {
  world = await openWorld({ desired: changed({ environments: { dev: { targetSeconds: 4 } } }) });
  await world.push('one');
  await world.settle();
  const [dev] = (await status(world.delivery, 'dev')).environments;
  expect(dev?.timing).toMatchObject({ seconds: 5, late: true });
  expect(dev?.notices).toEqual(['took 5 s from merge to healthy, 4 s are promised']);
});

test('a revert is named with the commit that it takes back, directly or through a merge', async () => {
  world = await openWorld();
  const bad = await world.commit('develop', { 'app.txt': 'bad' });
  await world.release(bad);
  await world.settle();
  await world.release(
    await world.commit('develop', { 'app.txt': 'one' }, 'dora', `Revert "Change something"\n\nThis reverts commit ${bad}.`),
  );
  await world.settle();
  expect((await status(world.delivery, 'dev')).environments[0]?.revertOf).toBe(bad);
});

test('a plain reader sees the same: status and why write nothing', async () => {
  world = await openWorld();
  await world.push('one');
  await world.settle();
  const before = await world.store.refs('refs/');
  const refuse = async (): Promise<never> => Promise.reject(new Error('written'));
  const reading = {
    ...world.delivery,
    store: { ...bound(world.store), moveRef: refuse, deleteRef: refuse, writeTree: refuse, writeCommit: refuse },
    host: { ...bound(world.host), setStatus: refuse, openPullRequest: refuse, updatePullRequest: refuse, comment: refuse, merge: refuse },
  } as typeof world.delivery;
  await status(reading);
  const report = await why(reading, 'preprod');
  expect(report.candidates[0]).toMatchObject({
    state: 'waiting',
    reason: expect.stringMatching(/^soak-30s: healthy in dev since .*Z, 30s are over at .*Z$/),
  });
  expect(await world.store.refs('refs/')).toEqual(before);
});

function bound<T extends object>(target: T): T {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(target)).concat(Object.keys(target));
  return Object.fromEntries(
    names
      .map((name) => [name, (target as Record<string, unknown>)[name]])
      .map(([name, value]) => [name, typeof value === 'function' ? value.bind(target) : value]),
  ) as T;
}

test('a target that cannot be observed is reported, opens no gate, and does not stop the other environments', async () => {
  world = await openWorld();
  await world.push('one');
  await world.settle();
  const down = {
    ...world.delivery,
    target: {
      ...world.target,
      observe: async (name: string) => (name === 'dev' ? Promise.reject(new Error('connection refused')) : world.target.observe(name)),
    },
  };
  world.pass(60);
  const report = await deliver(down);
  expect(report.environments[0]?.health).toEqual({
    state: 'unknown',
    text: 'health of dev is not known: dev cannot be observed: connection refused',
  });
  expect(await world.runs('preprod')).toBeUndefined();
  expect(report.environments[1]?.promotion?.state).toBe('waiting');
});

test('secrets that the manifests name and nothing brings are listed by name before the sync', async () => {
  const manifests = new Map([
    [
      'a/deployment.yaml',
      'kind: Deployment\nspec: { template: { spec: { imagePullSecrets: [{ name: pull }], containers: [{ env: [{ valueFrom: { secretKeyRef: { name: db, key: url } } }, { valueFrom: { secretKeyRef: { name: maybe, key: x, optional: true } } }], envFrom: [{ secretRef: { name: there } }] }], volumes: [{ secret: { secretName: tls } }] } } }\n',
    ],
    [
      'a/external-secret.yaml',
      'kind: ExternalSecret\nmetadata: { name: x }\nspec: { target: { name: db }, secretStoreRef: { name: store } }\n',
    ],
    ['a/ingress.yaml', 'kind: Ingress\nspec: { tls: [{ secretName: web }] }\n'],
    ['a/certificate.yaml', 'kind: Certificate\nspec: { secretName: web }\n'],
  ]);
  expect(absentSecrets(manifests, ['there'])).toEqual(['pull', 'tls']);
  world = await openWorld({ desired: changed({ environments: { dev: { sync: 'manual' } } }) });
  await world.push('one');
  await world.deliver();
  expect((await planSync(world.delivery, 'dev')).absentSecrets).toBeUndefined();
  const telling = { ...world.delivery, target: { ...world.target, presentSecrets: async () => [] } };
  expect((await planSync(telling, 'dev')).absentSecrets).toEqual([]);
});

test('bootstrap says at each step what it did, is idempotent, and grows by an environment', async () => {
  world = await openWorld({ bootstrapped: false, rules: false });
  const commit = await world.head('develop');
  const source = { repository: REPOSITORY, ref: 'refs/heads/develop', commit };
  const images = ['backend', 'frontend'].map((service) => ({ slot: service, image: `ghcr.io/acme/${service}@${digest(service)}`, source }));
  const firstRelease = { environment: 'dev', images, config: await world.head('main'), tool: '0.1.0', render: renderer(desired) };
  const fewer = {
    ...world.delivery,
    desired: { ...desired, environments: desired.environments.slice(0, 2), edges: desired.edges.slice(0, 1) },
  };
  const first = await bootstrap(fewer, { firstRelease });
  expect(first.map(({ subject, outcome }) => [subject, outcome])).toEqual([
    ['main', 'already'],
    ['env/dev', 'done'],
    ['env/preprod', 'done'],
    ['stagegate/state', 'done'],
    ['rulesets', 'person'],
    ['stacks', 'person'],
    ['first release', 'done'],
  ]);
  const head = await world.store.commit(await world.head('env/dev'));
  expect(head.parents).toEqual([]);
  const refs = await world.store.refs('refs/');
  expect((await bootstrap(fewer, { firstRelease })).map(({ outcome }) => outcome)).toEqual([
    'already',
    'already',
    'already',
    'already',
    'already',
  ]);
  expect(await world.store.refs('refs/')).toEqual(refs);
  const grown = await bootstrap(world.delivery);
  expect(grown.filter(({ outcome }) => outcome !== 'already').map(({ subject, outcome }) => [subject, outcome])).toEqual([
    ['env/prod', 'done'],
    ['rulesets', 'person'],
    ['stacks', 'person'],
  ]);
});

test('bootstrap of an empty repository says what a person pushes first', async () => {
  world = await openWorld({ bootstrapped: false, rules: false });
  const elsewhere = { ...world.delivery, desired: { ...desired, programBranch: 'trunk' } };
  const steps = await bootstrap(elsewhere);
  expect(steps[0]).toEqual({
    subject: 'trunk',
    outcome: 'person',
    text: 'push the program with platform.ts and package-lock.json to trunk',
  });
  expect(steps.at(-1)).toMatchObject({ subject: 'first release', outcome: 'person' });
  await expect(
    createRelease(elsewhere, { environment: 'dev', images: [], config: 'a'.repeat(40), tool: '1', render: renderer(desired) }),
  ).rejects.toMatchObject({ kind: 'wrong-use' });
});

test('a suite runs as a command with the release in its environment, and its result is recorded for that release', async () => {
  world = await openWorld();
  const suites = [{ name: 'integration', run: `test "$STAGEGATE_ENVIRONMENT" = dev && echo "$STAGEGATE_RELEASE"; exit $CODE` }];
  const delivery = { ...world.delivery, desired: { ...desired, suites } };
  await expect(verify(delivery, 'dev', { suite: 'integration', run: localCommand('/tmp'), by: robot })).rejects.toThrow(
    'no release is healthy in dev',
  );
  const release = await world.push('one');
  await world.settle();
  const run = localCommand('/tmp');
  for (const [code, conclusion] of [
    ['1', 'failure'],
    ['0', 'success'],
  ] as const) {
    const [result] = await verify(delivery, 'dev', {
      suite: 'integration',
      run: (command, variables) => run(command, { ...variables, CODE: code }),
      by: robot,
      link: 'https://ci/1',
    });
    expect(result).toEqual({ suite: 'integration', conclusion, release: release.id, output: `${release.id}\n` });
  }
  expect((await readState(world.delivery)).verifications.map(({ conclusion, release: id, link }) => ({ conclusion, id, link }))).toEqual([
    { conclusion: 'failure', id: release.id, link: 'https://ci/1' },
    { conclusion: 'success', id: release.id, link: 'https://ci/1' },
  ]);
  await expect(verify(delivery, 'dev', { suite: 'smoke', run, by: robot })).rejects.toThrow('there is no suite smoke');
  expect(await localCommand('/tmp', 0.1)('sleep 5', {})).toMatchObject({ code: 1, output: expect.stringContaining('ended after 0.1 s') });
});

test('a suite whose release is replaced while it runs is not recorded', async () => {
  world = await openWorld();
  await world.push('one');
  await world.settle();
  const replacing = async (): Promise<{ code: number; output: string }> => {
    await world.push('two');
    await world.settle();
    return { code: 0, output: '' };
  };
  await expect(verify(world.delivery, 'dev', { suite: 'integration', run: replacing, by: robot })).rejects.toThrow('nothing is recorded');
  expect((await readState(world.delivery)).verifications).toEqual([]);
});

test('a pass with a runner verifies what is healthy once, and does not repeat it', async () => {
  world = await openWorld();
  const ran: string[] = [];
  const suites = async (command: string, variables: Readonly<Record<string, string>>): Promise<{ code: number; output: string }> => {
    ran.push(`${command} ${variables.STAGEGATE_ENVIRONMENT}`);
    return { code: 0, output: '' };
  };
  await world.push('one');
  await world.settle();
  await world.soak();
  await deliver(world.delivery, { suites });
  await deliver(world.delivery, { suites });
  expect(ran).toEqual(['true preprod']);
});

test('monitor follows a rollout to its end and tells each change once', async () => {
  world = await openWorld();
  await world.push('one');
  await promote(world.delivery, 'dev');
  const seen: string[] = [];
  const wait = async (milliseconds: number): Promise<void> => world.pass(milliseconds / 1000);
  const follow = (timeoutSeconds?: number): ReturnType<typeof monitor> =>
    monitor(world.delivery, 'dev', {
      wait,
      everySeconds: 1,
      onChange: ({ state }) => seen.push(state),
      ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    });
  expect(await follow()).toMatchObject({ state: 'healthy', logs: {} });
  expect(seen).toEqual(['syncing', 'healthy']);
  const commit = await world.commit('develop', { 'app.txt': 'two' });
  await world.target.setBroken([digest(`backend ${commit}`)]);
  await world.release(commit);
  await promote(world.delivery, 'dev');
  expect(await follow(3)).toMatchObject({ state: 'timeout' });
  expect(await follow(10)).toMatchObject({ state: 'degraded', text: expect.stringContaining('dev degraded') });
  expect((await observeHealth(world.delivery, 'dev')).state).toBe('degraded');
});

import { approve, promote, verify } from '../../lib/delivery';
import { seal } from '../github/sealed-box';
import { OPENLUFFY, once, openLuffy, REPOSITORY } from './openluffy-host';
import { type OnGitHub, onGitHub } from './openluffy-on-github';
import { parsedFile, rendered, textOf } from './program';
import { requirement } from './requirement';

const timeout = 60_000;
/** The owner of the organisation, an app of the pipelines, and the app whose checks CI reports. */
const STRANGERS = ['ada', 'stagegate-intake', 'github-actions'] as const;

requirement('LUFFY-36', { by: ['github/rulesets', 'delivery/head-rules'], timeout }, async () => {
  const local = await openLuffy('empty');
  await local.toDevelop('change bb');
  const world = await onGitHub(local);
  const main = await world.commitOf('refs/heads/main');
  const straight = await world.clone.commit('main', 'topic/straight', { 'app.txt': 'straight\n' }, 'Straight to main');
  for (const login of ['dora', 'ada', 'stagegate'])
    expect(await world.push(login, straight, 'refs/heads/main')).toContain('changes must be made through a pull request');
  expect((await world.ask('ada', 'PATCH /git/refs/heads/main', { sha: straight, force: true })).status).toBe(422);
  expect(await world.commitOf('refs/heads/main')).toBe(main);

  const pull = await world.open('develop', 'main');
  expect(await world.merge('ada', pull)).toContain('required check validate by the app github-actions was not posted');
  for (const login of ['stagegate-intake', 'dora']) await world.report(login, pull.head, 'validate');
  await world.deliver();
  const unapproved = await world.merge('ada', pull);
  expect(unapproved).toContain('1 approving review is required, 0 given');
  expect(unapproved).not.toContain('stagegate/head');
  expect((await world.approve('dora', pull)).status).toBe(422);
  expect((await world.approve('mia', pull)).status).toBe(200);
  const unchecked = await world.merge('ada', pull);
  expect(unchecked.match(/^refs.*$/gm)).toEqual([
    expect.stringContaining(
      'required check validate by the app github-actions was not posted; the status of stagegate-intake, dora does not count',
    ),
  ]);

  expect(await world.push('dora', straight, 'refs/heads/topic/straight')).toBe('');
  const other = await world.open('topic/straight', 'main');
  await world.report('github-actions', other.head, 'validate');
  await world.approve('mia', other);
  await world.deliver();
  expect(await world.merge('ada', other)).toContain('required check stagegate/head by the app stagegate is failure');

  await world.report('github-actions', pull.head, 'validate');
  expect(await world.merge('dora', pull)).toBe('');
  expect(await world.push('ada', '', 'refs/heads/main')).toContain('deletion is restricted');
});

/** Names of the secrets that GitHub gives a job of a run of a branch; `refused` when the job's environment does not admit the branch. */
async function secretsOf(world: OnGitHub, branch: string, environment?: unknown): Promise<readonly string[] | 'refused'> {
  const names = async (path: string): Promise<readonly string[]> => {
    const { body } = await world.ask('ada', `GET ${path}/secrets`);
    return (body.secrets as unknown as readonly { readonly name: string }[]).map(({ name }) => name);
  };
  const own = await names('/actions');
  if (environment === undefined) return own;
  const path = `/environments/${environment}`;
  const found = await world.ask('ada', `GET ${path}`);
  // The first job that names an environment makes it, and it admits everybody.
  if (found.status === 404) return own;
  if (found.body.deployment_branch_policy !== null) {
    const { body } = await world.ask('ada', `GET ${path}/deployment-branch-policies`);
    const admitted = body.branch_policies as unknown as readonly { readonly type: string; readonly name: string }[];
    if (!admitted.some(({ type, name }) => type === 'branch' && name === branch)) return 'refused';
  }
  return [...own, ...(await names(path))];
}

requirement('LUFFY-34', { by: ['github/environments', 'github/workflows'], timeout }, async () => {
  const world = await onGitHub(await openLuffy('empty'));
  const { body: key } = await world.ask('ada', 'GET /environments/prod/secrets/public-key');
  const sealed = { encrypted_value: seal(String(key.key), 'of production'), key_id: key.key_id };
  expect((await world.ask('ada', 'PUT /environments/prod/secrets/DATABASE_PASSWORD', sealed)).status).toBe(201);
  expect((await world.ask('ada', 'GET /environments/prod/secrets/DATABASE_PASSWORD')).body).not.toHaveProperty('value');

  // The compiled workflow, as it was committed to develop.
  const path = '.github/workflows/release-dev.yaml';
  const compiled = `repositories/${REPOSITORY}/${path}`;
  const develop = (await world.commitOf('refs/heads/develop')) ?? '';
  expect(await (await world.as('dora')).store.tryFile(develop, path)).toBe(textOf(rendered(OPENLUFFY), compiled));
  const workflow = parsedFile(rendered(OPENLUFFY), compiled);
  const given: Record<string, unknown> = {};
  for (const [id, job] of workflow.entries('jobs')) given[id] = await secretsOf(world, 'develop', job.at('environment', 'name'));
  expect(given).toEqual({ build: [], start: ['STAGEGATE_INTAKE_PRIVATE_KEY'] });

  // Nor would another text of it: whoever writes to develop or to a branch of his own may name any environment there.
  for (const branch of ['develop', 'topic/curious', 'env/prod'])
    expect([await secretsOf(world, branch, 'prod'), await secretsOf(world, branch, 'stagegate')]).toEqual(['refused', 'refused']);
  expect(await secretsOf(world, 'main', 'prod')).toEqual(['DATABASE_PASSWORD']);
  expect(await secretsOf(world, 'main', 'stagegate')).toEqual(['STAGEGATE_APP_PRIVATE_KEY']);
  expect(await secretsOf(world, 'main', 'preprod')).toEqual([]);
  for (const [login, call, body] of [
    ['dora', 'PUT /environments/prod', { deployment_branch_policy: null }],
    ['dora', 'POST /environments/prod/deployment-branch-policies', { name: 'develop' }],
    ['github-actions', 'POST /environments/prod/deployment-branch-policies', { name: 'develop' }],
  ] as const)
    expect([403, 404]).toContain((await world.ask(login, call, body)).status);
  expect(await secretsOf(world, 'develop', 'prod')).toBe('refused');
});

/** bb has been healthy in dev for the whole soak, and nobody has looked since. */
const soaked = once(async () => {
  const world = await openLuffy();
  const release = await world.release('bb');
  await world.settle();
  world.pass(30);
  return { world, release };
});

requirement('LUFFY-23', { by: ['delivery/edges', 'github/rulesets'], timeout }, async () => {
  const { world: local, release } = await soaked();
  const world = await onGitHub(local);
  const own = await world.clone.commit('env/preprod', 'topic/own', { 'manifests/own.yaml': '{}\n' }, 'Built by hand');
  expect(await world.push('dora', own, 'refs/heads/topic/own')).toBe('');
  expect(await world.push('dora', own, 'refs/heads/env/preprod')).toContain('update is restricted');
  for (const login of ['dora', ...STRANGERS]) {
    const moved = await world.ask(login, 'PATCH /git/refs/heads/env/preprod', { sha: own });
    expect(moved).toMatchObject({ status: 422, body: { message: expect.stringContaining('update is restricted') } });
    const proposal = await world.ask(login, 'POST /git/refs', { ref: 'refs/heads/promote/preprod/own', sha: own });
    expect(proposal).toMatchObject({ status: 422, body: { message: expect.stringContaining('creation is restricted') } });
  }
  const tag = `refs/tags/stagegate/releases/${release.id}`;
  expect(await world.push('stagegate', own, tag)).toContain('update is restricted');
  expect(await world.push('stagegate', '', tag)).toContain('deletion is restricted');
  const stored = await world.delivery.store.tryTree((await world.commitOf(tag)) ?? '', 'preprod/manifests');

  await world.deliver();
  const head = (await world.commitOf('refs/heads/env/preprod')) ?? '';
  expect(await world.delivery.store.tryTree(head, 'manifests')).toBe(stored);
  expect((await world.ask('olaf', `GET /commits/${head}`)).body.commit?.message).toContain(`Release: ${release.id}`);
});

requirement('LUFFY-50', { by: ['delivery/on', 'github/rulesets'], timeout }, async () => {
  const local = await openLuffy();
  await local.toDevelop('never built');
  await local.toMain();
  const world = await onGitHub(local);
  expect((await promote(world.delivery, 'prod')).gates.find(({ id }) => id === 'on')).toMatchObject({
    state: 'failure',
    reason: expect.stringMatching(/^main has more than was verified: \w{7} never built$/),
  });
  expect((await world.ask('olaf', 'GET /pulls?base=env%2Fprod&state=all')).body).toEqual([]);

  // Nobody proposes it in the app's place.
  const by = await world.clone.commit('env/prod', 'topic/by-hand', { 'manifests/own.yaml': '{}\n' }, 'Past preprod');
  expect(await world.push('dora', by, 'refs/heads/topic/by-hand')).toBe('');
  for (const login of ['dora', 'ada']) {
    expect((await world.ask(login, 'POST /git/refs', { ref: 'refs/heads/promote/prod/by-hand', sha: by })).status).toBe(422);
    expect((await world.ask(login, 'PATCH /git/refs/heads/env/prod', { sha: by })).status).toBe(422);
  }
  const pull = await world.open('topic/by-hand', 'env/prod');
  for (const login of ['dora', ...STRANGERS]) await world.report(login, pull.head, 'stagegate/gates');
  for (const login of ['dora', 'ada'])
    expect(await world.merge(login, pull, 'squash')).toMatch(
      /required check stagegate\/gates by the app stagegate was not posted; the status of .* does not count/,
    );
});

/** bb is healthy in preprod and on main, and proposed to prod; no suite has run. */
const proposed = once(async () => {
  const { world: before, release } = await soaked();
  const world = await before.copy();
  await world.settle();
  await world.toMain();
  await world.deliver();
  return { world, release };
});

requirement('LUFFY-78', { by: ['gate/verified', 'github/rulesets'], timeout }, async () => {
  const { world: local, release } = await proposed();
  const world = await onGitHub(local);
  const { body } = await world.ask('olaf', 'GET /pulls?base=env%2Fprod');
  const [open] = body as unknown as readonly { readonly number: number; readonly head: { readonly sha: string } }[];
  const pull = { number: open?.number ?? 0, head: open?.head.sha ?? '' };
  const refusals = () => Promise.all(['mia', 'ada'].map((login) => world.merge(login, pull, 'squash')));
  const ran = (code: number) =>
    verify(world.delivery, 'preprod', { run: async () => ({ code, output: '' }), by: { kind: 'app', login: 'stagegate' } });
  const check = async () => {
    const { body: said } = await world.ask('olaf', `GET /commits/${pull.head}/statuses`);
    const statuses = said as unknown as readonly { readonly context: string; readonly state: string; readonly description: string }[];
    return statuses.find(({ context }) => context === 'stagegate/gates');
  };

  await approve(world.delivery, (await world.as('mia')).host, 'prod');
  await world.deliver();
  expect(await check()).toMatchObject({ state: 'pending', description: expect.stringContaining('suite integration has not run') });
  for (const refused of await refusals()) expect(refused).toContain('required check stagegate/gates by the app stagegate is pending');

  await ran(1);
  await world.deliver();
  expect(await check()).toMatchObject({ state: 'failure', description: expect.stringContaining('suite integration failed') });
  await world.report('github-actions', pull.head, 'stagegate/gates');
  for (const refused of await refusals()) expect(refused).toContain('required check stagegate/gates by the app stagegate is failure');

  await ran(0);
  expect(await promote(world.delivery, 'prod')).toMatchObject({ state: 'merged', release: release.id });
});

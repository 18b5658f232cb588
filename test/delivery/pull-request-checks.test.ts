import { checkPullRequests, type PolicyReader } from '../../lib/delivery';
import { desired } from './fixture';
import { openWorld, type World } from './world';

let world: World;
afterEach(() => world.close());

const same: PolicyReader = async () => ({ kind: 'declared', digest: 'a' });
const different: PolicyReader = async (commit) => ({ kind: 'declared', digest: commit });

const onlyDevelop = { ...desired, headRules: [{ repository: desired.repository, branch: 'main', onlyFrom: ['develop'] }] };

/** A pull request of dora's from a branch with one commit of hers. */
async function pullRequest(branch: string) {
  const main = await world.head('main');
  if ((await world.head(branch)) === '') await world.store.moveRef(`refs/heads/${branch}`, main, undefined);
  await world.commit(branch, { [`${branch}.txt`]: branch });
  return (await world.as('dora')).openPullRequest({ head: branch, base: 'main', title: branch, body: '' });
}

test('a pull request from a branch that may be merged passes, and one from another branch fails with the branches that may', async () => {
  world = await openWorld({ desired: onlyDevelop });
  const [good, bad] = [await pullRequest('develop'), await pullRequest('feature')];
  const checks = await checkPullRequests(world.delivery, same);
  expect(checks.filter(({ context }) => context === 'stagegate/head')).toEqual([
    { pullRequest: good.number, context: 'stagegate/head', state: 'success', reason: 'develop may be merged into main' },
    { pullRequest: bad.number, context: 'stagegate/head', state: 'failure', reason: 'only develop may be merged into main, not feature' },
  ]);
  expect((await world.host.statuses(bad.headCommit)).map(({ context, state, creator }) => [context, state, creator.login])).toContainEqual([
    'stagegate/head',
    'failure',
    'stagegate',
  ]);
});

test('the branches that may be merged are named by patterns too, which stop at a slash', async () => {
  world = await openWorld({
    desired: { ...desired, headRules: [{ repository: desired.repository, branch: 'main', onlyFrom: ['release-*'] }] },
  });
  await pullRequest('release-1');
  await pullRequest('hotfix');
  const heads = (await checkPullRequests(world.delivery, same)).filter(({ context }) => context === 'stagegate/head');
  expect(heads.map(({ state }) => state)).toEqual(['success', 'failure']);
});

test('a pull request that leaves the policy as it is passes without approvals', async () => {
  world = await openWorld();
  const pull = await pullRequest('develop');
  expect(await checkPullRequests(world.delivery, same)).toEqual([
    { pullRequest: pull.number, context: 'stagegate/policy', state: 'success', reason: 'the policy stays as it is' },
  ]);
});

test('a change of policy waits for the approvals of the policy as it is, of people who pushed nothing to it', async () => {
  world = await openWorld();
  const pull = await pullRequest('develop');
  const judged = async () => (await checkPullRequests(world.delivery, different)).map(({ state, reason }) => [state, reason]);
  expect(await judged()).toEqual([['pending', 'the policy changes: approval needed of 1 more of team engineers who pushed nothing to it']]);
  await (await world.as('mia')).review(pull.number, { state: 'approved', commit: pull.headCommit });
  expect(await judged()).toEqual([['success', 'the policy changes; approved by mia']]);
  await world.commit('develop', { 'more.txt': 'more' }, 'mia');
  expect(await judged()).toEqual([['pending', 'the policy changes: approval needed of 1 more of team engineers who pushed nothing to it']]);
});

test('who is named as a co-author wrote it too, and does not approve it', async () => {
  world = await openWorld();
  const pull = await pullRequest('develop');
  await world.commit('develop', { 'more.txt': 'more' }, 'dora', 'Add more\n\nCo-authored-by: mia <mia@example.org>');
  const head = await world.head('develop');
  await (await world.as('mia')).review(pull.number, { state: 'approved', commit: head });
  expect((await checkPullRequests(world.delivery, different)).map(({ state }) => state)).toEqual(['pending']);
  await (await world.as('zoe')).review(pull.number, { state: 'approved', commit: head });
  expect((await checkPullRequests(world.delivery, different)).map(({ state }) => state)).toEqual(['success']);
});

test('who may not write is not counted among the approvers, though anybody can review', async () => {
  const edges = desired.edges.map((edge) => ({
    ...edge,
    gates: edge.gates.map((gate) => (gate.kind === 'approvals' ? { ...gate, total: 2 } : gate)),
  }));
  world = await openWorld({ desired: { ...desired, edges } });
  const pull = await pullRequest('develop');
  const judged = async () => (await checkPullRequests(world.delivery, different)).map(({ state, reason }) => [state, reason]);
  const approve = async (login: string) => (await world.as(login)).review(pull.number, { state: 'approved', commit: pull.headCommit });
  await approve('mia');
  await approve('olaf');
  expect(await judged()).toEqual([['pending', 'the policy changes: approval needed of 1 more who pushed nothing to it']]);
  await approve('zoe');
  expect(await judged()).toEqual([['success', 'the policy changes; approved by mia, zoe']]);
});

test('a policy that is not read counts as changed, and it is said that nobody looked', async () => {
  world = await openWorld();
  const pull = await pullRequest('develop');
  const unread: PolicyReader = async () => ({ kind: 'unread', reason: 'not evaluated here' });
  const judged = async () => (await checkPullRequests(world.delivery, unread)).map(({ state, reason }) => [state, reason]);
  expect(await judged()).toEqual([
    ['pending', 'whether the policy changes is not evaluated here: approval needed of 1 more of team engineers who pushed nothing to it'],
  ]);
  await (await world.as('mia')).review(pull.number, { state: 'approved', commit: pull.headCommit });
  expect(await judged()).toEqual([['success', 'whether the policy changes is not evaluated here; approved by mia']]);
});

test('a program that does not compile does not pass, whoever approves', async () => {
  world = await openWorld();
  const pull = await pullRequest('develop');
  await (await world.as('mia')).review(pull.number, { state: 'approved', commit: pull.headCommit });
  const broken: PolicyReader = async (commit) =>
    commit === pull.headCommit ? { kind: 'broken', reason: 'x is not defined' } : { kind: 'declared', digest: 'a' };
  expect(await checkPullRequests(world.delivery, broken)).toMatchObject([
    { state: 'failure', reason: 'the program does not compile: x is not defined' },
  ]);
});

test('nothing is posted again while nothing has changed', async () => {
  world = await openWorld({ desired: onlyDevelop });
  const pull = await pullRequest('develop');
  await checkPullRequests(world.delivery, same);
  const count = (await world.host.statuses(pull.headCommit)).length;
  await checkPullRequests(world.delivery, same);
  expect(count).toBe(2);
  expect((await world.host.statuses(pull.headCommit)).length).toBe(count);
});

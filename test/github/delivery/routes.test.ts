import type { Store } from '../../../lib/delivery';
import { type Answer, calling } from '../calling';
import { type GitHub, startGitHub } from '../index';
import { behind } from './behind';

const REPO = '/repos/acme/delivery';
let github: GitHub;
const call = (line: string, body: unknown, as: string): Promise<Answer> => calling(() => github, as)(line, body);

beforeAll(async () => {
  github = await startGitHub({ appPermissions: { 'acme-delivery': { checks: 'write' } } });
});
afterAll(() => github?.close());
afterEach(() => expect(github.problems).toEqual([]));

async function storeOf(login: string): Promise<Store> {
  return (await (await behind(github.world.repository('acme', 'delivery'))).as(login)).store;
}

let made = 0;
async function commit(files: Readonly<Record<string, string>>, parents: readonly string[] = []): Promise<string> {
  const store = await storeOf('alice');
  made += 1;
  const tree = await store.writeTree(new Map(Object.entries(files)));
  return store.writeCommit({ tree, parents, author: 'alice', message: `number ${made}`, at: 1_700_000_000_000 + made * 1000 });
}

async function branch(name: string, to: string): Promise<string> {
  const store = await storeOf('alice');
  await store.moveRef(`refs/heads/${name}`, to, await store.tryRef(`refs/heads/${name}`), true);
  return to;
}

/** A pull request of alice's with one commit on a branch of its own. */
async function proposed(name: string): Promise<{ readonly root: string; readonly head: string; readonly number: number }> {
  const root = await branch(name, await commit({ a: '1' }));
  const head = await branch(`${name}-head`, await commit({ a: '2' }, [root]));
  const answer = await call(`POST ${REPO}/pulls`, { title: 'Change', head: `${name}-head`, base: name }, 'alice');
  expect(answer.status).toBe(201);
  return { root, head, number: Number(answer.body.number) };
}

describe('refs, commits and files', () => {
  test('a ref is made, moved, moved back by force only, and deleted', async () => {
    const [one, other] = [await commit({ a: 'one' }), await commit({ a: 'other' })];
    const next = await commit({ a: 'next' }, [one]);
    const ref = 'refs/heads/made/by-call';
    const path = `${REPO}/git/refs/heads/made/by-call`;
    expect(await call(`POST ${REPO}/git/refs`, { ref, sha: one }, 'alice')).toMatchObject({
      status: 201,
      body: { ref, object: { sha: one } },
    });
    expect(await call(`POST ${REPO}/git/refs`, { ref, sha: one }, 'alice')).toMatchObject({
      status: 422,
      body: { message: 'Reference already exists' },
    });
    expect((await call(`PATCH ${path}`, { sha: next }, 'alice')).status).toBe(200);
    expect(await call(`PATCH ${path}`, { sha: other }, 'alice')).toMatchObject({
      status: 422,
      body: { message: 'Update is not a fast forward' },
    });
    expect((await call(`PATCH ${path}`, { sha: other, force: true }, 'alice')).status).toBe(200);
    expect(await call(`GET ${REPO}/git/ref/heads/made/by-call`, undefined, 'rita')).toMatchObject({
      status: 200,
      body: { object: { sha: other } },
    });
    expect((await call(`GET ${REPO}/git/matching-refs/heads/made/`, undefined, 'rita')).body).toMatchObject([{ ref }]);
    expect((await call(`DELETE ${path}`, undefined, 'rita')).status).toBe(403);
    expect((await call(`DELETE ${path}`, undefined, 'alice')).status).toBe(204);
    expect((await call(`GET ${REPO}/git/ref/heads/made/by-call`, undefined, 'rita')).status).toBe(404);
  });

  test('files and folders are read as they are at a ref', async () => {
    await branch('files', await commit({ 'README.md': 'read\n', 'manifests/a.yaml': 'ü: 1\n' }));
    const file = await call(`GET ${REPO}/contents/manifests/a.yaml?ref=files`, undefined, 'rita');
    expect(Buffer.from(String(file.body.content), 'base64').toString('utf8')).toBe('ü: 1\n');
    expect((await call(`GET ${REPO}/contents/manifests?ref=files`, undefined, 'rita')).body).toMatchObject([
      { type: 'file', path: 'manifests/a.yaml' },
    ]);
    expect((await call(`GET ${REPO}/contents/none?ref=files`, undefined, 'rita')).status).toBe(404);
  });

  test('branches, their commits and what lies between them are told', async () => {
    const root = await branch('line', await commit({ a: '1' }));
    const left = await branch('line-left', await commit({ a: '2' }, [root]));
    const right = await branch('line-right', await commit({ a: '3' }, [root]));
    expect((await call(`GET ${REPO}/branches/line-left`, undefined, 'rita')).body).toMatchObject({
      name: 'line-left',
      commit: { sha: left, author: { login: 'alice' } },
    });
    expect((await call(`GET ${REPO}/commits?sha=line-left`, undefined, 'rita')).body).toMatchObject([{ sha: left }, { sha: root }]);
    expect((await call(`GET ${REPO}/compare/line-left...${right}`, undefined, 'rita')).body).toMatchObject({
      status: 'diverged',
      ahead_by: 1,
      behind_by: 1,
      merge_base_commit: { sha: root },
    });
    expect((await call(`GET ${REPO}/commits/${'0'.repeat(40)}`, undefined, 'rita')).status).toBe(422);
    expect((await call(`GET ${REPO}/branches/none`, undefined, 'rita')).status).toBe(404);
  });

  test('roles are told as permissions', async () => {
    const of = async (login: string) => (await call(`GET ${REPO}/collaborators/${login}/permission`, undefined, 'alice')).body;
    expect(await of('carol')).toMatchObject({ permission: 'write', role_name: 'maintain' });
    expect(await of('ada')).toMatchObject({ permission: 'admin' });
    expect((await call(`GET ${REPO}/collaborators/nobody/permission`, undefined, 'alice')).status).toBe(404);
  });
});

describe('pull requests', () => {
  test('the reasons not to open one are GitHub’s', async () => {
    const { root } = await proposed('reasons');
    await branch('reasons-same', root);
    const open = async (head: string, base: string) => {
      const answer = await call(`POST ${REPO}/pulls`, { title: 't', head, base }, 'alice');
      expect(answer.status).toBe(422);
      return JSON.stringify(answer.body.errors);
    };
    expect(await open('reasons-head', 'reasons')).toContain('A pull request already exists for acme:reasons-head.');
    expect(await open('reasons-same', 'reasons')).toContain('No commits between reasons and reasons-same');
    expect(await open('none', 'reasons')).toContain('"field":"head"');
    expect(await open('reasons-head', 'none')).toContain('"field":"base"');
  });

  test('whether one can be merged is told: clean, behind, blocked or in conflict', async () => {
    const { root, number } = await proposed('mergeable');
    const state = async () => (await call(`GET ${REPO}/pulls/${number}`, undefined, 'alice')).body.mergeable_state;
    expect(await state()).toBe('clean');
    const conditions = { ref_name: { include: ['refs/heads/mergeable'], exclude: [] } };
    const rule = (strict: boolean, contexts: readonly string[]) => ({
      type: 'required_status_checks',
      parameters: { required_status_checks: contexts.map((context) => ({ context })), strict_required_status_checks_policy: strict },
    });
    const ruleset = { name: 'gates', enforcement: 'active', conditions, rules: [rule(true, ['gates'])] };
    await branch('mergeable', await commit({ a: '1', b: '1' }, [root]));
    const { body } = await call(`POST ${REPO}/rulesets`, ruleset, 'ada');
    expect(await state()).toBe('blocked');
    await call(`PUT ${REPO}/rulesets/${body.id}`, { rules: [rule(true, [])] }, 'ada');
    expect(await state()).toBe('behind');
    await call(`DELETE ${REPO}/rulesets/${body.id}`, undefined, 'ada');
    await branch('mergeable', await commit({ a: 'other' }, [root]));
    expect(await state()).toBe('dirty');
  });

  test('a merge says whether it merged, and what is merged cannot be merged again', async () => {
    const { head, number } = await proposed('merged');
    const merge = `${REPO}/pulls/${number}/merge`;
    expect((await call(`GET ${merge}`, undefined, 'alice')).status).toBe(404);
    expect(await call(`PUT ${merge}`, { sha: '0'.repeat(40) }, 'bob')).toMatchObject({
      status: 409,
      body: { message: 'Head branch was modified. Review and try the merge again.' },
    });
    expect((await call(`PUT ${merge}`, { sha: head }, 'rita')).status).toBe(403);
    expect(await call(`PUT ${merge}`, { sha: head, merge_method: 'squash' }, 'bob')).toMatchObject({ status: 200, body: { merged: true } });
    expect((await call(`GET ${merge}`, undefined, 'alice')).status).toBe(204);
    expect((await call(`PUT ${merge}`, { sha: head }, 'bob')).status).toBe(405);
    const { body } = await call(`GET ${REPO}/pulls/${number}`, undefined, 'alice');
    expect(body).toMatchObject({ state: 'closed', merged: true, merged_by: { login: 'bob' } });
    expect((await call(`GET ${REPO}/commits/${head}/pulls`, undefined, 'alice')).body).toMatchObject([{ number }]);
  });

  test('nobody reviews his own, and changes are asked for with a reason', async () => {
    const { number } = await proposed('reviewed');
    const review = `POST ${REPO}/pulls/${number}/reviews`;
    expect(await call(review, { event: 'APPROVE' }, 'alice')).toMatchObject({
      status: 422,
      body: { errors: ['Can not approve your own pull request'] },
    });
    expect((await call(review, { event: 'REQUEST_CHANGES' }, 'bob')).status).toBe(422);
    expect(await call(review, { event: 'APPROVE', body: 'fine' }, 'bob')).toMatchObject({
      status: 200,
      body: { state: 'APPROVED', body: 'fine', user: { login: 'bob' } },
    });
  });
});

describe('comments', () => {
  test('are written, changed and deleted by their authors and by whoever may write', async () => {
    const { number } = await proposed('discussed');
    const list = `${REPO}/issues/${number}/comments`;
    const one = `${REPO}/issues/comments/${(await call(`POST ${list}`, { body: 'first' }, 'rita')).body.id}`;
    await call(`POST ${list}`, { body: 'second' }, 'acme-delivery');
    expect(await call(`PATCH ${one}`, { body: 'changed' }, 'acme-other')).toMatchObject({ status: 403 });
    expect(await call(`PATCH ${one}`, { body: 'changed' }, 'rita')).toMatchObject({ status: 200, body: { body: 'changed' } });
    expect((await call(`GET ${list}`, undefined, 'alice')).body).toMatchObject([
      { body: 'changed', user: { login: 'rita', type: 'User' } },
      { body: 'second', user: { login: 'acme-delivery[bot]', type: 'Bot' } },
    ]);
    expect((await call(`DELETE ${one}`, undefined, 'bob')).status).toBe(204);
    expect((await call(`GET ${one}`, undefined, 'alice')).status).toBe(404);
    expect((await call(`GET ${list}`, undefined, 'alice')).body).toMatchObject([{ body: 'second' }]);
  });

  test('have at most 65536 characters', async () => {
    const { number } = await proposed('long');
    const write = (length: number) => call(`POST ${REPO}/issues/${number}/comments`, { body: 'x'.repeat(length) }, 'alice');
    expect((await write(65_536)).status).toBe(201);
    expect(await write(65_537)).toMatchObject({
      status: 422,
      body: { errors: [{ message: 'body is too long (maximum is 65536 characters)' }] },
    });
  });
});

describe('checks', () => {
  test('the last status of each context makes up the whole', async () => {
    const head = await branch('statuses', await commit({ a: '1' }));
    const post = (context: string, state: string) => call(`POST ${REPO}/statuses/${head}`, { context, state }, 'alice');
    const whole = async () => (await call(`GET ${REPO}/commits/statuses/status`, undefined, 'rita')).body.state;
    expect(await whole()).toBe('pending');
    await post('one', 'pending');
    await post('one', 'success');
    expect(await whole()).toBe('success');
    await post('two', 'error');
    expect(await whole()).toBe('failure');
    expect((await call(`GET ${REPO}/commits/${head}/statuses`, undefined, 'rita')).body).toMatchObject([
      { context: 'two' },
      { state: 'success' },
      { state: 'pending' },
    ]);
  });

  test('a status has a description of 140 characters at most', async () => {
    const head = await branch('described', await commit({ a: '1' }));
    const post = (length: number) => call(`POST ${REPO}/statuses/${head}`, { state: 'success', description: 'x'.repeat(length) }, 'alice');
    expect((await post(140)).status).toBe(201);
    expect((await post(141)).status).toBe(422);
  });

  test('a check run is an app’s, gathers annotations, and counts where a ruleset asks for it, but is no status', async () => {
    const { head, number } = await proposed('checked');
    const conditions = { ref_name: { include: ['refs/heads/checked'], exclude: [] } };
    const parameters = { required_status_checks: [{ context: 'lint', integration_id: 1001 }], strict_required_status_checks_policy: false };
    await call(
      `POST ${REPO}/rulesets`,
      { name: 'lint', enforcement: 'active', conditions, rules: [{ type: 'required_status_checks', parameters }] },
      'ada',
    );
    const merge = () => call(`PUT ${REPO}/pulls/${number}/merge`, { sha: head }, 'bob');
    expect((await merge()).status).toBe(405);
    expect((await call(`POST ${REPO}/check-runs`, { name: 'lint', head_sha: head }, 'alice')).status).toBe(403);

    const annotation = (line: number) => ({ path: 'a', start_line: line, end_line: line, annotation_level: 'warning', message: 'look' });
    const output = { title: 'Lint', summary: 'so far', annotations: Array.from({ length: 50 }, (_, line) => annotation(line + 1)) };
    const { body } = await call(
      `POST ${REPO}/check-runs`,
      { name: 'lint', head_sha: head, status: 'in_progress', output },
      'acme-delivery',
    );
    expect(body).toMatchObject({ status: 'in_progress', app: { slug: 'acme-delivery' }, output: { annotations_count: 50 } });
    expect((await merge()).status).toBe(405);
    const run = `${REPO}/check-runs/${body.id}`;
    const done = { conclusion: 'success', output: { title: 'Lint', summary: 'clean', annotations: [annotation(51)] } };
    expect((await call(`PATCH ${run}`, done, 'acme-delivery')).body).toMatchObject({
      status: 'completed',
      output: { annotations_count: 51 },
    });
    expect((await call(`GET ${run}/annotations?per_page=100`, undefined, 'acme-delivery')).body).toHaveLength(51);
    expect((await call(`GET ${REPO}/commits/${head}/check-runs`, undefined, 'alice')).body).toMatchObject({
      total_count: 1,
      check_runs: [{ name: 'lint', conclusion: 'success' }],
    });
    expect((await call(`GET ${REPO}/commits/${head}/statuses`, undefined, 'alice')).body).toEqual([]);
    expect((await merge()).status).toBe(200);
  });
});

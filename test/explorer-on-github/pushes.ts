import { DeliveryError, type RefUpdate } from '../../lib/delivery';
import { git } from '../../lib/delivery/git/git-process';
import type { PushEvent } from '../../lib/explorer/trace';
import { loginOf } from './cast';
import { reportRequired, type World } from './world';

const at = { owner: 'lebrick07', repo: 'openluffy' } as const;

/**
 * Makes, moves, moves back or deletes a ref as somebody. What is to be moved is there before, with a commit to move to that has passed every
 * check: nobody is kept back by what the explorer takes to be done.
 */
export async function pushTo(world: World, { by, ref, how }: PushEvent): Promise<void> {
  const login = loginOf(world.desired, by);
  const client = world.client(login);
  const name = ref.replace(/^refs\//, '');
  const [older, newer] = await prepared(world, ref, how);
  const sha = how === 'force' ? older : newer;
  world.aim = how === 'delete' ? undefined : sha;
  if (how === 'delete') return void (await client.request('DELETE /repos/{owner}/{repo}/git/refs/{ref}', { ...at, ref: name }));
  await reportRequired(world, ref, sha, login);
  // The REST interface takes only refs of three parts; git takes others.
  if (ref.split('/').length < 3 || !/^refs\/(heads|tags)\//.test(ref)) return pushed(world, login, ref);
  if (how === 'create') await client.request('POST /repos/{owner}/{repo}/git/refs', { ...at, ref, sha });
  else await client.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', { ...at, ref: name, sha, force: how === 'force' });
}

/** Where a ref leads now, or would lead; undefined when there is none. */
export function headOf(world: World, ref: string): Promise<string | undefined> {
  return world.disk.tryRef(ref);
}

async function pushed(world: World, login: string, ref: string): Promise<void> {
  const { store } = await world.as(login);
  const parent = await world.head('main');
  const commit = await store.writeCommit({
    tree: await store.writeTree(await store.files(parent, '')),
    parents: [parent],
    author: login,
    message: `Another revision: ${next++}`,
    at: 0,
  });
  world.aim = commit;
  const outcome: RefUpdate = await store.moveRef(ref, commit, undefined);
  if (outcome.kind === 'refused') throw new DeliveryError('refused', outcome.reason, 'do not');
}

let next = 0;

/** A commit and its child; the ref leads to the one from which it is about to move, past all rules, as whoever owns the disk can do. */
async function prepared(world: World, ref: string, how: PushEvent['how']): Promise<readonly [older: string, newer: string]> {
  const { gitDir } = world.disk;
  const run = async (...args: readonly string[]): Promise<string> =>
    (await git(['-c', 'user.name=olga', '-c', 'user.email=olga@example.org', ...args], { gitDir })).trim();
  const there = await headOf(world, ref);
  const older = there ?? (await world.head('develop'));
  const newer = await run('commit-tree', `${older}^{tree}`, '-p', older, '-m', `The next: ${next++}`);
  await run('update-ref', 'refs/heads/side', newer);
  if (how === 'create' && there !== undefined) await run('update-ref', '-d', ref);
  if (how !== 'create') await run('update-ref', ref, how === 'force' ? newer : older);
  return [older, newer];
}

import { updateRef } from '../../lib/delivery/git/update-ref';
import type { World } from './world';

const at = { owner: 'lebrick07', repo: 'openluffy' } as const;

/** Does something, closes the pull requests that are open then, and puts every ref back to where it was, past all rules. */
export async function restoring<T>({ disk, client }: World, work: () => Promise<T>): Promise<T> {
  const before = new Map((await disk.refs('refs/')).map(({ ref, commit }) => [ref, commit]));
  try {
    return await work();
  } finally {
    const owner = client('olga');
    for (const { number } of await owner.paginate('GET /repos/{owner}/{repo}/pulls', { ...at, state: 'open' }))
      await owner.request('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', { ...at, pull_number: number, state: 'closed' });
    const after = new Map((await disk.refs('refs/')).map(({ ref, commit }) => [ref, commit]));
    for (const [ref, commit] of after) if (!before.has(ref)) await updateRef(disk, ref, undefined, commit);
    for (const [ref, commit] of before) if (after.get(ref) !== commit) await updateRef(disk, ref, commit, after.get(ref));
  }
}

import type { GitRepository } from '../git/git-repository';
import type { Actor } from '../host';
import type { MergeMethod } from './ruleset-enforcement';

/** The commit that a merge would put on the base, or why there is none. */
export type PreparedMerge = { readonly kind: 'ready'; readonly commit: string } | { readonly kind: 'impossible'; readonly reason: string };

/**
 * Writes the commit of a merge; nothing leads to it yet. As on GitHub the author of a squashed commit is the author of the pull request;
 * whoever merges is the committer.
 */
export async function prepareMerge(
  repository: GitRepository,
  merge: {
    readonly method: MergeMethod;
    readonly base: string;
    readonly head: string;
    readonly message: string;
    readonly author: Actor;
    readonly by: Actor;
    readonly at: number;
  },
): Promise<PreparedMerge> {
  if (merge.method === 'rebase') return prepareRebase(repository, merge);
  const merged = await repository.mergedTree(merge.base, merge.head);
  if (merged.kind === 'conflict') return { kind: 'impossible', reason: `conflicts with the base in ${merged.paths.join(', ')}` };
  const parents = merge.method === 'squash' ? [merge.base] : [merge.base, merge.head];
  const author = merge.method === 'squash' ? merge.author.login : merge.by.login;
  return {
    kind: 'ready',
    commit: await repository.writeCommit({
      tree: merged.tree,
      parents,
      author,
      committer: merge.by.login,
      message: merge.message,
      at: merge.at,
    }),
  };
}

/** The commits of the head made anew with another committer; a head that is behind its base is not replayed here. */
async function prepareRebase(
  repository: GitRepository,
  merge: { readonly base: string; readonly head: string; readonly by: Actor; readonly at: number },
): Promise<PreparedMerge> {
  if (!(await repository.isAncestor(merge.base, merge.head))) {
    return { kind: 'impossible', reason: 'the head is behind the base; a local host rebases only heads that contain their base' };
  }
  const commits = [...(await repository.between(merge.base, merge.head, 1_000))].reverse();
  if (commits.some(({ parents }) => parents.length !== 1))
    return { kind: 'impossible', reason: 'the head holds merge commits, which cannot be rebased' };
  let parent = merge.base;
  for (const { tree, author, message, at } of commits) {
    parent = await repository.writeCommit({ tree, parents: [parent], author, committer: merge.by.login, message, at });
  }
  return { kind: 'ready', commit: parent };
}

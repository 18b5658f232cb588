import type { Store } from './store';

/** A store whose refs are those of one instant, read at once; what is written goes through. What decides together is read together. */
export async function atOneInstant(store: Store): Promise<Store> {
  const refs = await store.refs('refs/');
  const commits = new Map(refs.map(({ ref, commit }) => [ref, commit]));
  return {
    tryRef: async (ref) => commits.get(ref),
    refs: async (prefix) => refs.filter(({ ref }) => ref.startsWith(prefix)),
    commit: (id) => store.commit(id),
    firstParents: (id, limit) => store.firstParents(id, limit),
    isAncestor: (ancestor, descendant) => store.isAncestor(ancestor, descendant),
    between: (from, to, limit) => store.between(from, to, limit),
    tryTree: (commit, path) => store.tryTree(commit, path),
    tryFile: (commit, path) => store.tryFile(commit, path),
    files: (commit, path) => store.files(commit, path),
    writeTree: (files, grafts) => store.writeTree(files, grafts),
    writeCommit: (commit) => store.writeCommit(commit),
    moveRef: (ref, to, expect, force) => store.moveRef(ref, to, expect, force),
    deleteRef: (ref, expect) => store.deleteRef(ref, expect),
  };
}

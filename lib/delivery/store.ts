/** A commit as the store knows it. Ids are git's own. */
export interface StoredCommit {
  readonly id: string;
  readonly tree: string;
  readonly parents: readonly string[];
  /** Name of the author as git records it; on hosts, the login or the app's slug. */
  readonly author: string;
  /** Logins of those whom the message names as co-authors, where a host knows people by other names than git does. @default as the message has them */
  readonly coAuthors?: readonly string[];
  readonly message: string;
  /** Time of the commit, milliseconds since the epoch. */
  readonly at: number;
}

/** Outcome of moving a ref: a ref that somebody else has moved is not an error, a refusal by a rule carries its reason. */
export type RefUpdate =
  | { readonly kind: 'done' }
  /** The ref was not where the caller expected it; `found` is absent when it does not exist. */
  | { readonly kind: 'moved'; readonly found?: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** Files by path, relative and with `/`. */
export type Files = ReadonlyMap<string, string>;

/**
 * Git refs and trees of the delivery repository, as one identity sees them. Ref names are full (`refs/heads/env/dev`, `refs/tags/…`).
 * Reading never changes anything; `write*` adds objects that nothing points at; only `moveRef` and `deleteRef` change what others see.
 */
export interface Store {
  tryRef(ref: string): Promise<string | undefined>;
  /** Refs whose full name starts with the prefix, in order of name. */
  refs(prefix: string): Promise<readonly { readonly ref: string; readonly commit: string }[]>;
  commit(id: string): Promise<StoredCommit>;
  /** The commit and its first parents, newest first. */
  firstParents(id: string, limit: number): Promise<readonly StoredCommit[]>;
  /** Whether `ancestor` is `descendant` or one of its ancestors. False when either is unknown. */
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  /** Commits reachable from `to` but not from `from`, newest first. */
  between(from: string | undefined, to: string, limit: number): Promise<readonly StoredCommit[]>;
  /** Id of the tree at a path of a commit (`''` is the root); undefined when there is none. */
  tryTree(commit: string, path: string): Promise<string | undefined>;
  tryFile(commit: string, path: string): Promise<string | undefined>;
  /** Files under a path of a commit, their paths relative to it. */
  files(commit: string, path: string): Promise<Files>;
  /** Writes a tree made of `files` and of whole trees put in at a path; returns its id. */
  writeTree(files: Files, grafts?: ReadonlyMap<string, string>): Promise<string>;
  /** Writes a commit; returns its id, which depends on nothing but what is given. */
  writeCommit(commit: Omit<StoredCommit, 'id' | 'coAuthors'>): Promise<string>;
  /** Moves a ref if it is where the caller saw it: `expect` undefined means that it must not exist yet. */
  moveRef(ref: string, to: string, expect: string | undefined, force?: boolean): Promise<RefUpdate>;
  deleteRef(ref: string, expect: string): Promise<RefUpdate>;
}

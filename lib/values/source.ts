import type { IConstruct } from 'constructs';

/** A repository as values refer to it: the construct, by its `owner/name`. */
export interface RepositoryReference extends IConstruct {
  readonly repositoryName: string;
}

/** A branch of a repository; its head is read, never copied. */
export interface BranchSource {
  readonly kind: 'branch';
  readonly repository: RepositoryReference;
  readonly branch: string;
}

/** Tags of a repository that match a pattern. */
export interface TagSource {
  readonly kind: 'tags';
  readonly repository: RepositoryReference;
  /** Pattern as GitHub rulesets read it (fnmatch), for instance `v*.*.*`. */
  readonly pattern: string;
}

/** A ref of a repository, made by `repository.branch(…)` or `repository.tags(…)`. */
export type Source = BranchSource | TagSource;

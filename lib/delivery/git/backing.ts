import type { GitRepository, RefCommit } from './git-repository';
import { removeStaleLocks } from './stale-locks';

/** Where the refs are read, and the repository that has their objects. */
export interface Backing {
  readonly repository: GitRepository;
  readonly remote: string;
  readonly tryRef: (ref: string) => Promise<string | undefined>;
  readonly refs: (prefix: string) => Promise<readonly RefCommit[]>;
  /** Makes these commits readable, where the remote has them. */
  readonly obtain: (commits: readonly string[]) => Promise<void>;
  readonly unlock: () => Promise<void>;
}

/** A repository that is read where it is, and written there. */
export function backedBy(repository: GitRepository): Backing {
  return {
    repository,
    remote: repository.gitDir,
    tryRef: (ref) => repository.tryRef(ref),
    refs: (prefix) => repository.refs(prefix),
    obtain: () => Promise.resolve(),
    unlock: async () => {
      await removeStaleLocks(repository.gitDir);
    },
  };
}

/** Somebody who acts on a host: a person by login, or a GitHub App by slug. */
export interface Actor {
  readonly kind: 'person' | 'app';
  readonly login: string;
}

export type PullRequestState = 'open' | 'merged' | 'closed';

export interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  /** Branch names, without `refs/heads/`. */
  readonly head: string;
  readonly base: string;
  readonly headCommit: string;
  readonly author: Actor;
  readonly state: PullRequestState;
  /** The commit on the base, once merged. */
  readonly mergeCommit?: string;
  readonly createdAt: number;
}

export type StatusState = 'pending' | 'success' | 'failure' | 'error';

/** A commit status with its creator, which alone makes it evidence. */
export interface Status {
  readonly context: string;
  readonly state: StatusState;
  /** At most 140 characters, as GitHub takes it. */
  readonly description: string;
  readonly targetUrl?: string;
  readonly creator: Actor;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface Review {
  readonly author: Actor;
  readonly state: 'approved' | 'changes-requested' | 'dismissed' | 'commented';
  /** Head that was reviewed. */
  readonly commit: string;
  readonly at: number;
}

export interface Comment {
  readonly id: number;
  readonly author: Actor;
  readonly body: string;
  readonly at: number;
}

export type MergeOutcome =
  | { readonly kind: 'merged'; readonly commit: string }
  /** The head or the base is not what the caller saw. */
  | { readonly kind: 'moved'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** Pull requests, statuses and reviews of one repository, as one identity sees them. Every call is safe to repeat after a failure. */
export interface Host {
  readonly repository: string;
  /** Who these calls are made as. */
  actor(): Promise<Actor>;
  /** Milliseconds since the epoch, the host's clock. */
  now(): Promise<number>;
  pullRequest(number: number): Promise<PullRequest>;
  pullRequests(filter: {
    readonly base?: string;
    readonly head?: string;
    readonly state?: PullRequestState;
  }): Promise<readonly PullRequest[]>;
  openPullRequest(request: {
    readonly head: string;
    readonly base: string;
    readonly title: string;
    readonly body: string;
  }): Promise<PullRequest>;
  updatePullRequest(number: number, change: { readonly title?: string; readonly body?: string }): Promise<void>;
  closePullRequest(number: number): Promise<void>;
  /** Merges if the head still is `head`; `message` is the whole message of a squashed commit. */
  merge(
    number: number,
    how: { readonly method: 'squash' | 'merge' | 'rebase'; readonly head: string; readonly message: string },
  ): Promise<MergeOutcome>;
  /** The statuses of a commit, oldest first, all of them. */
  statuses(commit: string): Promise<readonly Status[]>;
  setStatus(
    commit: string,
    status: { readonly context: string; readonly state: StatusState; readonly description: string; readonly targetUrl?: string },
  ): Promise<void>;
  reviews(number: number): Promise<readonly Review[]>;
  /** Reviews as the calling identity. */
  review(
    number: number,
    review: { readonly state: 'approved' | 'changes-requested'; readonly commit: string; readonly body?: string },
  ): Promise<void>;
  comments(number: number): Promise<readonly Comment[]>;
  comment(number: number, body: string): Promise<void>;
  /** Whether a person may change the repository. Anybody may review in a public one; hosts count no review of those who may not write. */
  mayWrite(login: string): Promise<boolean>;
  /** Logins of a team's members; undefined when there is no such team. */
  tryTeam(slug: string): Promise<readonly string[] | undefined>;
}

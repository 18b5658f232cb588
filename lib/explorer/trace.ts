import type { Change, MergeMethod } from './github';

/** One event of a trace, as data. Commits are counted from 0 in the order in which they are made; `by` names a principal. */
export type TraceEvent = PushEvent | PullRequestEvent | SourceEvent | EnvironmentEvent | PromotionEvent;

/** A ref is made, moved, rewritten or removed without a pull request. */
export interface PushEvent {
  readonly kind: 'push';
  readonly by: string;
  readonly repository: string;
  readonly ref: string;
  readonly how: Change;
}

export type PullRequestEvent =
  | {
      readonly kind: 'open';
      readonly by: string;
      readonly repository: string;
      readonly base: string;
      readonly head: string;
      /** Files that the pull request changes. */
      readonly files: readonly string[];
    }
  /** One more commit on the head of the open pull request. */
  | { readonly kind: 'amend'; readonly by: string }
  /** Another change is merged onto the base. */
  | { readonly kind: 'outdate'; readonly by: string }
  | { readonly kind: 'review'; readonly by: string }
  /** A success of this context on the head. */
  | { readonly kind: 'status'; readonly by: string; readonly context: string }
  | { readonly kind: 'merge'; readonly by: string; readonly method: MergeMethod };

/** A commit gets onto the branch, or the tags, of a source by a lawful way: pushed directly where that is allowed, else by pull request. */
export interface SourceEvent {
  readonly kind: 'land';
  readonly repository: string;
  readonly ref: { readonly kind: 'branch' | 'tags'; readonly pattern: string };
  readonly commit: number;
}

export type EnvironmentEvent =
  | { readonly kind: 'healthy' | 'unhealthy'; readonly environment: string }
  /** The clock goes to the end of the next soak there, which wakes nobody. */
  | { readonly kind: 'clock'; readonly environment: string }
  /** The schedule starts a run of the delivery app. */
  | { readonly kind: 'wake' }
  | { readonly kind: 'verify'; readonly environment: string; readonly suite: string }
  | { readonly kind: 'sync'; readonly environment: string }
  /** Somebody changes live objects by hand. */
  | { readonly kind: 'edit'; readonly environment: string }
  | { readonly kind: 'roll-back'; readonly environment: string; readonly commit: number; readonly approvals: number }
  /** Somebody has Argo CD sync another revision than the Application names. */
  | { readonly kind: 'override'; readonly environment: string; readonly commit: number; readonly by: string }
  /** A hold or quarantine is lifted. */
  | { readonly kind: 'lift'; readonly environment: string; readonly commit: number }
  /** The next run of the delivery app that would merge here stops between its evaluation and the merge. */
  | { readonly kind: 'suspend'; readonly environment: string }
  /** The stopped run goes on. */
  | { readonly kind: 'resume'; readonly environment: string };

/** People and other apps do for a promotion what its gates ask for, and no more. */
export interface PromotionEvent {
  readonly kind: 'decide';
  readonly policy: string;
  readonly commit: number;
  /** Who approves. */
  readonly approvedBy: readonly string[];
  /** Whether a person asks for the promotion. */
  readonly asked: boolean;
  /** Checks that succeed on the release's source commit. */
  readonly checks: readonly string[];
}

const COMMITS = ['4f2a1c', '8b03d7', 'c91e55', '2d7f60', 'e4a819', '70bc3e', '19d5f2', 'a36e04'];

/** The id under which a trace shows its nth commit: the same in every run. */
export function commitId(commit: number): string {
  return COMMITS[commit] ?? (0x5a17c3 + 0x10f9b * commit).toString(16).slice(-6);
}

/** `main` for `refs/heads/main`, `tag v1` for `refs/tags/v1`. */
export function shortRef(ref: string): string {
  return ref.replace(/^refs\/heads\//, '').replace(/^refs\/tags\//, 'tag ');
}

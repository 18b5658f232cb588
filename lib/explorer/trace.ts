/** Who acts. Teams stand for their members; people with equal rights are one. */
export type PrincipalName = string;

/** One event of a trace, as data. */
export type TraceEvent =
  /** Commits get onto a ref, or the ref itself is made, rewritten or removed. */
  | {
      readonly kind: 'push';
      readonly by: PrincipalName;
      readonly repository: string;
      readonly ref: string;
      readonly how: 'create' | 'update' | 'force' | 'delete';
      readonly commit?: number;
    }
  /** A pull request is opened; its head is on `head`. */
  | { readonly kind: 'open'; readonly by: PrincipalName; readonly repository: string; readonly head: string; readonly base: string; readonly commit?: number }
  /** A review: of a pull request onto `base`, or of the promotion of `commit` into `environment`. */
  | { readonly kind: 'approve'; readonly by: PrincipalName; readonly base?: string; readonly environment?: string; readonly commit?: number }
  | { readonly kind: 'status'; readonly by: PrincipalName; readonly context: string; readonly base: string; readonly commit?: number }
  | { readonly kind: 'merge'; readonly by: PrincipalName; readonly repository: string; readonly base: string; readonly method: 'merge' | 'squash' | 'rebase'; readonly commit?: number };

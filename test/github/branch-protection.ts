import { enforce } from './enforcement';
import { ApiError, unsupported } from './route';
import type { Repository } from './world';

/** A classic protection: one for every pattern, and of several that match a branch the one that names it wins. */
export interface BranchProtection {
  readonly id: number;
  /** A branch's name, or a pattern of names. */
  readonly pattern: string;
  readonly allowsDeletions: boolean;
  readonly allowsForcePushes: boolean;
  readonly blocksCreations: boolean;
  readonly dismissesStaleReviews: boolean;
  readonly isAdminEnforced: boolean;
  readonly lockBranch: boolean;
  readonly lockAllowsFetchAndMerge: boolean;
  readonly requireLastPushApproval: boolean;
  readonly requiredApprovingReviewCount: number;
  readonly requiresApprovingReviews: boolean;
  readonly requiresCodeOwnerReviews: boolean;
  readonly requiresCommitSignatures: boolean;
  readonly requiresConversationResolution: boolean;
  readonly requiresLinearHistory: boolean;
  readonly requiresStatusChecks: boolean;
  readonly requiresStrictStatusChecks: boolean;
  readonly restrictsPushes: boolean;
  readonly restrictsReviewDismissals: boolean;
  /** A check that names no app may come from any. */
  readonly checks: readonly { readonly context: string; readonly app?: number }[];
  /** Who is exempt from something, by the id of their node. */
  readonly pushActors: readonly string[];
  readonly bypassPullRequestActors: readonly string[];
  readonly bypassForcePushActors: readonly string[];
  readonly reviewDismissalActors: readonly string[];
}

export const unprotected: Omit<BranchProtection, 'id' | 'pattern'> = {
  allowsDeletions: false,
  allowsForcePushes: false,
  blocksCreations: false,
  dismissesStaleReviews: false,
  isAdminEnforced: false,
  lockBranch: false,
  lockAllowsFetchAndMerge: false,
  requireLastPushApproval: false,
  requiredApprovingReviewCount: 0,
  requiresApprovingReviews: false,
  requiresCodeOwnerReviews: false,
  requiresCommitSignatures: false,
  requiresConversationResolution: false,
  requiresLinearHistory: false,
  requiresStatusChecks: false,
  requiresStrictStatusChecks: false,
  restrictsPushes: false,
  restrictsReviewDismissals: false,
  checks: [],
  pushActors: [],
  bypassPullRequestActors: [],
  bypassForcePushActors: [],
  reviewDismissalActors: [],
};

/** Classic protections ask for at most this many approvals. */
const MOST_APPROVALS = 6;

export function protectionNodeId({ id }: BranchProtection): string {
  return `BPR_${id}`;
}

/** Keeps a protection; from now on git and merges obey it. */
export async function protect(repository: Repository, protection: BranchProtection): Promise<void> {
  if (protection.requiredApprovingReviewCount > MOST_APPROVALS) {
    throw new ApiError(422, `required_approving_review_count must be between 0 and ${MOST_APPROVALS}`);
  }
  refuseUnenforced(protection);
  repository.protections.set(protection.id, protection);
  await enforce(repository);
}

export async function unprotect(repository: Repository, protection: BranchProtection): Promise<void> {
  repository.protections.delete(protection.id);
  await enforce(repository);
}

export function tryProtection(repository: Repository, pattern: string): BranchProtection | undefined {
  return [...repository.protections.values()].find((protection) => protection.pattern === pattern);
}

function refuseUnenforced(protection: BranchProtection): void {
  const people = [...protection.pushActors, ...protection.bypassPullRequestActors].find((node) => node.startsWith('U_'));
  if (people !== undefined) unsupported('single people who are exempt from a classic protection');
  if (protection.bypassForcePushActors.length > 0) unsupported('who may force-push past a classic protection');
}

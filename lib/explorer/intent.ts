/**
 * The declared policies, as plain data: what the monitor holds a run against. It is made from the model, never from the compiled
 * `DesiredState`: a gate that got lost on the way into the compiled data is still in the intent, and its loss is seen.
 */
export interface Intent {
  readonly environments: readonly IntentEnvironment[];
  readonly edges: readonly IntentEdge[];
  /** Branches and tags whose protection is declared. */
  readonly protections: readonly IntentProtection[];
  readonly program: IntentProgram;
}

export interface IntentEnvironment {
  readonly name: string;
  readonly tier: 'development' | 'staging' | 'production';
  /** A push there makes a release that enters without a promotion. */
  readonly source?: IntentRef;
  /** `automatic`: what is merged runs, and a manual change is corrected. `manual`: it runs once a person has synced. */
  readonly sync: 'automatic' | 'manual' | 'pulumi';
}

export interface IntentRef {
  readonly kind: 'branch' | 'tags';
  /** `owner/name`. */
  readonly repository: string;
  /** Branch name, or tag pattern. */
  readonly pattern: string;
}

/** A declared policy: how a release gets from one environment into the next. */
export interface IntentEdge {
  readonly policy: string;
  readonly from: string;
  readonly to: string;
  /** The head of this ref must be the release's source commit, or have its tree. */
  readonly on?: IntentRef;
  readonly gates: readonly IntentGate[];
  readonly rollback: {
    /** Whether a failed release is rolled back without a person. */
    readonly automatic: boolean;
    /** Approvals that a person's rollback needs. */
    readonly approvals: number;
  };
}

export type IntentGate =
  | { readonly id: string; readonly kind: 'healthy' }
  | { readonly id: string; readonly kind: 'soak'; readonly seconds: number }
  | { readonly id: string; readonly kind: 'verified'; readonly suite: string }
  | { readonly id: string; readonly kind: 'approvals'; readonly total: number; readonly including: readonly IntentGroup[] }
  | { readonly id: string; readonly kind: 'manual'; readonly at: 'promotion' | 'sync' }
  | { readonly id: string; readonly kind: 'check'; readonly check: string };

/** People who must be among the approvers. */
export type IntentGroup =
  | { readonly team: string; readonly count: number }
  | { readonly people: readonly string[]; readonly count: number };

/**
 * How commits may get onto a branch: by pull request, under these conditions. History is never rewritten and the branch never deleted; that
 * holds for every source, be it listed here or not. Of tags only `bypass` counts: who may make them; nobody moves or deletes them.
 */
export interface IntentProtection {
  readonly ref: IntentRef;
  readonly checks: readonly IntentCheck[];
  /** Approvals by people other than the author of the pull request. */
  readonly approvals: number;
  /** Whether an owner of every changed file must approve. */
  readonly codeOwners: boolean;
  /** Whether an approval holds only for the head that was approved. */
  readonly dismissStale: boolean;
  /** Whether somebody other than the last pusher must have approved. */
  readonly lastPushApproval: boolean;
  /** Head branches that may be merged; any when empty. */
  readonly onlyFrom: readonly string[];
  readonly mergeMethods: readonly ('merge' | 'squash' | 'rebase')[];
  /** Actors that are declared to be exempt. */
  readonly bypass: readonly IntentActor[];
}

export interface IntentCheck {
  readonly context: string;
  /** Id of the app that must report it: a number, or the text of its slot. */
  readonly app: number | string;
}

/** `always` exempts from the pull request too, `pull_request` from what it needs. */
export type IntentActor = { readonly mode: 'always' | 'pull_request' } & (
  | { readonly kind: 'app'; readonly id: number | string }
  | { readonly kind: 'team'; readonly slug: string }
  | { readonly kind: 'role'; readonly role: 'admin' | 'maintain' | 'write' }
  | { readonly kind: 'organization-admin' }
);

/** What a change of the program needs: at least what the strictest edge into a production tier asks for. */
export interface IntentProgram {
  /** `owner/name` of the delivery repository. */
  readonly repository: string;
  readonly branch: string;
  /** Largest `total` of any approvals gate on an edge into a production tier; 1 when there is none. */
  readonly approvals: number;
  /** Every group that such a gate includes. */
  readonly including: readonly IntentGroup[];
  /** Checks in which the policy as it is judges the change. */
  readonly checks: readonly IntentCheck[];
  /** Whether it must be judged against the head of the program branch. */
  readonly upToDate: boolean;
  /** Files whose change is a change of the program: program, lock file and what else decides which code runs, a workflow, CODEOWNERS. */
  readonly files: readonly string[];
}

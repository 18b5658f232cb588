import type { ApproverGroupModel, GateModel, Json, SourceModel } from '../model/platform-model';
import type { Lifecycle, Tier } from '../values/tier';

/**
 * Everything that has to exist for a platform, as frozen plain data: objects, rules, workflows, files, and what the delivery app executes.
 * Texts may hold slots (`{{slot:image/backend}}`) until `bind` has filled them.
 */
export interface DesiredState {
  readonly version: 1;
  readonly platform: string;
  readonly environments: readonly DesiredEnvironment[];
  readonly repositories: readonly DesiredRepository[];
  readonly delivery: DesiredDelivery;
  /** Documents for people, rendered from the same data. */
  readonly documents: readonly DesiredFile[];
}

/** One Kubernetes object. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
  };
  readonly [field: string]: Json | undefined;
}

export interface DesiredEnvironment {
  readonly name: string;
  readonly tier: Tier;
  readonly lifecycle: Lifecycle;
  readonly target: 'kubernetes' | 'coolify';
  /** Objects that the environment's stack applies, Namespace first, Application last. */
  readonly bootstrap: readonly KubernetesObject[];
  /** Objects per service, synced from the environment's branch; in order of service name. */
  readonly services: readonly DesiredService[];
}

export interface DesiredService {
  readonly name: string;
  readonly objects: readonly KubernetesObject[];
  /** Overrides that were applied, for the report: kind and what was changed. */
  readonly overridden: readonly string[];
}

/** A text file of a repository or of the rendered output. */
export interface DesiredFile {
  /** Path from the root of its repository or output folder. */
  readonly path: string;
  readonly content: string;
}

export interface DesiredRepository {
  /** `owner/name`. */
  readonly name: string;
  readonly visibility: 'public' | 'private' | 'internal';
  readonly plan: 'free' | 'pro' | 'team' | 'enterprise';
  readonly defaultBranch: string;
  readonly rulesets: readonly DesiredRuleset[];
  readonly environments: readonly DesiredGitHubEnvironment[];
  readonly actions: DesiredActionsPermissions;
  readonly workflows: readonly DesiredWorkflow[];
  /** CODEOWNERS and other files that are committed. */
  readonly files: readonly DesiredFile[];
}

/** A repository ruleset, as GitHub's REST interface takes it (`POST /repos/{owner}/{repo}/rulesets`). */
export interface DesiredRuleset {
  readonly name: string;
  readonly target: 'branch' | 'tag';
  readonly enforcement: 'active' | 'disabled' | 'evaluate';
  readonly bypass_actors: readonly DesiredBypassActor[];
  readonly conditions: { readonly ref_name: { readonly include: readonly string[]; readonly exclude: readonly string[] } };
  readonly rules: readonly DesiredRule[];
}

export interface DesiredBypassActor {
  readonly actor_type: 'Integration' | 'RepositoryRole' | 'Team' | 'OrganizationAdmin';
  /** Numeric id, or the text of a slot; absent for organisation administrators. */
  readonly actor_id?: number | string;
  readonly bypass_mode: 'always' | 'pull_request';
}

export interface DesiredStatusCheck {
  readonly context: string;
  /** App that must report the check: numeric id, or the text of a slot. */
  readonly integration_id?: number | string;
}

export type DesiredRule =
  | { readonly type: 'creation' | 'deletion' | 'non_fast_forward' | 'required_linear_history' | 'required_signatures' }
  | { readonly type: 'update'; readonly parameters?: { readonly update_allows_fetch_and_merge: boolean } }
  | {
      readonly type: 'pull_request';
      readonly parameters: {
        readonly required_approving_review_count: number;
        readonly dismiss_stale_reviews_on_push: boolean;
        readonly require_code_owner_review: boolean;
        readonly require_last_push_approval: boolean;
        readonly required_review_thread_resolution: boolean;
        readonly allowed_merge_methods: readonly ('merge' | 'squash' | 'rebase')[];
      };
    }
  | {
      readonly type: 'required_status_checks';
      readonly parameters: {
        readonly required_status_checks: readonly DesiredStatusCheck[];
        readonly strict_required_status_checks_policy: boolean;
        readonly do_not_enforce_on_create: boolean;
      };
    };

/** A GitHub environment: who may use its secrets, from which refs. */
export interface DesiredGitHubEnvironment {
  readonly name: string;
  /** Refs whose runs are admitted; never empty. */
  readonly admits: readonly { readonly type: 'branch' | 'tag'; readonly name: string }[];
  /** Absent where the plan of the repository has no such setting. */
  readonly can_admins_bypass?: boolean;
  /** Names of variables with their values, and of secrets without. */
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

export interface DesiredActionsPermissions {
  readonly allowed: 'selected';
  readonly githubOwned: boolean;
  readonly patterns: readonly string[];
  readonly shaPinningRequired: boolean;
  readonly defaultWorkflowPermissions: 'read';
  readonly canApprovePullRequestReviews: false;
}

/** A workflow of GitHub Actions, as the YAML file says it; `uses` may carry ` # vX.Y.Z`, written as a comment. */
export interface DesiredWorkflow {
  /** `.github/workflows/<file>.yaml`. */
  readonly path: string;
  readonly name: string;
  /** Title of a run, when it says more than the name. */
  readonly 'run-name'?: string;
  readonly on: Readonly<Record<string, Json>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly concurrency?: DesiredConcurrency;
  readonly env?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, DesiredJob>>;
}

/** Runs or jobs of one group wait for each other. Without `queue`, one that waits is replaced by the next; with it, up to 100 wait. */
export interface DesiredConcurrency {
  readonly group: string;
  readonly 'cancel-in-progress': boolean;
  readonly queue?: 'max';
}

export interface DesiredJob {
  readonly name: string;
  readonly 'runs-on': string;
  readonly 'timeout-minutes': number;
  readonly needs?: readonly string[];
  readonly if?: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly environment?: { readonly name: string; readonly url?: string };
  readonly concurrency?: DesiredConcurrency;
  readonly strategy?: Json;
  readonly env?: Readonly<Record<string, string>>;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly steps: readonly DesiredStep[];
}

export interface DesiredStep {
  readonly name: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** What the delivery app executes: plain data, the same for the command line, the workflows and the explorer. */
export interface DesiredDelivery {
  /** `owner/name` of the delivery repository. */
  readonly repository: string;
  readonly programBranch: string;
  readonly programFile: string;
  readonly lockFile: string;
  /** Branch that holds quarantine, holds, verifications and attestations. */
  readonly stateBranch: string;
  /** Tags that hold releases are named `<releaseTagPrefix><id>`. */
  readonly releaseTagPrefix: string;
  /** Heads of open promotions are named `<promotionBranchPrefix><environment>/<id>`. */
  readonly promotionBranchPrefix: string;
  /** Context of the one required status check. */
  readonly gatesContext: string;
  /** Context of the check on allowed head branches. */
  readonly headContext: string;
  /** Context of the check in which the old policy judges the new one. */
  readonly policyContext: string;
  readonly apps: {
    readonly delivery: DesiredApp;
    readonly intake: DesiredApp;
    readonly actions: DesiredApp;
  };
  readonly environments: readonly DeliveryEnvironment[];
  readonly edges: readonly DeliveryEdge[];
  readonly services: readonly DeliveryService[];
  readonly suites: readonly { readonly name: string; readonly run: string }[];
  /** Head-branch rules that the app checks, per branch. */
  readonly headRules: readonly { readonly repository: string; readonly branch: string; readonly onlyFrom: readonly string[] }[];
}

export interface DesiredApp {
  readonly slug: string;
  /** Numeric id, or the text of a slot. */
  readonly id: number | string;
}

export interface DeliveryEnvironment {
  readonly name: string;
  readonly tier: Tier;
  readonly lifecycle: Lifecycle;
  /** Branch that says what should run, `env/<name>`. */
  readonly branch: string;
  /** A push there builds a new release, which enters this environment with only the implicit gates. */
  readonly source?: SourceModel;
  readonly sync: 'automatic' | 'manual' | 'pulumi';
  /** Group whose members may sync a manual environment, on the host a team of that name; who may is left to the target when absent. */
  readonly syncGroup?: string;
  /** The Argo CD Application to look at; absent for other targets. */
  readonly application?: { readonly name: string; readonly namespace: string; readonly url: string };
  readonly namespace?: string;
  readonly host: string;
  readonly health: { readonly mode: 'polled' | 'reported'; readonly timeoutSeconds: number };
  readonly admit: 'always' | 'after-soak';
  readonly imageTag: { readonly prefix: string; readonly length: number };
  readonly targetSeconds: number;
}

export interface DeliveryEdge {
  readonly policy: string;
  readonly from: string;
  readonly to: string;
  readonly on?: SourceModel;
  readonly gates: readonly GateModel[];
  readonly select: 'newest' | 'each';
  readonly lanes: readonly DeliveryLane[];
}

/** A way into an environment, beside the gates of the edge. */
export type DeliveryLane =
  | { readonly kind: 'normal' }
  | { readonly kind: 'manual-rollback'; readonly approvals: number; readonly including: readonly ApproverGroupModel[] }
  | { readonly kind: 'automatic-rollback' };

export interface DeliveryService {
  readonly name: string;
  /** Source repository, `owner/name`. */
  readonly repository: string;
  /** Images by slot name: `image/backend` → its repository and how it is built. */
  readonly images: readonly {
    readonly slot: string;
    readonly repository: string;
    readonly build:
      | { readonly kind: 'dockerfile'; readonly context: string; readonly dockerfile: string }
      | { readonly kind: 'image'; readonly repository: string };
  }[];
  readonly environments: readonly string[];
}

import type { Lifecycle, Tier } from '../values/tier';
import type { JsonPatchOperation, Kind, Resources } from '../values/workload';

/** JSON, as Kubernetes and GitHub speak it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * A platform with every default filled in and every reference by name: frozen plain data, sorted by name, independent of the order of
 * declaration. Everything downstream reads this and never the construct tree.
 */
export interface PlatformModel {
  readonly version: 1;
  readonly name: string;
  /** Registry and path under which images live, without a trailing slash. */
  readonly registry: string;
  /** Base domain of all hosts. */
  readonly domain: string;
  /** Address of the metrics server, when there is one. */
  readonly metrics?: string;
  /** The controller that serves Ingresses: the namespace it runs in, and its class when it is not the cluster's default. */
  readonly ingress: { readonly namespace: string; readonly class?: string };
  readonly program: ProgramModel;
  readonly apps: AppsModel;
  readonly repositories: readonly RepositoryModel[];
  readonly clusters: readonly ClusterModel[];
  readonly environments: readonly EnvironmentModel[];
  readonly services: readonly ServiceModel[];
  readonly suites: readonly SuiteModel[];
  readonly policies: readonly PolicyModel[];
  readonly protections: readonly ProtectionModel[];
  /** Findings that the program accepts, each with its reason. */
  readonly suppressions: readonly SuppressionModel[];
}

export interface SuppressionModel {
  readonly code: string;
  /** Path that the finding must have; any when absent. */
  readonly path?: string;
  readonly reason: string;
}

/** Where the program lies that declares all this. */
export interface ProgramModel {
  /** `owner/name` of the delivery repository. */
  readonly repository: string;
  readonly branch: string;
  /** The program's file in that repository. */
  readonly file: string;
  readonly lockFile: string;
}

export interface AppModel {
  /** Slug of the GitHub App. */
  readonly slug: string;
  /** Its numeric id, or the text of the slot `app/…` that is filled when stacks are applied. */
  readonly id: number | string;
}

export interface AppsModel {
  readonly delivery: AppModel;
  readonly intake: AppModel;
  /** GitHub Actions itself, whose checks bear this id on github.com. */
  readonly actions: AppModel;
}

export interface RepositoryModel {
  readonly path: string;
  /** `owner/name`. */
  readonly name: string;
  readonly delivery: boolean;
  readonly visibility: 'public' | 'private' | 'internal';
  readonly plan: 'free' | 'pro' | 'team' | 'enterprise';
  readonly defaultBranch: string;
  /** Address that Argo CD fetches from. */
  readonly url: string;
}

export interface ClusterModel {
  readonly kind: 'argo-cd';
  readonly name: string;
  readonly url: string;
  readonly namespace: string;
  readonly version: string;
}

/** A ref of a repository, by names. */
export interface SourceModel {
  readonly kind: 'branch' | 'tags';
  /** `owner/name`. */
  readonly repository: string;
  /** Branch name, or tag pattern. */
  readonly pattern: string;
}

export type TargetModel =
  | { readonly kind: 'kubernetes'; readonly cluster: string; readonly namespace: string }
  | { readonly kind: 'coolify'; readonly url: string };

export type SyncModel = { readonly kind: 'automatic' } | { readonly kind: 'manual'; readonly group?: string } | { readonly kind: 'pulumi' };

export type TlsModel =
  | { readonly kind: 'issuer'; readonly issuer: string }
  | { readonly kind: 'secret'; readonly secret: string }
  | { readonly kind: 'off' };

/** Upper bounds of an environment, as Kubernetes quantities. */
export interface LimitsModel {
  readonly cpu?: string;
  readonly memory?: string;
  readonly pods?: number;
}

export interface OverrideModel {
  readonly kind: Kind;
  readonly change: { readonly merge: Json } | { readonly patch: readonly JsonPatchOperation[] };
}

export interface EnvironmentModel {
  readonly path: string;
  readonly name: string;
  readonly tier: Tier;
  readonly lifecycle: Lifecycle;
  readonly target: TargetModel;
  readonly sync: SyncModel;
  /** Set only where releases are born. */
  readonly source?: SourceModel;
  readonly host: string;
  readonly tls: TlsModel;
  /** Class of the data that lives here. */
  readonly data: 'synthetic' | 'anonymised' | 'live';
  readonly logLevel: 'debug' | 'info';
  /** Environment variables of every service here. */
  readonly settings: Readonly<Record<string, string>>;
  readonly limits: LimitsModel;
  /** Tag that a build for this environment gets for people: prefix, and how many characters of the commit. */
  readonly imageTag: { readonly prefix: string; readonly length: number };
  readonly health: { readonly mode: 'polled' | 'reported'; readonly timeoutSeconds: number };
  /** Deployments that Argo CD remembers, its `revisionHistoryLimit`. */
  readonly revisionHistory: number;
  readonly admit: 'always' | 'after-soak';
  /** Time from merge to healthy that is promised, seconds. */
  readonly targetSeconds: number;
  readonly overrides: readonly OverrideModel[];
}

export interface ProbeModel {
  readonly path: string;
}

export interface UseModel {
  /** Environment variable that gets the address. */
  readonly variable: string;
  readonly service: string;
}

export interface EgressModel {
  /** As declared, for messages. */
  readonly text: string;
  readonly to:
    | { readonly kind: 'namespace'; readonly name: string; readonly namespace: string }
    | { readonly kind: 'cidr'; readonly cidr: string }
    | { readonly kind: 'internet'; readonly host: string };
  readonly port: number;
}

export interface SecretModel {
  readonly variable: string;
  readonly store: string;
  /** Path in the store, environment and service put in. */
  readonly secretPath: string;
  readonly key?: string;
}

export type BuildModel =
  | { readonly kind: 'dockerfile'; readonly context: string; readonly dockerfile: string }
  | { readonly kind: 'image'; readonly repository: string };

export interface SidecarModel {
  readonly name: string;
  readonly build: BuildModel;
  readonly image: string;
  readonly port?: number;
  readonly env: Readonly<Record<string, string>>;
  readonly requests: Resources;
  readonly limits: Resources;
}

export type StrategyModel =
  | { readonly kind: 'rolling'; readonly maxUnavailable: number | string; readonly maxSurge: number | string }
  | { readonly kind: 'recreate' };

/** A service as it runs in one environment: all five layers of precedence applied. */
export interface ServiceInEnvironmentModel {
  readonly environment: string;
  readonly replicas: number;
  readonly autoscaling?: { readonly min: number; readonly max: number; readonly cpuPercent: number };
  readonly strategy: StrategyModel;
  readonly requests: Resources;
  readonly limits: Resources;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: readonly SecretModel[];
  /** URL path on the environment's host; not exposed when absent. */
  readonly route?: string;
  /** Directories the container may write to, each an emptyDir. */
  readonly writable: readonly string[];
  readonly overrides: readonly OverrideModel[];
  /** Objects that the program adds, as given. */
  readonly addedObjects: readonly Json[];
}

export interface AbsenceModel {
  readonly environment: string;
  readonly reason: string;
  /** Day on which the absence is looked at again, `YYYY-MM-DD`. */
  readonly until: string;
}

export interface ServiceModel {
  readonly path: string;
  readonly name: string;
  /** Repository of its source, `owner/name`; the delivery repository when none is declared. */
  readonly repository: string;
  readonly build: BuildModel;
  /** Image repository, without tag or digest. */
  readonly image: string;
  readonly port: number;
  readonly health: ProbeModel;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly uses: readonly UseModel[];
  readonly egress: readonly EgressModel[];
  readonly sidecars: readonly SidecarModel[];
  readonly environments: readonly ServiceInEnvironmentModel[];
  readonly absences: readonly AbsenceModel[];
}

export interface SuiteModel {
  readonly path: string;
  readonly name: string;
  readonly run: string;
}

export type CheckModel =
  | { readonly kind: 'run'; readonly name: string; readonly run: string }
  | { readonly kind: 'external'; readonly name: string; readonly app: string };

export type ApproverGroupModel =
  | { readonly team: string; readonly count: number }
  | { readonly people: readonly string[]; readonly count: number };

/** A gate with its id, which is unique within its policy. */
export type GateModel =
  | { readonly id: string; readonly kind: 'healthy' }
  | { readonly id: string; readonly kind: 'soak'; readonly seconds: number }
  | { readonly id: string; readonly kind: 'verified'; readonly suite: string }
  | {
      readonly id: string;
      readonly kind: 'approvals';
      readonly total: number;
      readonly including: readonly ApproverGroupModel[];
      readonly distinct: boolean;
    }
  | { readonly id: string; readonly kind: 'manual'; readonly at: 'promotion' | 'sync' }
  | { readonly id: string; readonly kind: 'check'; readonly check: string; readonly app: string };

export interface PolicyModel {
  readonly path: string;
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** A release is proposed only while the head of this ref has the tree of its source commit. */
  readonly on?: SourceModel;
  readonly gates: readonly GateModel[];
  readonly select: 'newest' | 'each';
  readonly rebuild: boolean;
  readonly rollback: { readonly automatic: boolean; readonly approvals: number };
}

export interface ProtectionModel {
  readonly path: string;
  readonly name: string;
  readonly ref: SourceModel;
  readonly checks: readonly CheckModel[];
  readonly approvals: number;
  readonly codeOwners: boolean;
  readonly dismissStale: boolean;
  readonly lastPushApproval: boolean;
  /** Head branches that may be merged into the branch; any when empty. */
  readonly onlyFrom: readonly string[];
  readonly mergeMethods: readonly ('merge' | 'squash' | 'rebase')[];
  readonly linearHistory: boolean;
  readonly bypass: readonly BypassModel[];
}

export type BypassModel =
  | { readonly kind: 'app'; readonly slug: string; readonly id: number | string; readonly mode: 'always' | 'pull_request' }
  | { readonly kind: 'team'; readonly slug: string; readonly mode: 'always' | 'pull_request' }
  | { readonly kind: 'role'; readonly role: 'admin' | 'maintain' | 'write'; readonly mode: 'always' | 'pull_request' }
  | { readonly kind: 'organization-admin'; readonly mode: 'always' | 'pull_request' };

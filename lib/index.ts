export { BranchProtection, type BranchProtectionProps } from './branch-protection';
export { bind, openSlots, requireBound } from './compile/bind';
export { compile } from './compile/compile';
export type * from './desired/desired-state';
export { Environment, type EnvironmentProps, type Override } from './environment';
export type * from './model/platform-model';
export { resolve } from './model/resolve';
export { type GitHubApp, Platform, type PlatformProps, type Suppression, type TierProfile } from './platform';
export { PromotionPolicy, type PromotionPolicyProps } from './promotion-policy';
export { Repository, type RepositoryProps } from './repository';
export {
  type EnvironmentFacts,
  type ServiceRefinement,
  ServiceStack,
  type ServiceStackProps,
  type SidecarProps,
} from './service-stack';
export { type EnvironmentStackOptions, environmentStack } from './stack/environment-stack';
export type { ReleasedService } from './stack/released-resources';
export { type RepositoryStackOptions, repositoryStack } from './stack/repository-stack';
export type { Renamed, Stack, StackResource } from './stack/stack';
export { stackNames, tryStack } from './stack/stacks';
export { Suite, type SuiteProps } from './suite';
export { Bypass, type BypassMode, Rollback } from './values/bypass';
export { Check, type ExternalCheck, type RunCheck } from './values/check';
export { type Diagnostic, InvalidValueError, type Severity, type WrongValue } from './values/diagnostic';
export type { Duration } from './values/duration';
export {
  type ApprovalsGate,
  type ApprovalsGateProps,
  type ApproverGroup,
  type CheckGate,
  Gate,
  type HealthyGate,
  type ManualGate,
  type SoakGate,
  type SuiteReference,
  type VerifiedGate,
} from './values/gate';
export { Slot, type SlotValue } from './values/slot';
export type { BranchSource, RepositoryReference, Source, TagSource } from './values/source';
export {
  type ArgoCdCluster,
  type ArgoCdClusterProps,
  type AutomaticSync,
  Cluster,
  type CoolifyTarget,
  type KubernetesTarget,
  type ManualSync,
  type PulumiSync,
  Sync,
  Target,
  Tls,
} from './values/target';
export { Lifecycle, Tier } from './values/tier';
export {
  Build,
  type DockerfileBuild,
  type ExternalSecretReference,
  type ImageBuild,
  type JsonPatchOperation,
  Kind,
  type RecreateStrategy,
  type Resources,
  type RollingStrategy,
  Secret,
  Strategy,
} from './values/workload';

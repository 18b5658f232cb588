/**
 * Delivery: releases, promotions, gates, rollback. Every function reads git, the host and the target, does the next step and ends; run
 * again, or twice at once, it comes to the same end. All of them throw `DeliveryError`.
 */
export { type ApproveOptions, approve } from './approve';
export { type ArgoCdHealthOptions, argoCdHealth } from './argocd-health';
export { type BootstrapOptions, type BootstrapStep, bootstrap } from './bootstrap';
export type { ChecklistItem } from './checklist';
export { type DeliveredEnvironment, type DeliverOptions, type DeliverReport, deliver } from './deliver';
export { type Delivery, environmentNamed, type ImageRegistry, type SourceRepository } from './delivery';
export { type ImageChange, imageChanges, type ObjectChange, objectChanges } from './difference';
export { DeliveryError, type DeliveryErrorKind } from './error';
export type { GateResult } from './gates';
export { type GitStoreProps, openGitStore } from './git/git-store';
export { type EnvironmentHealth, type HealthState, observeHealth, recordHealth } from './health';
export { type Deployment, deployments } from './history';
export { type HoldRequest, hold, releaseHold } from './hold';
export type * from './host';
export { createLocalHost, type LocalHostOptions, type LocalHostProps, openLocalHost, writeLocalRulesets } from './local';
export { type MonitorOptions, type MonitorReport, monitor } from './monitor';
export { type PromoteOptions, type PromotionReport, type PromotionState, promote, publishGates, type Superseded } from './promote';
export { checkPullRequests, type DeclaredPolicy, type PolicyReader, type PullRequestCheck } from './pull-request-checks';
export { lift, type QuarantineRequest, quarantine } from './quarantine';
export {
  type ImageSource,
  imagesOf,
  type Release,
  type ReleaseImage,
  type ReleaseImages,
  release,
  releaseFiles,
  slotValues,
} from './release';
export { createRelease } from './release-create';
export { readRenderedRelease, writeRenderedRelease } from './release-folder';
export {
  type NewImage,
  newestRelease,
  type ReleaseOutcome,
  type ReleaseRequest,
  type Render,
  type RenderedEnvironment,
  type RenderedRelease,
  renderRelease,
  type StaleRelease,
} from './release-render';
export { storeRelease } from './release-store';
export { type RollbackReport, type RollbackRequest, type RollbackTarget, rollback, rollbackTargets } from './rollback';
export { type SimulatedTarget, type SimulatedTargetOptions, simulatedTarget } from './simulated-target';
export { type DeliveryState, readState } from './state-branch';
export {
  type EnvironmentStatus,
  type ImageStatus,
  type ReleaseState,
  type StatusReport,
  status,
  type WaitingGate,
} from './status';
export type * from './store';
export { planSync, type SyncPlan, type SyncRequest, startSync } from './sync';
export type * from './target-health';
export { type CommandRunner, localCommand, type Verification, type VerifyOptions, verify } from './verify';
export { type WhyCandidate, type WhyReport, why } from './why';

import type { Rule } from './rule';
import { simultaneousDeploy } from './sg101-simultaneous-deploy';
import { productionBypassesValidation } from './sg102-production-bypasses-validation';
import { decorativeGate } from './sg103-decorative-gate';
import { brokenPromotionGraph } from './sg104-broken-promotion-graph';
import { unenforceableApproval } from './sg105-unenforceable-approval';
import { untestedRebuild } from './sg107-untested-rebuild';
import { noWayBack } from './sg108-no-way-back';
import { contradictoryLane } from './sg109-contradictory-lane';
import { soakWithoutHealth } from './sg110-soak-without-health';
import { promotionRebuildsImage } from './sg111-promotion-rebuilds-image';
import { noRollbackHistory } from './sg112-no-rollback-history';
import { selfTriggeringWorkflow } from './sg113-self-triggering-workflow';
import { sharedNamespace } from './sg201-shared-namespace';
import { duplicateHost } from './sg202-duplicate-host';
import { mutableImage } from './sg203-mutable-image';
import { overlappingSources } from './sg204-overlapping-sources';
import { literalSecret } from './sg302-literal-secret';
import { invalidNameOrAmount } from './sg303-invalid-name-or-amount';
import { insecureEndpoint } from './sg304-insecure-endpoint';
import { missingDependency } from './sg305-missing-dependency';
import { invalidObject } from './sg307-invalid-object';
import { overdueAbsence } from './sg308-overdue-absence';
import { weakProtection } from './sg401-weak-protection';
import { missingCheck } from './sg402-missing-check';
import { bypassOnGate } from './sg403-bypass-on-gate';
import { tooFewApprovers } from './sg404-too-few-approvers';
import { weakProgramBranch } from './sg405-weak-program-branch';
import { sharedAccountApproval } from './sg406-shared-account-approval';
import { unusedSuppression } from './sg501-unused-suppression';

/** All rules, by code. */
export const RULES: readonly Rule[] = [
  simultaneousDeploy,
  productionBypassesValidation,
  decorativeGate,
  brokenPromotionGraph,
  unenforceableApproval,
  untestedRebuild,
  noWayBack,
  contradictoryLane,
  soakWithoutHealth,
  promotionRebuildsImage,
  noRollbackHistory,
  selfTriggeringWorkflow,
  sharedNamespace,
  duplicateHost,
  mutableImage,
  overlappingSources,
  literalSecret,
  invalidNameOrAmount,
  insecureEndpoint,
  missingDependency,
  invalidObject,
  overdueAbsence,
  weakProtection,
  missingCheck,
  bypassOnGate,
  tooFewApprovers,
  weakProgramBranch,
  sharedAccountApproval,
  unusedSuppression,
];

/** The rule with this code or this name; undefined when there is none. */
export function tryRule(codeOrName: string): Rule | undefined {
  return RULES.find(({ code, name }) => code === codeOrName.toUpperCase() || name === codeOrName);
}

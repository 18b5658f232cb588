import type { PolicyChange } from '../../../lib/diff/difference';
import { type PolicyChangeOptions, type PolicySide, policyDifference } from '../../../lib/diff/policy/policy-changes';

/** What the rules of the road demand, where it changes. */
export function policyChanges(base: PolicySide, head: Pick<PolicySide, 'desired'>, options?: PolicyChangeOptions): readonly PolicyChange[] {
  return policyDifference(base, head, options).policy;
}

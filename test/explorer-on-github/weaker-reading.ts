import type { DesiredRule, DesiredRuleset } from '../../lib/desired/desired-state';
import type { TraceEvent } from '../../lib/explorer/trace';

/**
 * Rulesets as the explorer reads them where GitHub's documents leave a choice: it takes the weaker reading, the emulator the stricter one.
 * Whether `update` and `pull_request` refuse to move a branch back: the explorer counts on `non_fast_forward` alone. Whether the last push is
 * approved by somebody where no approval is asked for: the explorer counts on nobody.
 */
export function weakerReading(rulesets: readonly DesiredRuleset[], events: readonly TraceEvent[]): readonly DesiredRuleset[] {
  return rulesets.map((ruleset) => ({ ...ruleset, rules: ruleset.rules.flatMap((rule) => read(rule, isRewind(events))) }));
}

function read(rule: DesiredRule, rewind: boolean): readonly DesiredRule[] {
  if (rewind && (rule.type === 'update' || rule.type === 'pull_request')) return [];
  if (rule.type !== 'pull_request' || rule.parameters.required_approving_review_count > 0) return [rule];
  return [{ ...rule, parameters: { ...rule.parameters, require_last_push_approval: false } }];
}

/** Whether somebody moves a ref back. */
function isRewind(events: readonly TraceEvent[]): boolean {
  const last = events.at(-1);
  return last?.kind === 'push' && last.how === 'force';
}

import type { DesiredBypassActor, DesiredRule, DesiredRuleset } from '../../lib/desired/desired-state';
import type { BranchProtection } from './branch-protection';
import type { Repository } from './world';

/**
 * The rulesets that ask the same as the classic protections of a repository, so that one enforcement holds for both. A setting that somebody
 * is exempt from is a ruleset of its own.
 */
export function classicRulesets(repository: Repository): readonly DesiredRuleset[] {
  const all = [...repository.protections.values()];
  const named = all.filter(({ pattern }) => !/[*?[]/.test(pattern)).map(({ pattern }) => `refs/heads/${pattern}`);
  return all.flatMap((protection) => rulesetsOf(protection, named));
}

function rulesetsOf(protection: BranchProtection, named: readonly string[]): readonly DesiredRuleset[] {
  const own = `refs/heads/${protection.pattern}`;
  const administrators: readonly DesiredBypassActor[] = protection.isAdminEnforced
    ? []
    : [{ actor_type: 'RepositoryRole', actor_id: 5, bypass_mode: 'always' }];
  const ruleset = (part: string, exempt: readonly string[], rules: readonly DesiredRule[]): readonly DesiredRuleset[] =>
    rules.length === 0
      ? []
      : [
          {
            name: `branch protection ${protection.pattern}${part}`,
            target: 'branch',
            enforcement: 'active',
            bypass_actors: [...administrators, ...exempt.map(actor)],
            conditions: { ref_name: { include: [own], exclude: named.filter((other) => other !== own) } },
            rules,
          },
        ];
  return [
    ...ruleset('', [], [...historyRules(protection), ...checkRules(protection)]),
    ...ruleset(', reviews', protection.bypassPullRequestActors, reviewRules(protection)),
    ...ruleset(', pushes', protection.pushActors, pushRules(protection)),
  ];
}

function historyRules(protection: BranchProtection): readonly DesiredRule[] {
  return [
    ...(protection.allowsDeletions ? [] : [{ type: 'deletion' } as const]),
    ...(protection.allowsForcePushes ? [] : [{ type: 'non_fast_forward' } as const]),
    ...(protection.requiresLinearHistory ? [{ type: 'required_linear_history' } as const] : []),
    ...(protection.requiresCommitSignatures ? [{ type: 'required_signatures' } as const] : []),
    ...(protection.lockBranch ? [{ type: 'update' } as const] : []),
  ];
}

function checkRules({ requiresStatusChecks, requiresStrictStatusChecks, checks }: BranchProtection): readonly DesiredRule[] {
  if (!requiresStatusChecks) return [];
  const required = checks.map(({ context, app }) => ({ context, ...(app === undefined ? {} : { integration_id: app }) }));
  return [
    {
      type: 'required_status_checks',
      parameters: {
        required_status_checks: required,
        strict_required_status_checks_policy: requiresStrictStatusChecks,
        do_not_enforce_on_create: true,
      },
    },
  ];
}

function reviewRules(protection: BranchProtection): readonly DesiredRule[] {
  if (!protection.requiresApprovingReviews) return [];
  return [
    {
      type: 'pull_request',
      parameters: {
        required_approving_review_count: protection.requiredApprovingReviewCount,
        dismiss_stale_reviews_on_push: protection.dismissesStaleReviews,
        require_code_owner_review: protection.requiresCodeOwnerReviews,
        require_last_push_approval: protection.requireLastPushApproval,
        required_review_thread_resolution: protection.requiresConversationResolution,
        allowed_merge_methods: ['merge', 'squash', 'rebase'],
      },
    },
  ];
}

function pushRules({ restrictsPushes, blocksCreations }: BranchProtection): readonly DesiredRule[] {
  if (!restrictsPushes) return [];
  return [{ type: 'update' }, ...(blocksCreations ? [{ type: 'creation' } as const] : [])];
}

function actor(node: string): DesiredBypassActor {
  const [kind, id] = node.split('_', 2);
  return { actor_type: kind === 'T' ? 'Team' : 'Integration', actor_id: Number(id), bypass_mode: 'always' };
}

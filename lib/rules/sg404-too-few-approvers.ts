import type { ApproverGroupModel, PlatformModel, PolicyModel } from '../model/platform-model';
import type { Rule, RuleFinding } from './rule';

/** A team that cannot give the approvals that are asked of it. */
export const tooFewApprovers: Rule = {
  code: 'SG404',
  name: 'too-few-approvers',
  severity: 'warning',
  explain: {
    title: 'a team that is too small for the approvals asked of it',
    refuses:
      'Approvals that ask more of a team than it has members; or as many as it has members, when one of them may be the author of the change or the one who asked for the promotion.',
    why: "Authors and initiators do not count. A promotion of a member's own change would wait for ever, until somebody takes a way around.",
    example: "Gate.approvals({ total: 2, including: [{ team: 'release', count: 2 }] })  // the team has 2 members",
    remedy: 'Add people to the team, or ask for fewer of them.',
  },
  check: ({ model, facts }) =>
    approvingTeams(model).flatMap(({ policy, group }): RuleFinding[] => {
      const size = facts.teamSizes?.[group.team];
      if (size === undefined || size > group.count) return [];
      return [
        {
          path: policy.path,
          message:
            size < group.count
              ? `team ${group.team} has fewer members than approvals are asked of it`
              : `nobody of team ${group.team} can be the author of what it approves`,
          given: `${group.count} of ${size} ${size === 1 ? 'member' : 'members'}`,
          expected: `at least ${group.count + 1} members`,
          remedy: `add people to ${group.team}, or ask for fewer`,
        },
      ];
    }),
  notChecked: ({ model, facts }) => {
    const unknown = [...new Set(approvingTeams(model).map(({ group }) => group.team))].filter(
      (team) => facts.teamSizes?.[team] === undefined,
    );
    return unknown.length === 0
      ? undefined
      : `how many members ${unknown.sort().join(', ')} ${unknown.length === 1 ? 'has' : 'have'} is not known`;
  },
};

type TeamGroup = Extract<ApproverGroupModel, { readonly team: string }>;

function approvingTeams(model: PlatformModel): { readonly policy: PolicyModel; readonly group: TeamGroup }[] {
  return model.policies.flatMap((policy) =>
    policy.gates.flatMap((gate) =>
      gate.kind === 'approvals' ? gate.including.flatMap((group) => ('team' in group ? [{ policy, group }] : [])) : [],
    ),
  );
}

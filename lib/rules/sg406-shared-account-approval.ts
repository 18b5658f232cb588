import type { EnvironmentModel } from '../model/platform-model';
import { applicationsOf, isKind, listAt, presentEnvironments, textAt, tryDesiredEnvironment } from './environments';
import type { Rule, RuleContext, RuleFinding } from './rule';

/** Accounts that nobody in particular has. */
const SHARED = new Set(['admin', 'administrator', 'argocd-admin', 'root', 'shared', 'superuser']);

/** An approval or a sync by an account that several people share. */
export const sharedAccountApproval: Rule = {
  code: 'SG406',
  name: 'shared-account-approval',
  severity: 'error',
  explain: {
    title: 'a shared account approves or deploys',
    refuses:
      'A shared account (admin, administrator, root …) as an approver, or as the group that may sync an environment. A warning: a manual environment of tier production that nobody but the administrators of Argo CD may sync.',
    why: 'The record then says that "admin" did it: nobody knows who, and one person can be author and approver.',
    example: "Gate.approvals({ total: 1, including: [{ people: ['admin'] }] })",
    remedy: "Name people, or a team, and a group of the single sign-on: sync: Sync.manual({ group: 'release-engineers' }).",
  },
  check: (context) => [
    ...approvers(context),
    ...presentEnvironments(context.model).flatMap((environment) => syncers(context, environment)),
  ],
};

function approvers({ model }: RuleContext): RuleFinding[] {
  return model.policies.flatMap((policy) =>
    policy.gates.flatMap((gate) => {
      if (gate.kind !== 'approvals') return [];
      const names = gate.including
        .flatMap((group) => ('team' in group ? [group.team] : group.people))
        .filter((name) => SHARED.has(name.toLowerCase()));
      return names.map((name) => ({
        path: policy.path,
        message: `${name} is an account that people share, and cannot approve`,
        given: `gate ${gate.id} with ${name} among the approvers`,
        expected: 'people by their own login, or a team of them',
        remedy: `name who approves in place of ${name}`,
        about: { environments: [policy.to] },
      }));
    }),
  );
}

function syncers({ desired }: RuleContext, environment: EnvironmentModel): RuleFinding[] {
  if (environment.sync.kind !== 'manual' || applicationsOf(desired, environment.name).length === 0) return [];
  const projects = (tryDesiredEnvironment(desired, environment.name)?.bootstrap ?? []).filter((object) =>
    isKind(object, 'argoproj.io', 'AppProject'),
  );
  const groups = projects.flatMap((project) =>
    listAt(project, 'spec', 'roles')
      .filter((role) =>
        listAt(role, 'policies').some((policy) => /,\s*applications\s*,\s*(?:sync|\*)\s*,.*,\s*allow\s*$/.test(String(policy))),
      )
      .flatMap((role) => listAt(role, 'groups').map(String)),
  );
  const shared = groups.filter((group) => SHARED.has(group.toLowerCase()));
  if (shared.length > 0) {
    return [
      {
        path: environment.path,
        message: `${shared[0]} is an account that people share, and may sync ${environment.name}`,
        given: `group ${shared[0]} with the right to sync Application ${textAt(applicationsOf(desired, environment.name)[0], 'metadata', 'name')}`,
        expected: 'a group of people of the single sign-on',
        remedy: "name the group: sync: Sync.manual({ group: '…' })",
        about: { environments: [environment.name] },
      },
    ];
  }
  if (groups.length > 0 || environment.tier !== 'production') return [];
  return [
    {
      path: environment.path,
      severity: 'warning',
      message: `nobody but the administrators of Argo CD may sync ${environment.name}, often one shared account`,
      given: 'sync: Sync.manual() without a group',
      expected: 'a group of people of the single sign-on',
      remedy: "name the group: sync: Sync.manual({ group: '…' })",
    },
  ];
}

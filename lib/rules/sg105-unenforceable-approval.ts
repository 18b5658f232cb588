import { hasRulesets } from '../desired/host-plan';
import type { PlatformModel, RepositoryModel } from '../model/platform-model';
import type { Rule, RuleContext, RuleFinding } from './rule';

/** An approval that the engine or the plan of the host cannot demand. */
export const unenforceableApproval: Rule = {
  code: 'SG105',
  name: 'unenforceable-approval',
  severity: 'error',
  explain: {
    title: 'an approval that cannot be demanded',
    refuses:
      'Approvals or protections in a repository whose plan and visibility have no rulesets (private on the free plan); more approvals from named people than there are people; approvals of one group that one total cannot hold; an internal repository without an Enterprise plan.',
    why: 'GitHub ignores what a plan does not include, and a group that cannot fill its count blocks every promotion. Either way the approval that people rely on is not the one that happens.',
    example: "new Repository(platform, 'shop', { name: 'acme/shop', visibility: 'private', plan: 'free' });",
    remedy: 'Take a plan that has rulesets, make the repository public, or ask for what the group can give.',
  },
  check: (context) => [...plans(context), ...people(context.model)],
  notChecked: ({ model, facts }) => {
    const unknown = model.repositories.filter(({ name }) => facts.hostPlan?.[name] === undefined);
    return unknown.length === 0
      ? undefined
      : `the plan and visibility of ${unknown.map(({ name }) => name).join(', ')} are taken from the program; the host was not asked`;
  },
};

function plans({ model, facts }: RuleContext): RuleFinding[] {
  return model.repositories.flatMap((repository) => {
    const actual = facts.hostPlan?.[repository.name] ?? repository;
    const asked = facts.hostPlan?.[repository.name] === undefined ? 'declared' : 'found on the host';
    const used = usesOfRules(model, repository);
    if (used === undefined) return [];
    const planned = `plan ${actual.plan}, visibility ${actual.visibility} (${asked})`;
    if (actual.visibility === 'internal' && actual.plan !== 'enterprise') {
      return [
        {
          path: repository.path,
          message: `${repository.name} cannot be internal on its plan`,
          given: planned,
          expected: 'visibility private or public, or plan enterprise',
          remedy: "declare visibility: 'private', the nearest that the plan has",
        },
      ];
    }
    return hasRulesets(actual)
      ? []
      : [
          {
            path: repository.path,
            message: `GitHub enforces no rulesets in ${repository.name}, so that nothing demands ${used}`,
            given: planned,
            expected: 'plan pro, team or enterprise, or visibility public',
            remedy: 'take such a plan or make the repository public; until then anybody with write access deploys',
          },
        ];
  });
}

function usesOfRules(model: PlatformModel, repository: RepositoryModel): string | undefined {
  const approvals = model.policies.find((policy) => policy.gates.some(({ kind }) => kind === 'approvals'));
  if (repository.delivery && approvals !== undefined) return `the approvals of ${approvals.name}`;
  if (repository.delivery && model.policies.length > 0) return `the gates of ${model.policies[0]?.name}`;
  const protection = model.protections.find(({ ref }) => ref.repository === repository.name);
  return protection === undefined ? undefined : `what protection ${protection.name} says`;
}

function people(model: PlatformModel): RuleFinding[] {
  return model.policies.flatMap((policy) =>
    policy.gates.flatMap((gate) => {
      if (gate.kind !== 'approvals') return [];
      const short = gate.including.find((group) => 'people' in group && group.people.length < group.count);
      if (short !== undefined && 'people' in short) {
        return [
          {
            path: policy.path,
            message: `${short.count} approvals are asked of ${short.people.length} named ${short.people.length === 1 ? 'person' : 'people'}`,
            given: `people: ${short.people.join(', ')}; count: ${short.count}`,
            expected: `at least ${short.count} people, and one more where one of them may be the author`,
            remedy: `ask for ${short.people.length}, or name more people`,
            about: { environments: [policy.to] },
          },
        ];
      }
      const largest = gate.including.find((group) => group.count > gate.total);
      if (largest === undefined) return [];
      return [
        {
          path: policy.path,
          message: `a group has to give more approvals than there are in all`,
          given: `${'team' in largest ? `team ${largest.team}` : largest.people.join(', ')}: ${largest.count} of ${gate.total}`,
          expected: `a total of at least ${largest.count}`,
          remedy: `raise total to ${largest.count}`,
          about: { environments: [policy.to] },
        },
      ];
    }),
  );
}

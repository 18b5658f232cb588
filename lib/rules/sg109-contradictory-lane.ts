import { tryEnvironment } from './environments';
import type { Rule } from './rule';

/** A lane that contradicts the environment that it leads into. */
export const contradictoryLane: Rule = {
  code: 'SG109',
  name: 'contradictory-lane',
  severity: 'error',
  explain: {
    title: 'a lane that cannot do what it says',
    refuses: 'Rollback.automatic() on a policy into an environment with Sync.manual().',
    why: 'An automatic rollback moves the branch of the environment, and a manual environment runs what its branch says only when a person syncs. The rollback would be recorded and the bad release would go on running.',
    example:
      "const prod = new Environment(platform, 'prod', { …, sync: Sync.manual() });\nnew PromotionPolicy(platform, 'staging-to-prod', { from: staging, to: prod, gates: […], rollback: Rollback.automatic() });",
    remedy: 'Sync automatically, or let a person roll back: Rollback.manual().',
  },
  check: ({ model }) =>
    model.policies
      .filter(({ rollback, to }) => rollback.automatic && tryEnvironment(model, to)?.sync.kind === 'manual')
      .map((policy) => ({
        path: policy.path,
        message: `${policy.to} is synced by a person, so that nothing can be rolled back there automatically`,
        given: `rollback: Rollback.automatic() on ${policy.name}, sync: Sync.manual() in ${policy.to}`,
        expected: 'rollback: Rollback.manual(), or sync: Sync.automatic()',
        remedy: `declare rollback: Rollback.manual() on ${policy.name}, or sync: Sync.automatic() in ${policy.to}`,
        about: { environments: [policy.to] },
      })),
};

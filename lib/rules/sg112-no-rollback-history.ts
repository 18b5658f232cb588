import { applicationsOf, presentEnvironments, valueAt } from './environments';
import type { Rule } from './rule';

/** An Application that forgets what ran before. */
export const noRollbackHistory: Rule = {
  code: 'SG112',
  name: 'no-rollback-history',
  severity: 'error',
  explain: {
    title: 'an Application keeps no history',
    refuses: '`revisionHistory: 0` on an environment, or an override that sets revisionHistoryLimit of its Application to 0.',
    why: 'Argo CD then cannot say what ran before, nor show the difference to it, when somebody has to decide on a rollback.',
    example: "new Environment(platform, 'prod', { tier: Tier.production, target, revisionHistory: 0 });",
    remedy: 'Keep at least one revision; 10 is the default.',
  },
  check: ({ model, desired }) =>
    presentEnvironments(model).flatMap((environment) =>
      applicationsOf(desired, environment.name)
        .filter((application) => valueAt(application, 'spec', 'revisionHistoryLimit') === 0)
        .map((application) => ({
          path: environment.path,
          message: `Argo CD remembers no earlier deployment of ${environment.name}`,
          given: `Application ${application.metadata.name} with revisionHistoryLimit: 0`,
          expected: 'revisionHistoryLimit of at least 1',
          remedy: environment.revisionHistory === 0 ? 'drop revisionHistory, or raise it' : 'drop the override of revisionHistoryLimit',
        })),
    ),
};

import { branchOfRevision, revisionOfBranch } from '../desired/application-revision';
import { applicationsOf, presentEnvironments, textAt } from './environments';
import { matchingPushWorkflow } from './push-workflows';
import { type Rule, type RuleFinding, refSubject } from './rule';

/** A deployment whose commit starts the next deployment. */
export const selfTriggeringWorkflow: Rule = {
  code: 'SG113',
  name: 'self-triggering-workflow',
  severity: 'error',
  explain: {
    title: 'a deployment starts the workflow that deploys',
    refuses:
      'An Application that follows a branch whose pushes start a workflow of the delivery repository, or a workflow that starts on pushes to `env/*`, to promotions or to the state branch.',
    why: 'Writing what should run would release again, endlessly, and the branch is one that people write to, past every gate.',
    example: "prod.override(Kind.application, { spec: { source: { targetRevision: 'main' } } });",
    remedy: 'Let the Application follow `env/<environment>`, which holds no workflow, and let no source match it.',
  },
  check: ({ model, desired }) => {
    const { environments, promotionBranchPrefix, stateBranch, repository } = desired.delivery;
    const about = (environment: string, branch: string) => ({
      environments: [environment],
      refs: [refSubject(repository, `refs/heads/${branch}`)],
    });
    const followed = presentEnvironments(model).flatMap((environment): RuleFinding[] =>
      applicationsOf(desired, environment.name).flatMap((application) => {
        const revision = branchOfRevision(textAt(application, 'spec', 'source', 'targetRevision') ?? '');
        const workflow = matchingPushWorkflow(desired, revision);
        const branch = environments.find(({ name }) => name === environment.name)?.branch ?? '';
        if (workflow === undefined || revision === branch) return [];
        return [
          {
            path: environment.path,
            message: `${environment.name} follows ${revision}, and every commit there starts ${workflow.name}`,
            given: `Application ${application.metadata.name} with targetRevision: ${revision}`,
            expected: `targetRevision: ${revisionOfBranch(branch)}`,
            remedy: `drop the override of targetRevision in ${environment.name}`,
            about: about(environment.name, revision),
          },
        ];
      }),
    );
    const written = presentEnvironments(model).flatMap((environment): RuleFinding[] => {
      const branch = environments.find(({ name }) => name === environment.name)?.branch ?? '';
      const hit = [branch, `${promotionBranchPrefix}${environment.name}/0b5e55ed0b5e55ed`].find(
        (name) => matchingPushWorkflow(desired, name) !== undefined,
      );
      const workflow = hit === undefined ? undefined : matchingPushWorkflow(desired, hit);
      if (workflow === undefined || hit === undefined) return [];
      return [
        {
          path: environment.path,
          message: `every deployment to ${environment.name} starts ${workflow.name}`,
          given: `${workflow.path} on pushes to ${hit}`,
          expected: `no workflow on pushes to ${branch}`,
          remedy: 'name another branch as source: branches below env/ and promote/ belong to deliveries',
          about: about(environment.name, hit),
        },
      ];
    });
    const workflow = matchingPushWorkflow(desired, stateBranch);
    const state: RuleFinding[] =
      workflow === undefined
        ? []
        : [
            {
              path: model.name,
              message: `every record of a delivery starts ${workflow.name}`,
              given: `${workflow.path} on pushes to ${stateBranch}`,
              expected: `no workflow on pushes to ${stateBranch}`,
              remedy: 'name another branch as source',
            },
          ];
    return [...followed, ...written, ...state];
  },
};

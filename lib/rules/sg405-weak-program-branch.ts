import type { DesiredRepository, DesiredState } from '../desired/desired-state';
import { ownersOf } from '../explorer/codeowners';
import { rulesetsOf } from '../explorer/github';
import type { ApproverGroupModel, PlatformModel } from '../model/platform-model';
import { actorText, deliveryRepository, requiredChecks, rulesOf, tryPullRequestRule } from './applied-rules';
import { andText } from './environments';
import { guardedFiles, strictestApprovals } from './intent';
import { type Rule, type RuleContext, type RuleFinding, refSubject } from './rule';

/** The program can be changed with less than the deployments that it decides about. */
export const weakProgramBranch: Rule = {
  code: 'SG405',
  name: 'weak-program-branch',
  severity: 'error',
  explain: {
    title: 'the program is protected less than what it decides about',
    refuses:
      'A program branch that is not the default branch of the delivery repository; that takes pushes, rewriting or deletion; that asks for fewer approvals than the strictest edge into production, no review by code owners where such an edge includes a team, no fresh approval after a push; that has bypass actors or does not require `stagegate/policy`. CODEOWNERS that do not name the approving groups for program, lock file, workflows and CODEOWNERS. A GitHub environment with the key of the delivery app that admits other refs.',
    why: 'Whoever can change the program, its packages or its workflows chooses the policy. Every gate is worth as much as this branch.',
    example: "new BranchProtection(repository, 'main', { ref: repository.branch('main'), bypass: [Bypass.role('admin')] });",
    remedy: 'Let the protection stand as it is rendered, without bypass; do not narrow CODEOWNERS or widen the environment of the key.',
  },
  check: (context) => {
    const repository = deliveryRepository(context.desired);
    if (repository === undefined) return [];
    return [
      ...branchFindings(context, repository),
      ...ownerFindings(context.model, context.desired, repository),
      ...keyFindings(context.model, context.desired, repository),
    ];
  },
  notChecked: ({ model, facts }) =>
    facts.repositoryFiles?.[model.program.repository] === undefined
      ? `whether ${model.program.file} and ${model.program.lockFile} are where the program says is not known`
      : undefined,
  explored: (violation, { model }) =>
    violation.kind === 'program'
      ? {
          path: programPath(model),
          message: violation.message,
          given: `a way to change ${model.program.repository} that needs less than its strictest edge`,
          expected: 'no sequence of events within the bounds that does this',
          remedy: 'close the way that the sequence shows',
        }
      : undefined,
};

function programPath(model: PlatformModel): string {
  const { repository, branch } = model.program;
  const declared = model.protections.find(({ ref }) => ref.kind === 'branch' && ref.repository === repository && ref.pattern === branch);
  return declared?.path ?? model.repositories.find(({ name }) => name === repository)?.path ?? model.name;
}

function programFinding(model: PlatformModel, message: string, given: string, expected: string, remedy: string): RuleFinding {
  const { repository, branch } = model.program;
  return { path: programPath(model), message, given, expected, remedy, about: { refs: [refSubject(repository, `refs/heads/${branch}`)] } };
}

const RENDERED = 'apply the rulesets as they are rendered';

function branchFindings({ model, desired, facts }: RuleContext, repository: DesiredRepository): RuleFinding[] {
  const { programBranch, policyContext, apps } = desired.delivery;
  const { approvals, including } = strictestApprovals(model);
  const finding = (message: string, given: string, expected: string, remedy = RENDERED): RuleFinding =>
    programFinding(model, message, given, expected, remedy);
  const findings: RuleFinding[] = [];
  if (repository.defaultBranch !== programBranch) {
    findings.push(
      finding(
        'schedules and comments run the workflows of another branch',
        `default branch ${repository.defaultBranch}`,
        `default branch ${programBranch}`,
        `make ${programBranch} the default branch`,
      ),
    );
  }
  const rulesets = rulesetsOf(repository, `refs/heads/${programBranch}`);
  const pullRequest =
    tryPullRequestRule(rulesets.filter(({ bypass_actors }) => bypass_actors.length === 0)) ?? tryPullRequestRule(rulesets);
  if (pullRequest === undefined)
    findings.push(finding(`anybody with write access pushes to ${programBranch}`, 'direct pushes allowed', 'changes by pull request'));
  else {
    if (pullRequest.approvals < approvals) {
      findings.push(
        finding(
          `${programBranch} can be changed with fewer approvals than production asks for`,
          `approvals: ${pullRequest.approvals}`,
          `approvals: ${approvals}`,
        ),
      );
    }
    if (including.length > 0 && !pullRequest.codeOwners) {
      findings.push(
        finding(`${groupsText(including)} need not review changes of the program`, 'no review by code owners', 'review by code owners'),
      );
    }
    if (!pullRequest.dismissStale)
      findings.push(
        finding(
          `what is pushed to a pull request onto ${programBranch} after its approval is not approved`,
          'approvals are kept',
          'a push voids approvals',
        ),
      );
    if (!pullRequest.lastPushApproval)
      findings.push(
        finding(
          `the last to push may be the one who approved on ${programBranch}`,
          'no approval of the last push',
          'somebody else approves the last push',
        ),
      );
  }
  if (rulesOf(rulesets, 'non_fast_forward').length === 0)
    findings.push(finding(`the history of ${programBranch} can be rewritten`, 'force pushes allowed', 'no force pushes'));
  if (rulesOf(rulesets, 'deletion').length === 0)
    findings.push(finding(`${programBranch} can be deleted`, 'deletion allowed', 'no deletion'));
  if (
    !requiredChecks(rulesets).some(
      ({ check }) => check.context === policyContext && String(check.integration_id) === String(apps.delivery.id),
    )
  ) {
    findings.push(
      finding(
        `a change of the policy is not judged by the policy it replaces`,
        `no ${policyContext} from app ${apps.delivery.slug}`,
        `${policyContext} required, from app ${apps.delivery.slug}`,
      ),
    );
  }
  const exempt = [...new Set(rulesets.flatMap(({ bypass_actors }) => bypass_actors.map((actor) => actorText(actor, desired))))];
  if (exempt.length > 0) {
    findings.push(
      finding(
        `${andText(exempt)} may pass over the protection of ${programBranch}, where the program is`,
        `bypass: ${andText(exempt)}`,
        'nobody exempt',
        `drop bypass from the protection of ${programBranch}`,
      ),
    );
  }
  const files = facts.repositoryFiles?.[repository.name];
  const lost = files === undefined ? [] : [model.program.file, model.program.lockFile].filter((file) => !files.includes(file));
  if (lost.length > 0) {
    findings.push(
      finding(
        'CODEOWNERS protect a file that is not there',
        `no ${andText(lost)} in ${repository.name}`,
        'the path of the program and of its lock file',
        'say program and lockFile on the Platform as they are',
      ),
    );
  }
  return findings;
}

function groupsText(groups: readonly ApproverGroupModel[]): string {
  return andText(groups.map((group) => ('team' in group ? `team ${group.team}` : group.people.join(' or '))));
}

/** Teams by their slug, people by their login. */
function ownerNames(groups: readonly ApproverGroupModel[]): string[] {
  return groups.flatMap((group) => ('team' in group ? [group.team] : group.people));
}

function ownerFindings(model: PlatformModel, desired: DesiredState, repository: DesiredRepository): RuleFinding[] {
  const { including } = strictestApprovals(model);
  if (including.length === 0) return [];
  const expected = ownerNames(including);
  const files = [...guardedFiles(model), ...repository.workflows.map(({ path }) => path)];
  const uncovered = [...new Set(files)].filter((file) => {
    const owners = ownersOf(repository, file);
    return owners.length === 0 || !expected.every((owner) => owners.includes(owner)) || owners.some((owner) => !expected.includes(owner));
  });
  if (uncovered.length === 0) return [];
  const owners = ownersOf(repository, uncovered[0] ?? '');
  return [
    programFinding(
      model,
      `CODEOWNERS do not leave ${andText(uncovered)} to those who approve production`,
      `${uncovered[0]} owned by ${owners.length === 0 ? 'nobody' : andText(owners)}`,
      `owned by ${andText(expected)} alone`,
      `commit CODEOWNERS as they are rendered for ${desired.delivery.repository}`,
    ),
  ];
}

/** The key of the delivery app is a secret of a GitHub environment that admits runs on the program branch alone. */
function keyFindings(model: PlatformModel, desired: DesiredState, repository: DesiredRepository): RuleFinding[] {
  const { programBranch } = desired.delivery;
  const key = repository.environments
    .filter(({ secrets }) => secrets.length > 0)
    .filter(({ name }) => usedOnProgramBranch(repository, name));
  return key.flatMap((environment): RuleFinding[] => {
    const others = environment.admits.filter(({ type, name }) => type !== 'branch' || name !== programBranch);
    if (others.length === 0) return [];
    return [
      programFinding(
        model,
        `the key of the delivery app can be read outside ${programBranch}`,
        `GitHub environment ${environment.name} admits ${andText(others.map(({ type, name }) => `${type} ${name}`))}`,
        `branch ${programBranch} alone`,
        'apply the GitHub environments as they are rendered',
      ),
    ];
  });
}

/** Whether only workflows of the program branch use an environment; those that take releases in are for the refs of their sources. */
function usedOnProgramBranch(repository: DesiredRepository, environment: string): boolean {
  const users = repository.workflows.filter((workflow) =>
    Object.values(workflow.jobs).some((job) => job.environment?.name === environment),
  );
  return users.length === 0 || users.some((workflow) => 'schedule' in workflow.on || 'workflow_dispatch' in workflow.on);
}

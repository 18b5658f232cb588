import type { DesiredDelivery, DesiredWorkflow } from '../../desired/desired-state';
import { DELIVERY_ENVIRONMENT } from './github-environments';
import { branchRef } from './ref-patterns';
import { DELIVER_FILE, workflowPath } from './workflow-names';
import {
  APP_TOKEN,
  appToken,
  checkout,
  commandLine,
  downloadArtifact,
  installPackages,
  RUNNER,
  script,
  setUpNode,
  uploadArtifact,
} from './workflow-steps';

/** Context of the health that a reporter in the cluster posts. */
const HEALTH_CONTEXT = 'stagegate/health';

/**
 * The workflow that carries on every promotion by one pass: it reads git, pull requests and the health of the targets, does the next step,
 * and ends. It runs on the program branch and nowhere else: schedule, statuses and comments start the default branch's file, a dispatch
 * from elsewhere gets no key. It never checks out the head of a pull request.
 */
export function deliverWorkflow(delivery: DesiredDelivery): DesiredWorkflow {
  const { name, appId, privateKey } = DELIVERY_ENVIRONMENT;
  return {
    path: workflowPath(DELIVER_FILE),
    name: 'Deliver',
    on: {
      workflow_dispatch: null,
      // Not at the full hour, when GitHub's schedule is at its latest.
      schedule: [{ cron: '3-59/10 * * * *' }],
      status: null,
      issue_comment: { types: ['created'] },
    },
    permissions: {},
    jobs: {
      program: {
        name: 'Read the program',
        if: guard(delivery),
        'runs-on': RUNNER,
        'timeout-minutes': 5,
        permissions: { contents: 'read' },
        steps: [
          checkout({ ref: branchRef(delivery.programBranch) }),
          setUpNode,
          installPackages(delivery, { scripts: true }),
          {
            name: 'Resolve it',
            env: { PROGRAM: delivery.programFile },
            run: script([`${commandLine(delivery)} model --program "$PROGRAM" --json > model.json`]),
          },
          uploadArtifact('model', 'model.json'),
        ],
      },
      deliver: {
        name: 'Carry on promotions',
        needs: ['program'],
        'runs-on': RUNNER,
        // Whatever takes longer waits for the next run.
        'timeout-minutes': 5,
        permissions: { contents: 'read' },
        environment: { name },
        // On the job: a run that the condition ends must not take the place of one that waits.
        concurrency: { group: 'stagegate-deliver', 'cancel-in-progress': false },
        steps: [
          checkout({ ref: branchRef(delivery.programBranch), history: true }),
          setUpNode,
          installPackages(delivery, { scripts: false }),
          downloadArtifact('model', '.'),
          appToken({ appId, privateKey, repositories: [delivery.repository], permissions: permissionsOf(delivery) }),
          {
            name: 'Deliver',
            env: { GITHUB_TOKEN: APP_TOKEN },
            run: script([`${commandLine(delivery)} deliver --program model.json`]),
          },
        ],
      },
    },
  };
}

/** What the app needs for a pass: teams only where a gate counts a team's approvals, checks only where a gate looks at one. */
function permissionsOf(delivery: DesiredDelivery): Readonly<Record<string, 'read' | 'write'>> {
  const gates = delivery.edges.flatMap((edge) => edge.gates);
  const teams = gates.some((gate) => gate.kind === 'approvals' && gate.including.some((group) => 'team' in group));
  const checks = gates.some((gate) => gate.kind === 'check');
  return {
    ...(checks ? { checks: 'read' as const } : {}),
    contents: 'write',
    ...(teams ? { members: 'read' as const } : {}),
    'pull-requests': 'write',
    statuses: 'write',
  };
}

/** Comments wake delivery by `/stagegate` on pull requests; statuses unless they are its own, which would start it without end. */
function guard(delivery: DesiredDelivery): string {
  const reported = delivery.environments.some(({ health }) => health.mode === 'reported');
  const status = `!startsWith(github.event.context, 'stagegate/')${reported ? ` || github.event.context == '${HEALTH_CONTEXT}'` : ''}`;
  return [
    "(github.event_name != 'issue_comment' || (github.event.issue.pull_request && startsWith(github.event.comment.body, '/stagegate')))",
    `(github.event_name != 'status' || ${status})`,
  ].join(' && ');
}

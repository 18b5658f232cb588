import type { DesiredDelivery, DesiredWorkflow } from '../../desired/desired-state';
import { branchRef } from './ref-patterns';
import { PREVIEW_ARTIFACT, PREVIEW_TITLE, workflowPath } from './workflow-names';
import { checkout, commandLine, downloadArtifactsOf, expression, installPackages, RUNNER, script, setUpNode } from './workflow-steps';

/**
 * The workflow that writes the comment of a preview. It runs in the context of the program branch, with a token that may write, and so runs
 * nothing of the pull request: what the preview handed over is data, which the command checks. Which pull request is meant comes from GitHub.
 */
export function previewCommentWorkflow(delivery: DesiredDelivery): DesiredWorkflow {
  const run = 'github.event.workflow_run';
  return {
    path: workflowPath('preview-comment'),
    name: 'Preview comment',
    on: { workflow_run: { workflows: [PREVIEW_TITLE], types: ['completed'] } },
    permissions: {},
    jobs: {
      comment: {
        name: 'Comment on the pull request',
        // A run that a newer one has replaced has nothing to say.
        if: `${run}.event == 'pull_request' && ${run}.conclusion != 'cancelled'`,
        'runs-on': RUNNER,
        'timeout-minutes': 10,
        permissions: { actions: 'read', contents: 'read', 'pull-requests': 'write' },
        // On the job: a run that the condition ends must not take the place of one that waits.
        concurrency: {
          group: `preview-comment-${expression(`${run}.head_repository.id`)}-${expression(`${run}.head_branch`)}`,
          'cancel-in-progress': false,
        },
        steps: [
          checkout({ ref: branchRef(delivery.programBranch) }),
          setUpNode,
          installPackages(delivery, { scripts: false }),
          // Outside the work tree, where nothing that is handed over can stand in for a program.
          downloadArtifactsOf(`${run}.id`, `${PREVIEW_ARTIFACT}*`, `${expression('runner.temp')}/handed-over`),
          {
            name: 'Comment',
            env: { GITHUB_TOKEN: expression('github.token'), PROGRAM_BRANCH: delivery.programBranch },
            run: script([
              'folder="$RUNNER_TEMP/handed-over"',
              'if [[ -f "$folder/difference.json" ]]; then',
              '  given=(--from "$folder/difference.json" --stacks "$folder/stacks")',
              'else',
              '  given=(--failed)',
              'fi',
              `${commandLine(delivery)} comment "\${given[@]}" --base "$PROGRAM_BRANCH"`,
            ]),
          },
        ],
      },
    },
  };
}

import type { DesiredDelivery, DesiredJob, DesiredStep, DesiredWorkflow } from '../../desired/desired-state';
import { triggerFilter } from './ref-patterns';
import { PREVIEW_ARTIFACT, PREVIEW_FILE, PREVIEW_TITLE, workflowPath } from './workflow-names';
import { checkout, commandLine, expression, installPackages, RUNNER, script, setUpNode, uploadArtifact } from './workflow-steps';

/**
 * GitHub environment with what it takes to look at stacks, and to change nothing: whoever can push a branch can read it. It is made by hand
 * where previews of stacks are wanted.
 */
const STACKS_ENVIRONMENT = 'stagegate-preview';

/** Variable of the repository: names of the stacks that pull requests preview, as a JSON list. Without it none is. */
const STACKS_VARIABLE = 'STAGEGATE_PREVIEW_STACKS';

/** Who opens the pull requests of Dependabot. */
const DEPENDABOT = 'dependabot[bot]';

/** What a run hands over lies outside the work tree, which has to hold the commit and nothing else. */
const HANDED_OVER = 'handed-over';

/**
 * The workflow that shows what a pull request onto the program branch changes: in the summary and the annotations of its run, and as data
 * for the workflow that comments. It fails when workflow files or CODEOWNERS are not those of the program. It runs code of the pull
 * request, of forks as well, and so has no credentials and writes nowhere.
 */
export function previewWorkflow(delivery: DesiredDelivery): DesiredWorkflow {
  return {
    path: workflowPath(PREVIEW_FILE),
    name: PREVIEW_TITLE,
    on: { pull_request: { branches: [triggerFilter(delivery.programBranch)] } },
    permissions: {},
    concurrency: { group: `${PREVIEW_FILE}-${expression('github.event.pull_request.number')}`, 'cancel-in-progress': true },
    jobs: { diff: diffJob(delivery), stacks: stacksJob(delivery) },
  };
}

function diffJob(delivery: DesiredDelivery): DesiredJob {
  return {
    name: 'Compare with the base',
    'runs-on': RUNNER,
    'timeout-minutes': 15,
    permissions: { contents: 'read' },
    steps: [
      checkoutHead({ history: true }),
      setUpNode,
      installPackages(delivery, { scripts: true }),
      {
        name: 'Compare',
        env: { PROGRAM: delivery.programFile },
        run: script([
          `mkdir "$RUNNER_TEMP/${HANDED_OVER}"`,
          '# With where the branch began: what has come to the base since is no change of this pull request.',
          `${commandLine(delivery)} diff --program "$PROGRAM" --json > "$RUNNER_TEMP/${HANDED_OVER}/difference.json"`,
        ]),
      },
      {
        name: 'Show it in the run',
        env: { PROGRAM: delivery.programFile },
        run: script([
          `${commandLine(delivery)} comment --from "$RUNNER_TEMP/${HANDED_OVER}/difference.json" --in-run --program "$PROGRAM"`,
        ]),
      },
      handOver(PREVIEW_ARTIFACT),
      {
        // After what it found is handed over: the comment comes all the same.
        name: 'Hold what is committed against the program',
        env: { PROGRAM: delivery.programFile },
        run: script([`${commandLine(delivery)} render --program "$PROGRAM" --repository "$GITHUB_REPOSITORY" --check`]),
      },
    ],
  };
}

/**
 * Runs the program and its packages with credentials that can look and change nothing, for branches of the repository alone. GitHub gives
 * runs that Dependabot starts none of the secrets of Actions, also when somebody else runs them again: the author is what stays the same.
 */
function stacksJob(delivery: DesiredDelivery): DesiredJob {
  return {
    name: 'Preview stacks',
    if: [
      `vars.${STACKS_VARIABLE} != ''`,
      'github.event.pull_request.head.repo.full_name == github.repository',
      `github.event.pull_request.user.login != '${DEPENDABOT}'`,
    ].join(' && '),
    'runs-on': RUNNER,
    'timeout-minutes': 15,
    permissions: { contents: 'read' },
    environment: { name: STACKS_ENVIRONMENT },
    steps: [
      checkoutHead(),
      setUpNode,
      installPackages(delivery, { scripts: false }),
      {
        name: 'Preview',
        env: {
          KUBECONFIG_TEXT: expression('secrets.STAGEGATE_PREVIEW_KUBECONFIG'),
          PULUMI_ACCESS_TOKEN: expression('secrets.PULUMI_ACCESS_TOKEN'),
          PULUMI_BACKEND_URL: expression('vars.PULUMI_BACKEND_URL'),
          PULUMI_CONFIG_PASSPHRASE: expression('secrets.PULUMI_CONFIG_PASSPHRASE'),
          STACKS: expression(`vars.${STACKS_VARIABLE}`),
        },
        run: script([
          `stacks="$RUNNER_TEMP/${HANDED_OVER}/stacks"`,
          'export PULUMI_ACCESS_TOKEN PULUMI_BACKEND_URL PULUMI_CONFIG_PASSPHRASE KUBECONFIG="$RUNNER_TEMP/kubeconfig"',
          'printf \'%s\' "$KUBECONFIG_TEXT" > "$KUBECONFIG"',
          'unset KUBECONFIG_TEXT',
          'jq --raw-output \'.[]\' <<< "$STACKS" > "$RUNNER_TEMP/stacks"',
          'while read -r stack; do',
          '  mkdir --parents "$(dirname "$stacks/$stack")"',
          '  # What failed is told in the comment, by what the preview printed.',
          '  pulumi preview --json --non-interactive --stack "$stack" > "$stacks/$stack.json" < /dev/null \\',
          '    || echo "::warning::the preview of a stack failed"',
          'done < "$RUNNER_TEMP/stacks"',
        ]),
      },
      handOver(`${PREVIEW_ARTIFACT}-stacks`),
    ],
  };
}

/** The head itself, not what GitHub would merge: it is what the comment names. */
function checkoutHead(props: { readonly history?: boolean } = {}): DesiredStep {
  return checkout({ ref: expression('github.event.pull_request.head.sha'), ...props });
}

function handOver(artifact: string): DesiredStep {
  return uploadArtifact(artifact, `${expression('runner.temp')}/${HANDED_OVER}`);
}

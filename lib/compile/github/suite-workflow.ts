import type { DesiredDelivery, DesiredWorkflow } from '../../desired/desired-state';
import { branchRef } from './ref-patterns';
import { titleOf, workflowPath } from './workflow-names';
import { checkout, expression, RUNNER, refuseExpression, script } from './workflow-steps';

/**
 * One workflow for each suite that a gate asks for: runs it, without credentials, against an environment, from the commit that the release
 * was built of. Its title names environment and release, so that its conclusion is evidence for exactly that.
 *
 * @throws InvalidValueError SG043 when a command holds an expression of GitHub Actions.
 */
export function suiteWorkflows(delivery: DesiredDelivery): DesiredWorkflow[] {
  return delivery.suites.flatMap((suite) => {
    const upstream = delivery.edges
      .filter(({ gates }) => gates.some((gate) => gate.kind === 'verified' && gate.suite === suite.name))
      .map(({ from }) => from);
    return upstream.length === 0 ? [] : [suiteWorkflow(delivery, suite, [...new Set(upstream)].sort())];
  });
}

function suiteWorkflow(
  delivery: DesiredDelivery,
  suite: { readonly name: string; readonly run: string },
  environments: readonly string[],
): DesiredWorkflow {
  refuseExpression(suite.run, `suite ${suite.name}`, suite.name);
  const hosts = Object.fromEntries(
    delivery.environments.filter(({ name }) => environments.includes(name)).map(({ name, host }) => [name, host]),
  );
  return {
    path: workflowPath(`verify-${suite.name}`),
    name: `Verify - ${titleOf(suite.name)}`,
    'run-name': `verify ${suite.name} in ${expression('inputs.environment')}, release ${expression('inputs.release')}`,
    on: {
      workflow_dispatch: {
        inputs: {
          environment: { description: 'Environment that the suite runs against', required: true, type: 'choice', options: environments },
          release: { description: 'Id of the release that runs there', required: true, type: 'string' },
        },
      },
    },
    permissions: {},
    concurrency: { group: `verify-${suite.name}-${expression('inputs.environment')}`, 'cancel-in-progress': false },
    jobs: {
      verify: {
        name: `Verify by ${suite.name}`,
        'runs-on': RUNNER,
        'timeout-minutes': 60,
        permissions: { contents: 'read' },
        env: {
          HOSTS: JSON.stringify(hosts),
          STAGEGATE_ENVIRONMENT: expression('inputs.environment'),
          STAGEGATE_RELEASE: expression('inputs.release'),
        },
        steps: [
          checkout({ ref: branchRef(delivery.programBranch), history: true }),
          {
            name: 'Go to the commit of the release',
            env: { TAG_PREFIX: delivery.releaseTagPrefix },
            run: script([
              'if ! [[ "$STAGEGATE_RELEASE" =~ ^[0-9a-f]{16}$ ]]; then echo "::error::release is not the id of a release"; exit 1; fi',
              'git show "refs/tags/$TAG_PREFIX$STAGEGATE_RELEASE:release.yaml" > release.yaml',
              "yq '.images[][].source | select(.repository == strenv(GITHUB_REPOSITORY)) | .commit' release.yaml | sort --unique > commits",
              'rm release.yaml',
              '# The commit that contains the others; the program itself when all images come from other repositories.',
              'if [[ -s commits ]]; then git checkout --detach "$(git rev-list --topo-order --max-count 1 --stdin < commits)"; fi',
              'echo "STAGEGATE_HOST=$(jq --raw-output --arg name "$STAGEGATE_ENVIRONMENT" \'.[$name]\' <<< "$HOSTS")" >> "$GITHUB_ENV"',
            ]),
          },
          { name: `Run ${suite.name}`, run: suite.run },
        ],
      },
    },
  };
}

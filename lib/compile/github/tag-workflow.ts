import type { DeliveryEdge, DeliveryEnvironment, DesiredDelivery, DesiredJob, DesiredWorkflow } from '../../desired/desired-state';
import type { PlatformModel } from '../../model/platform-model';
import { intakeToken, loginStep, pushTo } from './build-workflow';
import { INTAKE_ENVIRONMENT } from './github-environments';
import { registryLogin } from './registry-login';
import { DELIVER_FILE, releaseFile, titleOf, workflowPath } from './workflow-names';
import { APP_TOKEN, checkout, RUNNER, script } from './workflow-steps';

/**
 * The workflow that a push to the ref of a policy starts, which asks for a release that exists: gives its images one more tag for people
 * and wakes delivery. It builds nothing, waits for nothing and syncs nothing.
 */
export function tagWorkflow(
  model: PlatformModel,
  delivery: DesiredDelivery,
  environment: DeliveryEnvironment,
  edges: readonly DeliveryEdge[],
  repository: string,
): DesiredWorkflow {
  const { name } = environment;
  // Only there are the commits of the release, and what runs upstream, in one place.
  const tagged = repository === delivery.repository;
  return {
    path: workflowPath(releaseFile(name)),
    name: `Release - ${titleOf(name)}`,
    on: { push: pushTo(edges.flatMap((edge) => edge.on ?? [])) },
    permissions: {},
    concurrency: { group: releaseFile(name), 'cancel-in-progress': false },
    jobs: {
      ...(tagged ? { tag: tagJob(model, delivery, environment, edges) } : {}),
      wake: {
        name: `Wake delivery for ${name}`,
        // The tags are for people: delivery goes on without them.
        ...(tagged ? { needs: ['tag'], if: '!cancelled()' } : {}),
        'runs-on': RUNNER,
        'timeout-minutes': 5,
        permissions: {},
        environment: { name: INTAKE_ENVIRONMENT.name },
        steps: [
          intakeToken(delivery),
          {
            name: 'Start delivery',
            env: { DELIVERY_REPOSITORY: delivery.repository, GH_TOKEN: APP_TOKEN, PROGRAM_BRANCH: delivery.programBranch },
            run: script([`gh workflow run ${DELIVER_FILE}.yaml --repo "$DELIVERY_REPOSITORY" --ref "$PROGRAM_BRANCH"`]),
          },
        ],
      },
    },
  };
}

/** Tags the images that run upstream, if they were built from the tree that was pushed; by digest, so that nothing is built or changed. */
function tagJob(
  model: PlatformModel,
  delivery: DesiredDelivery,
  environment: DeliveryEnvironment,
  edges: readonly DeliveryEdge[],
): DesiredJob {
  const { name, imageTag } = environment;
  const login = registryLogin(model);
  const upstream = edges.map(({ from }) => delivery.environments.find((candidate) => candidate.name === from)?.branch ?? from);
  return {
    name: `Tag images for ${name}`,
    'runs-on': RUNNER,
    'timeout-minutes': 15,
    permissions: { contents: 'read', ...(login.kind === 'run-token' ? { packages: 'write' } : {}) },
    ...(login.kind === 'secrets' ? { environment: { name: INTAKE_ENVIRONMENT.name } } : {}),
    steps: [
      checkout({ history: true }),
      loginStep(model),
      {
        name: 'Tag the verified images',
        env: { TAG_LENGTH: String(imageTag.length), TAG_PREFIX: imageTag.prefix, UPSTREAM: [...new Set(upstream)].join(' ') },
        run: script([
          'tag="$TAG_PREFIX-${GITHUB_SHA:0:$TAG_LENGTH}"',
          'tree="$(git rev-parse "$GITHUB_SHA^{tree}")"',
          'read -ra branches <<< "$UPSTREAM"',
          'for branch in "${branches[@]}"; do',
          '  if ! git show "refs/remotes/origin/$branch:release.yaml" > release.yaml; then',
          '    echo "::notice::$branch holds no release yet"',
          '    continue',
          '  fi',
          "  yq '.images[][] | [.repository, .digest, .source.repository, .source.commit] | @tsv' release.yaml > images.tsv",
          "  while IFS=$'\\t' read -r image digest repository commit; do",
          '    built="$(git rev-parse --verify --quiet "$commit^{tree}" || true)"',
          '    if [[ "$repository" != "$GITHUB_REPOSITORY" || "$built" != "$tree" ]]; then',
          '      echo "::notice::$image in $branch was not built from this tree and gets no tag"',
          '      continue',
          '    fi',
          '    docker buildx imagetools create --prefer-index=false --tag "$image:$tag" "$image@$digest"',
          '  done < images.tsv',
          'done',
        ]),
      },
    ],
  };
}

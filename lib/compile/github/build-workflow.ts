import type { DeliveryEnvironment, DesiredDelivery, DesiredStep, DesiredWorkflow } from '../../desired/desired-state';
import type { PlatformModel, SourceModel } from '../../model/platform-model';
import { INTAKE_ENVIRONMENT } from './github-environments';
import { triggerFilter } from './ref-patterns';
import { registryLogin } from './registry-login';
import { IMAGES_ARTIFACT, RELEASE_FILE, releaseFile, titleOf, workflowPath } from './workflow-names';
import { APP_TOKEN, appToken, checkout, expression, RUNNER, script, uploadArtifact } from './workflow-steps';

/**
 * The workflow that a push to an environment's source starts: builds each image of this repository once, hands over the digests, and
 * starts `release` in the delivery repository, which looks at this very run. It has no rights there beyond that.
 */
export function buildWorkflow(
  model: PlatformModel,
  delivery: DesiredDelivery,
  environment: DeliveryEnvironment,
  source: SourceModel,
): DesiredWorkflow {
  const { name, imageTag } = environment;
  const login = registryLogin(model);
  const builds = delivery.services
    .filter((service) => service.repository === source.repository)
    .flatMap((service) =>
      service.images.flatMap(({ slot, repository, build }) => (build.kind === 'dockerfile' ? [{ slot, repository, build }] : [])),
    );
  return {
    path: workflowPath(releaseFile(name)),
    name: `Release - ${titleOf(name)}`,
    on: { push: pushTo([source]) },
    permissions: {},
    // A newer push takes the place of one that waits: it contains it.
    concurrency: { group: releaseFile(name), 'cancel-in-progress': false },
    jobs: {
      build: {
        name: `Build images for ${name}`,
        'runs-on': RUNNER,
        'timeout-minutes': 60,
        permissions: { contents: 'read', ...(login.kind === 'run-token' && builds.length > 0 ? { packages: 'write' } : {}) },
        ...(login.kind === 'secrets' && builds.length > 0 ? { environment: { name: INTAKE_ENVIRONMENT.name } } : {}),
        ...(builds.length === 0 ? {} : { env: { TAG_LENGTH: String(imageTag.length), TAG_PREFIX: imageTag.prefix } }),
        steps: [
          checkout(),
          ...(builds.length === 0 ? [] : [loginStep(model)]),
          { name: 'Begin the record of digests', run: "echo '{}' > images.json\n" },
          ...builds.map((image) => buildStep(image.slot, image.repository, image.build)),
          uploadArtifact(IMAGES_ARTIFACT, 'images.json'),
        ],
      },
      start: {
        name: `Hand images over for ${name}`,
        needs: ['build'],
        'runs-on': RUNNER,
        'timeout-minutes': 5,
        permissions: {},
        environment: { name: INTAKE_ENVIRONMENT.name },
        steps: [
          intakeToken(delivery),
          {
            name: 'Start the release',
            env: {
              DELIVERY_REPOSITORY: delivery.repository,
              ENVIRONMENT: name,
              GH_TOKEN: APP_TOKEN,
              PROGRAM_BRANCH: delivery.programBranch,
            },
            run: script([
              `gh workflow run ${RELEASE_FILE}.yaml --repo "$DELIVERY_REPOSITORY" --ref "$PROGRAM_BRANCH" \\`,
              '  --raw-field environment="$ENVIRONMENT" --raw-field repository="$GITHUB_REPOSITORY" --raw-field run="$GITHUB_RUN_ID"',
            ]),
          },
        ],
      },
    },
  };
}

/** The trigger on pushes to these refs and to nothing else. */
export function pushTo(refs: readonly SourceModel[]): { readonly branches?: string[]; readonly tags?: string[] } {
  const filters = (kind: SourceModel['kind']) =>
    [...new Set(refs.filter((ref) => ref.kind === kind).map(({ pattern }) => triggerFilter(pattern)))].sort();
  const [branches, tags] = [filters('branch'), filters('tags')];
  return { ...(branches.length === 0 ? {} : { branches }), ...(tags.length === 0 ? {} : { tags }) };
}

/** A token with which workflows of the delivery repository can be started, nothing else. */
export function intakeToken(delivery: DesiredDelivery): DesiredStep {
  const { appId, privateKey } = INTAKE_ENVIRONMENT;
  return appToken({ appId, privateKey, repositories: [delivery.repository], permissions: { actions: 'write' } });
}

/** Logs in to the registry of the platform. */
export function loginStep(model: PlatformModel): DesiredStep {
  const login = registryLogin(model);
  const own = login.kind === 'run-token';
  return {
    name: 'Log in to the registry',
    env: {
      PASSWORD: expression(own ? 'github.token' : `secrets.${login.password}`),
      REGISTRY: login.host,
      REGISTRY_USER: expression(own ? 'github.actor' : `secrets.${login.user}`),
    },
    run: script(['docker login "$REGISTRY" --username "$REGISTRY_USER" --password-stdin <<< "$PASSWORD"']),
  };
}

/** Builds and pushes one image, and writes down the digest that the registry knows it by. */
function buildStep(slot: string, image: string, build: { readonly context: string; readonly dockerfile: string }): DesiredStep {
  return {
    name: `Build ${slot.replace(/^image\//, '')}`,
    env: { CONTEXT: build.context, DOCKERFILE: build.dockerfile, IMAGE: image, SLOT: slot },
    run: script([
      'tagged="$IMAGE:$TAG_PREFIX-${GITHUB_SHA:0:$TAG_LENGTH}"',
      'docker build --pull --file "$CONTEXT/$DOCKERFILE" --tag "$tagged" \\',
      '  --label "org.opencontainers.image.revision=$GITHUB_SHA" \\',
      '  --label "org.opencontainers.image.source=$GITHUB_SERVER_URL/$GITHUB_REPOSITORY" "$CONTEXT"',
      'docker push "$tagged"',
      'digests="$(docker image inspect --format \'{{range .RepoDigests}}{{println .}}{{end}}\' "$tagged")"',
      'pushed="$(grep --fixed-strings --max-count 1 "$IMAGE@sha256:" <<< "$digests")"',
      'jq --arg slot "$SLOT" --arg image "$pushed" \'.[$slot] = $image\' images.json > images.next',
      'mv images.next images.json',
    ]),
  };
}

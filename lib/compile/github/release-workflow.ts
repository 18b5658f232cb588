import type { DesiredDelivery, DesiredJob, DesiredWorkflow } from '../../desired/desired-state';
import { DELIVERY_ENVIRONMENT } from './github-environments';
import { branchRef, patternExpression, triggerFilter } from './ref-patterns';
import { DELIVER_FILE, IMAGES_ARTIFACT, RELEASE_FILE, releaseFile, workflowPath } from './workflow-names';
import {
  APP_TOKEN,
  appToken,
  checkout,
  commandLine,
  downloadArtifact,
  expression,
  installPackages,
  RUNNER,
  script,
  setUpNode,
  uploadArtifact,
} from './workflow-steps';

/** Where a release may come from: the run of this workflow, on this ref. */
interface ReleaseSource {
  readonly environment: string;
  readonly repository: string;
  readonly workflow: string;
  readonly branch?: string;
  /** Regular expression of the tags. */
  readonly tags?: string;
}

/**
 * The workflow that makes a release: for a run that has built images, or, when the program changed, for the images that are there. Three
 * jobs: what was built is read from the run itself and never taken from inputs; everything is rendered without credentials, since the
 * program and its packages are code; what was rendered is stored by a job that runs no code of theirs. Releases queue, so that none is
 * rendered on one that is no longer the newest.
 */
export function releaseWorkflow(delivery: DesiredDelivery): DesiredWorkflow {
  const names = delivery.environments.filter(({ source }) => source !== undefined).map(({ name }) => name);
  return {
    path: workflowPath(RELEASE_FILE),
    name: 'Release',
    'run-name': expression(
      "inputs.environment && format('Release for {0} of {1}, run {2}', inputs.environment, inputs.repository, inputs.run) || 'Release of the program'",
    ),
    on: {
      push: { branches: [triggerFilter(delivery.programBranch)] },
      workflow_dispatch: {
        inputs: {
          environment: { description: 'Environment in which the release is born', required: true, type: 'choice', options: names },
          repository: { description: 'Repository that has built the images, owner/name', required: true, type: 'string' },
          run: { description: 'Id of the run that has built the images', required: true, type: 'string' },
        },
      },
    },
    permissions: {},
    concurrency: { group: 'stagegate-release', 'cancel-in-progress': false, queue: 'max' },
    jobs: { source: sourceJob(delivery), render: renderJob(delivery), store: storeJob(delivery) },
  };
}

function sourcesOf(delivery: DesiredDelivery): ReleaseSource[] {
  return delivery.environments.flatMap(({ name, source }) =>
    source === undefined
      ? []
      : [
          {
            environment: name,
            repository: source.repository,
            workflow: workflowPath(releaseFile(name)),
            ...(source.kind === 'branch' ? { branch: source.pattern } : { tags: patternExpression(source.pattern) }),
          },
        ],
  );
}

/** Reads which commit was built, and which digests came out, from the run: a person who starts this workflow can name a run, nothing more. */
function sourceJob(delivery: DesiredDelivery): DesiredJob {
  const sources = sourcesOf(delivery);
  const foreign = [...new Set(sources.map(({ repository }) => repository))].filter((repository) => repository !== delivery.repository);
  const owner = delivery.repository.split('/')[0] ?? '';
  const readable = foreign.filter((repository) => repository.startsWith(`${owner}/`));
  const { appId, privateKey, name } = DELIVERY_ENVIRONMENT;
  return {
    name: 'Read what was built',
    'runs-on': RUNNER,
    'timeout-minutes': 5,
    permissions: { actions: 'read', contents: 'read' },
    ...(readable.length === 0 ? {} : { environment: { name } }),
    outputs: { environments: expression('steps.read.outputs.environments') },
    steps: [
      ...(readable.length === 0
        ? []
        : [
            appToken({
              appId,
              privateKey,
              repositories: [...readable, delivery.repository].sort(),
              permissions: { actions: 'read', contents: 'read' },
            }),
          ]),
      {
        name: 'Read the run',
        id: 'read',
        env: {
          ENVIRONMENT: expression('inputs.environment'),
          GH_TOKEN: readable.length === 0 ? expression('github.token') : APP_TOKEN,
          REPOSITORY: expression('inputs.repository'),
          RUN: expression('inputs.run'),
          SOURCES: JSON.stringify(sources),
          TAG_PREFIX: delivery.releaseTagPrefix,
        },
        run: script([
          'refuse() { echo "::error::$1"; exit 1; }',
          'mkdir source',
          'if [[ "$GITHUB_EVENT_NAME" == push ]]; then',
          "  echo '{}' > source/images.json",
          "  echo '{}' > source/source.json",
          '  # Before the first release there is none that a changed program could be put on.',
          '  releases="$(gh api "repos/$GITHUB_REPOSITORY/git/matching-refs/tags/$TAG_PREFIX" --jq length)"',
          '  jq --compact-output --argjson releases "$releases" \'if $releases == 0 then [] else map(.environment) end\' <<< "$SOURCES" > environments.json',
          '  echo "environments=$(cat environments.json)" >> "$GITHUB_OUTPUT"',
          '  exit 0',
          'fi',
          '[[ "$RUN" =~ ^[0-9]{1,20}$ ]] || refuse "run is not the id of a run"',
          'allowed="$(jq --compact-output --arg environment "$ENVIRONMENT" --arg repository "$REPOSITORY" \\',
          '  \'map(select(.environment == $environment and .repository == $repository))[0] // empty\' <<< "$SOURCES")"',
          '[[ -n "$allowed" ]] || refuse "$REPOSITORY is not the source of $ENVIRONMENT"',
          'gh api "repos/$REPOSITORY/actions/runs/$RUN" > run.json',
          'jq --exit-status --argjson allowed "$allowed" \'',
          '  .event == "push" and (.path | split("@")[0]) == $allowed.workflow',
          '  and .repository.full_name == $allowed.repository and .head_repository.full_name == $allowed.repository',
          "  and (if $allowed.branch then .head_branch == $allowed.branch else (.head_branch | test($allowed.tags)) end)' run.json > /dev/null \\",
          '  || refuse "run $RUN is not a release of $ENVIRONMENT"',
          'commit="$(jq --raw-output .head_sha run.json)"',
          'name="$(jq --raw-output .head_branch run.json)"',
          'path="$(jq --raw-output --null-input --arg name "$name" \'$name | @uri\')"',
          '# A run has no full name of its ref, and a tag may be called like a branch: the ref itself must hold the commit.',
          'if [[ "$(jq --raw-output \'has("branch")\' <<< "$allowed")" == true ]]; then',
          '  ref="refs/heads/$name"',
          '  head="$(gh api "repos/$REPOSITORY/commits/heads%2F$path" --jq .sha)"',
          '  held="$(gh api "repos/$REPOSITORY/compare/$commit...$head" --jq .status)"',
          '  [[ "$held" == identical || "$held" == ahead ]] || refuse "$ref does not hold $commit"',
          'else',
          '  ref="refs/tags/$name"',
          '  [[ "$(gh api "repos/$REPOSITORY/commits/tags%2F$path" --jq .sha)" == "$commit" ]] || refuse "$ref is not $commit"',
          'fi',
          `gh run download "$RUN" --repo "$REPOSITORY" --name ${IMAGES_ARTIFACT} --dir source`,
          'jq --exit-status \'to_entries | all(.value | test("^[^@ ]+@sha256:[0-9a-f]{64}$"))\' source/images.json > /dev/null \\',
          '  || refuse "run $RUN hands over something else than digests"',
          'jq --null-input --arg repository "$REPOSITORY" --arg ref "$ref" --arg commit "$commit" \\',
          "  '{repository: $repository, ref: $ref, commit: $commit}' > source/source.json",
          `echo "environments=$(jq --compact-output --null-input --arg environment "$ENVIRONMENT" '[$environment]')" >> "$GITHUB_OUTPUT"`,
        ]),
      },
      uploadArtifact('source', 'source'),
    ],
  };
}

/** One environment after the other; each artifact bears the name of its environment. */
function perEnvironment(): Pick<DesiredJob, 'strategy'> {
  return {
    strategy: { 'fail-fast': false, 'max-parallel': 1, matrix: { environment: expression('fromJSON(needs.source.outputs.environments)') } },
  };
}

const ARTIFACT = `release-${expression('matrix.environment')}`;

function renderJob(delivery: DesiredDelivery): DesiredJob {
  return {
    name: `Render for ${expression('matrix.environment')}`,
    needs: ['source'],
    if: "needs.source.outputs.environments != '[]'",
    'runs-on': RUNNER,
    'timeout-minutes': 15,
    permissions: { contents: 'read' },
    ...perEnvironment(),
    steps: [
      checkout({ ref: branchRef(delivery.programBranch), history: true }),
      setUpNode,
      installPackages(delivery, { scripts: true }),
      downloadArtifact('source', 'source'),
      {
        name: 'Render the release',
        env: { ENVIRONMENT: expression('matrix.environment'), PROGRAM: delivery.programFile },
        run: script([
          'mkdir handed-over',
          'source=()',
          'if jq --exit-status \'has("commit")\' source/source.json > /dev/null; then',
          '  source=(--repository "$(jq --raw-output .repository source/source.json)" --ref "$(jq --raw-output .ref source/source.json)"',
          '    --commit "$(jq --raw-output .commit source/source.json)")',
          'fi',
          `${commandLine(delivery)} model --program "$PROGRAM" --json > handed-over/model.json`,
          `${commandLine(delivery)} release create --program "$PROGRAM" --environment "$ENVIRONMENT" \\`,
          '  --images source/images.json "${source[@]}" --render-only --out handed-over/release',
        ]),
      },
      uploadArtifact(ARTIFACT, 'handed-over'),
    ],
  };
}

function storeJob(delivery: DesiredDelivery): DesiredJob {
  const { name, appId, privateKey } = DELIVERY_ENVIRONMENT;
  return {
    name: `Store for ${expression('matrix.environment')}`,
    needs: ['source', 'render'],
    'runs-on': RUNNER,
    'timeout-minutes': 10,
    permissions: { actions: 'write', contents: 'read' },
    environment: { name },
    ...perEnvironment(),
    steps: [
      checkout({ ref: branchRef(delivery.programBranch), history: true }),
      setUpNode,
      installPackages(delivery, { scripts: false }),
      downloadArtifact(ARTIFACT, 'handed-over'),
      appToken({ appId, privateKey, repositories: [delivery.repository], permissions: { contents: 'write' } }),
      {
        name: 'Store the release',
        env: { GITHUB_TOKEN: APP_TOKEN },
        run: script([`${commandLine(delivery)} release store handed-over/release --program handed-over/model.json`]),
      },
      {
        name: 'Start delivery',
        env: { GH_TOKEN: expression('github.token'), PROGRAM_BRANCH: delivery.programBranch },
        run: script([`gh workflow run ${DELIVER_FILE}.yaml --ref "$PROGRAM_BRANCH"`]),
      },
    ],
  };
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DesiredWorkflow } from '../../lib/desired/desired-state';
import type { GitHub } from '../github';
import { actionsOf, runBody, type WorkflowRun } from '../github/actions/runs';
import type { Repository } from '../github/world';
import { type ArtifactStorage, startArtifactStorage } from './artifact-storage';
import { type Contexts, filled } from './expressions';
import { type JobRun, runJob } from './job';
import { called, installPrograms } from './pinned-actions';
import { defaultHead, inOrderOfNeeds, startsOnPullRequest, waitsFor, workflowsAt } from './workflow-files';

export type { JobRun, StepRun } from './job';

export interface RunnerProps {
  readonly github: GitHub;
  /** `owner/name`. */
  readonly repository: string;
  /** Variables of the repository. @default none */
  readonly variables?: Readonly<Record<string, string>>;
  /** Secrets by environment. @default none */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Programs that stand in for those of GitHub's image, each a script for bash: `npm` for one. @default none */
  readonly programs?: Readonly<Record<string, string>>;
}

/** A run of a workflow with its jobs, in the order in which they ran. */
export interface FinishedRun extends WorkflowRun {
  readonly conclusion: 'success' | 'failure';
  readonly jobs: readonly JobRun[];
}

export interface Runner {
  /**
   * A pull request was opened, or its head has moved: runs the workflows of its head that this starts, and then those of the default branch
   * that wait for one of them, in that order.
   */
  pullRequest(number: number): Promise<readonly FinishedRun[]>;
  /** The workflows that wait for this run, once more: a run is over as often as it is run again. */
  afterwards(run: WorkflowRun): Promise<readonly FinishedRun[]>;
  /** Where artifacts lie; tests put there what a fork might. */
  readonly storage: ArtifactStorage;
  close(): Promise<void>;
}

/** Runs the workflows of a repository of the emulator as GitHub Actions does. What it does not know of a workflow is an error. */
export async function startRunner(props: RunnerProps): Promise<Runner> {
  const { github } = props;
  const [owner = '', name = ''] = props.repository.split('/');
  const repository = github.world.repository(owner, name);
  const storage = await startArtifactStorage();
  const root = mkdtempSync(join(tmpdir(), 'stagegate-runner-'));
  installPrograms(join(root, 'programs'), props.programs ?? {});
  const place: RunPlace = { ...props, repository, storage, root };
  const afterwards = async (run: WorkflowRun): Promise<readonly FinishedRun[]> => {
    const head = await defaultHead(repository);
    const waiting = (await workflowsAt(repository, head)).filter(({ on }) => waitsFor(on, run.name));
    const event = { action: 'completed', workflow_run: await runBody(repository, run) };
    const started = waiting.map(
      (workflow) => () =>
        runWorkflow(workflow, place, {
          name: 'workflow_run',
          event,
          head,
          ref: `refs/heads/${repository.defaultBranch}`,
          headRepository: repository,
          headBranch: repository.defaultBranch,
          isOutside: false,
        }),
    );
    return inOrder(started);
  };
  return {
    storage,
    afterwards,
    async pullRequest(number) {
      const token = github.world.credentials.grant('token-of-the-runner', {
        kind: 'installation',
        slug: 'github-actions',
        permissions: { pull_requests: 'read', metadata: 'read' },
      });
      const pull = (await called(repository, token, `GET /pulls/${number}`)) as PullRequestEvent;
      const head = pull.head.sha;
      const [headOwner = '', headName = ''] = (pull.head.repo?.full_name ?? '').split('/');
      const headRepository = github.world.repository(headOwner, headName);
      const isOutside = headRepository !== repository || pull.user.login === 'dependabot[bot]';
      const event = { action: 'synchronize', number, pull_request: pull };
      const started = (await workflowsAt(repository, head)).filter(({ on }) => startsOnPullRequest(on, pull.base.ref));
      const runs = await inOrder(
        started.map(
          (workflow) => () =>
            runWorkflow(workflow, place, {
              name: 'pull_request',
              event,
              head,
              ref: `refs/pull/${number}/merge`,
              headRepository,
              headBranch: pull.head.ref,
              isOutside,
            }),
        ),
      );
      const next = await inOrder(runs.map((run) => () => afterwards(run)));
      return [...runs, ...next.flat()];
    },
    async close() {
      await storage.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

interface PullRequestEvent {
  readonly user: { readonly login: string };
  readonly head: { readonly sha: string; readonly ref: string; readonly repo: { readonly full_name: string } | null };
  readonly base: { readonly ref: string };
}

interface RunPlace extends Omit<RunnerProps, 'repository'> {
  readonly repository: Repository;
  readonly storage: ArtifactStorage;
  readonly root: string;
}

/** What starts a run. */
interface Trigger {
  readonly name: 'pull_request' | 'workflow_run';
  readonly event: Readonly<Record<string, unknown>>;
  readonly head: string;
  readonly ref: string;
  readonly headRepository: Repository;
  readonly headBranch: string;
  /** Whether it comes from a fork or from Dependabot, which GitHub trusts with nothing. */
  readonly isOutside: boolean;
}

async function runWorkflow(workflow: DesiredWorkflow, place: RunPlace, trigger: Trigger): Promise<FinishedRun> {
  const { repository, root, storage, github, secrets = {} } = place;
  const { world } = github;
  const actions = actionsOf(repository);
  const same = [...actions.runs.values()].filter(({ path }) => path === workflow.path);
  const run: WorkflowRun = {
    id: world.nextId(),
    number: same.length + 1,
    attempt: 1,
    name: workflow.name,
    path: workflow.path,
    event: trigger.name,
    headBranch: trigger.headBranch,
    headCommit: trigger.head,
    headRepository: trigger.headRepository,
    startedAt: world.clock(),
  };
  actions.runs.set(run.id, run);
  const { contexts, environment } = surroundings(run, trigger, place);
  const jobs: Record<string, JobRun> = {};
  for (const id of inOrderOfNeeds(workflow)) {
    const job = workflow.jobs[id];
    if (job === undefined) throw new Error(`there is no job ${id}`);
    // Refuses what GitHub could not evaluate; runs are one after the other, so that no group ever has to wait.
    for (const { group } of [workflow.concurrency, job.concurrency].flatMap((one) => one ?? [])) filled(group, contexts);
    const needs = Object.fromEntries((job.needs ?? []).map((need) => [need, jobs[need] as JobRun]));
    const folder = join(root, `${run.id}-${id}`);
    const done = await runJob(id, job, needs, {
      repository,
      storage,
      folder,
      programs: join(root, 'programs'),
      run: { id: run.id, isOutside: trigger.isOutside },
      contexts,
      environment,
      secrets,
      permissions: workflow.permissions,
    });
    jobs[id] = done;
    await report(done, run, place);
  }
  const conclusion = Object.values(jobs).some((job) => job.conclusion === 'failure') ? 'failure' : 'success';
  const finished = { ...run, conclusion } as const;
  actions.runs.set(run.id, finished);
  return { ...finished, jobs: Object.values(jobs) };
}

function surroundings(
  run: WorkflowRun,
  { name, event, ref, head }: Trigger,
  { repository, root, github, variables = {} }: RunPlace,
): { readonly contexts: Contexts; readonly environment: Readonly<Record<string, string>> } {
  const file = join(root, `${run.id}-event.json`);
  writeFileSync(file, JSON.stringify(event));
  const [server, api] = [github.url.slice(0, -1), `${github.url}api/v3`];
  const pull = name === 'pull_request' ? (event.pull_request as PullRequestEvent) : undefined;
  const contexts: Contexts = {
    github: {
      event,
      event_name: name,
      repository: repository.fullName,
      repository_owner: repository.owner.login,
      ref,
      ref_name: ref.replace(/^refs\/(?:heads|pull)\//, ''),
      head_ref: pull?.head.ref ?? '',
      base_ref: pull?.base.ref ?? '',
      sha: head,
      run_id: String(run.id),
      run_number: String(run.number),
      run_attempt: String(run.attempt),
      workflow: run.name,
      server_url: server,
      api_url: api,
    },
    vars: variables,
    inputs: {},
  };
  const environment = {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_API_URL: api,
    GITHUB_BASE_REF: pull?.base.ref ?? '',
    GITHUB_EVENT_NAME: name,
    GITHUB_EVENT_PATH: file,
    GITHUB_GRAPHQL_URL: `${github.url}api/graphql`,
    GITHUB_HEAD_REF: pull?.head.ref ?? '',
    GITHUB_REF: ref,
    GITHUB_REPOSITORY: repository.fullName,
    GITHUB_REPOSITORY_OWNER: repository.owner.login,
    GITHUB_RUN_ATTEMPT: String(run.attempt),
    GITHUB_RUN_ID: String(run.id),
    GITHUB_RUN_NUMBER: String(run.number),
    GITHUB_SERVER_URL: server,
    GITHUB_SHA: head,
    GITHUB_WORKFLOW: run.name,
    RUNNER_OS: 'Linux',
    GIT_CONFIG_NOSYSTEM: '1',
    LANG: 'C.UTF-8',
  };
  return { contexts, environment };
}

/** GitHub shows each job as a check run of the head, with the first ten annotations of each level that a step has printed. */
async function report(job: JobRun, run: WorkflowRun, { repository, github }: RunPlace): Promise<void> {
  const token = github.world.credentials.grant('token-of-the-checks', {
    kind: 'installation',
    slug: 'github-actions',
    permissions: { checks: 'write', metadata: 'read' },
  });
  const annotations = job.steps.flatMap(({ log }) =>
    ['error', 'warning', 'notice'].flatMap((level) =>
      log.commands
        .filter(({ name }) => name === level)
        .slice(0, 10)
        .map(({ properties, data }) => ({
          path: properties.file ?? '.github',
          start_line: Number(properties.line ?? 1),
          end_line: Number(properties.line ?? 1),
          annotation_level: level === 'error' ? 'failure' : level,
          message: data === '' ? '-' : data,
          ...(properties.title === undefined ? {} : { title: properties.title }),
        })),
    ),
  );
  await called(repository, token, 'POST /check-runs', {
    name: job.name,
    head_sha: run.headCommit,
    status: 'completed',
    conclusion: job.conclusion,
    output: { title: job.name, summary: job.summary.slice(0, 65_535), annotations: annotations.slice(0, 50) },
  });
}

async function inOrder<T>(work: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  for (const one of work) results.push(await one());
  return results;
}

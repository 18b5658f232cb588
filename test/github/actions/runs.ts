import { repositoryOf } from '../access';
import { behind, numberOf, timeText } from '../delivery/behind';
import { apiOf, commitOf, pageOf } from '../delivery/commits';
import { page } from '../pagination';
import { repositoryBody } from '../repositories';
import { ApiError, type ApiRequest, notFound, ok, type Route } from '../route';
import type { Repository } from '../world';

/** A run of a workflow, as GitHub remembers it. */
export interface WorkflowRun {
  readonly id: number;
  readonly number: number;
  readonly attempt: number;
  readonly name: string;
  readonly path: string;
  readonly event: string;
  readonly headBranch: string;
  readonly headCommit: string;
  /** Where the head lies; a fork perhaps. */
  readonly headRepository: Repository;
  readonly startedAt: number;
  /** Absent while it runs. */
  readonly conclusion?: 'success' | 'failure' | 'cancelled';
}

/** Files that a run has left behind, as a ZIP archive in a storage of its own. */
export interface StoredArtifact {
  readonly id: number;
  readonly run: number;
  readonly name: string;
  readonly archive: Buffer;
  /** Where whoever has the address gets it, for a short time and without asking who he is. */
  readonly address: string;
}

/** What GitHub Actions remembers of a repository. */
export class Actions {
  readonly runs = new Map<number, WorkflowRun>();
  readonly artifacts = new Map<number, StoredArtifact>();
}

const known = new WeakMap<Repository, Actions>();

export function actionsOf(repository: Repository): Actions {
  const actions = known.get(repository) ?? new Actions();
  known.set(repository, actions);
  return actions;
}

const reading = { role: 'read', app: ['actions', 'read'] } as const;

/** Runs and what they left behind; runs are made by the runner of the tests. */
export const runRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/actions/runs/{run_id}',
    async handle(request) {
      const repository = repositoryOf(request, reading);
      return ok(await runBody(repository, runOf(repository, request)));
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/actions/runs/{run_id}/artifacts',
    handle(request) {
      const repository = repositoryOf(request, reading);
      const { id } = runOf(repository, request);
      const { name } = request.query;
      const own = [...actionsOf(repository).artifacts.values()].filter(
        (one) => one.run === id && (name === undefined || one.name === name),
      );
      const { items, headers } = page(request, own);
      return { ...ok({ total_count: own.length, artifacts: items.map((one) => artifactBody(repository, one)) }), headers };
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}',
    handle(request) {
      // Also of a public repository: GitHub gives artifacts to nobody who is not logged in.
      if (request.caller === undefined) throw new ApiError(401, 'Requires authentication');
      const found = actionsOf(repositoryOf(request, reading)).artifacts.get(Number(request.params.artifact_id)) ?? notFound();
      return { status: 302, headers: { location: found.address } };
    },
  },
];

function runOf(repository: Repository, { params }: ApiRequest): WorkflowRun {
  return actionsOf(repository).runs.get(Number(params.run_id)) ?? notFound();
}

function artifactBody(repository: Repository, { id, run, name, archive }: StoredArtifact): Readonly<Record<string, unknown>> {
  const url = `${repository.world.url}api/v3/repos/${repository.fullName}/actions/artifacts/${id}`;
  return {
    id,
    node_id: `A_${id}`,
    name,
    size_in_bytes: archive.length,
    url,
    archive_download_url: `${url}/zip`,
    expired: false,
    created_at: repository.world.now(),
    expires_at: repository.world.now(),
    updated_at: repository.world.now(),
    workflow_run: { id: run, repository_id: repository.id },
  };
}

/** A run as the interface and the event `workflow_run` show it. No pull request of a fork is ever named. */
export async function runBody(repository: Repository, run: WorkflowRun): Promise<Readonly<Record<string, unknown>>> {
  const own = await behind(repository);
  const commit = await commitOf(own, run.headCommit);
  const url = `${apiOf(own)}/actions/runs/${run.id}`;
  return {
    id: run.id,
    name: run.name,
    node_id: `WFR_${run.id}`,
    head_branch: run.headBranch,
    head_sha: run.headCommit,
    path: run.path,
    display_title: run.name,
    run_number: run.number,
    run_attempt: run.attempt,
    event: run.event,
    status: run.conclusion === undefined ? 'in_progress' : 'completed',
    conclusion: run.conclusion ?? null,
    workflow_id: numberOf(repository.id, run.path),
    check_suite_id: numberOf(repository.id, 'suite', run.id),
    check_suite_node_id: `CS_${run.id}`,
    url,
    html_url: `${pageOf(own)}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: timeText(run.startedAt),
    updated_at: timeText(run.startedAt),
    run_started_at: timeText(run.startedAt),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${apiOf(own)}/check-suites/${numberOf(repository.id, 'suite', run.id)}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    workflow_url: `${apiOf(own)}/actions/workflows/${numberOf(repository.id, run.path)}`,
    head_commit: {
      id: commit.id,
      tree_id: commit.tree,
      message: commit.message,
      timestamp: timeText(commit.at),
      author: { name: commit.author, email: '' },
      committer: { name: commit.author, email: '' },
    },
    repository: repositoryBody(repository, undefined),
    head_repository: repositoryBody(run.headRepository, undefined),
  };
}

import type { Status } from '../../../lib/delivery';
import { append } from '../../../lib/delivery/local/event-log';
import { repositoryOf } from '../access';
import { appBody } from '../apps';
import { page } from '../pagination';
import {
  ApiError,
  type ApiRequest,
  type ApiResponse,
  created,
  forbidden,
  type Json,
  type JsonObject,
  notFound,
  ok,
  type Route,
} from '../route';
import type { Repository } from '../world';
import { type Behind, behind, looking, numberOf, timeText } from './behind';
import { apiOf, commitOf, pageOf } from './commits';

const posting = { role: 'write', app: ['checks', 'write'] } as const;

/** A check run as it stands. */
interface CheckRun {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly commit: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly externalId: string;
  readonly detailsUrl: string | null;
  readonly output: { readonly title: string | null; readonly summary: string | null; readonly text: string | null };
  readonly annotations: readonly JsonObject[];
}

const runs = new WeakMap<Repository, Map<number, CheckRun>>();

function runsOf(repository: Repository): Map<number, CheckRun> {
  const known = runs.get(repository) ?? new Map<number, CheckRun>();
  runs.set(repository, known);
  return known;
}

export const checkRunRoutes: readonly Route[] = [
  { method: 'POST', path: '/repos/{owner}/{repo}/check-runs', handle: make },
  { method: 'PATCH', path: '/repos/{owner}/{repo}/check-runs/{check_run_id}', handle: change },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/check-runs/{check_run_id}',
    async handle(request) {
      const own = await looking(request, 'checks');
      return ok(checkRunBody(own, found(own.repository, request)));
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/check-runs/{check_run_id}/annotations',
    async handle(request) {
      const { repository } = await looking(request, 'checks');
      const { items, headers } = page(request, found(repository, request).annotations);
      return { ...ok(items.map(annotationBody)), headers };
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/commits/{ref}/check-runs',
    async handle(request) {
      const own = await looking(request, 'checks');
      const { id } = await commitOf(own, request.params.ref ?? '');
      const { check_name: name, filter = 'latest' } = request.query;
      const all = [...runsOf(own.repository).values()].filter((run) => run.commit === id && (name === undefined || run.name === name));
      const shown = filter === 'all' ? all : [...new Map(all.map((run) => [`${run.slug} ${run.name}`, run])).values()];
      const { items, headers } = page(request, [...shown].reverse());
      return { ...ok({ total_count: shown.length, check_runs: items.map((run) => checkRunBody(own, run)) }), headers };
    },
  },
];

function found(repository: Repository, { params }: ApiRequest): CheckRun {
  return runsOf(repository).get(Number(params.check_run_id)) ?? notFound();
}

function posted(request: ApiRequest): { readonly repository: Repository; readonly slug: string } {
  const repository = repositoryOf(request, posting);
  if (request.caller?.kind !== 'installation') forbidden('You must authenticate via a GitHub App.');
  return { repository, slug: request.caller.slug };
}

async function make(request: ApiRequest): Promise<ApiResponse> {
  const { repository, slug } = posted(request);
  const own = await behind(repository);
  const commit = String(request.body.head_sha);
  if ((await own.at.repository.tryCommit(commit)) === undefined) throw new ApiError(422, `No commit found for SHA: ${commit}`);
  const id = numberOf(repository.id, runsOf(repository).size + 1);
  const begun: CheckRun = {
    id,
    slug,
    name: String(request.body.name),
    commit,
    status: 'queued',
    conclusion: null,
    startedAt: repository.world.now(),
    completedAt: null,
    externalId: '',
    detailsUrl: null,
    output: { title: null, summary: null, text: null },
    annotations: [],
  };
  const run = changed(begun, request.body, repository.world.now());
  runsOf(repository).set(id, run);
  await record(own, run);
  return created(checkRunBody(own, run));
}

async function change(request: ApiRequest): Promise<ApiResponse> {
  const { repository, slug } = posted(request);
  const own = await behind(repository);
  const before = found(repository, request);
  if (before.slug !== slug)
    forbidden(
      'Invalid app_id `' +
        String(repository.people.apps[slug]?.id) +
        '` - check run can only be modified by the GitHub App that created it.',
    );
  const run = changed(before, request.body, repository.world.now());
  runsOf(repository).set(run.id, run);
  await record(own, run);
  return ok(checkRunBody(own, run));
}

/** At most 50 annotations come with one request; those of further requests add up. */
function changed(run: CheckRun, body: JsonObject, now: string): CheckRun {
  const output = (body.output ?? {}) as JsonObject;
  const annotations = (output.annotations ?? []) as readonly JsonObject[];
  if (annotations.length > 50) throw new ApiError(422, 'Invalid request.\n\nNo more than 50 items are allowed; more were supplied.');
  const text = (value: Json | undefined, otherwise: string | null): string | null => (typeof value === 'string' ? value : otherwise);
  const conclusion = text(body.conclusion, run.conclusion);
  const status = conclusion === null ? (text(body.status, run.status) as string) : 'completed';
  return {
    ...run,
    name: text(body.name, run.name) as string,
    status,
    conclusion,
    startedAt: text(body.started_at, run.startedAt),
    completedAt: text(body.completed_at, status === 'completed' ? (run.completedAt ?? now) : null),
    externalId: text(body.external_id, run.externalId) as string,
    detailsUrl: text(body.details_url, run.detailsUrl),
    output: {
      title: text(output.title, run.output.title),
      summary: text(output.summary, run.output.summary),
      text: text(output.text, run.output.text),
    },
    annotations: [...run.annotations, ...annotations],
  };
}

const MARK = 'check run ';

/** Whether a status of the local host stands for a check run: rulesets take both alike. */
export function isCheckRun({ description }: Status): boolean {
  return description.startsWith(MARK);
}

/** Rulesets of the local host look at statuses: skipped and neutral runs pass, as on GitHub. */
async function record(own: Behind, run: CheckRun): Promise<void> {
  const passed = run.conclusion !== null && ['success', 'neutral', 'skipped'].includes(run.conclusion);
  await append<Status>(own.at.records.statuses(run.commit), {
    context: run.name,
    state: run.status !== 'completed' ? 'pending' : passed ? 'success' : 'failure',
    description: `${MARK}${run.id}`,
    creator: { kind: 'app', login: run.slug },
    at: own.repository.world.clock(),
  });
}

function checkRunBody(own: Behind, run: CheckRun): Readonly<Record<string, unknown>> {
  const url = `${apiOf(own)}/check-runs/${run.id}`;
  return {
    id: run.id,
    node_id: `CR_${run.id}`,
    head_sha: run.commit,
    external_id: run.externalId,
    url,
    html_url: `${pageOf(own)}/runs/${run.id}`,
    details_url: run.detailsUrl,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt === null ? null : timeText(Date.parse(run.startedAt)),
    completed_at: run.completedAt === null ? null : timeText(Date.parse(run.completedAt)),
    output: { ...run.output, annotations_count: run.annotations.length, annotations_url: `${url}/annotations` },
    name: run.name,
    check_suite: { id: numberOf(own.repository.id, run.slug, run.commit) },
    app: appBody(own.repository.world, run.slug),
    pull_requests: [],
  };
}

function annotationBody(given: JsonObject): Readonly<Record<string, unknown>> {
  return {
    path: given.path,
    blob_href: '',
    start_line: given.start_line,
    end_line: given.end_line,
    start_column: given.start_column ?? null,
    end_column: given.end_column ?? null,
    annotation_level: given.annotation_level,
    title: given.title ?? null,
    message: given.message,
    raw_details: given.raw_details ?? null,
  };
}

import { readFileSync } from 'node:fs';
import type { Io } from './io';
import { WrongUseError } from './io';

/** The run of GitHub Actions that a command is in, as the variables and the event say that the runner sets. */
export interface ActionsRun {
  /** `owner/name`. */
  readonly repository: string;
  readonly event: PreviewedEvent;
}

/** What started the run, as far as it concerns a pull request. Everything in it comes from GitHub; names of branches were chosen by people. */
export type PreviewedEvent =
  /** A pull request: this run compares it. */
  | {
      readonly kind: 'pull-request';
      readonly number: number;
      readonly head: HeadOfEvent;
      readonly base: string;
      readonly run: ComparingRun;
    }
  /** Another run has ended that compared a pull request. For a fork GitHub does not say which pull request that was. */
  | { readonly kind: 'workflow-run'; readonly head: HeadOfEvent; readonly run: ComparingRun };

export interface HeadOfEvent {
  readonly commit: string;
  readonly branch: string;
  /** `owner/name`; absent when a fork is gone. */
  readonly repository?: string;
}

/** The run that compares. */
export interface ComparingRun {
  readonly number: number;
  readonly attempt: number;
  /** Its page. */
  readonly url: string;
}

/** The run of GitHub Actions that this process is in; undefined elsewhere, and in runs that concern no pull request. */
export function tryActionsRun({ environment }: Pick<Io, 'environment'>): ActionsRun | undefined {
  const { GITHUB_ACTIONS, GITHUB_EVENT_NAME, GITHUB_EVENT_PATH, GITHUB_REPOSITORY: repository } = environment;
  if (GITHUB_ACTIONS !== 'true' || GITHUB_EVENT_PATH === undefined || repository === undefined) return undefined;
  if (GITHUB_EVENT_NAME !== 'pull_request' && GITHUB_EVENT_NAME !== 'workflow_run') return undefined;
  const event = JSON.parse(readFileSync(GITHUB_EVENT_PATH, 'utf8')) as Event;
  if (GITHUB_EVENT_NAME === 'pull_request') {
    const { number, head, base } = event.pull_request ?? absent(GITHUB_EVENT_PATH);
    return {
      repository,
      event: { kind: 'pull-request', number, head: headOf(head), base: base.ref, run: thisRun(environment, repository) },
    };
  }
  const {
    head_sha: commit,
    head_branch: branch,
    head_repository,
    run_number: number,
    run_attempt: attempt,
    html_url: url,
  } = event.workflow_run ?? absent(GITHUB_EVENT_PATH);
  const head = headOf({ sha: commit, ref: branch ?? '', repo: head_repository });
  return { repository, event: { kind: 'workflow-run', head, run: { number, attempt, url } } };
}

/** The parts of an event that are read. */
interface Event {
  readonly pull_request?: { readonly number: number; readonly head: Side; readonly base: Side };
  readonly workflow_run?: {
    readonly head_sha: string;
    readonly head_branch: string | null;
    readonly head_repository: { readonly full_name: string } | null;
    readonly run_number: number;
    readonly run_attempt: number;
    readonly html_url: string;
  };
}

interface Side {
  readonly sha: string;
  readonly ref: string;
  readonly repo: { readonly full_name: string } | null;
}

function headOf({ sha, ref, repo }: Side): HeadOfEvent {
  return { commit: sha, branch: ref, ...(repo === null ? {} : { repository: repo.full_name }) };
}

function thisRun(environment: Io['environment'], repository: string): ComparingRun {
  const { GITHUB_RUN_NUMBER, GITHUB_RUN_ATTEMPT, GITHUB_RUN_ID, GITHUB_SERVER_URL = 'https://github.com' } = environment;
  return {
    number: Number(GITHUB_RUN_NUMBER ?? 0),
    attempt: Number(GITHUB_RUN_ATTEMPT ?? 0),
    url: `${GITHUB_SERVER_URL}/${repository}/actions/runs/${GITHUB_RUN_ID}`,
  };
}

function absent(file: string): never {
  throw new WrongUseError(`${file} is no event of GitHub Actions`, 'run this in a workflow, or name the pull request with --pr');
}

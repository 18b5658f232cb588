import { appendFileSync } from 'node:fs';
import { refuseDelivery } from '../delivery/error';
import type { Difference } from '../diff/difference';
import type { GitHubClient } from '../github';
import { differenceAnnotations } from '../report/annotations';
import { differenceMarkdown, failedMarkdown, isEmpty, type MarkdownOptions } from '../report/difference-markdown';
import type { StackPreview } from '../report/pulumi-preview';
import { stepSummary } from '../report/step-summary';
import type { Shown } from '../report/sticky-comment';
import { withoutSecrets } from '../report/without-secrets';
import { annotationCommand } from '../report/workflow-command';
import { type ActionsRun, type ComparingRun, tryActionsRun } from './actions-run';
import type { RunCommand } from './command-line';
import { readDifference } from './difference-file';
import { gitHubAs } from './github-client';
import { gitHubCredentials } from './github-credentials';
import { Exit, type Io, printJson, WrongUseError } from './io';
import { mergeBase, type OpenPullRequest, tryOpenPullRequest, tryPullRequestOf } from './pull-request';
import { stackPreviews } from './stack-previews';
import { type Posted, postComments } from './sticky-comments';
import { packageVersion } from './version';
import { wholeDifferenceCommand } from './whole-difference';

type Options = Readonly<Record<string, unknown>>;

/** `stagegate comment`: shows a difference in a pull request, or in the run that compared. */
export const run: RunCommand = async ({ io, options }) => {
  if (options.failed !== true && options.from === undefined)
    throw new WrongUseError('it is not said what to show', 'give the file that stagegate diff --json wrote: --from difference.json');
  const difference = options.failed === true ? undefined : withoutSecrets(readDifference(io, String(options.from)), knownSecrets(io));
  if (options.inRun === true) return showInRun(io, options, difference);
  if (options.dryRun === true) return print(io, options, difference);
  return post(io, options, difference);
};

/** Writes the summary of the job, and prints annotations. */
function showInRun(io: Io, options: Options, difference: Difference | undefined): number {
  if (difference === undefined) throw new WrongUseError('there is nothing to show in the run', 'leave --failed or --in-run out');
  const file = io.environment.GITHUB_STEP_SUMMARY;
  if (file === undefined) throw new WrongUseError('this is no step of GitHub Actions', 'leave --in-run out, or run it in a workflow');
  const actions = tryActionsRun(io);
  const shown = actions?.event.kind === 'pull-request' ? namedAs(difference, actions.event.base, actions.event.head.branch) : difference;
  const markdown = markdownOptions(io, actions?.repository, undefined, stacksOf(io, options));
  appendFileSync(file, stepSummary(shown, { ...markdown, wholeCommand: wholeDifferenceCommand(difference, options) }));
  for (const annotation of differenceAnnotations(shown, options.program as string | undefined)) io.out(annotationCommand(annotation));
  return Exit.done;
}

function print(io: Io, options: Options, difference: Difference | undefined): number {
  if (difference === undefined) throw new WrongUseError('there is nothing to print', 'leave --failed out');
  const repository = (options.repository ?? io.environment.GITHUB_REPOSITORY) as string | undefined;
  const markdown = markdownOptions(io, repository, undefined, stacksOf(io, options));
  for (const part of partsOf(options, difference, { ...markdown, wholeCommand: wholeDifferenceCommand(difference, options) })) io.out(part);
  return Exit.done;
}

async function post(io: Io, options: Options, difference: Difference | undefined): Promise<number> {
  const actions = tryActionsRun(io);
  const repository = repositoryOf(io, options, actions);
  const client = gitHubAs(gitHubCredentials(io, repository).caller, io);
  const number = options.pr as number | undefined;
  const event = number === undefined ? actions?.event : undefined;
  if (number === undefined && event === undefined)
    throw new WrongUseError('it is not said which pull request is meant', 'give its number with --pr');
  const pullRequest =
    event === undefined
      ? await tryOpenPullRequest(client, repository, number as number)
      : await pullRequestOfEvent(client, repository, event, options);
  if (pullRequest === undefined) {
    if (event === undefined) refuseDelivery(`#${number} of ${repository} is not open`, 'name a pull request that is');
    return told(io, options, { repository, head: event.head.commit, posted: { kind: 'no-pull-request' } });
  }
  const { commit } = event?.head ?? pullRequest.head;
  const posted = await show(io, options, client, { repository, pullRequest, commit, run: event?.run, difference });
  return told(io, options, { repository, head: commit, pullRequest, posted });
}

type Event = ActionsRun['event'];

function pullRequestOfEvent(
  client: GitHubClient,
  repository: string,
  event: Event,
  options: Options,
): Promise<OpenPullRequest | undefined> {
  if (event.kind === 'pull-request') return tryOpenPullRequest(client, repository, event.number);
  const base = options.base as string | undefined;
  if (base === undefined)
    throw new WrongUseError('it is not said onto which branch the pull request is', 'name the branch of the program with --base');
  return tryPullRequestOf(client, repository, event.head, base);
}

interface Showing {
  readonly repository: string;
  readonly pullRequest: OpenPullRequest;
  /** The head that was compared. */
  readonly commit: string;
  readonly run: ComparingRun | undefined;
  /** Absent when the comparison failed. */
  readonly difference: Difference | undefined;
}

async function show(io: Io, options: Options, client: GitHubClient, showing: Showing): Promise<Posted> {
  const { repository, pullRequest, commit, run, difference } = showing;
  const { number } = pullRequest;
  if (pullRequest.head.commit !== commit) return { kind: 'moved-on' };
  const web = markdownOptions(io, repository, run, undefined, client.address.web);
  const shown: Shown = { head: commit, ...(run === undefined ? {} : { run: { number: run.number, attempt: run.attempt } }) };
  const isPresent = async (): Promise<boolean> => (await tryOpenPullRequest(client, repository, number))?.head.commit === commit;
  const name = headName(pullRequest);
  if (difference === undefined) {
    const parts = [failedMarkdown({ name, commit }, web)];
    return postComments(client, { repository, number, parts, shown, isNew: false, isPresent });
  }
  if (difference.head.commit !== commit)
    refuseDelivery(
      `${String(options.from)} does not compare ${commit}, the head of #${number}`,
      'compare the head of the pull request, with everything committed',
    );
  const remarks = run === undefined ? [] : await remarksOn(client, showing, difference);
  // Stacks are previewed for branches of the repository alone: what a fork hands over as such was made up.
  const stacks = pullRequest.isFork ? [] : stacksOf(io, options);
  const named = namedAs(difference, pullRequest.base.branch, name);
  const parts = partsOf(options, named, { ...web, remarks, stacks, wholeCommand: wholeDifferenceCommand(difference, options) });
  return postComments(client, { repository, number, parts, shown, isNew: !isEmpty(difference, stacks), isPresent });
}

/** What a reader cannot see from a difference that a run has handed over. */
async function remarksOn(client: GitHubClient, { repository, pullRequest, commit }: Showing, { base }: Difference): Promise<string[]> {
  const left = await mergeBase(client, repository, pullRequest.base.branch, commit);
  return [
    ...(pullRequest.isFork
      ? ['From a fork: the comparison was made by a run whose workflow the author of the pull request can change']
      : []),
    ...(base.commit === left ? [] : [`Not compared with ${left.slice(0, 7)}, where the branch left ${pullRequest.base.branch}`]),
  ];
}

function partsOf(options: Options, difference: Difference, markdown: MarkdownOptions): string[] {
  return differenceMarkdown(difference, { ...markdown, parts: (options.parts as number | undefined) ?? 1 });
}

/** The names that people know the two sides by, in place of what a run called them. */
function namedAs(difference: Difference, base: string, head: string): Difference {
  return { ...difference, base: { ...difference.base, name: base }, head: { ...difference.head, name: head } };
}

function headName({ head, isFork }: OpenPullRequest): string {
  return isFork ? `${head.repository?.split('/')[0] ?? 'a fork that is gone'}:${head.branch}` : head.branch;
}

function markdownOptions(
  { environment }: Io,
  repository: string | undefined,
  run: ComparingRun | undefined,
  stacks: readonly StackPreview[] = [],
  web: string = environment.GITHUB_SERVER_URL ?? 'https://github.com',
): MarkdownOptions {
  return {
    tool: packageVersion(),
    stacks,
    ...(repository === undefined ? {} : { repositoryUrl: `${web}/${repository}` }),
    ...(run === undefined ? {} : { runUrl: run.url, wholeUrl: `${run.url}#artifacts` }),
  };
}

function repositoryOf(io: Io, options: Options, actions: ActionsRun | undefined): string {
  const repository = (options.repository ?? actions?.repository ?? io.environment.GITHUB_REPOSITORY) as string | undefined;
  if (repository !== undefined) return repository;
  throw new WrongUseError('it is not said which repository is meant', 'give it with --repository owner/name');
}

function stacksOf(io: Io, { stacks }: Options): StackPreview[] {
  return stackPreviews(io, stacks as string | undefined, knownSecrets(io));
}

function knownSecrets({ environment }: Io): string[] {
  return [environment.GITHUB_TOKEN, environment.GH_TOKEN].flatMap((token) => (token === undefined || token === '' ? [] : [token]));
}

interface Told {
  readonly repository: string;
  readonly head: string;
  readonly pullRequest?: OpenPullRequest;
  readonly posted: Posted | { readonly kind: 'no-pull-request' };
}

function told(io: Io, { json }: Options, { repository, head, pullRequest, posted }: Told): number {
  const comments = 'comments' in posted ? posted.comments : [];
  if (json === true) {
    const number = pullRequest === undefined ? {} : { pullRequest: pullRequest.number };
    printJson(io, { version: 1, repository, ...number, head, outcome: posted.kind, comments });
    return Exit.done;
  }
  const about = pullRequest === undefined ? '' : `#${pullRequest.number}`;
  const short = head.slice(0, 7);
  switch (posted.kind) {
    case 'no-pull-request':
      io.out(`nothing posted: no open pull request has the head ${short}`);
      break;
    case 'moved-on':
      io.out(`nothing posted: ${about} has moved on from ${short}, and the run of its head comments`);
      break;
    case 'superseded':
      io.out(`nothing posted: run ${posted.by.run?.number}, attempt ${posted.by.run?.attempt}, has commented on ${about} already`);
      break;
    case 'nothing-to-say':
      io.out(`nothing posted: there is nothing to say, and no comment on ${about} to bring up to date`);
      break;
    default:
      io.out(`${posted.kind} the comment on ${about}: ${comments.map(({ url }) => url).join(' ')}`);
  }
  return Exit.done;
}

import { updateRef } from '../git/update-ref';
import type { Host, MergeOutcome, PullRequest } from '../host';
import { codeOwnersPaths, parseCodeOwners, tryOwner } from './code-owners';
import { append } from './event-log';
import { prepareMerge } from './merge-commit';
import { mayWrite, type Principal, principal, readPeople } from './people';
import type { PullRequestEvent } from './pull-request-log';
import { givenReviews, type LoadedPullRequest } from './pull-request-state';
import type { Receiving } from './receive';
import { applicableRules, describeViolation, type MergeFacts, mergeViolations, type Violation } from './ruleset-enforcement';
import { readRulesets } from './rulesets';

export type MergeRequest = Parameters<Host['merge']>[1];

/**
 * Merges a pull request as somebody, when the rulesets of its base allow it. The base moves only from the commit that was judged; what is
 * about to be put there is recorded before, so that the pull request is known as merged even if this process ends in between.
 *
 * @throws DeliveryError when people or rulesets cannot be read, or the repository cannot be written.
 */
export async function mergePullRequest(
  at: Receiving,
  as: string,
  how: MergeRequest,
  load: () => Promise<LoadedPullRequest>,
  clock: () => number,
): Promise<MergeOutcome> {
  for (;;) {
    const outcome = await tryMerge(at, as, how, await load(), clock);
    if (outcome !== undefined) return outcome;
    // Another event came between reading and writing, or another merge won: what follows is decided anew.
  }
}

async function tryMerge(
  at: Receiving,
  as: string,
  how: MergeRequest,
  { pullRequest: request, events, next }: LoadedPullRequest,
  clock: () => number,
): Promise<MergeOutcome | undefined> {
  const moved = `the head of #${request.number} is ${request.headCommit}, not ${how.head}`;
  if (request.state === 'merged') {
    return request.headCommit === how.head ? { kind: 'merged', commit: request.mergeCommit as string } : { kind: 'moved', reason: moved };
  }
  if (request.state === 'closed') return { kind: 'refused', reason: `pull request #${request.number} is closed` };
  if (request.headCommit !== how.head) return { kind: 'moved', reason: moved };
  const people = await readPeople(at.folder.people);
  const who = principal(people, as);
  if (!mayWrite(who)) return { kind: 'refused', reason: `${as} may not write to ${people.repository}` };
  const ref = `refs/heads/${request.base}`;
  const base = await at.repository.tryRef(ref);
  if (base === undefined) return { kind: 'refused', reason: `the base ${request.base} does not exist` };

  const violations = await judgeMerge(at, who, { pullRequest: request, events }, how.method, base);
  if (violations.length > 0) {
    const reason = violations.map((violation) => describeViolation(ref, violation)).join('\n');
    return { kind: violations.every(({ behind }) => behind) ? 'moved' : 'refused', reason };
  }

  const by = { kind: who.kind, login: who.login };
  const now = clock();
  const prepared = await prepareMerge(at.repository, { ...how, base, author: request.author, by, at: now });
  if (prepared.kind === 'impossible') return { kind: 'refused', reason: prepared.reason };
  const log = at.records.pullRequest(request.number);
  if (!(await log.tryAppend(next, { kind: 'merging', head: how.head, commit: prepared.commit, by, at: now }))) return undefined;
  // Whoever merges pushes the base, which may be the head of another pull request.
  await append(at.records.pushes(prepared.commit), { ref, by: who.login });
  if ((await updateRef(at.repository, ref, prepared.commit, base)).kind !== 'done') {
    if ((await at.repository.tryRef(ref)) === base) return { kind: 'refused', reason: `${ref} could not be written` };
    return undefined;
  }
  await append<PullRequestEvent>(log, { kind: 'merged', head: how.head, commit: prepared.commit });
  return { kind: 'merged', commit: prepared.commit };
}

/** The rules that hold somebody back from merging a pull request onto its base as that is. */
export async function judgeMerge(
  at: Receiving,
  who: Principal,
  { pullRequest, events }: Pick<LoadedPullRequest, 'pullRequest' | 'events'>,
  method: MergeRequest['method'],
  base: string,
): Promise<readonly Violation[]> {
  const [rulesets, people] = await Promise.all([readRulesets(at.folder.rulesets), readPeople(at.folder.people)]);
  const defaultBranch = await at.repository.defaultBranch();
  const rules = applicableRules(rulesets, { ref: `refs/heads/${pullRequest.base}`, defaultBranch, by: who, way: 'pull-request' });
  return mergeViolations(rules, await factsOf(at, pullRequest, events, method, base), people);
}

async function factsOf(
  at: Receiving,
  request: PullRequest,
  events: readonly PullRequestEvent[],
  method: MergeRequest['method'],
  base: string,
): Promise<MergeFacts> {
  const pushes = await at.records.pushes(request.headCommit).read();
  const lastPusher = pushes.findLast(({ event }) => event.ref === `refs/heads/${request.head}`)?.event.by;
  return {
    method,
    headCommit: request.headCommit,
    author: request.author.login,
    upToDate: await at.repository.isAncestor(base, request.headCommit),
    statuses: (await at.records.statuses(request.headCommit).read()).map(({ event }) => event),
    reviews: givenReviews(events),
    ...(lastPusher === undefined ? {} : { lastPusher }),
    codeOwners: await askedOwners(at, request, base),
  };
}

/** One path for every set of owners that the changes ask for, by the CODEOWNERS of the base. */
async function askedOwners({ repository }: Receiving, request: PullRequest, base: string): Promise<MergeFacts['codeOwners']> {
  const files = await Promise.all(codeOwnersPaths.map((path) => repository.tryFile(base, path)));
  const content = files.find((file) => file !== undefined);
  if (content === undefined) return [];
  const lines = parseCodeOwners(content);
  const from = (await repository.tryMergeBase(base, request.headCommit)) ?? base;
  const asked = new Map<string, MergeFacts['codeOwners'][number]>();
  for (const path of await repository.changedPaths(from, request.headCommit)) {
    const owners = tryOwner(lines, path)?.owners ?? [];
    if (owners.length > 0 && !asked.has(owners.join(' '))) asked.set(owners.join(' '), { path, owners });
  }
  return [...asked.values()];
}

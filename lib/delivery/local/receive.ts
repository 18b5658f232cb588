import type { GitRepository } from '../git/git-repository';
import { append } from './event-log';
import type { HostFolder } from './host-folder';
import { mayWrite, type Principal, readPeople } from './people';
import type { HostRecords } from './pull-request-log';
import { applicableRules, describeViolation, factsAskedFor, type PushFacts, pushViolations } from './ruleset-enforcement';
import { readRulesets } from './rulesets';

/** What somebody is about to do to a ref. */
export interface RefChange {
  readonly ref: string;
  /** Where it leads now; absent when it is created. */
  readonly from?: string;
  /** Where it shall lead; absent when it is deleted. */
  readonly to?: string;
}

/** What decides on a change: where the host keeps its records, and a repository that can read the new commits. */
export interface Receiving {
  readonly folder: HostFolder;
  readonly records: HostRecords;
  readonly repository: GitRepository;
}

/**
 * Why somebody may not change refs, one line a rule; empty when he may. The one judgement behind a push and behind a Store: both ask it
 * before any ref moves.
 *
 * @throws DeliveryError when people or rulesets cannot be read: then nothing may change.
 */
export async function refusals(at: Receiving, who: Principal, changes: readonly RefChange[]): Promise<readonly string[]> {
  const people = await readPeople(at.folder.people);
  if (!mayWrite(who)) return [`${nameOf(who)} may not write to ${people.repository}`];
  const rulesets = await readRulesets(at.folder.rulesets);
  const defaultBranch = await at.repository.defaultBranch();
  const refused: string[] = [];
  for (const change of changes) {
    const rules = applicableRules(rulesets, { ref: change.ref, defaultBranch, by: who, way: 'push' });
    const violations = pushViolations(rules, await factsOf(change, factsAskedFor(rules), at), people);
    refused.push(...violations.map((violation) => describeViolation(change.ref, violation)));
    if (change.to === undefined && change.ref === `refs/heads/${defaultBranch}`)
      refused.push(`${change.ref}: the default branch cannot be deleted`);
  }
  return refused.length === 0 ? [] : [`refused for ${nameOf(who)}:`, ...refused];
}

/** Remembers who pushed the heads of pull requests. */
export async function recordPushes(at: Receiving, who: Principal, changes: readonly RefChange[]): Promise<void> {
  for (const { ref, to } of changes) {
    if (to === undefined || !ref.startsWith('refs/heads/')) continue;
    await append(at.records.pushes(to), who.kind === 'anonymous' ? { ref } : { ref, by: who.login });
  }
}

function nameOf(who: Principal): string {
  return who.kind === 'anonymous' ? 'a push without identity' : who.login;
}

async function factsOf(
  { from, to }: RefChange,
  asked: ReturnType<typeof factsAskedFor>,
  { repository, records }: Receiving,
): Promise<PushFacts> {
  const gained = to !== undefined && (asked.has('merges') || asked.has('unsigned')) ? await repository.gained(from, to) : [];
  return {
    kind: from === undefined ? 'creation' : to === undefined ? 'deletion' : 'update',
    fastForward: from !== undefined && to !== undefined && asked.has('fastForward') && (await repository.isAncestor(from, to)),
    merges: gained.filter(({ parents }) => parents > 1).map(({ commit }) => commit),
    unsigned: gained.filter(({ signed }) => !signed).map(({ commit }) => commit),
    statuses: to !== undefined && asked.has('statuses') ? (await records.statuses(to).read()).map(({ event }) => event) : [],
  };
}

import type { DeliveryGate } from './delivery';
import type { Host, Review } from './host';
import type { StoredCommit } from './store';

/** A group that must be among the approvers, its members known. */
export interface ApproverGroup {
  /** For messages: `team engineers`, `mia or zoe`. */
  readonly name: string;
  readonly members: readonly string[];
  readonly count: number;
}

export interface ApprovalDemand {
  /** Different people in all. */
  readonly total: number;
  readonly groups: readonly ApproverGroup[];
  /** Whether one person may stand for one group only. */
  readonly distinct: boolean;
}

export interface ApprovalCount {
  readonly enough: boolean;
  /** What is missing, in words; empty when nothing is. */
  readonly missing: readonly string[];
}

/** The groups that a gate includes, with the members that the host knows; a sentence when it knows no such team. */
export async function approverGroups(
  host: Host,
  including: Extract<DeliveryGate, { kind: 'approvals' }>['including'],
): Promise<readonly ApproverGroup[] | string> {
  const groups: ApproverGroup[] = [];
  for (const group of including) {
    if ('people' in group) {
      groups.push({ name: group.people.join(' or '), members: group.people, count: group.count });
      continue;
    }
    const members = await host.tryTeam(group.team);
    if (members === undefined) return `the host knows no team ${group.team}`;
    groups.push({ name: `team ${group.team}`, members, count: group.count });
  }
  return groups;
}

/** Logins as hosts compare them. */
export function login(name: string): string {
  return name.toLowerCase();
}

/** Whether these people, each counted once, meet a demand: groups by a largest matching of people to the places of all groups. */
export function countApprovals(demand: ApprovalDemand, approvers: readonly string[]): ApprovalCount {
  const people = [...new Set(approvers.map(login))];
  const missing: string[] = [];
  if (demand.distinct) {
    const filled = filledPlaces(demand.groups, people);
    demand.groups.forEach((group, index) => {
      const lacking = group.count - (filled[index] ?? 0);
      if (lacking > 0) missing.push(`${lacking} more of ${group.name}`);
    });
  } else {
    for (const group of demand.groups) {
      const members = new Set(group.members.map(login));
      const lacking = group.count - people.filter((person) => members.has(person)).length;
      if (lacking > 0) missing.push(`${lacking} more of ${group.name}`);
    }
  }
  const lacking = demand.total - people.length;
  if (lacking > 0 && missing.length === 0) missing.push(`${lacking} more`);
  return { enough: missing.length === 0, missing };
}

/** How many places of each group are filled in a largest matching, nobody twice. */
function filledPlaces(groups: readonly ApproverGroup[], people: readonly string[]): readonly number[] {
  const places = groups.flatMap((group, index) =>
    Array.from({ length: group.count }, () => ({ index, members: new Set(group.members.map(login)) })),
  );
  const holder = new Map<string, number>();
  const place = (number: number, tried: Set<string>): boolean => {
    for (const person of people) {
      if (tried.has(person) || !places[number]?.members.has(person)) continue;
      tried.add(person);
      const held = holder.get(person);
      if (held === undefined || place(held, tried)) {
        holder.set(person, number);
        return true;
      }
    }
    return false;
  };
  const filled = groups.map(() => 0);
  places.forEach(({ index }, number) => {
    if (place(number, new Set())) filled[index] = (filled[index] ?? 0) + 1;
  });
  return filled;
}

/** What reviews say of one head: who approves, and who asks for changes. The last word of each person counts; apps have none. */
export function reviewsAt(
  reviews: readonly Review[],
  head: string,
): { readonly approved: readonly Review[]; readonly objected: readonly Review[] } {
  const last = new Map<string, Review>();
  for (const review of [...reviews].sort((a, b) => a.at - b.at)) {
    if (review.author.kind !== 'person' || review.commit !== head || review.state === 'commented') continue;
    last.set(login(review.author.login), review);
  }
  const all = [...last.values()];
  return {
    approved: all.filter((review) => review.state === 'approved'),
    objected: all.filter((review) => review.state === 'changes-requested'),
  };
}

/**
 * Those among reviewers whose reviews count for nothing, by login: they may not write and are in none of the groups. In a public repository
 * anybody can approve.
 */
export async function strangersAmong(
  host: Host,
  reviews: readonly Review[],
  groups: readonly ApproverGroup[],
): Promise<ReadonlySet<string>> {
  const members = new Set(groups.flatMap((group) => group.members.map(login)));
  const others = new Set(reviews.map(({ author }) => login(author.login)).filter((name) => !members.has(name)));
  const strangers = new Set<string>();
  for (const name of others) if (!(await host.mayWrite(name))) strangers.add(name);
  return strangers;
}

/** Who wrote a commit: its author, and those whom its message names beside him. */
export function authorsOf({ author, coAuthors = [], message }: StoredCommit): readonly string[] {
  const named = [...message.matchAll(/^Co-authored-by: *([^<\n]+?) *(?:<|$)/gim)].map((match) => match[1] as string);
  return [author, ...coAuthors, ...named];
}

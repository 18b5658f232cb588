import type { PolicyChange } from '../diff/difference';
import { commitId } from '../explorer/trace';

/** Pairs of demands beyond which they are told in one line. */
const MOST_PAIRS = 12;
/** Commits that a trace may name. */
const MOST_COMMITS = 8;
const ORDER: readonly PolicyChange['direction'][] = ['weaker', 'changed', 'stronger'];
const NOTHING = 'nothing demanded';

/** A change of policy in words: the same for a terminal and for a comment. Texts are plain and may come from anybody. */
export interface PolicySummary {
  readonly subject: string;
  readonly direction: PolicyChange['direction'];
  /** What was demanded, and what is. */
  readonly demands: readonly DemandPair[];
  /** Sentences: what enforced it and does, and of which other change it is a consequence. */
  readonly sentences: readonly string[];
  readonly possibleNow: readonly string[];
  /** What is to be said of the sequence: the commits in it are made up. */
  readonly standIns?: string;
}

export interface DemandPair {
  /** What it is demanded of, where the same changes for several: `/package.json`. */
  readonly of: readonly string[];
  readonly before: string;
  readonly after: string;
}

/** Changes of policy in words, weaker ones first. */
export function policySummaries(policy: readonly PolicyChange[]): PolicySummary[] {
  const sorted = [...policy].sort((a, b) => ORDER.indexOf(a.direction) - ORDER.indexOf(b.direction));
  return sorted.map((change) => {
    const { subject, direction, enforcedBefore, enforcedAfter, possibleNow = [] } = change;
    const demands = demandPairs(change);
    const cause = causeText(change, sorted);
    const invented = commitsIn(possibleNow);
    return {
      subject,
      direction,
      demands: together(demands),
      sentences: [...enforcementText(enforcedBefore, enforcedAfter), ...(cause === undefined ? [] : [cause])],
      possibleNow,
      ...(invented === undefined ? {} : { standIns: invented }),
    };
  });
}

/** Demands that go together one by one; all in one where they do not. */
function demandPairs({ before, after }: PolicyChange): DemandPair[] {
  const [was, is] = [before?.split(', ') ?? [], after?.split(', ') ?? []];
  if (was.length < 3 || was.length !== is.length || was.length > MOST_PAIRS)
    return [{ of: [], before: before ?? NOTHING, after: after ?? NOTHING }];
  return was.map((from, index) => ({ of: [], before: from, after: is[index] ?? '' }));
}

/** Demands that differ in their first word alone are told once: `/.npmrc owned by engineers`, `/package.json owned by engineers`. */
function together(pairs: readonly DemandPair[]): DemandPair[] {
  if (pairs.length < 2) return [...pairs];
  const groups = new Map<string, DemandPair[]>();
  for (const pair of pairs) {
    const [[word, before], [same, after]] = [firstWord(pair.before), firstWord(pair.after)];
    const key = word !== '' && word === same ? JSON.stringify([before, after]) : JSON.stringify(pair);
    groups.set(key, [...(groups.get(key) ?? []), pair]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group as [DemandPair];
    if (group.length === 1) return [first];
    const [[, before], [, after]] = [firstWord(first.before), firstWord(first.after)];
    return [{ of: group.map((pair) => firstWord(pair.before)[0]), before, after }];
  });
}

function firstWord(text: string): readonly [word: string, rest: string] {
  const end = text.indexOf(' ');
  return end === -1 ? ['', text] : [text.slice(0, end), text.slice(end + 1)];
}

/** What enforces a demand, what does no longer, and what does only now. */
function enforcementText(before: string | undefined, after: string | undefined): string[] {
  const [was, is] = [enforcersOf(before), enforcersOf(after)];
  if (was.length + is.length === 0) return [];
  if (is.length === 0) return [`Until now enforced by ${listed(was)}; now by nothing.`];
  if (was.length === 0) return [`Enforced by ${listed(is)}; until now by nothing.`];
  const gone = was.filter((one) => !is.includes(one));
  const fresh = is.filter((one) => !was.includes(one));
  const changes = [
    ...(gone.length === 0 ? [] : [`no longer by ${listed(gone)}`]),
    ...(fresh.length === 0 ? [] : [`only now by ${listed(fresh)}`]),
  ];
  const kept = is.filter((one) => was.includes(one));
  if (kept.length > 0) return [`${[`Enforced by ${listed(kept)}`, ...changes].join('; ')}.`];
  return [`Enforced by ${listed(is)}; until now by ${listed(was)}.`];
}

function enforcersOf(text: string | undefined): string[] {
  return text === undefined ? [] : text.split('; ').map(enforcerText);
}

/** `stagegate/gates by app stagegate, required on env/prod by "x"`, which is exact and hard to read, as a clause; `"x"` with what it is. */
function enforcerText(by: string): string {
  const [, check, app, branch, rulesets] = /^(\S+) by app (\S+), required on (\S+) by (".+")$/.exec(by) ?? [];
  if (rulesets !== undefined) {
    const several = isSeveral(rulesets);
    return `check ${check} of app ${app}, which ${rulesetText(rulesets)} ${several ? 'require' : 'requires'} on ${branch}`;
  }
  return by.startsWith('"') ? rulesetText(by) : by;
}

function rulesetText(names: string): string {
  return `${isSeveral(names) ? 'rulesets' : 'ruleset'} ${names}`;
}

function isSeveral(names: string): boolean {
  return /"(?:,| and) "/.test(names);
}

/** That owners of files, and who approves a change of policy, are those who approve for production, where the loss of that is told as well. */
function causeText(change: PolicyChange, policy: readonly PolicyChange[]): string | undefined {
  if (change.direction !== 'weaker') return undefined;
  const lost = new Set(demandPairs(change).flatMap(({ before, after }) => ownersLost(before, after)));
  if (lost.size === 0) return undefined;
  const ofWays = policy.filter(({ subject, before = '', after = '' }) => {
    const [was, is] = [wordsOf(before), wordsOf(after)];
    return subject.includes(' → ') && [...lost].every((name) => was.has(name) && !is.has(name));
  });
  if (ofWays.length === 0) return undefined;
  const where = listed(ofWays.map(({ subject }) => subject));
  return `This follows from ${where}: whoever has to approve for production also has to approve changes of the policy, and owns the files that decide it.`;
}

/** Who owned what nobody of them owns any more. */
function ownersLost(before: string, after: string): string[] {
  const owned = / owned by (.+)$/;
  const left = new Set(namesIn(owned.exec(after)?.[1]));
  return namesIn(owned.exec(before)?.[1]).filter((name) => !left.has(name));
}

function namesIn(text = ''): string[] {
  return text.split(/, | and /).filter((name) => name !== '');
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.split(/[ ,]+/));
}

/** The commits of a sequence, which the explorer has made up. */
function commitsIn(events: readonly string[]): string | undefined {
  const known = Array.from({ length: MOST_COMMITS }, (_, index) => commitId(index));
  const named = known.filter((id) => events.some((event) => event.includes(id)));
  if (named.length === 0) return undefined;
  return named.length === 1 ? `${named[0]} stands for any commit` : `${listed(named)} stand for any commits`;
}

function listed(texts: readonly string[]): string {
  return texts.length < 2 ? (texts[0] ?? '') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
}

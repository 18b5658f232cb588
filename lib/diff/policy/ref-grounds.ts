import type { DesiredRepository, DesiredState } from '../../desired/desired-state';
import { patternMatches } from '../../desired/ref-pattern';
import type { SourceModel } from '../../model/platform-model';
import type { Correspondence, Pair, Side } from './correspondence';
import type { Ground } from './demand';
import { programBranchDemands } from './program-branch-demands';
import { isPlain, refClasses } from './ref-classes';
import { refDemands } from './ref-demands';

/** A ref, or a kind of refs, on which the same is demanded. */
interface Subject {
  readonly key: string;
  readonly name: string;
  /** A full ref that stands for all of them, by side. */
  readonly ref: Readonly<Record<'base' | 'head', string>>;
  readonly environment?: string;
  readonly holds: (ref: string) => boolean;
}

/**
 * What is demanded on the branches and tags of the repositories that are there before and after. Each ref that either side names, and each set
 * of refs that their patterns tell apart, is one ground: what all rulesets together come to there, whichever of them says it.
 */
export function refGrounds(sides: Correspondence, which: 'base' | 'head'): readonly Ground[] {
  const side = sides[which];
  return sides.repositories.flatMap((pair) => {
    const delivery = pair.head.name === sides.head.desired.delivery.repository;
    const after = ` of ${pair[which].name}`;
    return subjectsOf(sides, pair).map((subject): Ground => {
      const ref = subject.ref[which];
      const program = delivery && ref === `refs/heads/${side.desired.delivery.programBranch}`;
      return {
        key: `ref ${pair.head.name} ${subject.key}`,
        name: subject.name,
        around: ['', delivery && isDeliveryRef(side.desired, ref) ? '' : after],
        place: {
          kind: 'refs',
          repository: pair.head.name,
          holds: subject.holds,
          ...(subject.environment === undefined ? {} : { environment: subject.environment }),
        },
        demands: [...refDemands(side, pair[which], ref), ...(program ? programBranchDemands(sides, side) : [])],
      };
    });
  });
}

/** Refs by which the program is changed, or releases are born, wanted or merged, as keys of their grounds. */
export function refsOnTheWay({ desired, repositoryKey }: Side): ReadonlySet<string> {
  const { delivery } = desired;
  const found = new Set<string>();
  const add = (repository: string, ref: string): void => void found.add(`ref ${repositoryKey(repository)} ${ref}`);
  add(delivery.repository, `refs/heads/${delivery.programBranch}`);
  for (const source of sourcesOf(desired)) add(source.repository, fullRef(source));
  for (const { repository, branch, onlyFrom } of delivery.headRules) {
    if (!found.has(`ref ${repositoryKey(repository)} refs/heads/${branch}`)) continue;
    for (const head of onlyFrom) add(repository, `refs/heads/${head}`);
  }
  return found;
}

/** Branches of the delivery repository by which the program is changed, or releases are born or wanted, by name. */
export function branchesOnTheWay(desired: DesiredState): readonly string[] {
  const { repository, programBranch } = desired.delivery;
  const sources = sourcesOf(desired).filter((source) => source.kind === 'branch' && source.repository === repository);
  return [...new Set([programBranch, ...sources.map(({ pattern }) => pattern)])].sort();
}

function sourcesOf({ delivery }: DesiredState): readonly SourceModel[] {
  return [...delivery.environments.flatMap(({ source }) => source ?? []), ...delivery.edges.flatMap(({ on }) => on ?? [])];
}

function fullRef({ kind, pattern }: SourceModel): string {
  return `refs/${kind === 'branch' ? 'heads' : 'tags'}/${pattern}`;
}

function isDeliveryRef({ delivery }: DesiredState, ref: string): boolean {
  return (
    ref === `refs/heads/${delivery.stateBranch}` ||
    ref.startsWith(`refs/heads/${delivery.promotionBranchPrefix}`) ||
    ref.startsWith(`refs/tags/${delivery.releaseTagPrefix}`) ||
    foldersOf(delivery.environments.map(({ branch }) => branch)).some((folder) => ref.startsWith(`refs/heads/${folder}`))
  );
}

/** Folders of branches, each with its slash. */
function foldersOf(branches: readonly string[]): string[] {
  return [...new Set(branches.map((branch) => branch.slice(0, branch.lastIndexOf('/') + 1)))].filter((folder) => folder !== '');
}

function subjectsOf(sides: Correspondence, pair: Pair<DesiredRepository>): readonly Subject[] {
  const delivery = pair.head.name === sides.head.desired.delivery.repository;
  const ofEnvironments = delivery ? sides.environments : [];
  const patterns = new Set([...patternsOf(sides.base.desired, pair.base), ...patternsOf(sides.head.desired, pair.head)]);
  // Branches of environments are the same by their environment; of those that come or go nothing is said.
  const own = new Set(
    [sides.base, sides.head].flatMap(({ desired }) =>
      delivery ? desired.delivery.environments.map(({ branch }) => `refs/heads/${branch}`) : [],
    ),
  );
  const plain = [...patterns].filter((pattern) => isPlain(pattern) && pattern.startsWith('refs/') && !own.has(pattern)).sort();
  const wild = [...patterns].filter((pattern) => !isPlain(pattern)).sort();
  return [
    ...ofEnvironments.map(
      ({ base, head }): Subject => ({
        key: `environment ${head.name}`,
        name: head.branch,
        ref: { base: `refs/heads/${base.branch}`, head: `refs/heads/${head.branch}` },
        environment: head.name,
        holds: (ref) => ref === `refs/heads/${head.branch}`,
      }),
    ),
    ...plain.map((ref): Subject => ({ key: ref, name: shortName(ref), ref: { base: ref, head: ref }, holds: (other) => other === ref })),
    ...(['heads', 'tags'] as const).flatMap((kind) => classesOf(kind, wild, new Set([...plain, ...own]))),
  ];
}

/** Every pattern of refs of a repository that something compiled names. */
function patternsOf(desired: DesiredState, repository: DesiredRepository): readonly string[] {
  const { delivery } = desired;
  const heads = delivery.headRules.filter((rule) => rule.repository === repository.name);
  return [
    ...repository.rulesets.flatMap(({ conditions: { ref_name } }) => [...ref_name.include, ...ref_name.exclude]),
    `refs/heads/${repository.defaultBranch}`,
    ...sourcesOf(desired)
      .filter((source) => source.repository === repository.name)
      .map(fullRef),
    ...heads.flatMap(({ branch, onlyFrom }) => [branch, ...onlyFrom]).map((branch) => `refs/heads/${branch}`),
    ...(repository.name === delivery.repository
      ? [
          `refs/heads/${delivery.programBranch}`,
          `refs/heads/${delivery.stateBranch}`,
          `refs/heads/${delivery.promotionBranchPrefix}**/*`,
          `refs/tags/${delivery.releaseTagPrefix}**/*`,
          ...foldersOf(delivery.environments.map(({ branch }) => branch)).map((folder) => `refs/heads/${folder}**/*`),
        ]
      : []),
  ].filter((pattern) => !pattern.startsWith('~'));
}

/** Kinds of refs that patterns tell apart, and all others. */
function classesOf(kind: 'heads' | 'tags', wild: readonly string[], named: ReadonlySet<string>): Subject[] {
  const folder = `refs/${kind}/`;
  const patterns = wild.filter((pattern) => pattern.startsWith(folder)).map((pattern) => pattern.slice(folder.length));
  return refClasses(patterns)
    .filter(({ name }) => !named.has(folder + name))
    .map(({ name, matches }): Subject => {
      const matched = patterns.filter((_, index) => matches[index]);
      const ref = folder + name;
      const words = matched.map((pattern) => pattern.replace(/\*\*\/\*$/, '**')).join(' and ');
      return {
        key: `${kind} ${matched.join(' ')}`,
        name: matched.length === 0 ? `other ${kind === 'heads' ? 'branches' : 'tags'}` : kind === 'heads' ? words : `tags ${words}`,
        ref: { base: ref, head: ref },
        holds: (other) =>
          other.startsWith(folder) &&
          !named.has(other) &&
          patterns.every((pattern, index) => patternMatches(pattern, other.slice(folder.length)) === matches[index]),
      };
    });
}

function shortName(ref: string): string {
  return ref.startsWith('refs/tags/') ? `tag ${ref.slice('refs/tags/'.length)}` : ref.replace(/^refs\/heads\//, '');
}

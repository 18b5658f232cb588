import { sampleOf } from '../explorer/ref-pattern';
import type { EnvironmentModel, PlatformModel, SourceModel } from '../model/platform-model';
import type { Tier } from '../values/tier';
import { presentEnvironments, tryEnvironment } from './environments';

/** A ref of people whose commits become releases, or say which release an environment wants. */
export interface ReleaseRef {
  readonly source: SourceModel;
  /** A full ref that the source means: the branch, or a tag that its pattern matches. */
  readonly ref: string;
  /** The highest tier that it decides about. */
  readonly tier: Tier;
  /** The environments that it decides about. */
  readonly environments: readonly EnvironmentModel[];
  /** Whether a policy waits for it (`on`): it carries a gate then. */
  readonly gate: boolean;
}

const RANK: Readonly<Record<Tier, number>> = { development: 0, staging: 1, production: 2 };

/** All sources of environments and refs of policies, each ref once. */
export function releaseRefs(model: PlatformModel): ReleaseRef[] {
  const found = new Map<string, ReleaseRef>();
  const add = (source: SourceModel, environment: EnvironmentModel, gate: boolean): void => {
    const key = JSON.stringify([source.kind, source.repository, source.pattern]);
    const known = found.get(key);
    const ref = source.kind === 'branch' ? `refs/heads/${source.pattern}` : `refs/tags/${sampleOf(source.pattern)}`;
    found.set(key, {
      source,
      ref,
      tier: known !== undefined && RANK[known.tier] > RANK[environment.tier] ? known.tier : environment.tier,
      environments: [...(known?.environments ?? []), environment],
      gate: gate || (known?.gate ?? false),
    });
  };
  for (const environment of presentEnvironments(model)) if (environment.source !== undefined) add(environment.source, environment, false);
  for (const policy of model.policies) {
    const environment = tryEnvironment(model, policy.to);
    if (policy.on !== undefined && environment !== undefined && environment.lifecycle !== 'retired') add(policy.on, environment, true);
  }
  return [...found.values()];
}

/** Tags that a pattern matches, unlike enough that no narrower pattern matches them all; a branch is itself. */
export function samplesOf({ source, ref }: ReleaseRef): string[] {
  if (source.kind === 'branch') return [ref];
  return [
    ref,
    ...['0', 'x7'].map(
      (filling) =>
        `refs/tags/${source.pattern
          .replace(/\*\*\//g, '')
          .replace(/\[([^\]])[^\]]*\]/g, '$1')
          .replace(/[*]+/g, filling)
          .replaceAll('?', '0')}`,
    ),
  ];
}

/** Whether a source is the program branch, for which SG405 asks for more than any tier does. */
export function isProgramBranch(model: PlatformModel, { kind, repository, pattern }: SourceModel): boolean {
  return kind === 'branch' && repository === model.program.repository && pattern === model.program.branch;
}

/** The construct path of the protection that is declared for a source, else of its repository. */
export function protectionPath(model: PlatformModel, source: SourceModel): string {
  const declared = model.protections.find(
    ({ ref }) => ref.kind === source.kind && ref.repository === source.repository && ref.pattern === source.pattern,
  );
  return declared?.path ?? model.repositories.find(({ name }) => name === source.repository)?.path ?? model.name;
}

import { branchOfRevision } from '../desired/application-revision';
import type { DeliveryEnvironment, DesiredState } from '../desired/desired-state';
import { syncOf } from './argocd';
import type { Intent, IntentRef } from './intent';
import { intakeRefusal } from './keys';
import { type Breach, exploreBranch, exploreTags } from './landing';

/** A branch or a pattern of tags whose head counts: releases are made from it, proposed by it, or synced from it. */
export interface SourceRef extends IntentRef {
  readonly index: number;
  /** Why no commit gets there lawfully. */
  readonly refusal?: string;
  /** Why a push there starts no release. */
  readonly notStarted?: string;
  /** Indexes of tracked branches that alone may be merged there; undefined when a new commit may come from anywhere. */
  readonly onlyFrom: readonly number[] | undefined;
  readonly breaches: readonly Breach[];
}

export function sameRef(a: IntentRef, b: IntentRef): boolean {
  return a.kind === b.kind && a.repository === b.repository && a.pattern === b.pattern;
}

/** Every ref that a source, an edge or an Application names, and how commits get there. */
export function sourceRefs(desired: DesiredState, intent: Intent, environments: readonly DeliveryEnvironment[]): SourceRef[] {
  const { delivery } = desired;
  const named: IntentRef[] = [];
  const add = (ref: IntentRef | undefined) => {
    if (ref !== undefined && !named.some((other) => sameRef(other, ref))) named.push(ref);
  };
  for (const { source } of [...environments, ...intent.environments]) add(source);
  for (const { on } of [...delivery.edges, ...intent.edges]) add(on);
  const home = desired.repositories.find(({ name }) => name === delivery.repository);
  for (const { name } of environments) {
    const sync = syncOf(desired, name);
    if (sync.kind === 'none' || delivery.environments.some(({ branch }) => branch === branchOfRevision(sync.revision))) continue;
    const branch = sync.revision === 'HEAD' ? home?.defaultBranch : branchOfRevision(sync.revision);
    if (branch === delivery.programBranch || branch === home?.defaultBranch) {
      add({ kind: 'branch', repository: delivery.repository, pattern: branch as string });
    }
  }
  return named.map((ref, index) => sourceRef(desired, intent, ref, index, named));
}

function sourceRef(desired: DesiredState, intent: Intent, ref: IntentRef, index: number, named: readonly IntentRef[]): SourceRef {
  const repository = desired.repositories.find(({ name }) => name === ref.repository);
  const started = repository && intakeRefusal(desired, repository, ref);
  const open = { ...ref, index, onlyFrom: undefined, breaches: [], ...(started === undefined ? {} : { notStarted: started }) };
  if (!repository) return open;
  if (ref.kind === 'tags') return { ...open, ...exploreTags(desired, intent, repository, ref.pattern) };
  const program = repository.name === intent.program.repository && ref.pattern === intent.program.branch;
  const landing = exploreBranch(desired, intent, repository, ref.pattern, program);
  const rule = desired.delivery.headRules.find((candidate) => candidate.repository === repository.name && candidate.branch === ref.pattern);
  const tracked = (rule?.onlyFrom ?? []).map((head) =>
    named.findIndex((other) => other.kind === 'branch' && other.repository === ref.repository && other.pattern === head),
  );
  const limited = rule !== undefined && !tracked.includes(-1);
  return { ...open, ...landing, onlyFrom: limited ? tracked : undefined };
}

import { revisionOfBranch } from '../desired/application-revision';
import type { DesiredEnvironment, DesiredState, KubernetesObject } from '../desired/desired-state';

/** What Argo CD does for one environment, read from the Application's manifest. */
export type Sync =
  /** It brings the revision to the cluster by itself, and heals manual changes if told to. */
  | { readonly kind: 'automatic'; readonly revision: string; readonly heals: boolean; readonly prunes: boolean }
  /** A person syncs. */
  | { readonly kind: 'manual'; readonly revision: string }
  /** Nothing is ever synced. */
  | { readonly kind: 'none'; readonly reason: string };

/**
 * The sync of an environment. Argo CD follows `spec.source.targetRevision`; `automated` is on when the field is there, even empty, unless
 * `enabled` is false; without `automated` nothing is healed. Other targets deploy what is merged, or wait for a person; manual changes
 * there are not looked at.
 */
export function syncOf(desired: DesiredState, environment: string): Sync {
  const delivery = desired.delivery.environments.find(({ name }) => name === environment);
  const compiled = desired.environments.find(({ name }) => name === environment);
  if (!delivery || !compiled) return { kind: 'none', reason: 'it is not compiled' };
  if (compiled.target !== 'kubernetes' || delivery.sync === 'pulumi') {
    return delivery.sync === 'manual'
      ? { kind: 'manual', revision: revisionOfBranch(delivery.branch) }
      : { kind: 'automatic', revision: revisionOfBranch(delivery.branch), heals: true, prunes: true };
  }
  const application = applicationOf(compiled);
  if (!application) return { kind: 'none', reason: 'there is no Argo CD Application' };
  const spec = record(application.spec);
  const source = record(spec.source);
  const automated = record(spec.syncPolicy).automated;
  const revision = typeof source.targetRevision === 'string' ? source.targetRevision : 'HEAD';
  const project = compiled.bootstrap.find(({ kind, metadata }) => kind === 'AppProject' && metadata.name === spec.project);
  const allowed = record(project?.spec).sourceRepos;
  if (!Array.isArray(allowed) || !allowed.some((url) => url === '*' || url === source.repoURL)) {
    return { kind: 'none', reason: `its AppProject does not let its Application read ${String(source.repoURL)}` };
  }
  if (automated === undefined || automated === null || record(automated).enabled === false) return { kind: 'manual', revision };
  return { kind: 'automatic', revision, heals: record(automated).selfHeal === true, prunes: record(automated).prune === true };
}

/**
 * The ref that somebody can make so that Argo CD takes it for a short revision: `refs/env/prod` sorts before `refs/heads/env/prod`, and no
 * ruleset covers it. A revision in full is nothing else, and git takes no ref of one part, such as `refs/main`.
 */
export function tryMistakable({ kind, ...sync }: Sync): string | undefined {
  const revision = 'revision' in sync ? sync.revision : 'HEAD';
  return kind === 'none' || !revision.includes('/') || revision.startsWith('refs/') ? undefined : `refs/${revision}`;
}

function applicationOf(environment: DesiredEnvironment): KubernetesObject | undefined {
  return environment.bootstrap.find(({ kind, apiVersion }) => kind === 'Application' && apiVersion.startsWith('argoproj.io/'));
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}

/** Groups that may sync another revision than the Application names, by environment. */
export function overriders(desired: DesiredState, environment: string): readonly string[] {
  const compiled = desired.environments.find(({ name }) => name === environment);
  const project = compiled?.bootstrap.find(({ kind }) => kind === 'AppProject');
  const roles = record(project?.spec).roles;
  return (Array.isArray(roles) ? roles : []).flatMap((role) => {
    const { policies, groups, name } = record(role);
    const overrides = (Array.isArray(policies) ? policies : []).some((policy) =>
      /,\s*applications\s*,\s*(override|\*)\s*,.*,\s*allow\s*$/.test(String(policy)),
    );
    return overrides ? (Array.isArray(groups) && groups.length > 0 ? groups.map(String) : [String(name)]) : [];
  });
}

import type { TargetHealth, TargetObservation } from '../../lib/delivery';
import type { GitRepository } from '../../lib/delivery/git/git-repository';
import type { DesiredState } from '../../lib/desired/desired-state';

interface Spec {
  readonly source?: { readonly targetRevision?: string };
  readonly syncPolicy?: { readonly automated?: { readonly selfHeal?: boolean } };
}

interface Health {
  readonly state: 'healthy' | 'degraded' | 'progressing';
  readonly since: number;
}

interface Place {
  /** Commit that was synced last. */
  revision?: string;
  by?: string;
  /** Whether live objects are not as they were synced. */
  edited: boolean;
  /** What was said of manifests, by their tree: the same bytes are as healthy as they were. */
  readonly health: Map<string, Health>;
}

/**
 * A cluster with the Argo CD Applications that are compiled: it follows their revisions, without delay, and is as healthy as it is told.
 * Where nothing is promoted from, health comes by itself.
 */
export interface Cluster extends TargetHealth {
  /** What runs becomes healthy, or degraded. */
  report(environment: string, state: 'healthy' | 'degraded'): Promise<void>;
  /** A person presses "Sync". */
  press(environment: string, by: string): Promise<void>;
  /** Somebody of a group syncs another commit than the Application names, if his role in the AppProject lets him. */
  tryOverride(environment: string, revision: string, by: string): boolean;
  /** A person changes live objects. */
  edit(environment: string): void;
  runs(environment: string): Promise<string | undefined>;
  edited(environment: string): boolean;
  places(): ReadonlyMap<string, Place>;
}

export function startCluster(
  desired: DesiredState,
  disk: GitRepository,
  clock: () => number,
  original?: ReadonlyMap<string, Place>,
): Cluster {
  const places = new Map<string, Place>();
  for (const { name } of desired.delivery.environments) {
    const copied = original?.get(name);
    places.set(name, copied === undefined ? { edited: false, health: new Map() } : { ...copied, health: new Map(copied.health) });
  }
  const placeOf = (name: string): Place => places.get(name) as Place;
  const trees = new Map<string, string>();
  const treeOf = async (revision: string): Promise<string> => {
    const tree = trees.get(revision) ?? (await disk.tryTree(revision, 'manifests')) ?? '';
    trees.set(revision, tree);
    return tree;
  };

  /** Git takes a short name for a ref below `refs/` before it takes it for a tag or a branch. */
  const followed = async (name: string): Promise<string | undefined> => {
    const spec = specOf(desired, name);
    if (spec === undefined) return undefined;
    const revision = spec.source?.targetRevision ?? 'HEAD';
    const full = revision === 'HEAD' ? ['refs/heads/main'] : revision.startsWith('refs/') ? [revision] : [];
    const candidates = full.length > 0 ? full : ['refs/', 'refs/tags/', 'refs/heads/'].map((folder) => `${folder}${revision}`);
    for (const ref of candidates) {
      const found = await disk.tryRef(ref);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const apply = async (name: string, revision: string, by?: string): Promise<void> => {
    const place = placeOf(name);
    place.revision = revision;
    place.edited = false;
    if (by === undefined) delete place.by;
    else place.by = by;
    const tree = await treeOf(revision);
    const last = !desired.delivery.edges.some(({ from }) => from === name);
    if (!place.health.has(tree)) place.health.set(tree, { state: last ? 'healthy' : 'progressing', since: clock() });
  };
  const look = async (name: string): Promise<Place> => {
    const place = placeOf(name);
    const head = await followed(name);
    if (head !== undefined && head !== place.revision && specOf(desired, name)?.syncPolicy?.automated !== undefined)
      await apply(name, head);
    return place;
  };

  return {
    async observe(name): Promise<TargetObservation> {
      const { revision, by, health } = await look(name);
      if (revision === undefined) return { sync: 'out-of-sync', health: 'missing', operation: 'none' };
      const head = await followed(name);
      const [tree, wanted] = [await treeOf(revision), head === undefined ? undefined : await treeOf(head)];
      const now = health.get(tree) as Health;
      return {
        revision,
        sync: tree === wanted ? 'synced' : 'out-of-sync',
        health: now.state,
        healthSince: now.since,
        operation: 'succeeded',
        ...(by !== undefined && { startedBy: by }),
      };
    },
    async refresh(name) {
      await look(name);
    },
    sync: (name, revision, by) => apply(name, revision, by),
    async press(name, by) {
      const head = await followed(name);
      if (head === undefined) throw new Error(`the Application of ${name} follows nothing`);
      await apply(name, head, by);
    },
    tryOverride(name, revision, by) {
      const group = by.replace(/^member of /, '');
      const allowed = rolesOf(desired, name).some(
        ({ groups = [], policies = [] }) =>
          groups.includes(group) && policies.some((policy) => /, applications, override, .*, allow$/.test(policy)),
      );
      if (allowed) Object.assign(placeOf(name), { revision, by, edited: false });
      return allowed;
    },
    async report(name, state) {
      const { revision, health } = await look(name);
      if (revision === undefined) throw new Error(`nothing runs in ${name}`);
      health.set(await treeOf(revision), { state, since: clock() });
    },
    edit(name) {
      placeOf(name).edited = specOf(desired, name)?.syncPolicy?.automated?.selfHeal !== true;
    },
    runs: async (name) => (await look(name)).revision,
    edited: (name) => placeOf(name).edited,
    places: () => places,
  };
}

interface ProjectRole {
  readonly groups?: readonly string[];
  readonly policies?: readonly string[];
}

function rolesOf(desired: DesiredState, environment: string): readonly ProjectRole[] {
  const compiled = desired.environments.find(({ name }) => name === environment);
  const spec = compiled?.bootstrap.find(({ kind }) => kind === 'AppProject')?.spec as
    | { readonly roles?: readonly ProjectRole[] }
    | undefined;
  return spec?.roles ?? [];
}

function specOf(desired: DesiredState, environment: string): Spec | undefined {
  const compiled = desired.environments.find(({ name }) => name === environment);
  return compiled?.bootstrap.find(({ kind }) => kind === 'Application')?.spec as Spec | undefined;
}

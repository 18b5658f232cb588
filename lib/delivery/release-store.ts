import type { DeliveryEnvironment } from '../desired/desired-state';
import { branchRef, type Delivery, environmentNamed, releaseRef, shortCommit, tryRepository } from './delivery';
import { digestOf } from './digest';
import { outside, refuseDelivery } from './error';
import { atOneInstant } from './instant';
import { refMatches } from './ref-pattern';
import { imagesOf, parseRelease, type Release, type ReleaseImage, type ReleaseReader, releaseFile, releaseId, tryRelease } from './release';
import { newestRelease, type ReleaseOutcome, type RenderedRelease, type StaleRelease, sourceOf } from './release-render';
import { changeState } from './state-branch';
import type { Files, Store } from './store';

/**
 * The part of `release create` that holds the delivery app's key: checks what was rendered against the program branch, the declared
 * repositories and the sources, and stores it as a tag. It runs nothing of the program.
 *
 * @throws DeliveryError when a check fails
 */
export async function storeRelease(
  live: Pick<Delivery, 'desired' | 'store' | 'host' | 'sources'>,
  rendered: RenderedRelease,
): Promise<ReleaseOutcome | StaleRelease> {
  const { desired, host } = live;
  const store = await atOneInstant(live.store);
  const delivery = { ...live, store };
  await checkConfig(delivery, rendered.config);
  await checkImages(delivery, rendered);
  const newest = await newestRelease(delivery, rendered.environment);
  if (newest && newest.id !== rendered.parent) {
    return (await isStored(delivery, rendered, newest))
      ? { kind: 'unchanged', release: newest, notes: rendered.notes }
      : { kind: 'stale', newest: newest.id };
  }
  if (newest && newest.config !== rendered.config && !(await store.isAncestor(newest.config, rendered.config))) {
    refuseDelivery(
      `commit ${shortCommit(rendered.config)} of ${desired.programBranch} is older than ${shortCommit(newest.config)}, which release ${newest.id} was made from`,
      `check out the head of ${desired.programBranch} and run again`,
    );
  }
  const { trees, bootstrap } = await writeTrees(delivery, rendered);
  if (newest && sameTrees(newest.trees, trees) && sameTrees(newest.bootstrap, bootstrap))
    return { kind: 'unchanged', release: newest, notes: rendered.notes };

  const { environment, config, images, tool, parent } = rendered;
  const content = { environment, images, tool, desired: rendered.desired, trees, bootstrap };
  const id = releaseId(content);
  const now = await host.now();
  const made: Release = { id, ...content, config, ...(parent && { parent }), createdAt: new Date(now).toISOString() };
  const existing = await tryRelease(delivery, id);
  const stored = existing ?? (await storeTag(delivery, live.store, made, now));
  const state = await changeState(live, `Register release ${id}`, (before) => {
    const last = before.releases.findLast((release) => release.environment === environment);
    if (last?.id === id || last?.id !== parent) return before;
    return { ...before, releases: [...before.releases, { id, environment }] };
  });
  const last = state.releases.findLast((release) => release.environment === environment);
  return last?.id === id ? { kind: 'created', release: stored, notes: rendered.notes } : { kind: 'stale', newest: last?.id ?? '' };
}

async function isStored(delivery: ReleaseReader, rendered: RenderedRelease, newest: Release): Promise<boolean> {
  if (digestOf(newest.images) !== digestOf(rendered.images) || newest.config !== rendered.config) return false;
  const { trees, bootstrap } = await writeTrees(delivery, rendered);
  return sameTrees(newest.trees, trees) && sameTrees(newest.bootstrap, bootstrap);
}

async function checkConfig({ desired, store }: ReleaseReader, config: string): Promise<void> {
  const head = await store.tryRef(branchRef(desired.programBranch));
  if (head === undefined) refuseDelivery(`the program branch ${desired.programBranch} does not exist`, 'push the program there first');
  if (!(await store.isAncestor(config, head))) {
    refuseDelivery(
      `${config} is not a commit of the program branch ${desired.programBranch}`,
      'merge the program first: only what is reviewed there is rendered for delivery',
    );
  }
}

async function checkImages(delivery: Pick<Delivery, 'desired' | 'store' | 'host' | 'sources'>, rendered: RenderedRelease): Promise<void> {
  const { desired } = delivery;
  const environment = environmentNamed(desired, rendered.environment);
  const source = sourceOf(environment);
  const parent = rendered.parent === undefined ? undefined : await tryRelease(delivery, rendered.parent);
  const declared = new Map(desired.services.flatMap((service) => service.images.map((image) => [image.slot, { service, image }] as const)));
  for (const image of imagesOf(rendered.images)) {
    const slot = declared.get(image.slot);
    if (slot === undefined || slot.service.name !== image.service || slot.image.repository !== image.repository) {
      refuseDelivery(`${image.slot} with ${image.repository} is not declared`, 'render again at the head of the program branch');
    }
    const kept = parent?.images[image.service]?.[image.slot];
    if (kept && digestOf(kept) === digestOf({ repository: image.repository, digest: image.digest, source: image.source })) continue;
    if (slot.image.build.kind === 'image') continue;
    if (image.source.repository !== slot.service.repository) {
      refuseDelivery(`${image.slot} was built from ${image.source.repository}`, `build it from ${slot.service.repository}, as declared`);
    }
    await checkSource(delivery as Delivery, image, source);
  }
  const missing = [...declared].filter(([slot, { service }]) => rendered.images[service.name]?.[slot] === undefined).map(([slot]) => slot);
  if (missing.length > 0) refuseDelivery(`there is no image for ${missing.join(', ')}`, 'give an image for every slot');
}

/** A new image must come from the ref that the environment's source names, as far as the repository can be read. */
async function checkSource(
  delivery: Delivery,
  image: ReleaseImage & { readonly slot: string },
  source: NonNullable<DeliveryEnvironment['source']>,
): Promise<void> {
  const { repository, ref, commit } = image.source;
  const expected = source.kind === 'branch' ? branchRef(source.pattern) : `refs/tags/${source.pattern}`;
  if (repository === source.repository && !(source.kind === 'branch' ? ref === expected : refMatches(ref, expected))) {
    refuseDelivery(`${image.slot} was built from ${ref}`, `build it from ${expected}, the declared source`);
  }
  const head = await tryRepository(delivery, repository)?.store.tryRef(ref);
  if (
    tryRepository(delivery, repository) !== undefined &&
    (head === undefined || !(await tryRepository(delivery, repository)?.store.isAncestor(commit, head)))
  ) {
    refuseDelivery(
      `${image.slot}: commit ${shortCommit(commit)} is not on ${ref} of ${repository}`,
      'give the commit that the image was built from',
    );
  }
}

/** Writes all manifests and bootstrap objects at once, and reads the ids of their trees from a commit that nothing leads to. */
async function writeTrees({ desired, store }: ReleaseReader, rendered: RenderedRelease): Promise<Pick<Release, 'trees' | 'bootstrap'>> {
  const files = new Map<string, string>();
  const names: string[] = [];
  for (const { name, lifecycle } of desired.environments) {
    const environment = rendered.environments.get(name);
    if (environment === undefined) {
      if (lifecycle === 'planned' || lifecycle === 'retired') continue;
      refuseDelivery(`nothing was rendered for ${name}`, 'render every environment of the program');
    }
    names.push(name);
    for (const [path, content] of neverEmpty(environment.manifests)) files.set(`${name}/manifests/${path}`, content);
    for (const [path, content] of neverEmpty(environment.bootstrap)) files.set(`${name}/bootstrap/${path}`, content);
  }
  const tree = await store.writeTree(files);
  const commit = await store.writeCommit({ tree, parents: [], author: desired.apps.delivery.slug, message: 'Rendered\n', at: 0 });
  const ids = async (folder: string): Promise<Readonly<Record<string, string>>> => {
    const found: Record<string, string> = {};
    for (const name of names) {
      const id = await store.tryTree(commit, `${name}/${folder}`);
      if (id !== undefined) found[name] = id;
    }
    return found;
  };
  return { trees: await ids('manifests'), bootstrap: await ids('bootstrap') };
}

/** Git keeps no empty folder, and Argo CD wants its folder to exist. */
export function neverEmpty(files: Files): Files {
  return files.size > 0 ? files : new Map([['.gitkeep', '']]);
}

async function storeTag(
  { desired, store, host }: Pick<Delivery, 'desired' | 'store' | 'host'>,
  live: Store,
  made: Release,
  at: number,
): Promise<Release> {
  const grafts = new Map<string, string>();
  for (const [environment, tree] of Object.entries(made.trees)) grafts.set(`${environment}/manifests`, tree);
  for (const [environment, tree] of Object.entries(made.bootstrap)) grafts.set(`${environment}/bootstrap`, tree);
  const text = releaseFile.write(made);
  parseRelease(text, 'the new release');
  const tree = await store.writeTree(new Map([['release.yaml', text]]), grafts);
  const commit = await store.writeCommit({ tree, parents: [], author: (await host.actor()).login, message: `Release ${made.id}\n`, at });
  const update = await store.moveRef(releaseRef(desired, made.id), commit, undefined);
  if (update.kind === 'refused') outside(`the tag of release ${made.id} cannot be made: ${update.reason}`, 'run this as the delivery app');
  if (update.kind === 'done') return made;
  return (
    (await tryRelease({ desired, store: live }, made.id)) ??
    outside(`the tag of release ${made.id} appeared and went`, 'run the command again')
  );
}

function sameTrees(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  return digestOf(a) === digestOf(b);
}

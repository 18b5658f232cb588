import type { DeliveryEnvironment } from '../desired/desired-state';
import { branchRef, type Delivery, environmentNamed, releaseRef, shortCommit, tryRepository } from './delivery';
import { digestOf } from './digest';
import { outside, refuseDelivery, wrongUse } from './error';
import { atOneInstant } from './instant';
import {
  type ImageSource,
  imagesOf,
  parseRelease,
  type Release,
  type ReleaseImage,
  type ReleaseImages,
  type ReleaseReader,
  releaseFile,
  releaseId,
  tryRelease,
} from './release';
import { changeState, readState } from './state-branch';
import type { Files, Store } from './store';

/** What is rendered for one environment; paths relative to its two folders. */
export interface RenderedEnvironment {
  readonly manifests: Files;
  /** What the environment's stack should have applied. */
  readonly bootstrap: Files;
}

/** Renders every environment of the platform with its slots filled by these images. */
export type Render = (
  images: ReleaseImages,
) => ReadonlyMap<string, RenderedEnvironment> | Promise<ReadonlyMap<string, RenderedEnvironment>>;

/** A new image for a slot. */
export interface NewImage {
  /** Name of the slot, `image/backend`, or of a service with one image. */
  readonly slot: string;
  /** `repository@sha256:…`. */
  readonly image: string;
  readonly source: ImageSource;
}

export interface ReleaseRequest {
  /** Environment with a source, where the release is born. */
  readonly environment: string;
  /** Empty when only the program changed. */
  readonly images: readonly NewImage[];
  /** Commit of the program branch that is rendered. */
  readonly config: string;
  /** Version of stagegate that renders. */
  readonly tool: string;
  readonly render: Render;
}

/** A release that is rendered and not stored yet: what the job without credentials hands over. */
export interface RenderedRelease {
  readonly environment: string;
  readonly config: string;
  readonly images: ReleaseImages;
  readonly tool: string;
  readonly parent?: string;
  readonly desired: string;
  readonly environments: ReadonlyMap<string, RenderedEnvironment>;
  /** What was done with what was given, for people. */
  readonly notes: readonly string[];
}

export interface ReleaseOutcome {
  /** `unchanged`: the newest release holds the same bytes, nothing was made. */
  readonly kind: 'created' | 'unchanged';
  readonly release: Release;
  readonly notes: readonly string[];
}

/** Another release came first: render again, on that one. */
export interface StaleRelease {
  readonly kind: 'stale';
  readonly newest: string;
}

const ATTEMPTS = 8;

/** Renders and stores a release; on a release that another pipeline made meanwhile it starts again. @throws DeliveryError */
export async function createRelease(delivery: Delivery, request: ReleaseRequest): Promise<ReleaseOutcome> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const outcome = await storeRelease(delivery, await renderRelease(delivery, request));
    if (outcome.kind !== 'stale') return outcome;
  }
  return outside(`${ATTEMPTS} other releases were made while this one was rendered`, 'run the command again');
}

/** The newest release that was born in an environment; undefined before the first. */
export async function newestRelease(reader: ReleaseReader, environment: string): Promise<Release | undefined> {
  const { releases } = await readState(reader);
  const newest = releases.findLast((release) => release.environment === environment);
  if (newest === undefined) return undefined;
  return (
    (await tryRelease(reader, newest.id)) ??
    outside(`the tag of release ${newest.id} is gone`, 'restore the tag; releases are never deleted')
  );
}

/**
 * The part of `release create` that needs no credentials: puts the new images on the newest release of the environment and renders.
 * An image that is older than the one it would replace is left out.
 *
 * @throws DeliveryError when the environment has no source, an image is not declared or is no digest, or a slot stays empty
 */
export async function renderRelease(live: ReleaseReader, request: ReleaseRequest): Promise<RenderedRelease> {
  const { desired } = live;
  const reader: ReleaseReader = { ...live, store: await atOneInstant(live.store) };
  sourceOf(environmentNamed(desired, request.environment));
  const parent = await newestRelease(reader, request.environment);
  const notes: string[] = [];
  const images: Record<string, Record<string, ReleaseImage>> = {};
  const given = new Map(request.images.map((image) => [slotNamed(reader, image.slot), image]));
  for (const service of desired.services) {
    const slots: Record<string, ReleaseImage> = {};
    for (const { slot, repository } of service.images) {
      const kept = parent?.images[service.name]?.[slot];
      const fresh = given.get(slot);
      const image = fresh === undefined ? kept : newImage(fresh, repository, slot);
      if (image === undefined)
        wrongUse(
          `the first release needs an image for every slot, ${slot} has none`,
          `give --image ${service.name}=${repository}@sha256:…`,
        );
      const older = fresh !== undefined && kept !== undefined && (await isOlder(reader, image.source, kept.source));
      if (older)
        notes.push(
          `${slot}: commit ${shortCommit(image.source.commit)} is older than ${shortCommit(kept.source.commit)}, which release ${parent?.id} holds; kept`,
        );
      slots[slot] = older ? kept : image;
    }
    images[service.name] = slots;
  }
  const { environment, config, tool } = request;
  return {
    environment,
    config,
    images,
    tool,
    ...(parent && { parent: parent.id }),
    desired: digestOf(desired),
    environments: await request.render(images),
    notes,
  };
}

function sourceOf(environment: DeliveryEnvironment): NonNullable<DeliveryEnvironment['source']> {
  return (
    environment.source ??
    wrongUse(
      `releases are not born in ${environment.name}: it has no source`,
      'name the environment that a push builds for; others get releases by promotion',
    )
  );
}

function slotNamed(reader: ReleaseReader, name: string): string {
  const slots = reader.desired.services.flatMap((service) => service.images.map((image) => ({ service: service.name, slot: image.slot })));
  const exact = slots.find((one) => one.slot === name);
  if (exact) return exact.slot;
  const ofService = slots.filter((one) => one.service === name);
  if (ofService.length === 1 && ofService[0]) return ofService[0].slot;
  return wrongUse(
    ofService.length > 1 ? `service ${name} has ${ofService.length} images` : `there is no service or image slot ${name}`,
    `choose one of ${slots.map((one) => one.slot).join(', ')}`,
  );
}

const REFERENCE = /^([^@\s]+)@(sha256:[0-9a-f]{64})$/;

function newImage(given: NewImage, repository: string, slot: string): ReleaseImage {
  const parts = REFERENCE.exec(given.image);
  if (!parts)
    return wrongUse(`${slot}: ${given.image} names no digest`, 'give repository@sha256:… with 64 hexadecimal digits; a tag can be moved');
  if (parts[1] !== repository)
    return wrongUse(`${slot}: ${parts[1]} is not its repository`, `push the image to ${repository}, or change the program`);
  if (!/^refs\/(heads|tags)\/./.test(given.source.ref))
    return wrongUse(`${slot}: ${given.source.ref} is not the full name of a ref`, 'give refs/heads/… or refs/tags/…');
  if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(given.source.commit))
    return wrongUse(`${slot}: ${given.source.commit} is not a whole commit id`, 'give all 40 characters');
  return { repository, digest: parts[2] as string, source: given.source };
}

async function isOlder(reader: ReleaseReader, fresh: ImageSource, kept: ImageSource): Promise<boolean> {
  if (fresh.repository !== kept.repository || fresh.commit === kept.commit) return false;
  const repository = tryRepository(reader as Delivery, fresh.repository);
  return repository !== undefined && (await repository.store.isAncestor(fresh.commit, kept.commit));
}

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

/** Whether a full ref name fits a pattern in which `*` stands for anything but `/`, and `**` for anything. */
export function refMatches(ref: string, pattern: string): boolean {
  const source = pattern
    .replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/\*\*|\*/g, (star) => (star === '**' ? '.*' : '[^/]*'));
  return new RegExp(`^${source}$`).test(ref);
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

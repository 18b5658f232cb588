import type { DeliveryEnvironment } from '../desired/desired-state';
import { type Delivery, environmentNamed, shortCommit, tryRepository } from './delivery';
import { digestOf } from './digest';
import { outside, wrongUse } from './error';
import { atOneInstant } from './instant';
import { type ImageSource, type Release, type ReleaseImage, type ReleaseImages, type ReleaseReader, tryRelease } from './release';
import { readState } from './state-branch';
import type { Files } from './store';

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

/** The source of an environment. @throws DeliveryError when it has none */
export function sourceOf(environment: DeliveryEnvironment): NonNullable<DeliveryEnvironment['source']> {
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

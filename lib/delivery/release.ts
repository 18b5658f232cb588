import { type Delivery, releaseRef } from './delivery';
import { digestOf } from './digest';
import { DeliveryError, outside, wrongUse } from './error';
import { COMMIT, DIGEST, RELEASE_ID, type RecordFile, recordFile, TEXT, TIME } from './record';
import type { Files } from './store';

/** Where an image was built from. */
export interface ImageSource {
  /** `owner/name`. */
  readonly repository: string;
  /** Full name of the ref that was pushed, `refs/heads/develop`. */
  readonly ref: string;
  readonly commit: string;
  /** Logins of the authors of what the commit brought, for repositories that delivery cannot read. */
  readonly authors?: readonly string[];
}

export interface ReleaseImage {
  /** Without tag or digest. */
  readonly repository: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly source: ImageSource;
}

/** Images by service, then by slot (`image/backend`). */
export type ReleaseImages = Readonly<Record<string, Readonly<Record<string, ReleaseImage>>>>;

/** A release: bytes for every environment, under one id. What `release.yaml` holds. */
export interface Release {
  /** 16 hexadecimal digits: hash of environment, images, tool, trees, bootstrap and desired. */
  readonly id: string;
  /** The environment with a source where it was born. */
  readonly environment: string;
  /** Commit of the program branch that was rendered. */
  readonly config: string;
  readonly images: ReleaseImages;
  /** Version of stagegate that rendered. */
  readonly tool: string;
  /** Release that the new images or the new config were put on. */
  readonly parent?: string;
  /** Hash of the delivery part of the desired state. */
  readonly desired: string;
  /** Id of git's tree of each environment's manifests. */
  readonly trees: Readonly<Record<string, string>>;
  /** Id of git's tree of the objects that each environment's stack should have applied. */
  readonly bootstrap: Readonly<Record<string, string>>;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/** What a reader of releases needs. */
export type ReleaseReader = Pick<Delivery, 'desired' | 'store'>;

const IMAGE = {
  type: 'object',
  additionalProperties: false,
  required: ['repository', 'digest', 'source'],
  properties: {
    repository: TEXT,
    digest: DIGEST,
    source: {
      type: 'object',
      additionalProperties: false,
      required: ['repository', 'ref', 'commit'],
      properties: {
        repository: TEXT,
        ref: { type: 'string', pattern: '^refs/(heads|tags)/.+$' },
        commit: COMMIT,
        authors: { type: 'array', items: TEXT },
      },
    },
  },
} as const;

export const IMAGES_SCHEMA = { type: 'object', additionalProperties: { type: 'object', additionalProperties: IMAGE } } as const;

const TREES = { type: 'object', additionalProperties: COMMIT } as const;

export const releaseFile: RecordFile<Release> = recordFile<Release>({
  type: 'object',
  additionalProperties: false,
  required: ['id', 'environment', 'config', 'images', 'tool', 'desired', 'trees', 'bootstrap', 'createdAt'],
  properties: {
    id: RELEASE_ID,
    environment: TEXT,
    config: COMMIT,
    images: IMAGES_SCHEMA,
    tool: TEXT,
    parent: RELEASE_ID,
    desired: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    trees: TREES,
    bootstrap: TREES,
    createdAt: TIME,
  },
});

/** The id that a release must have. */
export function releaseId(release: Omit<Release, 'id' | 'config' | 'parent' | 'createdAt'>): string {
  const { environment, images, tool, desired, trees, bootstrap } = release;
  return digestOf({ environment, images, tool, desired, trees, bootstrap }).slice(0, 16);
}

/**
 * A release from the text of a `release.yaml`.
 *
 * @throws DeliveryError when it does not fit its schema, or bears another id than its content has
 */
export function parseRelease(text: string, where: string): Release {
  const release = releaseFile.read(text, where);
  const id = releaseId(release);
  if (id !== release.id)
    outside(
      `${where} says release ${release.id}, its content is release ${id}`,
      'somebody changed it after it was made: do not deploy it; make the release again',
    );
  return release;
}

/**
 * The release of this id; undefined when no tag holds it.
 *
 * @throws DeliveryError when the tag holds another release, or other trees than it records
 */
export async function tryRelease(reader: ReleaseReader, id: string): Promise<Release | undefined> {
  const ref = releaseRef(reader.desired, id);
  const commit = await reader.store.tryRef(ref);
  if (commit === undefined) return undefined;
  const text = await reader.store.tryFile(commit, 'release.yaml');
  const release = parseRelease(text ?? '', `release.yaml of ${ref}`);
  if (release.id !== id) outside(`${ref} holds release ${release.id}`, 'somebody moved the tag: do not deploy it; make the release again');
  return release;
}

/** The release of this id, or of a unique beginning of one. @throws DeliveryError when there is none, or more than one */
export async function release(reader: ReleaseReader, id: string): Promise<Release> {
  const exact = RELEASE_NAME.test(id) ? await tryRelease(reader, id) : undefined;
  if (exact) return exact;
  const prefix = releaseRef(reader.desired, '');
  const found = /^[0-9a-f]{4,16}$/.test(id) ? await reader.store.refs(`${prefix}${id}`) : [];
  if (found.length > 1) wrongUse(`${id} is the beginning of ${found.length} releases`, 'give more characters of the id');
  const only = found[0] && (await tryRelease(reader, found[0].ref.slice(prefix.length)));
  return only ?? wrongUse(`there is no release ${id}`, 'look at `stagegate status` for the ids that exist');
}

const RELEASE_NAME = /^[0-9a-f]{16}$/;

/** The manifests of a release for an environment, by path. */
export async function releaseFiles(reader: ReleaseReader, id: string, environment: string): Promise<Files> {
  const found = await release(reader, id);
  const commit = await reader.store.tryRef(releaseRef(reader.desired, found.id));
  return commit === undefined ? new Map() : reader.store.files(commit, `${environment}/manifests`);
}

/** Whether the tag still holds, for an environment, the tree that the release records. */
export async function storedTreeMatches(reader: ReleaseReader, found: Release, environment: string): Promise<boolean> {
  const commit = await reader.store.tryRef(releaseRef(reader.desired, found.id));
  const recorded = found.trees[environment];
  return commit !== undefined && recorded !== undefined && (await reader.store.tryTree(commit, `${environment}/manifests`)) === recorded;
}

/** The release that a commit of an environment's branch holds; undefined when nothing was released there yet. */
export async function tryReleaseAt(reader: ReleaseReader, commit: string): Promise<Release | undefined> {
  const text = await reader.store.tryFile(commit, 'release.yaml');
  return text === undefined ? undefined : parseRelease(text, `release.yaml at ${commit}`);
}

/** All images of a release with their service and slot, in order of slot. */
export function imagesOf(images: ReleaseImages): readonly (ReleaseImage & { readonly service: string; readonly slot: string })[] {
  return Object.entries(images)
    .flatMap(([service, slots]) => Object.entries(slots).map(([slot, image]) => ({ ...image, service, slot })))
    .sort((a, b) => (a.slot < b.slot ? -1 : a.slot > b.slot ? 1 : 0));
}

/** What each image slot is filled with: `repository@sha256:…`. */
export function slotValues(images: ReleaseImages): ReadonlyMap<string, string> {
  return new Map(imagesOf(images).map((image) => [image.slot, `${image.repository}@${image.digest}`]));
}

/**
 * Per source repository the commit that a release was built from: the one that contains the others when its images come from several.
 *
 * @throws DeliveryError of kind `refused` when no commit of a repository contains the others
 */
export async function sourceCommits(delivery: Delivery, images: ReleaseImages): Promise<ReadonlyMap<string, string>> {
  const commits = new Map<string, Set<string>>();
  for (const image of imagesOf(images)) {
    commits.set(image.source.repository, (commits.get(image.source.repository) ?? new Set()).add(image.source.commit));
  }
  const tips = new Map<string, string>();
  for (const [repository, all] of commits) tips.set(repository, await tip(delivery, repository, [...all]));
  return tips;
}

async function tip(delivery: Delivery, repository: string, commits: readonly string[]): Promise<string> {
  const [first, ...others] = commits;
  if (first === undefined) throw new TypeError('a source repository without a commit');
  const store = repository === delivery.desired.repository ? delivery.store : delivery.sources?.get(repository)?.store;
  let newest = first;
  for (const other of others) {
    if (store === undefined) break;
    if (await store.isAncestor(newest, other)) newest = other;
  }
  for (const other of others.concat(first)) {
    if (other === newest || (store !== undefined && (await store.isAncestor(other, newest)))) continue;
    throw new DeliveryError(
      'refused',
      `the images are built from commits of ${repository} that do not contain each other: ${newest.slice(0, 7)} and ${other.slice(0, 7)}`,
      'build the services of one repository from one line of history',
    );
  }
  return newest;
}

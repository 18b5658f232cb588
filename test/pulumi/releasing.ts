import { bind, type DesiredState, type SlotValue } from 'stagegate';
import type { Store } from '../../lib/delivery';
import { digestOf } from '../../lib/delivery/digest';
import { type Release, releaseFile, releaseId } from '../../lib/delivery/release';
import { bootstrapFiles, manifestFiles } from '../../lib/render/environment-files';

export interface Releasing {
  readonly desired: DesiredState;
  /** The delivery repository. */
  readonly store: Store;
  /** Environment whose branch records the release. */
  readonly environment: string;
  /** Digests of the images by service. */
  readonly digests: Readonly<Record<string, string>>;
  /** Changes what the branch gets. @default nothing */
  readonly branch?: (files: Map<string, string>) => void;
  /** Changes what the tag gets. @default nothing */
  readonly tag?: (files: Map<string, string>) => void;
  /** @default false */
  readonly untagged?: boolean;
}

const repositoryOf = (service: string): string => `ghcr.io/acme/shop/${service}`;

/** The image of a service that a digest names. */
export function imageOf(digest: string, service = 'web'): string {
  return `${repositoryOf(service)}@${digest}`;
}

/** Stores a release as a tag and records it on the branch of an environment, as delivery does. */
export async function recordRelease(releasing: Releasing): Promise<Release> {
  const { desired, store, environment: name, digests, untagged = false } = releasing;
  const images = Object.entries(digests);
  const environment = bound(
    desired,
    name,
    Object.fromEntries(images.map(([service, digest]) => [`image/${service}`, imageOf(digest, service)])),
  );
  const files = new Map(manifestFiles(environment));
  const source = { repository: 'acme/shop', ref: 'refs/heads/develop', commit: '1'.repeat(40) };
  const content = {
    environment: 'dev',
    images: Object.fromEntries(
      images.map(([service, digest]) => [service, { [`image/${service}`]: { repository: repositoryOf(service), digest, source } }]),
    ),
    tool: '0.1.0',
    desired: digestOf(desired.delivery),
    trees: { [name]: await store.writeTree(files) },
    bootstrap: {},
  };
  const made: Release = { id: releaseId(content), ...content, config: '2'.repeat(40), createdAt: '2026-11-21T00:00:00.000Z' };
  const stored = new Map(files);
  releasing.tag?.(stored);
  const record = ['release.yaml', releaseFile.write(made)] as const;
  const tagged = [record, ...below(`${name}/manifests/`, stored), ...below(`${name}/bootstrap/`, bootstrapFiles(environment))];
  if (!untagged) await commit(store, new Map(tagged), `refs/tags/stagegate/releases/${made.id}`);
  const branch = new Map([record, ...below('manifests/', files)]);
  releasing.branch?.(branch);
  await commit(store, branch, `refs/heads/env/${name}`);
  return made;
}

/** Puts a ref on a commit that holds these files alone. */
export async function commit(store: Store, files: ReadonlyMap<string, string>, ref: string): Promise<void> {
  const tree = await store.writeTree(files);
  const id = await store.writeCommit({ tree, parents: [], author: 'stagegate', message: 'release\n', at: 1_700_000_000_000 });
  const moved = await store.moveRef(ref, id, await store.tryRef(ref), true);
  if (moved.kind !== 'done') throw new Error(`${ref} ${JSON.stringify(moved)}`);
}

function bound(desired: DesiredState, name: string, values: Readonly<Record<string, SlotValue>>) {
  const environment = desired.environments.find((candidate) => candidate.name === name);
  if (environment === undefined) throw new Error(`there is no ${name}`);
  return bind(environment, values);
}

const below = (prefix: string, files: ReadonlyMap<string, string>) => [...files].map(([path, text]) => [`${prefix}${path}`, text] as const);

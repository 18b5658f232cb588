import * as pulumi from '@pulumi/pulumi';
import { parse } from 'yaml';
import { openGitStore, type Store } from '../delivery';
import { branchRef } from '../delivery/delivery';
import { DeliveryError } from '../delivery/error';
import { type Release, storedTreeMatches, tryReleaseAt } from '../delivery/release';
import type { DeliveryEnvironment, DesiredDelivery, KubernetesObject } from '../desired/desired-state';
import type { Environment } from '../environment';
import { Platform } from '../platform';
import type { ReleasedService } from '../stack/released-resources';
import { compiledPlatform } from './compiled-platform';

/** What the branch of an environment records. Only {@link recordedRelease} makes one. */
export interface RecordedRelease {
  readonly environment: string;
  /** Id of the release; absent when nothing was released there yet. */
  readonly id?: string;
  /** Head of the branch that was read; absent when there is no branch yet. */
  readonly commit?: string;
  readonly services: readonly ReleasedService[];
}

export interface RecordedReleaseOptions {
  /** Path or URL of the delivery repository. @default the address that the program declares for it */
  readonly remote?: string;
}

const recorded = new WeakSet<object>();

/** Whether this was read from a branch, and not put together. */
export function isRecorded(release: RecordedRelease): boolean {
  return recorded.has(release);
}

/**
 * Reads the release that `env/<name>` records, with its objects, for an environment with `Sync.pulumi()`. The content must be the one that
 * was released: id, tree and tag are compared.
 *
 * @throws RunError when the repository cannot be read, or the branch holds something else than what was released.
 */
export async function recordedRelease(environment: Environment, options: RecordedReleaseOptions = {}): Promise<RecordedRelease> {
  const { model, desired } = compiledPlatform(Platform.of(environment));
  const { delivery } = desired;
  const remote = options.remote ?? model.repositories.find(({ name }) => name === delivery.repository)?.url;
  if (remote === undefined) throw new Error(`the model has no repository ${delivery.repository}`);
  const declared = delivery.environments.find(({ name }) => name === environment.environmentName);
  if (declared === undefined) throw new Error(`the model has no environment ${environment.environmentName}`);
  const read = Object.freeze(await reported(readAt(remote, delivery, declared)));
  recorded.add(read);
  return read;
}

async function readAt(remote: string, desired: DesiredDelivery, environment: DeliveryEnvironment): Promise<RecordedRelease> {
  return readRelease(await openGitStore({ remote, as: desired.apps.delivery.slug }), desired, environment);
}

/** What delivery throws, as an error that Pulumi prints without a stack. */
async function reported<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!DeliveryError.is(error)) throw error;
    throw Object.assign(new pulumi.RunError(`${error.message}\n  remedy     ${error.remedy}`), { cause: error });
  }
}

/** Folder of an environment's branch that holds its manifests. */
const MANIFESTS = 'manifests';

async function readRelease(store: Store, desired: DesiredDelivery, environment: DeliveryEnvironment): Promise<RecordedRelease> {
  const { name, branch } = environment;
  const commit = await store.tryRef(branchRef(branch));
  if (commit === undefined) return { environment: name, services: [] };
  const release = await tryReleaseAt({ desired, store }, commit);
  if (release === undefined) return { environment: name, commit, services: [] };
  await requireReleased(store, desired, environment, release, commit);
  const files = await store.files(commit, MANIFESTS);
  const services = new Map<string, KubernetesObject[]>();
  for (const [path, text] of [...files].filter(([path]) => path.endsWith('.yaml'))) {
    const service = path.split('/')[0] ?? '';
    services.set(service, [...(services.get(service) ?? []), objectOf(text, `${path} of ${branch}`, environment)]);
  }
  return { environment: name, id: release.id, commit, services: [...services].map(([service, objects]) => ({ name: service, objects })) };
}

async function requireReleased(
  store: Store,
  desired: DesiredDelivery,
  { name, branch }: DeliveryEnvironment,
  release: Release,
  commit: string,
): Promise<void> {
  const tree = await store.tryTree(commit, MANIFESTS);
  if (tree !== release.trees[name])
    throw changed(
      `${branch} does not hold the manifests of release ${release.id}`,
      'look at who wrote to the branch; promote a release anew',
    );
  if (!(await storedTreeMatches({ desired, store }, release, name)))
    throw changed(
      `release ${release.id}, which ${branch} names, is not stored with these manifests`,
      'somebody moved its tag, or wrote to the branch: promote a release anew',
    );
}

function objectOf(text: string, where: string, environment: DeliveryEnvironment): KubernetesObject {
  const object = parse(text) as KubernetesObject;
  if (object.metadata?.namespace === environment.namespace) return object;
  throw changed(
    `${where} lies in ${object.metadata?.namespace ?? 'no namespace'}, ${environment.name} is ${environment.namespace ?? 'nowhere'}`,
    'make and promote a release with the program as it is now',
  );
}

function changed(message: string, remedy: string): DeliveryError {
  return new DeliveryError('outside', message, remedy);
}

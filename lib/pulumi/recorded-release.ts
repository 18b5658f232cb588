import * as pulumi from '@pulumi/pulumi';
import { DeliveryError } from '../delivery/error';
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
  /** Logical names of what precedes the release and is not what it was made with. */
  readonly otherBootstrap: readonly string[];
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
  const remote = options.remote ?? model.repositories.find(({ name }) => name === desired.delivery.repository)?.url;
  if (remote === undefined) throw new Error(`the model has no repository ${desired.delivery.repository}`);
  // Loaded when a release is read: most programs leave that to Argo CD.
  const { readReleaseBranch } = require('./release-branch') as typeof import('./release-branch');
  const read = Object.freeze(await reported(readReleaseBranch(remote, desired, environment.environmentName)));
  recorded.add(read);
  return read;
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

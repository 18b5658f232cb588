import { join } from 'node:path';
import { parse } from 'yaml';
import { bind, openSlots } from '../compile/bind';
import { GitRepository } from '../delivery/git/git-repository';
import { hostFolder } from '../delivery/local/host-folder';
import { parseRelease, slotValues as releaseSlots } from '../delivery/release';
import type { Files } from '../delivery/store';
import type { DesiredEnvironment, DesiredService, DesiredState, KubernetesObject } from '../desired/desired-state';
import type { Compared, Difference } from '../diff/difference';
import type { SlotValue } from '../values/slot';
import { type Clone, tryBranch } from './diff-repository';
import { hostName } from './host-name';
import { type Io, WrongUseError } from './io';

/** What the branch of an environment holds. */
export interface ReleasedEnvironment {
  readonly compared: Compared;
  /** What is deployed from there, service by service. */
  readonly services: readonly DesiredService[];
  /** The images of the release, by slot. */
  readonly images: ReadonlyMap<string, string>;
}

/** An environment of the program. @throws WrongUseError when there is none of that name */
export function environmentOf(desired: DesiredState, name: string): DesiredEnvironment {
  const found = desired.environments.find((environment) => environment.name === name);
  if (found !== undefined) return found;
  throw new WrongUseError(`there is no environment ${name}`, `choose one of ${desired.environments.map((one) => one.name).join(', ')}`);
}

/** What is released to an environment; undefined when its branch is not here. */
export async function tryReleased(
  io: Io,
  options: Readonly<Record<string, unknown>>,
  clone: Clone,
  branch: string,
): Promise<ReleasedEnvironment | undefined> {
  const host = options.host === undefined ? undefined : hostName(io, options);
  const gitDir = host?.kind === 'local' ? hostFolder(host.root).repository : clone.gitDir;
  const repository = new GitRepository(gitDir);
  const commit = host?.kind === 'local' ? await repository.tryRef(`refs/heads/${branch}`) : (await tryBranch(clone, branch))?.commit;
  if (commit === undefined) return undefined;
  const record = await repository.tryFile(commit, 'release.yaml');
  const images = record === undefined ? new Map<string, string>() : releaseSlots(parseRelease(record, `release.yaml of ${branch}`).images);
  const services = servicesOf(await repository.files(commit, 'manifests'), branch);
  return { compared: { name: branch, commit }, services, images };
}

/** The same. @throws WrongUseError when the branch is not here */
export async function released(
  io: Io,
  options: Readonly<Record<string, unknown>>,
  clone: Clone,
  branch: string,
): Promise<ReleasedEnvironment> {
  const found = await tryReleased(io, options, clone, branch);
  if (found !== undefined) return found;
  throw new WrongUseError(
    `the branch ${branch} is not in this clone`,
    `fetch it (git fetch origin ${branch}), or name a local host with --host`,
  );
}

/** Services by their folders, with the object of each file. */
function servicesOf(files: Files, branch: string): readonly DesiredService[] {
  const services = new Map<string, KubernetesObject[]>();
  for (const [path, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!/\.ya?ml$/.test(path)) continue;
    const service = path.split('/')[0] ?? '';
    const object = parse(text) as KubernetesObject | null;
    if (object?.kind === undefined || object.metadata?.name === undefined)
      throw new WrongUseError(`${join('manifests', path)} on ${branch} is no object of Kubernetes`, 'look at who changed the branch');
    services.set(service, [...(services.get(service) ?? []), object]);
  }
  return [...services].map(([name, objects]) => ({ name, objects, overridden: [] }));
}

/** An environment with the images of a release, and what it cannot be compared in. */
export function withImages(
  environment: DesiredEnvironment,
  values: Readonly<Record<string, SlotValue>>,
): { readonly environment: DesiredEnvironment; readonly notCompared: Difference['notCompared'] } {
  const bound = bind(environment, values);
  const notCompared = openSlots(bound.services).map((slot) => ({
    what: slot,
    why: slot.startsWith('image/') ? 'no release has an image for it yet' : 'it has no value; give it with --values',
  }));
  return { environment: bound, notCompared };
}

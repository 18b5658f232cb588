import { parse } from 'yaml';
import { openSlots } from '../compile/bind';
import { releaseRef } from '../delivery/delivery';
import { canonicalJson } from '../delivery/digest';
import { outside } from '../delivery/error';
import { openGitStore } from '../delivery/git/git-store';
import { type Release, storedTreeMatches, tryReleaseAt } from '../delivery/release';
import type { Store } from '../delivery/store';
import type { DeliveryEnvironment, DesiredState, KubernetesObject } from '../desired/desired-state';
import { desiredEnvironment } from '../stack/environment-stack';
import { kubernetesName } from '../stack/kubernetes-resource';
import type { RecordedRelease } from './recorded-release';

/** Folder of an environment's branch that holds its manifests. */
const MANIFESTS = 'manifests';

/**
 * What the branch of an environment records, if it is what was released.
 *
 * @throws DeliveryError when the repository cannot be read, or id, tree or tag are not those of the release.
 */
export async function readReleaseBranch(remote: string, desired: DesiredState, name: string): Promise<RecordedRelease> {
  const { delivery } = desired;
  const store = await openGitStore({ remote, as: delivery.apps.delivery.slug });
  const environment = delivery.environments.find((candidate) => candidate.name === name);
  if (environment === undefined) throw new Error(`the desired state has no environment ${name}`);
  const nothing: RecordedRelease = { environment: name, services: [], otherBootstrap: [] };
  const commit = await store.tryRef(`refs/heads/${environment.branch}`);
  if (commit === undefined) return nothing;
  const release = await tryReleaseAt({ desired: delivery, store }, commit);
  if (release === undefined) return { ...nothing, commit };
  await requireReleased(store, desired, environment, release, commit);
  const services = new Map<string, KubernetesObject[]>();
  for (const [path, text] of await store.files(commit, MANIFESTS)) {
    if (!path.endsWith('.yaml')) continue;
    const service = path.slice(0, path.indexOf('/'));
    services.set(service, [...(services.get(service) ?? []), releasedObject(text, `${path} of ${environment.branch}`, environment)]);
  }
  return {
    environment: name,
    id: release.id,
    commit,
    services: [...services].map(([service, objects]) => ({ name: service, objects })),
    otherBootstrap: await otherBootstrap(store, desired, environment, release),
  };
}

async function requireReleased(
  store: Store,
  { delivery }: DesiredState,
  { name, branch }: DeliveryEnvironment,
  release: Release,
  commit: string,
): Promise<void> {
  if ((await store.tryTree(commit, MANIFESTS)) !== release.trees[name])
    outside(`${branch} does not hold the manifests of release ${release.id}`, 'look at who wrote to the branch; promote a release anew');
  if (!(await storedTreeMatches({ desired: delivery, store }, release, name)))
    outside(
      `release ${release.id}, which ${branch} names, is not stored with these manifests`,
      'somebody moved its tag, or wrote to the branch: promote a release anew',
    );
}

/** An AppProject would let Argo CD write into this namespace and no other one. */
function releasedObject(text: string, where: string, { name, namespace }: DeliveryEnvironment): KubernetesObject {
  const object = parse(text) as KubernetesObject;
  if (object.metadata?.namespace === namespace) return object;
  return outside(
    `${where} lies in ${object.metadata?.namespace ?? 'no namespace'}, ${name} is ${namespace ?? 'nowhere'}`,
    'make and promote a release with the program as it is now',
  );
}

/** Compares what precedes a release today with what it was made with; objects with open slots are left out. */
async function otherBootstrap(
  store: Store,
  desired: DesiredState,
  { name }: DeliveryEnvironment,
  release: Release,
): Promise<readonly string[]> {
  const tag = await store.tryRef(releaseRef(desired.delivery, release.id));
  const files = tag === undefined ? [] : [...(await store.files(tag, `${name}/bootstrap`)).values()];
  const then = new Map(
    files.map((text) => parse(text) as KubernetesObject).map((object) => [kubernetesName(object), canonicalJson(object)]),
  );
  const now = desiredEnvironment(desired, name).bootstrap.filter((object) => openSlots(object).length === 0);
  return now.filter((object) => then.get(kubernetesName(object)) !== canonicalJson(object)).map(kubernetesName);
}

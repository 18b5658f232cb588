import { type Delivery, environmentNamed } from './delivery';
import { canonicalJson } from './digest';
import { refuseDelivery, wrongUse } from './error';
import { reasonGiven } from './hold';
import type { Actor } from './host';
import { imagesOf, type Release, release as releaseNamed } from './release';
import { changeState, type Decision, type DeliveryState, type QuarantineEntry } from './state-branch';

export interface QuarantineRequest {
  readonly release: string;
  /** Digests, `sha256:…`, of images of the release that are bad wherever they are; the environment's manifests when absent. */
  readonly images?: readonly string[];
  readonly reason: string;
  readonly by: Actor;
}

type Writer = Pick<Delivery, 'desired' | 'store' | 'host'>;

/** The keys under which a release is quarantined: what was wrong, so that a new id with the same bytes stays out. @throws DeliveryError */
export function quarantineKeys(
  release: Release,
  environment: string,
  images: readonly string[] | undefined,
): readonly QuarantineEntry['key'][] {
  if (images === undefined || images.length === 0) {
    const tree =
      release.trees[environment] ?? wrongUse(`release ${release.id} holds nothing for ${environment}`, 'name another environment');
    return [{ kind: 'tree', environment, tree }];
  }
  const own = imagesOf(release.images).map((image) => image.digest);
  return images.map((digest) => {
    if (!own.includes(digest)) wrongUse(`release ${release.id} has no image ${digest}`, `choose among ${own.join(', ')}`);
    return { kind: 'image', digest };
  });
}

/** The state with these quarantines in it; the same object when all are there already. */
export function withQuarantine(
  state: DeliveryState,
  release: string,
  keys: readonly QuarantineEntry['key'][],
  decision: Decision,
): DeliveryState {
  const known = new Set(state.quarantine.filter((entry) => !entry.lifted).map((entry) => canonicalJson(entry.key)));
  const fresh = keys.filter((key) => !known.has(canonicalJson(key)));
  return fresh.length === 0
    ? state
    : { ...state, quarantine: [...state.quarantine, ...fresh.map((key) => ({ key, release, ...decision }))] };
}

/** Keeps a release, and whatever has the same bytes, out of an environment and of what comes after it. */
export async function quarantine(delivery: Writer, environment: string, request: QuarantineRequest): Promise<void> {
  const { name } = environmentNamed(delivery.desired, environment);
  const reason = reasonGiven(request.reason);
  const release = await releaseNamed(delivery, request.release);
  const keys = quarantineKeys(release, name, request.images);
  const at = new Date(await delivery.host.now()).toISOString();
  await changeState(delivery, `Quarantine release ${release.id} in ${name}`, (state) =>
    withQuarantine(state, release.id, keys, { by: request.by, at, reason }),
  );
}

/** Lets a release in again: lifts the quarantine of its manifests there and of its images. @throws DeliveryError when it is not quarantined */
export async function lift(delivery: Writer, environment: string, request: Omit<QuarantineRequest, 'images'>): Promise<void> {
  const { name } = environmentNamed(delivery.desired, environment);
  const reason = reasonGiven(request.reason);
  const release = await releaseNamed(delivery, request.release);
  const digests = new Set(imagesOf(release.images).map((image) => image.digest));
  const lifted = { by: request.by, at: new Date(await delivery.host.now()).toISOString(), reason };
  await changeState(delivery, `Lift the quarantine of release ${release.id} in ${name}`, (state) => {
    const isIt = ({ key, lifted: over }: QuarantineEntry): boolean =>
      !over && (key.kind === 'image' ? digests.has(key.digest) : key.environment === name && key.tree === release.trees[name]);
    if (!state.quarantine.some(isIt))
      refuseDelivery(`release ${release.id} is not quarantined in ${name}`, `look at \`stagegate status ${name}\` for what is`);
    return { ...state, quarantine: state.quarantine.map((entry) => (isIt(entry) ? { ...entry, lifted } : entry)) };
  });
}

import { resolve as resolvePath } from 'node:path';
import type { NewImage, ReleaseRequest } from '../delivery';
import type { DeliveryEnvironment } from '../desired/desired-state';
import { plainRecord, readYaml } from './compiled-program';
import type { Session } from './delivery-session';
import { type Io, WrongUseError } from './io';
import { packageVersion } from './version';

type Options = Readonly<Record<string, unknown>>;

/** New images by service or slot, from `--image SERVICE=REPOSITORY@DIGEST` and `--images FILE`. */
export function givenImages(io: Io, options: Options): ReadonlyMap<string, string> {
  const images = new Map<string, string>();
  if (options.images !== undefined) {
    const shown = String(options.images);
    for (const [service, image] of Object.entries(plainRecord(readYaml(resolvePath(io.folder, shown), shown), shown)))
      images.set(service, String(image));
  }
  for (const text of (options.image as readonly string[] | undefined) ?? []) {
    const [, service, image] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (service === undefined || image === undefined)
      throw new WrongUseError(`--image ${text} names no service and image`, 'write --image backend=registry/name@sha256:…');
    images.set(service, image);
  }
  return images;
}

/**
 * What is asked of `release create`: images with the ref and commit that they were built from. Both have defaults where there is one right
 * answer: the declared source of the environment, and the head of that ref when the delivery repository holds it.
 *
 * @throws WrongUseError when they have not.
 */
export async function releaseRequest(io: Io, session: Session, options: Options): Promise<ReleaseRequest> {
  const { programHead, render } = session;
  const environment = bornIn(session, options.environment as string | undefined);
  const given = givenImages(io, options);
  const images: NewImage[] = [];
  for (const [slot, image] of given) images.push({ slot, image, source: await sourceOf(session, environment, slot, options) });
  return { environment: environment.name, images, config: programHead, tool: packageVersion(), render };
}

function bornIn({ desired }: Session, given: string | undefined): DeliveryEnvironment {
  const sources = desired.delivery.environments.filter((environment) => environment.source !== undefined);
  const names = sources.map(({ name }) => name).join(', ');
  if (given !== undefined) {
    const found = sources.find(({ name }) => name === given);
    return found ?? wrong(`releases are not born in ${given}`, names === '' ? 'declare a source' : `choose one of ${names}`);
  }
  const [only, second] = sources;
  if (only === undefined) return wrong('no environment has a source', 'declare where releases are born: source on an Environment');
  return second === undefined ? only : wrong(`releases are born in ${names}`, 'name one with --environment');
}

async function sourceOf(
  { delivery, desired }: Session,
  environment: DeliveryEnvironment,
  slot: string,
  options: Options,
): Promise<NewImage['source']> {
  const service = desired.delivery.services.find(({ name, images }) => name === slot || images.some((image) => image.slot === slot));
  const repository = (options.repository as string | undefined) ?? service?.repository ?? desired.delivery.repository;
  const { source } = environment;
  const ref = (options.ref as string | undefined) ?? (source?.kind === 'branch' ? `refs/heads/${source.pattern}` : undefined);
  if (ref === undefined) return wrong('it is not said from which tag the images were built', 'give --ref refs/tags/…');
  const commit =
    (options.commit as string | undefined) ?? (repository === delivery.desired.repository ? await delivery.store.tryRef(ref) : undefined);
  if (commit === undefined)
    return wrong(`it is not said from which commit of ${repository} the images were built`, 'give --commit with the whole commit id');
  return { repository, ref, commit };
}

function wrong(message: string, remedy: string): never {
  throw new WrongUseError(message, remedy);
}

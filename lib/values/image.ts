import { refuse, shown } from './diagnostic';

const IMAGE_BY_DIGEST = /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+@sha256:[0-9a-f]{64}$/;

/** An image as releases record it. */
export interface ImageReference {
  /** Without tag or digest. */
  readonly repository: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
}

/** Whether a value is an image by its digest: `registry/name@sha256:` and 64 hexadecimal digits. */
export function isImageByDigest(value: unknown): value is string {
  return typeof value === 'string' && IMAGE_BY_DIGEST.test(value);
}

/**
 * An image by its digest, given as text or as releases record it.
 *
 * @throws InvalidValueError SG010 when it is named by a tag, or is no image.
 */
export function imageByDigest(image: string | ImageReference, path: string): string {
  const text = typeof image === 'object' && image !== null ? `${image.repository}@${image.digest}` : image;
  if (isImageByDigest(text)) return text;
  return refuse({
    code: 'SG010',
    name: 'invalid-image',
    path,
    message: 'an image is not named by its digest',
    given: shown(image),
    expected: "'registry/name@sha256:' and 64 hexadecimal digits, since a tag can be moved to other bytes",
    remedy: 'write the digest that the registry gave for the image when it was pushed',
  });
}

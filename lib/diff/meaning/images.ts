import type { Meaning } from '../difference';
import { textAt } from '../json';
import { type ChangedObject, type MeaningRule, note, risk, riskInProduction } from './changed-object';
import { containerPairs } from './pods';

/** An image reference in its parts. */
interface Image {
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Which images run. */
export const images: MeaningRule = (changed) => {
  const pairs = containerPairs(changed);
  return pairs.flatMap(({ name, before, after }): Meaning[] => {
    const [was, is] = [textAt(before, 'image') ?? '', textAt(after, 'image') ?? ''];
    if (was === is || was.includes('{{slot:') || is.includes('{{slot:')) return [];
    const subject = pairs.length === 1 ? 'image' : `image of ${name}`;
    return imageMeanings(subject, imageOf(was), imageOf(is), changed);
  });
};

function imageMeanings(subject: string, was: Image, is: Image, { tier }: ChangedObject): Meaning[] {
  const version = `${subject} ${versionOf(was)} → ${versionOf(is)}`;
  const found: Meaning[] = [];
  if (was.digest !== undefined && is.digest === undefined)
    found.push(riskInProduction(tier, `${version}: no longer by its digest, so that other bytes may run under the same name`));
  if (registryOf(was) !== registryOf(is)) found.push(risk(`${subject} comes from ${registryOf(is)} in place of ${registryOf(was)}`));
  else if (was.repository !== is.repository) found.push(note(`${subject} is ${is.repository} in place of ${was.repository}`));
  if (found.length === 0) found.push(note(version));
  return found;
}

function imageOf(reference: string): Image {
  const [named = '', digest] = reference.split('@');
  const tag = /:([^:/]+)$/.exec(named)?.[1];
  const repository = tag === undefined ? named : named.slice(0, -tag.length - 1);
  return { repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** The tag, or the first characters of the digest. */
function versionOf({ tag, digest }: Image): string {
  return tag ?? digest?.replace(/^sha256:/, '').slice(0, 7) ?? 'latest';
}

function registryOf({ repository }: Image): string {
  const [first = '', ...rest] = repository.split('/');
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : 'docker.io';
}

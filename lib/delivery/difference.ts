import type { ReleaseImages } from './release';
import { imagesOf } from './release';
import type { Files } from './store';

/** A file of manifests, which holds one object, that differs. */
export interface ObjectChange {
  readonly action: 'added' | 'changed' | 'removed';
  /** Path below `manifests/`: `<service>/<object>.yaml`. */
  readonly path: string;
}

/** An image slot whose image differs. */
export interface ImageChange {
  readonly service: string;
  readonly slot: string;
  /** `repository@sha256:…`; absent when there is none on that side. */
  readonly before?: string;
  readonly after?: string;
}

/** Object by object, what differs between two folders of manifests, in order of path. */
export function objectChanges(before: Files, after: Files): readonly ObjectChange[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].filter((path) => !path.endsWith('.gitkeep')).sort();
  return paths.flatMap((path): ObjectChange[] => {
    const [was, is] = [before.get(path), after.get(path)];
    if (was === is) return [];
    return [{ action: was === undefined ? 'added' : is === undefined ? 'removed' : 'changed', path }];
  });
}

/** Slot by slot, which images differ. */
export function imageChanges(before: ReleaseImages | undefined, after: ReleaseImages | undefined): readonly ImageChange[] {
  const [was, is] = [before, after].map((images) => new Map(imagesOf(images ?? {}).map((image) => [image.slot, image])));
  const slots = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])].sort();
  return slots.flatMap((slot): ImageChange[] => {
    const [old, fresh] = [was?.get(slot), is?.get(slot)];
    if (old?.digest === fresh?.digest && old?.repository === fresh?.repository) return [];
    const service = fresh?.service ?? old?.service ?? '';
    return [
      {
        service,
        slot,
        ...(old && { before: `${old.repository}@${old.digest}` }),
        ...(fresh && { after: `${fresh.repository}@${fresh.digest}` }),
      },
    ];
  });
}

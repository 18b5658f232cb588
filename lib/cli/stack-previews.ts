import { existsSync, readdirSync } from 'node:fs';
import { join, resolve as resolvePath } from 'node:path';
import { readPulumiPreview, type StackPreview } from '../report/pulumi-preview';
import { previewWithoutSecrets } from '../report/without-secrets';
import { readBounded } from './difference-file';
import type { Io } from './io';

/** Files beyond which a folder holds no stacks of a platform. */
const MOST_FILES = 200;

/** What `pulumi preview --json` printed for each stack, in a file that is named after it, `acme/shop/prod.json`; none without such a folder. */
export function stackPreviews({ folder }: Pick<Io, 'folder'>, shown: string | undefined, known: readonly string[]): StackPreview[] {
  const path = shown === undefined ? undefined : resolvePath(folder, shown);
  if (shown === undefined || path === undefined || !existsSync(path)) return [];
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).flatMap((name) => /^(.+)\.json$/.exec(name)?.[1] ?? []);
  return names
    .sort()
    .slice(0, MOST_FILES)
    .map((name) => {
      const file = `${name}.json`;
      return previewWithoutSecrets(readPulumiPreview(name.replaceAll('\\', '/'), readBounded(join(path, file), join(shown, file))), known);
    });
}

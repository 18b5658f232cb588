import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { wrongUse } from './error';
import { COMMIT, RELEASE_ID, recordFile, TEXT } from './record';
import { IMAGES_SCHEMA } from './release';
import type { RenderedEnvironment, RenderedRelease } from './release-render';
import type { Files } from './store';

const draft = recordFile<Omit<RenderedRelease, 'environments'>>({
  type: 'object',
  additionalProperties: false,
  required: ['environment', 'config', 'images', 'tool', 'desired', 'notes'],
  properties: {
    environment: TEXT,
    config: COMMIT,
    images: IMAGES_SCHEMA,
    tool: TEXT,
    parent: RELEASE_ID,
    desired: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    notes: { type: 'array', items: { type: 'string' } },
  },
});

const FOLDERS = ['manifests', 'bootstrap'] as const;
const ENVIRONMENT = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Writes what was rendered into an empty or new folder: `draft.yaml`, `<environment>/manifests/**`, `<environment>/bootstrap/**`. */
export async function writeRenderedRelease(folder: string, rendered: RenderedRelease): Promise<void> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) wrongUse(`${folder} is not empty`, 'give a new folder');
  for (const [name, environment] of rendered.environments) {
    for (const part of FOLDERS) {
      for (const [path, content] of environment[part]) {
        const file = join(folder, name, part, path);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, content);
      }
    }
  }
  const { environments: _, ...rest } = rendered;
  await writeFile(join(folder, 'draft.yaml'), draft.write(rest));
}

/** Reads what another job rendered; nothing in it is trusted before `storeRelease` has checked it. Links are refused. @throws DeliveryError */
export async function readRenderedRelease(folder: string): Promise<RenderedRelease> {
  const text = await readFile(join(folder, 'draft.yaml'), 'utf8').catch(() =>
    wrongUse(`${folder} holds no rendered release`, 'run `stagegate release create --out` first'),
  );
  const environments = new Map<string, RenderedEnvironment>();
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name === 'draft.yaml') continue;
    if (!entry.isDirectory() || !ENVIRONMENT.test(entry.name))
      wrongUse(`${entry.name} does not belong into a rendered release`, 'render again into a new folder');
    const [manifests, bootstrap] = await Promise.all(FOLDERS.map((part) => filesUnder(join(folder, entry.name, part))));
    environments.set(entry.name, { manifests: manifests ?? new Map(), bootstrap: bootstrap ?? new Map() });
  }
  return { ...draft.read(text, join(folder, 'draft.yaml')), environments };
}

async function filesUnder(root: string): Promise<Files> {
  const files = new Map<string, string>();
  const walk = async (path: string): Promise<void> => {
    const found = await lstat(path);
    if (found.isFile()) files.set(relative(root, path).split(sep).join('/'), await readFile(path, 'utf8'));
    else if (found.isDirectory()) for (const name of (await readdir(path)).sort()) await walk(join(path, name));
    else wrongUse(`${path} is a link or a device`, 'render again into a new folder');
  };
  const there = await lstat(root).catch(() => undefined);
  if (there !== undefined) await walk(root);
  return files;
}

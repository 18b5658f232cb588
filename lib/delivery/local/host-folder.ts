import { chmod, mkdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { DesiredRuleset } from '../../desired/desired-state';
import { wrongUse } from '../error';
import { ensureBareRepository } from '../git/bare-repository';
import { removeAbandoned, replaceFile, tryCreateFile } from './durable-files';
import { checkedPeople, type People } from './people';
import { recordWorkshop } from './pull-request-log';
import { checkedRulesets } from './rulesets';

/** What lies where in the folder of a local host. */
export interface HostFolder {
  readonly root: string;
  /** The bare repository. */
  readonly repository: string;
  /** Who there is; written by people. */
  readonly people: string;
  /** Rulesets of the repository, as GitHub's interface takes them. */
  readonly rulesets: string;
  /** Pull requests, statuses, reviews: nothing for people to write. */
  readonly data: string;
}

export function hostFolder(root: string): HostFolder {
  return {
    root,
    repository: join(root, 'repository.git'),
    people: join(root, 'people.yaml'),
    rulesets: join(root, 'rulesets.json'),
    data: join(root, 'host'),
  };
}

/** Settings of the bare repository. */
const settings: readonly (readonly [string, string])[] = [
  // Everything that a ref may lead to is on the disk before the ref is.
  ['core.fsync', 'objects,reference'],
  ['core.fsyncMethod', 'batch'],
  ['receive.denyDeleteCurrent', 'refuse'],
  ['gc.autoDetach', 'false'],
];

export interface LocalHostProps {
  readonly people: People;
  /** @default main */
  readonly defaultBranch?: string;
  /** @default none: everybody may do what his role allows */
  readonly rulesets?: readonly DesiredRuleset[];
}

/**
 * Makes a local host in a folder: a bare repository with the hook that enforces rulesets, `people.yaml`, and room for pull requests and
 * statuses. Safe to repeat: what exists stays, and what a killed call left out is added.
 *
 * @throws DeliveryError when the people or the rulesets are wrong.
 */
export async function createLocalHost(root: string, props: LocalHostProps): Promise<void> {
  const folder = hostFolder(root);
  const people = checkedPeople(props.people, 'people');
  const rulesets = checkedRulesets(props.rulesets ?? [], 'rulesets');
  await mkdir(folder.data, { recursive: true });
  const prepare = (gitDir: string): Promise<void> => installHook(folder, gitDir);
  await ensureBareRepository(folder.repository, { defaultBranch: props.defaultBranch ?? 'main', settings, prepare });
  await tryCreateFile(folder.rulesets, rulesetsText(rulesets));
  // Last, as its presence says that the host is complete.
  await tryCreateFile(folder.people, stringify(people));
}

/**
 * Replaces the rulesets of a local host, as applying a stack does on GitHub.
 *
 * @throws DeliveryError when a ruleset holds a slot, or something that the host does not enforce.
 */
export async function writeLocalRulesets(root: string, rulesets: readonly DesiredRuleset[]): Promise<void> {
  await replaceFile(hostFolder(root).rulesets, rulesetsText(checkedRulesets(rulesets, 'rulesets')));
}

function rulesetsText(rulesets: readonly DesiredRuleset[]): string {
  return `${JSON.stringify(rulesets, undefined, 2)}\n`;
}

/** @throws DeliveryError when the folder holds no local host. */
export async function existingHost(root: string): Promise<HostFolder> {
  const folder = hostFolder(root);
  const found = await Promise.all([folder.repository, folder.people].map((path) => stat(path).catch(() => undefined)));
  if (found.includes(undefined))
    wrongUse(`${root} holds no local host: repository.git or people.yaml is missing`, 'create one there first');
  await installHook(folder);
  await removeAbandoned(folder.root);
  await removeAbandoned(recordWorkshop(folder.data));
  return folder;
}

/** Writes the pre-receive hook, which runs this very package; does nothing when it is there already. */
async function installHook(folder: HostFolder, repository = folder.repository): Promise<void> {
  const path = join(repository, 'hooks', 'pre-receive');
  const content = `#!/bin/sh\n# Enforces the rulesets of ${folder.rulesets}; written anew whenever the host is opened.\nexec ${hookCommand().map(quoted).join(' ')}\n`;
  if ((await readFile(path, 'utf8').catch(() => undefined)) === content) return;
  await replaceFile(path, content, 0o777);
  await chmod(path, 0o755);
}

/** Node with the compiled hook; run from its source, jiti translates it. */
function hookCommand(): readonly string[] {
  const compiled = join(__dirname, 'pre-receive.js');
  if (__filename.endsWith('.js')) return [process.execPath, compiled];
  const jiti = join(createRequire(__filename).resolve('jiti/package.json'), '..', 'lib', 'jiti-cli.mjs');
  return [process.execPath, jiti, join(__dirname, 'pre-receive.ts')];
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

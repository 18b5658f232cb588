import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, symlink, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { outside } from '../delivery/error';
import { withoutCredentials } from '../delivery/git/git-process';
import type { Io } from './io';

/** Installs exactly what a lock file says. Scripts of packages do not run: a program declares, and needs nothing that they build. */
interface Manager {
  readonly command: string;
  readonly args: readonly string[];
}

const NPM: Manager = { command: 'npm', args: ['ci', '--ignore-scripts', '--no-audit', '--no-fund'] };
const MANAGERS: readonly (readonly [lockFile: string, manager: (lock: string) => Manager])[] = [
  ['npm-shrinkwrap.json', () => NPM],
  ['package-lock.json', () => NPM],
  ['pnpm-lock.yaml', () => ({ command: 'pnpm', args: ['install', '--frozen-lockfile', '--ignore-scripts'] })],
  [
    'yarn.lock',
    (lock) =>
      lock.includes('__metadata:')
        ? { command: 'yarn', args: ['install', '--immutable', '--mode=skip-build'] }
        : { command: 'yarn', args: ['install', '--frozen-lockfile', '--ignore-scripts'] },
  ],
  ['bun.lock', () => ({ command: 'bun', args: ['install', '--frozen-lockfile', '--ignore-scripts'] })],
];

/** Folders of packages that are kept for the next comparison. */
const MOST_KEPT = 8;
/** How long an installation may take, milliseconds. */
const LONGEST_INSTALLATION = 10 * 60_000;

/**
 * Gives a checkout the packages that its program uses: those that are installed in the work tree when its lock file is the same there, else
 * what its own lock file says, kept by what it says for the next time.
 *
 * @param folder path of the program's folder from both roots
 * @throws DeliveryError of kind `outside` when they cannot be installed.
 */
export async function providePackages(
  io: Pick<Io, 'note' | 'environment'>,
  from: { readonly worktree: string; readonly checkout: string; readonly folder: string; readonly shown: string },
): Promise<void> {
  const { worktree, checkout, folder, shown } = from;
  const levels = foldersUpFrom(folder);
  const place = levels.find((level) => lockFileIn(join(checkout, level)) !== undefined);
  const lockFile = place === undefined ? undefined : lockFileIn(join(checkout, place));
  if (place === undefined || lockFile === undefined || sameFile(join(checkout, place, lockFile), join(worktree, place, lockFile))) {
    for (const level of levels) await share(join(worktree, level), join(checkout, level));
    return;
  }
  await install(io, join(checkout, place), lockFile, shown);
}

/** A folder and those around it, up to the root, by their paths from there. */
function foldersUpFrom(folder: string): string[] {
  const parts = folder.split('/').filter((part) => part !== '' && part !== '.');
  return Array.from({ length: parts.length + 1 }, (_, index) => parts.slice(0, parts.length - index).join('/'));
}

function lockFileIn(folder: string): string | undefined {
  return MANAGERS.map(([name]) => name).find((name) => existsSync(join(folder, name)));
}

function sameFile(one: string, other: string): boolean {
  return existsSync(other) && readFileSync(one).equals(readFileSync(other));
}

async function share(from: string, to: string): Promise<void> {
  const packages = join(from, 'node_modules');
  if (existsSync(packages) && existsSync(to) && !existsSync(join(to, 'node_modules')))
    await symlink(packages, join(to, 'node_modules'), 'junction');
}

async function install(io: Pick<Io, 'note' | 'environment'>, folder: string, lockFile: string, shown: string): Promise<void> {
  const lock = readFileSync(join(folder, lockFile), 'utf8');
  const { command, args } = (MANAGERS.find(([name]) => name === lockFile)?.[1] ?? (() => NPM))(lock);
  const files = ['package.json', lockFile, '.npmrc', '.yarnrc.yml', '.yarnrc'].filter((name) => existsSync(join(folder, name)));
  const cache = isSelfContained(folder) ? join(cacheFolder(io.environment), digestOf(folder, files)) : undefined;
  if (cache !== undefined && existsSync(cache)) {
    await utimes(cache, new Date(), new Date());
    await symlink(join(cache, 'node_modules'), join(folder, 'node_modules'), 'junction');
    return;
  }
  io.note(`installing the packages of ${shown}, whose ${lockFile} is another: ${command} ${args.join(' ')}`);
  if (cache === undefined) {
    await runInstaller(io, command, args, folder);
    return;
  }
  const making = `${cache}.${randomUUID()}`;
  try {
    await mkdir(making, { recursive: true });
    for (const name of files) await copyFile(join(folder, name), join(making, name));
    await runInstaller(io, command, args, making);
    await mkdir(join(making, 'node_modules'), { recursive: true });
    // It may hold a token.
    for (const name of ['.npmrc', '.yarnrc.yml', '.yarnrc']) await rm(join(making, name), { force: true });
    await rename(making, cache).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  await symlink(join(cache, 'node_modules'), join(folder, 'node_modules'), 'junction');
  await forgetOldest(dirname(cache));
}

/** Whether a manifest and its lock file are all that an installation reads: no workspaces, and no packages that lie beside. */
function isSelfContained(folder: string): boolean {
  if (['pnpm-workspace.yaml', '.yarn', '.pnpmfile.cjs'].some((name) => existsSync(join(folder, name)))) return false;
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Readonly<Record<string, unknown>>;
  if (manifest.workspaces !== undefined) return false;
  const wanted = ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides', 'resolutions', 'pnpm'].map(
    (field) => manifest[field],
  );
  return !/"(?:file|link|portal|workspace|patch):/.test(JSON.stringify(wanted));
}

function digestOf(folder: string, files: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify([process.versions.modules, process.platform, process.arch]));
  for (const name of files) hash.update(`\0${name}\0`).update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 32);
}

function cacheFolder(environment: Io['environment']): string {
  return join(environment.XDG_CACHE_HOME || environment.LOCALAPPDATA || join(homedir(), '.cache'), 'stagegate', 'packages');
}

async function forgetOldest(folder: string): Promise<void> {
  const kept = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() && /^[0-9a-f]{32}$/.test(entry.name));
  const byAge = kept
    .map(({ name }) => ({ path: join(folder, name), at: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const { path } of byAge.slice(MOST_KEPT)) await rm(path, { recursive: true, force: true });
}

function runInstaller(io: Pick<Io, 'environment'>, command: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = {
      cwd,
      env: { ...process.env, ...io.environment },
      timeout: LONGEST_INSTALLATION,
      maxBuffer: 64 * 1024 * 1024,
      shell: process.platform === 'win32',
    };
    execFile(command, [...args], options, (error, stdout, stderr) => {
      if (error === null) return resolve();
      const said = withoutCredentials(`${stderr}\n${stdout}`.trim()).split('\n').slice(-3).join(' ').trim();
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      try {
        outside(
          isMissing ? `${command} is not installed` : `the packages of the base cannot be installed: ${said || error.message}`,
          isMissing
            ? `install ${command}, with which the base was locked`
            : 'look at the network and the registry, and run the command again',
          error,
        );
      } catch (failure) {
        reject(failure);
      }
    });
  });
}

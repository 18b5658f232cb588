/**
 * Finds a program that is on this machine already, on the PATH or among Pulumi's plugins, in a version that serves as well as the one
 * that would be built. Each program says in programs.mjs how it is asked for its version and which it takes.
 */

import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const pluginVersion = join(dirname(fileURLToPath(import.meta.url)), 'plugin-version.mjs');

/** The folder that holds a good copy of the program, its version, and whence: `PATH` or `plugins`. Undefined when there is none. */
export function installed(program) {
  if (program.installed === undefined) return undefined;
  for (const { folder, from } of places(program)) {
    const path = join(folder, program.name);
    if (!executable(path)) continue;
    const version = ask(path, program.installed.ask);
    if (version !== undefined && serves(version, program)) return { folder, version: program.version.replace(/\d.*/, '') + version, from };
  }
  return undefined;
}

function places({ installed: { plugin } }) {
  const onPath = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const plugins = join(process.env.PULUMI_HOME || join(homedir(), '.pulumi'), 'plugins');
  return [
    ...(plugin === undefined ? [] : [{ folder: join(plugins, plugin), from: 'plugins' }]),
    ...onPath.map((folder) => ({ folder, from: 'PATH' })),
  ];
}

function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The version that a program tells, without `v`. Pulumi's plugins are asked as the engine asks them, unless they take an argument for it. */
function ask(path, args) {
  const [command, all] = args === undefined ? [process.execPath, [pluginVersion, path]] : [path, args];
  const { status, stdout } = spawnSync(command, all, { encoding: 'utf8', timeout: 10_000, stdio: ['ignore', 'pipe', 'ignore'] });
  return status === 0 ? /(?<![\d.])\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?/.exec(stdout)?.[0] : undefined;
}

/** Whether a version is the one of programs.mjs or, where that says so, one of the same major that is not older than another. */
function serves(version, { version: wanted, installed: { atLeast } }) {
  if (atLeast === undefined) return version === wanted.replace(/^v/, '');
  const [given, least] = [version, atLeast].map((text) => text.split('-')[0].split('.').map(Number));
  const differing = given.findIndex((part, index) => part !== least[index]);
  return given[0] === least[0] && (differing === -1 || given[differing] > least[differing]);
}

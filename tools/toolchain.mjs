/**
 * `npm run toolchain`: builds and installs the programs of the end-to-end tests (programs.mjs) into
 * `<user cache>/stagegate/toolchain/<name>-<hash>`, where the hash covers everything that decides the result: the entry in
 * programs.mjs and the files of `programs/<module>`. A program that is there is left alone, so a run that was stopped goes on
 * where it was, and only what changed is built again. One that this machine has already in a good version (installed.mjs) is not built.
 *
 * Exit codes: 0 all there, 2 unknown option or program, 3 something outside failed (go, python3, network, disk), 130 interrupted.
 */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { constants, homedir, setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { moduleFolder } from './custom-resources.mjs';
import { installed } from './installed.mjs';
import { programs } from './programs.mjs';

const sources = join(dirname(fileURLToPath(import.meta.url)), 'programs');

const usage = `usage: npm run toolchain -- [options]

  --only NAME   build this program alone (may be repeated)
  --list        print every program with its version and whether it is there, built or installed; build nothing
  --where       print the folders of the programs that are there, and from where each comes; build nothing
  --json        with --where: as JSON, name → { folder, from, version }, or null when it is not there
  --help        print this`;

class Outside extends Error {}

function cacheRoot() {
  if (process.env.XDG_CACHE_HOME) return join(process.env.XDG_CACHE_HOME, 'stagegate', 'toolchain');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'stagegate', 'toolchain');
  if (process.platform === 'win32' && process.env.LOCALAPPDATA) return join(process.env.LOCALAPPDATA, 'stagegate', 'toolchain');
  return join(homedir(), '.cache', 'stagegate', 'toolchain');
}

/** Files of the program's own recipe; none for files, which their sources describe. */
function recipeFolder(program) {
  if (program.kind === 'go') return join(sources, program.module);
  if (program.kind === 'python') return join(sources, program.name);
  return undefined;
}

function key(program) {
  const { purpose: _purpose, installed: _installed, ...recipe } = program;
  const hash = createHash('sha256').update(JSON.stringify([recipe, process.platform, process.arch]));
  const folder = recipeFolder(program);
  for (const file of folder === undefined ? [] : readdirSync(folder).sort()) {
    hash.update(`\0${file}\0`).update(readFileSync(join(folder, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

const home = (program) => join(cacheRoot(), `${program.name}-${key(program)}`);

/** Where a program is: one of this machine before one that was built. Undefined when it has to be built, or stood in for. */
function place(program) {
  const own = { folder: home(program), from: 'toolchain', version: program.version };
  return installed(program) ?? (existsSync(own.folder) ? own : undefined);
}

const running = new Set();

function run(command, args, { cwd, env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let output = '';
    let printed = '';
    child.stdout.on('data', (chunk) => (printed += chunk));
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', (failure) => {
      running.delete(child);
      reject(new Outside(failure.code === 'ENOENT' ? missing(command) : failure.message));
    });
    child.on('close', (code, signal) => {
      running.delete(child);
      if (code === 0) return resolve(printed);
      const last = output
        .trim()
        .split('\n')
        .filter((line) => !line.startsWith('go: downloading'))
        .slice(-20)
        .join('\n');
      reject(new Outside(`${command} ${args.join(' ')}\nended with ${signal ?? `exit code ${code}`}\n${last}`));
    });
  });
}

function missing(command) {
  if (command === 'go') return 'go is not on the PATH. Install Go 1.26 or later (https://go.dev/dl), then run this again.';
  if (command === 'python3') return 'python3 is not on the PATH. Install Python 3.11 or later with its venv module, then run this again.';
  return `${command} is not on the PATH`;
}

async function buildGo(program, folder) {
  await run(
    'go',
    [
      'build',
      '-trimpath',
      '-buildvcs=false',
      '-ldflags',
      `-s -w ${program.flags ?? ''}`.trim(),
      ...(program.tags === undefined ? [] : ['-tags', program.tags]),
      '-o',
      join(folder, program.name),
      program.package,
    ],
    {
      cwd: recipeFolder(program),
      env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off' },
    },
  );
  for (const link of program.links ?? []) symlinkSync(program.name, join(folder, link));
  for (const [file, args] of Object.entries(program.writes ?? {}))
    writeFileSync(join(folder, file), await run(join(folder, program.name), args));
}

async function installPython(program, folder) {
  await run('python3', ['-m', 'venv', join(folder, 'venv')]);
  const python = join(folder, 'venv', 'bin', 'python');
  await run(python, [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--requirement',
    join(recipeFolder(program), 'requirements.txt'),
  ]);
  // Scripts that pip wrote name the folder of the installation, which is about to be renamed.
  const start = program.entry === undefined ? `"$here/venv/bin/${program.name}"` : `"$here/venv/bin/python" -m ${program.entry}`;
  const launcher = join(folder, program.name);
  writeFileSync(launcher, `#!/bin/sh\nhere=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)\nexec ${start} "$@"\n`);
  chmodSync(launcher, 0o755);
}

function copyFiles(program, folder) {
  for (const source of program.sources) {
    const from = join(moduleFolder(source), source.folder);
    const to = join(folder, source.name);
    mkdirSync(to, { recursive: true });
    for (const file of readdirSync(from)) {
      if (!file.endsWith('.yaml') || file === 'kustomization.yaml') continue;
      if (source.kinds !== undefined && !defines(join(from, file), source.kinds)) continue;
      cpSync(join(from, file), join(to, file));
      chmodSync(join(to, file), 0o644);
    }
  }
}

/** Whether a custom resource definition is of one of the kinds. The others would only slow the API server down. */
function defines(file, kinds) {
  const [, kind] = /^spec:\n(?: {2}.*\n)*? {2}names:\n(?: {4}.*\n)*? {4}kind: (\w+)$/m.exec(readFileSync(file, 'utf8')) ?? [];
  return kinds.includes(kind);
}

async function make(program) {
  const target = home(program);
  const unfinished = `${target}.unfinished-${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    if (program.kind === 'go') await buildGo(program, unfinished);
    else if (program.kind === 'python') await installPython(program, unfinished);
    else copyFiles(program, unfinished);
    if (!existsSync(target)) renameSync(unfinished, target);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** Folders that a killed run left behind. */
function sweep() {
  for (const name of existsSync(cacheRoot()) ? readdirSync(cacheRoot()) : []) {
    const owner = /\.unfinished-(\d+)$/.exec(name)?.[1];
    if (owner !== undefined && !alive(Number(owner))) rmSync(join(cacheRoot(), name), { recursive: true, force: true });
  }
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (failure) {
    return failure.code === 'EPERM';
  }
}

async function build(wanted) {
  sweep();
  const lacking = [];
  for (const program of wanted) {
    const found = place(program);
    if (found?.from !== undefined && found.from !== 'toolchain')
      console.log(`${program.name} ${found.version} of ${found.folder} is taken`);
    if (found === undefined) lacking.push(program);
  }
  if (lacking.length < wanted.length) console.log(`${wanted.length - lacking.length} of ${wanted.length} programs are there already`);
  if (lacking.length === 0) return;

  // Builds take minutes and all cores: let everything else on the machine go first.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  for (const [index, program] of lacking.entries()) {
    const started = Date.now();
    process.stdout.write(`[${index + 1}/${lacking.length}] ${program.name} ${program.version} … `);
    try {
      await make(program);
    } catch (failure) {
      console.log('failed');
      throw failure;
    }
    console.log(`${((Date.now() - started) / 1000).toFixed(0)} s`);
  }
}

function list() {
  for (const program of programs) {
    const found = place(program);
    const version = found?.version ?? program.version;
    console.log(`${program.name.padEnd(26)} ${version.padEnd(9)} ${stateOf(program, found).padEnd(8)} ${program.purpose}`);
  }
}

/** `there` when it was built, otherwise whence it is taken; what is not there is `missing`, or has a stand-in in the test bed. */
function stateOf(program, found) {
  if (found !== undefined) return found.from === 'toolchain' ? 'there' : found.from;
  return program.kind === 'plugin' ? 'stand-in' : 'missing';
}

function where(asJson) {
  const found = programs.map((program) => ({ program, at: place(program) }));
  if (asJson) return console.log(JSON.stringify(Object.fromEntries(found.map(({ program, at }) => [program.name, at ?? null])), null, 2));
  for (const { program, at } of found) {
    console.log(`${program.name.padEnd(26)} ${stateOf(program, at).padEnd(8)}${at === undefined ? '' : ` ${at.folder}`}`);
  }
}

function options() {
  try {
    return parseArgs({
      options: {
        only: { type: 'string', multiple: true },
        list: { type: 'boolean' },
        where: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (failure) {
    console.error(`${failure.message}\n\n${usage}`);
    process.exit(2);
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const child of running) child.kill('SIGTERM');
    sweepOwn();
    console.error(`\nstopped; the next run goes on from here`);
    process.exit(130);
  });
}

function sweepOwn() {
  for (const program of programs) rmSync(`${home(program)}.unfinished-${process.pid}`, { recursive: true, force: true });
}

const given = options();
const unknown = (given.only ?? []).filter((name) => !programs.some((program) => program.name === name));
if (unknown.length > 0) {
  console.error(`no program named ${unknown.join(', ')}; there are ${programs.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
if (given.help) console.log(usage);
else if (given.list) list();
else if (given.where || given.json) where(given.json === true);
else {
  try {
    const wanted = programs.filter(({ name }) => given.only === undefined || given.only.includes(name));
    await build(wanted.filter(({ kind }) => kind !== 'plugin'));
    console.log(`programs are in ${cacheRoot()}`);
  } catch (failure) {
    console.error(failure.message);
    process.exit(3);
  }
}

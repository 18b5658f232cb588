import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A program to be run in the background until the bed stops. */
export interface Background {
  /** Name of the log, unique in the scratch folder. */
  readonly name: string;
  /** Executable, absolute. */
  readonly command: string;
  readonly args: readonly string[];
  /** Set beside the bed's own environment. @default {} */
  readonly env?: Readonly<Record<string, string>>;
}

/** A program to be run to its end. */
export interface Foreground {
  /** Executable, absolute. */
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Set beside the bed's own environment. @default {} */
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads on stdin. @default nothing */
  readonly input?: string;
  /** Kills it, as `kill -9` does. @default never */
  readonly killed?: AbortSignal;
}

/** How a program ended. */
export interface Ended {
  /** Exit code, or the signal that ended it. */
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/** A temporary folder and the programs that run in it. Both are gone after `stop`, and also when the process ends without it. */
export interface Scratch {
  readonly folder: string;
  /** Environment of every program of the bed: nothing of the user's but PATH, so that no credential and no configuration reaches it. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts a program. */
  start(program: Background): void;
  /** Runs a program to its end, whatever its exit code. */
  run(program: Foreground): Promise<Ended>;
  /** Last lines that a program wrote. */
  log(name: string, lines?: number): string;
  /**
   * Asks `probe` every 100 ms until it answers something other than undefined, and returns that.
   * @throws when `within` milliseconds passed, or a program of the bed ended meanwhile; the message has what `what` says.
   */
  until<T>(what: string | (() => string), probe: () => Promise<T | undefined> | T | undefined, within: number): Promise<T>;
  /** Ends all programs, last started first, and removes the folder. */
  stop(): Promise<void>;
}

export function openScratch(): Scratch {
  const folder = mkdtempSync(join(tmpdir(), 'stagegate-bed-'));
  for (const name of ['home', 'tmp', 'logs']) mkdirSync(join(folder, name));
  const keep = process.env.STAGEGATE_BED_KEEP !== undefined;
  const warden = startWarden(folder, keep);
  const ended = new Map<string, string>();
  let stopping: Promise<void> | undefined;

  const env = {
    PATH: process.env.PATH ?? '',
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
    LANG: 'C.UTF-8',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    // Go programs collect no garbage below this limit: collecting is a quarter of what an API server does as it starts.
    GOGC: 'off',
    GOMEMLIMIT: '700MiB',
  };

  const tell = (message: object): void => {
    warden.stdin?.write(`${JSON.stringify(message)}\n`);
  };
  const log = (name: string, lines = 15): string => {
    const text = readFileSync(join(folder, 'logs', `${name}.log`), 'utf8').trimEnd();
    return text.split('\n').slice(-lines).join('\n');
  };

  return {
    folder,
    env,
    log,

    start({ name, command, args, env: own = {} }) {
      const output = openSync(join(folder, 'logs', `${name}.log`), 'a');
      const child = spawn(command, args, {
        cwd: folder,
        env: { ...env, ...own },
        detached: true,
        stdio: ['ignore', output, output],
      });
      closeSync(output);
      child.on('error', (failure) => ended.set(name, failure.message));
      const { pid } = child;
      if (pid === undefined) return;
      tell({ add: pid });
      child.on('exit', (code, signal) => {
        if (stopping !== undefined) return;
        tell({ remove: pid });
        ended.set(name, `ended with ${signal ?? `exit code ${code}`}`);
      });
      child.unref();
    },

    run({ command, args, cwd, env: own = {}, input, killed }) {
      return new Promise((resolve, reject) => {
        const child = spawn(command, args, { cwd, env: { ...env, ...own }, detached: true, stdio: 'pipe' });
        child.stdin.on('error', () => {}).end(input);
        const { pid } = child;
        if (pid !== undefined) tell({ add: pid });
        const kill = (): boolean => child.kill('SIGKILL');
        killed?.addEventListener('abort', kill, { once: true });
        const printed = { stdout: '', stderr: '' };
        for (const name of ['stdout', 'stderr'] as const) {
          child[name].setEncoding('utf8').on('data', (chunk: string) => {
            printed[name] += chunk;
          });
        }
        child.on('error', reject);
        child.on('close', (code, signal) => {
          killed?.removeEventListener('abort', kill);
          if (pid !== undefined) tell({ remove: pid });
          resolve({ code: code ?? signal ?? 'SIGKILL', ...printed });
        });
      });
    },

    async until(what, probe, within) {
      const deadline = Date.now() + within;
      for (;;) {
        const answer = await probe();
        if (answer !== undefined) return answer;
        const described = typeof what === 'string' ? what : what();
        for (const [name, how] of ended) throw new Error(`waited for ${described}, but ${name} ${how}; its last lines:\n${log(name)}`);
        if (Date.now() > deadline) throw new Error(`waited ${within / 1000} s for ${described}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },

    stop() {
      stopping ??= new Promise((resolve, reject) => {
        warden.ref();
        warden.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the bed in ${folder} was not cleared away`))));
        warden.stdin?.end();
      });
      return stopping;
    },
  };
}

function startWarden(folder: string, keep: boolean): ChildProcess {
  const warden = spawn(process.execPath, [join(__dirname, 'warden.mjs'), folder, ...(keep ? ['--keep'] : [])], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  warden.unref();
  const { stdin } = warden;
  if (stdin !== null && 'unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  return warden;
}

/**
 * Ports on 127.0.0.1 that nothing listens on, and that nothing else is given: below those that systems choose from for connections and
 * for port 0, a thousand for each worker of a run, none twice in one test file.
 */
export async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) {
    const port = PORTS.first + (PORTS.next++ % PORTS.each);
    if (await isFree(port)) found.push(port);
  }
  return found;
}

const PORTS = { first: 12_000 + 1000 * (Number(process.env.JEST_WORKER_ID ?? 1) % 20), each: 1000, next: randomInt(1000) };

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

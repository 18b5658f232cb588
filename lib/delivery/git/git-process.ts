import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { DeliveryError } from '../error';

/** What a git process left behind. */
export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** What a git command that failed where no failure was expected is told as: a DeliveryError of kind `outside`. */
export function gitFailure(args: readonly string[], result: { readonly code: number; readonly stderr: string }): DeliveryError {
  const said = withoutCredentials(result.stderr.trim());
  const message = `git ${withoutCredentials(args.join(' '))} ended with ${result.code}${said === '' ? '' : `: ${said}`}`;
  return new DeliveryError('outside', message, 'mend what git reports, then repeat the command');
}

/** Environment variable that names on whose behalf a push to a local host is made; its pre-receive hook reads it. */
export const IDENTITY_VARIABLE = 'STAGEGATE_AS';

/** Addresses lose their user and password, which may be a token. */
export function withoutCredentials(text: string): string {
  return text.replace(/(\w+:\/\/)[^/@\s]+@/g, '$1');
}

/** Whether a failure is the disk's or a permission's, which no second try mends. */
export function cannotWrite(stderr: string): boolean {
  return /Permission denied|Read-only file system|No space left on device/i.test(stderr);
}

/** Git's words when a ref would have to be a folder of refs, or the other way round; undefined for anything else. */
export function refNameTaken(stderr: string): string | undefined {
  return /'[^']+' exists; cannot create '[^']+'/.exec(stderr)?.[0];
}

/**
 * The environment of every git process: no configuration but the repository's own, so that the same call gives the same objects on
 * every machine; English messages, which are parsed; no question at a terminal.
 */
export function gitEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  return {
    ...Object.fromEntries(inherited),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    // Whoever may push any ref could otherwise put another object in the place of one that was judged.
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
    TZ: 'UTC',
    ...extra,
  };
}

export interface GitCall {
  /** The repository, a bare one or a `.git` folder; absent for commands that need none. */
  readonly gitDir?: string;
  readonly input?: string | Buffer;
  /** Replaces the environment of {@link gitEnvironment}; for hooks, whose objects lie in quarantine. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** Starts git with pipes on all three streams. */
export function startGit(args: readonly string[], call: GitCall = {}): ChildProcessWithoutNullStreams {
  const repository = call.gitDir === undefined ? [] : [`--git-dir=${call.gitDir}`];
  return spawn('git', [...repository, ...args], { env: call.environment ?? gitEnvironment(), stdio: 'pipe' });
}

/** Runs git to its end, whatever its exit code. */
export function tryGit(args: readonly string[], call: GitCall = {}): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = startGit(args, call);
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', (error) => reject(missingGit(error)));
    // A process that ends before it has read its input says why on stderr; the broken pipe adds nothing.
    child.stdin.on('error', () => undefined);
    child.on('close', (code, signal) => {
      const killed = signal === null ? '' : `ended by ${signal}\n`;
      resolve({ code: code ?? 128, stdout: Buffer.concat(stdout), stderr: killed + Buffer.concat(stderr).toString('utf8') });
    });
    child.stdin.end(call.input ?? '');
  });
}

/**
 * Runs git and returns what it printed.
 *
 * @throws DeliveryError when it fails.
 */
export async function git(args: readonly string[], call: GitCall = {}): Promise<string> {
  const result = await tryGit(args, call);
  if (result.code !== 0) throw gitFailure(args, result);
  return result.stdout.toString('utf8');
}

function missingGit(error: NodeJS.ErrnoException): Error {
  if (error.code !== 'ENOENT') return error;
  return new DeliveryError('outside', 'git is not installed, or not on the PATH', 'install git 2.38 or newer');
}

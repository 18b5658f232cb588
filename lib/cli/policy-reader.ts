import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { compile } from '../compile/compile';
import type { DeclaredPolicy, PolicyReader } from '../delivery';
import { git } from '../delivery/git/git-process';
import type { DesiredState } from '../desired/desired-state';
import type { PlatformModel } from '../model/platform-model';
import { checkOut } from './program-checkout';

/** Variables that a program of somebody else's may see: none that holds a credential. */
const PLAIN_VARIABLES = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'LC_ALL', 'SystemRoot', 'TEMP'];

/** How long the program of a pull request may run, milliseconds. */
const LONGEST_RUN = 60_000;

/**
 * Reads what policy a commit declares: by its program, and by the workflows, owners and packages beside it. The program runs in a process
 * of its own that is given no credentials, since whoever opened the pull request wrote it.
 */
export function policyReader(gitDir: string, programFile: string, near: string): PolicyReader {
  const known = new Map<string, Promise<DeclaredPolicy>>();
  return (commit) => {
    const read = known.get(commit) ?? readPolicy(gitDir, commit, programFile, near);
    known.set(commit, read);
    return read;
  };
}

/**
 * In place of a reader where credentials of a host are in reach: whoever opened a pull request wrote the program there, and a process of the
 * same user can read what this one was given.
 */
export const policyNotRead: PolicyReader = async () => ({ kind: 'unread', reason: 'not evaluated here' });

async function readPolicy(gitDir: string, commit: string, programFile: string, near: string): Promise<DeclaredPolicy> {
  const checkout = await checkOut(gitDir, commit, near);
  try {
    const output = await runApart(checkout.folder, programFile);
    if (output.code !== 0) return { kind: 'broken', reason: output.complaint };
    const desired = compile(JSON.parse(output.text) as PlatformModel);
    const paths = ['.github', 'package.json', '.npmrc', desired.delivery.lockFile];
    const beside = await git(['ls-tree', commit, '--', ...paths], { gitDir });
    return { kind: 'declared', digest: sha256(`${policyDigest(desired)}\n${beside}`) };
  } catch (error) {
    return { kind: 'broken', reason: (error as Error).message.split('\n')[0] ?? '' };
  } finally {
    await checkout.remove();
  }
}

/** A digest of what decides who brings what to which environment: delivery, repositories, Applications and projects; not the services. */
export function policyDigest({ delivery, repositories, environments }: DesiredState): string {
  const { services: _services, ...policy } = delivery;
  const argoCd = environments.map(({ name, bootstrap }) => [
    name,
    bootstrap.filter(({ apiVersion }) => apiVersion.startsWith('argoproj.io/')),
  ]);
  const roads = repositories.map(({ workflows: _workflows, ...repository }) => repository);
  return sha256(JSON.stringify([policy, roads, argoCd]));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function runApart(
  folder: string,
  programFile: string,
): Promise<{ readonly code: number; readonly text: string; readonly complaint: string }> {
  const env: NodeJS.ProcessEnv = Object.fromEntries(
    PLAIN_VARIABLES.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  const main = join(__dirname, 'main.js');
  // The folder goes away: a translation of what lies in it serves nobody.
  env.JITI_FS_CACHE = 'false';
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [main, 'model', '--program', programFile],
      { cwd: folder, env, timeout: LONGEST_RUN, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const complaint = `${stderr}\n${stdout}`.trim().split('\n')[0] ?? '';
        resolve({ code: error === null ? 0 : 1, text: stdout, complaint: complaint || (error?.message ?? '') });
      },
    );
  });
}

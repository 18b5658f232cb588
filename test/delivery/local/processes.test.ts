import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Host } from '../../../lib/delivery/host';
import { createLocalHost, openLocalHost } from '../../../lib/delivery/local';
import type { Store } from '../../../lib/delivery/store';
import { cast } from '../host/contract';

const jiti = join(createRequire(__filename).resolve('jiti/package.json'), '..', 'lib', 'jiti-cli.mjs');

describe('several processes on one local host', () => {
  let folder: string;
  let alice: { readonly store: Store; readonly host: Host };
  let root: string;
  const running = new Set<ChildProcess>();

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stagegate-processes-'));
    await createLocalHost(folder, { people: cast });
    alice = await openLocalHost(folder, { as: 'alice' });
    const tree = await alice.store.writeTree(new Map([['a', '1']]));
    root = await alice.store.writeCommit({ tree, parents: [], author: 'alice', message: 'root', at: 0 });
    await alice.store.moveRef('refs/heads/main', root, undefined);
  });
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts a writer as the leader of its own group, so that its git processes die with it. */
  function start(
    login: string,
    rounds: number,
  ): {
    readonly child: ChildProcess;
    readonly ended: Promise<{ readonly code: number | null; readonly stderr: string; readonly rounds: number }>;
  } {
    const child = spawn(process.execPath, [jiti, join(__dirname, 'writer.ts'), folder, login, String(rounds)], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    const ended = new Promise<{ readonly code: number | null; readonly stderr: string; readonly rounds: number }>((resolve) => {
      child.on('close', (code) => {
        running.delete(child);
        resolve({ code, stderr, rounds: stdout.split('\n').filter((line) => line !== '').length });
      });
    });
    return { child, ended };
  }

  test('ten create statuses and pull requests at once, and nothing is lost', async () => {
    const rounds = 2;
    const writers = Array.from({ length: 10 }, (_, index) => start(index % 2 === 0 ? 'alice' : 'bob', rounds));
    const ends = await Promise.all(writers.map(({ ended }) => ended));
    expect(ends.map(({ stderr }) => stderr).join('')).toBe('');
    expect(ends.map(({ code }) => code)).toEqual(Array.from({ length: 10 }, () => 0));
    const requests = await alice.host.pullRequests({});
    expect(requests.map(({ number }) => number)).toEqual(Array.from({ length: 10 * rounds }, (_, index) => index + 1));
    expect(new Set(requests.map(({ head }) => head)).size).toBe(10 * rounds);
    expect(requests.every(({ state, mergeCommit }) => state === 'merged' && mergeCommit !== undefined)).toBe(true);
    const statuses = await alice.host.statuses(root);
    expect(new Set(statuses.map(({ context }) => context))).toEqual(new Set(requests.map(({ head }) => head)));
    expect(statuses).toHaveLength(10 * rounds);
    for (const { number, head } of requests) expect((await alice.host.comments(number)).map(({ body }) => body)).toEqual([head]);
  }, 120_000);

  test('whenever one is killed, what it left can be read and written on', async () => {
    let killed = 0;
    for (const after of [0, 13, 29, 53]) {
      const { child, ended } = start('alice', 1_000);
      await new Promise((resolve) => child.stdout?.once('data', resolve));
      await pause(after);
      process.kill(-(child.pid as number), 'SIGKILL');
      const { rounds } = await ended;
      expect(rounds).toBeGreaterThan(0);
      killed += 1;

      // All that was done is there, and of what was not, either all or nothing.
      const bob = await openLocalHost(folder, { as: 'bob' });
      const requests = await bob.host.pullRequests({});
      expect(requests.filter(({ state }) => state !== 'merged').length).toBeLessThanOrEqual(killed);
      for (const { number, state, base, mergeCommit } of requests) {
        await bob.host.comments(number);
        const history = await bob.store.firstParents((await bob.store.tryRef(`refs/heads/${base}`)) as string, 10);
        expect(history.map(({ id }) => id)).toEqual(state === 'merged' ? [mergeCommit, root] : [root]);
      }
      expect((await bob.host.statuses(root)).length).toBeGreaterThanOrEqual(requests.length - killed);
      execFileSync('git', ['-C', join(folder, 'repository.git'), 'fsck', '--strict', '--no-dangling'], { stdio: 'pipe' });

      // The next one finishes what this one began.
      for (const { number, state, headCommit } of requests) {
        if (state !== 'merged')
          expect(await bob.host.merge(number, { method: 'squash', head: headCommit, message: 'again' })).toMatchObject({ kind: 'merged' });
      }
      await bob.host.setStatus(root, { context: `after ${killed}`, state: 'success', description: '' });
    }
  }, 120_000);
});

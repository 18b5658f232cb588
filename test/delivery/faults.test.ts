import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Delivery, promote, readState, recordHealth, rollback } from '../../lib/delivery';
import { compiledTests, PACKAGES } from './compiled';
import { deliveryIn } from './delivery-in';
import { killing } from './killing';
import { openWorld } from './world';

type Step = 'promote' | 'rollback';

let compiled: string;
beforeAll(async () => {
  compiled = await compiledTests();
});
afterAll(() => rm(compiled, { recursive: true, force: true }));

async function run(step: Step, delivery: Delivery): Promise<void> {
  if (step === 'promote') await promote(delivery, 'preprod');
  else await rollback(delivery, 'preprod', { reason: 'it is slow', by: { kind: 'person', login: 'mia' } });
}

/** A world just before the step: one release in preprod, and the next one ready, or in place of the first. */
async function prepared(step: Step): Promise<{ readonly folder: string; readonly now: number; close(): Promise<void> }> {
  const world = await openWorld();
  await world.push('one');
  await world.settle();
  await world.soak();
  await world.push('two');
  if (step === 'rollback') {
    await world.settle();
    await world.soak();
    return world;
  }
  await promote(world.delivery, 'dev');
  for (const seconds of [2, 3, 30]) {
    world.pass(seconds);
    await recordHealth(world.delivery, 'dev');
  }
  return world;
}

/** Everything that a step leaves behind, but for the ids of the commits and the texts of statuses. */
async function endOf(folder: string, now: number): Promise<unknown> {
  const { store, host, desired } = await deliveryIn(folder, () => now);
  const head = (await store.tryRef('refs/heads/env/preprod')) ?? '';
  const line = await store.firstParents(head, 20);
  const pulls = await host.pullRequests({ base: 'env/preprod' });
  const merged = pulls.filter(({ state }) => state === 'merged');
  const gates = await Promise.all(
    merged.map(
      async ({ headCommit }) => (await host.statuses(headCommit)).findLast(({ context }) => context === desired.gatesContext)?.state,
    ),
  );
  return {
    line: await Promise.all(
      line.map(async ({ id, message, author }) => ({
        author,
        message,
        tree: await store.tryTree(id, ''),
        manifests: await store.tryTree(id, 'manifests'),
      })),
    ),
    pulls: pulls.map(({ head: branch, state, title, body }) => ({ branch, state, title, body })),
    gates,
    open: await store.refs('refs/heads/promote/'),
    releases: (await store.refs('refs/tags/')).map(({ ref, commit }) => `${ref} ${commit}`),
    state: await readState({ store, desired }),
  };
}

async function copyOf(folder: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'stagegate-fault-'));
  await cp(folder, copy, { recursive: true });
  return copy;
}

function killedAt(folder: string, step: Step, when: 'before' | 'after', call: number, now: number): Promise<NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(compiled, 'test/delivery/fault-child.js'), folder, step, when, String(call), String(now)], {
      env: { ...process.env, NODE_PATH: PACKAGES },
      stdio: 'ignore',
    });
    child.on('error', reject);
    child.on('close', (_code, signal) => resolve(signal));
  });
}

test.each(['promote', 'rollback'] as const)(
  'a %s that is killed before or after any of its calls and started again comes to the same end',
  async (step) => {
    const world = await prepared(step);
    try {
      const whole = await copyOf(world.folder);
      const calls: string[] = [];
      await run(
        step,
        killing(await deliveryIn(whole, () => world.now), (_call, moment, name) => {
          if (moment === 'before') calls.push(name);
        }),
      );
      const expected = await endOf(whole, world.now);
      await rm(whole, { recursive: true, force: true });
      expect(calls).toEqual(expect.arrayContaining(['moveRef', 'openPullRequest', 'setStatus', 'merge', 'deleteRef']));

      const points = calls.flatMap((_, index) => [
        { call: index + 1, when: 'before' as const },
        { call: index + 1, when: 'after' as const },
      ]);
      const attempt = async ({ call, when }: (typeof points)[number]): Promise<void> => {
        const folder = await copyOf(world.folder);
        const signal = await killedAt(folder, step, when, call, world.now);
        await run(step, await deliveryIn(folder, () => world.now));
        const end = await endOf(folder, world.now);
        expect({ when, call, name: calls[call - 1], signal, end }).toEqual({
          when,
          call,
          name: calls[call - 1],
          signal: 'SIGKILL',
          end: expected,
        });
        await rm(folder, { recursive: true, force: true });
      };
      const waiting = [...points];
      const worker = async (): Promise<void> => {
        for (let point = waiting.shift(); point !== undefined; point = waiting.shift()) await attempt(point);
      };
      await Promise.all([worker(), worker()]);
    } finally {
      await world.close();
    }
  },
  240_000,
);

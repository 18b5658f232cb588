import { type Delivery, deliver, promote } from '../../../lib/delivery';
import type { Fault } from '../../github/faults';
import { type OpenLuffyOnGitHub, openLuffyOnGitHub } from './openluffy-on-github';

jest.setTimeout(600_000);

let ready: OpenLuffyOnGitHub;
let release: string;
/** A release that has soaked in dev and was not proposed to preprod yet. */
beforeAll(async () => {
  ready = await openLuffyOnGitHub();
  release = (await ready.change('one')).id;
  await promote(ready.delivery, 'dev');
  for (const seconds of [3, 4, 31]) {
    ready.pass(seconds);
    await deliver({ ...ready.delivery, desired: { ...ready.delivery.desired, edges: [] } }).catch(() => undefined);
  }
  expect(await ready.runs('dev')).toBe(release);
});
afterAll(() => ready?.close());

type Way = 'unreachable' | 'lost';

/** Whether a request changes what others see. */
function changes(method: string, path: string): boolean {
  return method !== 'GET' && !/\/git-upload-pack$|^\/api\/graphql$/.test(path);
}

/** From the request on that is the `number`th to change something, GitHub is down; that one it may have carried out before. */
function downFrom({ github }: OpenLuffyOnGitHub, number: number, way: Way): { readonly writes: () => number } {
  let writes = 0;
  github.faults.take = (method, path): Fault | undefined => {
    const writing = changes(method, path);
    if (writing) writes += 1;
    if (writes < number) return undefined;
    return { status: writing && writes === number ? way : 'unreachable', times: 1 };
  };
  return { writes: () => writes };
}

/** All that a promotion leaves behind, but for ids of commits and texts of statuses. */
async function endOf({ delivery }: OpenLuffyOnGitHub): Promise<unknown> {
  const { host, store, desired } = delivery;
  const head = (await store.tryRef('refs/heads/env/preprod')) ?? '';
  const line = await store.firstParents(head, 20);
  const pulls = await host.pullRequests({ base: 'env/preprod' });
  return {
    line: line.map(({ message, author, tree }) => ({ message, author, tree })),
    pulls: pulls.map(({ head: branch, state, title, body }) => ({ branch, state, title, body })),
    comments: await Promise.all(pulls.map(async ({ number }) => (await host.comments(number)).map(({ body }) => body))),
    gates: await Promise.all(
      pulls.map(
        async ({ headCommit }) => (await host.statuses(headCommit)).findLast(({ context }) => context === desired.gatesContext)?.state,
      ),
    ),
    open: await store.refs('refs/heads/promote/'),
  };
}

/** Promotes until it is done; another run finds what a killed one left. */
async function carriedOn(delivery: Delivery): Promise<void> {
  for (let run = 0; run < 3; run += 1) {
    const { state } = await promote(delivery, 'preprod');
    if (state === 'merged' || state === 'nothing') return;
  }
}

test('a promotion during which GitHub goes down at any call that changes something is carried on by the next run, to the same end', async () => {
  const whole = await ready.copy();
  const counted = downFrom(whole, Number.MAX_SAFE_INTEGER, 'unreachable');
  expect((await promote(whole.delivery, 'preprod')).state).toBe('merged');
  const expected = await endOf(whole);
  const writes = counted.writes();
  await whole.close();
  expect(writes).toBeGreaterThan(6);

  for (let number = 1; number <= writes; number += 1) {
    for (const way of ['unreachable', 'lost'] as const) {
      const world = await ready.copy();
      try {
        downFrom(world, number, way);
        const error: unknown = await promote(world.delivery, 'preprod').catch((thrown: unknown) => thrown);
        expect({ number, way, error }).toMatchObject({ number, way, error: { kind: 'outside', remedy: expect.stringMatching(/\S/) } });
        world.github.faults.take = () => undefined;
        await carriedOn(world.delivery);
        expect({ number, way, end: await endOf(world) }).toEqual({ number, way, end: expected });
        expect(await world.runs('preprod')).toBe(release);
        expect(world.github.problems).toEqual([]);
      } finally {
        await world.close();
      }
    }
  }
});

import { compile } from 'stagegate';
import { machineOf } from '../../lib/explorer/events';
import { git, running, type State } from '../../lib/explorer/state';
import { sourceRefs } from '../../lib/explorer/source-refs';
import type { TraceEvent } from '../../lib/explorer/trace';
import { worldOf } from '../../lib/explorer/world';
import { intentOf } from '../../lib/rules/intent';
import { openluffy } from '../compile/model-fixture';
import { call } from './calls';
import { growTraces, numbersFrom, type TraceNode, tracesOf } from './tree';
import { type Place, startWorld, type World } from './world';

jest.setTimeout(1_200_000);

const model = openluffy();
const desired = compile(model);
const intent = intentOf(model);
const { environments } = desired.delivery;
const machine = machineOf(
  worldOf(desired, intent, { commits: 4, promotions: 3, deviations: 12, states: 0 }, { environments, refs: sourceRefs(desired, intent, environments) }),
);
const COUNT = Number(process.env.COUNT ?? 100);
const { roots } = growTraces(machine, COUNT, 3, numbersFrom(20_260_105));
const traces = tracesOf(roots);

function expected(state: State): Readonly<Record<string, Place>> {
  const place = (release: number) => (release === 0 ? undefined : release - 1);
  const entries = machine.world.places.map(({ index, name }) => [
    name,
    { git: place(git(machine.world, state, index)), runs: place(running(machine.world, state, index)) },
  ]);
  return Object.fromEntries(entries);
}

test('a hundred traces', async () => {
  const events = (nodes: readonly TraceNode[]): number => nodes.reduce((sum, { next }) => sum + 1 + events(next), 0);
  console.log(traces.length, events(roots), traces.map((t) => t.length).join(' '));
  const times: Record<string, number[]> = {};
  const wrong: unknown[] = [];
  const go = async (world: World, nodes: readonly TraceNode[], before: readonly TraceEvent[]): Promise<void> => {
    for (const [index, node] of nodes.entries()) {
      const t0 = Date.now();
      const own = index === nodes.length - 1 ? world : await world.copy();
      if (own !== world) (times.copy ??= []).push(Date.now() - t0);
      const t = Date.now();
      const called = await call(own, node.event).catch((error: unknown) => ({ kind: 'error', error: String((error as Error).stack) }));
      const found = await own.outcome();
      (times[node.event.kind] ??= []).push(Date.now() - t);
      const wanted = expected(node.state);
      if (called.kind !== 'done' || JSON.stringify(found) !== JSON.stringify(wanted)) {
        wrong.push({ events: [...before, node.event].map((e) => Object.values(e).map((v) => typeof v === 'object' ? (v as any).pattern ?? v : v).join(' ')), called, found: JSON.stringify(found), wanted: JSON.stringify(wanted) });
      } else await go(own, node.next, [...before, node.event]);
      if (own !== world) await own.close();
    }
  };
  const world = await startWorld(desired);
  const T = Date.now();
  await go(world, roots, []);
  console.log(Date.now() - T, Object.entries(times).map(([k, v]) => `${k} ${v.length} ${Math.round(v.reduce((a, b) => a + b, 0) / v.length)}`).join('\n'));
  expect(world.github.problems).toEqual([]);
  await world.close();
  require('node:fs').writeFileSync('/tmp/rp/wrong.json', JSON.stringify(wrong, null, 1));
  console.log(wrong.length);
});

import { compile } from 'stagegate';
import { head, type State } from '../../lib/explorer/state';
import type { TraceEvent } from '../../lib/explorer/trace';
import { eventOf } from '../../lib/explorer/trace-text';
import { intentOf } from '../../lib/rules/intent';
import { openluffy } from '../compile/model-fixture';
import { call } from './calls';
import { carryOut, type Look } from './carried-out';
import { placesOf, wholeMachine } from './expected';
import { growTraces, numbersFrom, type TraceNode, tracesOf } from './tree';
import { startWorld, type World } from './world';

const model = openluffy();
const desired = compile(model);
const machine = wholeMachine(desired, intentOf(model), { commits: 4, promotions: 3, deviations: 12, states: 0 });

const TRACES = 100;
/** Events that a trace does not share with those it branches off from. */
const OWN = 2;
/** One of those whose walks visit every kind of event; the test holds it to that. */
const SEED = 20_260_123;

const { roots } = growTraces(machine, TRACES, OWN, numbersFrom(SEED));
const pick = numbersFrom(SEED);

/** Events that the explorer says cannot happen now, though somebody can try. */
function impossible(state: State): readonly TraceEvent[] {
  const possible = new Set<string>();
  machine.enabled(state.slice(), (code) => possible.add(JSON.stringify(eventOf(machine.world, code))));
  const { repository, environments } = desired.delivery;
  const [develop, main] = ['develop', 'main'].map((name) => machine.world.refs.find(({ pattern }) => pattern === name)?.index ?? -1);
  const [newest, merged] = [head(machine.world, state, develop ?? -1), head(machine.world, state, main ?? -1)];
  const tries: TraceEvent[] = [];
  if (newest > 0 && newest === merged)
    tries.push({ kind: 'land', repository, ref: { kind: 'branch', pattern: 'main' }, commit: newest - 1 });
  for (let commit = 0; commit < newest; commit++) {
    for (const { name: environment } of environments)
      tries.push({ kind: 'roll-back', environment, commit, approvals: 0 }, { kind: 'lift', environment, commit });
  }
  return tries.filter((event) => !possible.has(JSON.stringify(event)));
}

/** Compares a world with the explorer after each event, and at the end of each trace tries what cannot happen. */
function compared(visited: Set<string>): Look<TraceNode> {
  return async (world, { event, state, next }, events, called) => {
    expect({ events, called, places: await world.outcome() }).toEqual({
      events,
      called: { kind: 'done' },
      places: placesOf(machine, state),
    });
    visited.add(event.kind);
    if (next.length === 0) await refused(world, state, events, visited);
  };
}

/** Tries one event that the explorer says cannot happen. */
async function refused(world: World, state: State, events: readonly TraceEvent[], visited: Set<string>): Promise<void> {
  const tries = impossible(state);
  const event = tries[Math.floor(pick() * tries.length)];
  if (event === undefined) return;
  const called = await call(world, event);
  expect({ events, event, called, places: await world.outcome() }).toEqual({
    events,
    event,
    called: { kind: 'refused', reason: expect.any(String) },
    places: placesOf(machine, state),
  });
  visited.add(`no ${event.kind}`);
}

test('a hundred random traces of OpenLuffy come to the same on GitHub, event by event, and what the explorer calls impossible is refused', async () => {
  expect(tracesOf(roots)).toHaveLength(TRACES);
  const world = await startWorld(desired);
  const visited = new Set<string>();
  try {
    await carryOut(world, roots, compared(visited));
  } finally {
    await world.close();
  }
  // Where nothing is weakened nobody edits, overrides or overtakes a run that is held up: counterexamples do.
  expect([...visited].sort()).toEqual([
    ...['clock', 'decide', 'healthy', 'land', 'lift', 'no land', 'no lift', 'no roll-back'],
    ...['roll-back', 'sync', 'unhealthy', 'verify', 'wake'],
  ]);
});

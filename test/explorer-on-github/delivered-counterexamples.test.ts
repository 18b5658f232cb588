import { compile } from 'stagegate';
import { Bounds, explore } from '../../lib/explorer/explore';
import { intentOf } from '../../lib/rules/intent';
import { openluffy } from '../compile/model-fixture';
import { mutants } from '../explorer/mutants';
import { call } from './calls';
import { follow, placesOf, wholeMachine } from './expected';
import { startWorld, type World } from './world';

jest.setTimeout(1_800_000);

const model = openluffy();
const desired = compile(model);
const intent = intentOf(model);

/** Harm that is not in what runs, with the reason. */
const ELSEWHERE: readonly (readonly [message: RegExp, why: string])[] = [
  [/nothing prunes it/, 'objects of an older release that stay are in the cluster alone, and the stand-in has none'],
  [/was not healthy in .* for/, 'the release is the same, and half of its soak is over'],
];

const found = mutants(desired).flatMap((mutant) =>
  explore(mutant.desired, intent, Bounds.quick)
    .violations.filter(({ events }) => !['push', 'open'].includes(events[0]?.kind ?? ''))
    .map((violation) => ({ name: mutant.name, desired: mutant.desired, violation })),
);
const distinct = [...new Map(found.map((one) => [JSON.stringify(one.violation.events), one])).values()];

let world: World;
beforeAll(async () => {
  world = await startWorld(desired);
});
afterAll(() => world?.close());

const wrong = (what: unknown) => require('node:fs').appendFileSync('/tmp/rp/dwrong.txt', JSON.stringify(what) + '\n');

test.each(distinct)('$name', async ({ name, desired: weakened, violation }) => {
  const { events } = violation;
  const bounds = { ...Bounds.full, commits: 4, deviations: events.length };
  const machine = wholeMachine(weakened, intent, bounds);
  const own = await world.copy(weakened);
  const said: unknown[] = [];
  for (const event of events) said.push(await call(own, event).catch((e) => String(e.stack)));
  const got = await own.outcome();
  const { state, possible } = follow(machine, events);
  const edited = own.cluster.edited(violation.environment ?? '');
  await own.close();
  if (possible !== events.length || JSON.stringify(got) !== JSON.stringify(placesOf(machine, state)))
    wrong({ name, lines: violation.lines, said, possible, got, wanted: placesOf(machine, state) });

  const strong = wholeMachine(desired, intent, bounds);
  const there = follow(strong, events);
  const other = await world.copy(desired);
  const said2: unknown[] = [];
  for (const event of events.slice(0, there.possible + 1)) said2.push(await call(other, event).catch((e) => String(e.stack)));
  const got2 = await other.outcome();
  await other.close();
  if (JSON.stringify(got2) !== JSON.stringify(placesOf(strong, there.state)))
    wrong({ unweakened: true, name, lines: violation.lines, said2, possible: there.possible, got2, wanted: placesOf(strong, there.state) });
  const harmless =
    JSON.stringify(got[violation.environment ?? '']) === JSON.stringify(got2[violation.environment ?? '']) &&
    edited === other.cluster.edited(violation.environment ?? '');
  if (harmless) wrong({ same: true, name, lines: violation.lines, got, got2 });
});

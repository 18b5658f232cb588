import { compile, type DesiredState } from 'stagegate';
import { Bounds, explore, type Violation } from '../../lib/explorer/explore';
import type { TraceEvent } from '../../lib/explorer/trace';
import { intentOf } from '../../lib/rules/intent';
import { openluffy } from '../compile/model-fixture';
import { mutants } from '../explorer/mutants';
import { call } from './calls';
import { follow, placesOf, wholeMachine } from './expected';
import { type Place, startWorld, type World } from './world';

const model = openluffy();
const desired = compile(model);
const intent = intentOf(model);

interface Weakened {
  readonly name: string;
  readonly data: DesiredState;
  readonly violation: Violation;
}

/** Harm that the last event does not do here, or that does not show in what lies and runs where, with the reason. */
const ELSEWHERE: readonly { readonly is: (one: Weakened) => boolean; readonly last: 'done' | 'without effect'; readonly why: string }[] = [
  {
    is: ({ violation }) => violation.message.endsWith('nothing prunes it'),
    last: 'done',
    why: 'objects of an older release that stay lie in the cluster alone; the stand-in has none',
  },
  {
    is: ({ name }) => name.endsWith('gate soak shorter'),
    last: 'done',
    why: 'the same release arrives; under the weakened data half of the soak is over',
  },
  {
    is: ({ violation }) => violation.events.at(-1)?.kind === 'resume',
    last: 'without effect',
    why: 'the explorer knows no contents: two promotions of one base change the same lines of release.yaml, so that git merges one of them, or the older one is closed by then',
  },
];

/** Sequences in which releases move, each once, with the data that they harm. */
function weakened(): readonly Weakened[] {
  const all = [...mutants(desired), { name: 'AppProject of prod: engineers sync any revision', desired: withOverride(desired) }];
  const found = all.flatMap(({ name, desired: data }) =>
    explore(data, intent, Bounds.quick)
      .violations.filter(({ events }) => events[0]?.kind !== 'push' && events[0]?.kind !== 'open')
      .map((violation): Weakened => ({ name, data, violation })),
  );
  return [...new Map([...found].reverse().map((one) => [JSON.stringify(one.violation.events), one])).values()].reverse();
}

/** No setting of a program gives this right; an AppProject that is changed afterwards can. */
function withOverride(data: DesiredState): DesiredState {
  const roles = [{ name: 'override', groups: ['engineers'], policies: ['p, proj:x:override, applications, override, x/*, allow'] }];
  const environments = data.environments.map((environment) =>
    environment.name !== 'prod'
      ? environment
      : {
          ...environment,
          bootstrap: environment.bootstrap.map((object) =>
            object.kind === 'AppProject' ? { ...object, spec: { ...(object.spec as object), roles } as never } : object,
          ),
        },
  );
  return { ...data, environments };
}

let world: World;
beforeAll(async () => {
  world = await startWorld(desired);
});
afterAll(() => world?.close());

interface Outcome {
  readonly places: Readonly<Record<string, Place>>;
  /** Whether live objects are as the environment's branch says. */
  readonly asMerged: boolean;
}

/** Makes the calls of all events under compiled data; the last of them may be refused. */
async function outcome(data: DesiredState, events: readonly TraceEvent[], environment: string): Promise<Outcome> {
  const own = await world.copy(data);
  try {
    for (const [index, event] of events.entries()) {
      const called = await call(own, event);
      if (index < events.length - 1) expect({ event, called }).toEqual({ event, called: { kind: 'done' } });
    }
    expect(own.github.problems).toEqual([]);
    const { disk, cluster } = own;
    const branch = data.delivery.environments.find(({ name }) => name === environment)?.branch ?? '';
    const [live, merged] = await Promise.all([
      disk.tryTree((await cluster.runs(environment)) ?? '', 'manifests'),
      disk.tryTree(await own.head(branch), 'manifests'),
    ]);
    return { places: await own.outcome(), asMerged: live === merged && !cluster.edited(environment) };
  } finally {
    await own.close();
  }
}

const cases = weakened().map((one) => ({ ...one, title: `${one.name}: ${one.violation.lines.at(-1)}` }));

test('every kind of event that moves releases, or overtakes, edits and overrides, is in a sequence', () => {
  const kinds = new Set(cases.flatMap(({ violation }) => violation.events.map(({ kind }) => kind)));
  expect([...kinds].sort()).toEqual([
    ...['clock', 'decide', 'edit', 'healthy', 'land', 'lift', 'override', 'resume', 'roll-back', 'suspend', 'sync', 'unhealthy', 'verify'],
  ]);
});

test.each(cases)('$title', async (one) => {
  const { data, violation } = one;
  const { events, environment = '' } = violation;
  const bounds = { ...Bounds.full, commits: 4, deviations: events.length };
  const elsewhere = ELSEWHERE.find(({ is }) => is(one));

  const machine = wholeMachine(data, intent, bounds);
  const effective = elsewhere?.last === 'without effect' ? events.slice(0, -1) : events;
  const harmed = await outcome(data, events, environment);
  expect(harmed.places).toEqual(placesOf(machine, follow(machine, effective).state));

  const strict = wholeMachine(desired, intent, bounds);
  const { state, possible } = follow(strict, events);
  const unharmed = await outcome(desired, events.slice(0, possible + 1), environment);
  expect(unharmed.places).toEqual(placesOf(strict, state));
  const seen = ({ places, asMerged }: Outcome) => ({ ...places[environment], asMerged });
  if (elsewhere === undefined) expect(seen(harmed)).not.toEqual(seen(unharmed));
});

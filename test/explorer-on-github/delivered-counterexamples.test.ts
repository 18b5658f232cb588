import { compile, type DesiredState } from 'stagegate';
import { Bounds, type Violation } from '../../lib/explorer/explore';
import type { TraceEvent } from '../../lib/explorer/trace';
import { intentOf } from '../../lib/rules/intent';
import { openluffy } from '../compile/model-fixture';
import { branching, carryOut } from './carried-out';
import { follow, placesOf, wholeMachine } from './expected';
import { isDelivered, isOnGitHubAlone, weakenedOf, withViolations } from './violations';
import { type Place, startWorld, type World } from './world';

const model = openluffy();
const desired = compile(model);
const intent = intentOf(model);

/** Harm that the last event does not do here, or that does not show in what lies and runs where, with the reason. */
const ELSEWHERE: readonly {
  readonly is: (name: string, violation: Violation) => boolean;
  readonly last: 'done' | 'without effect';
  readonly why: string;
}[] = [
  {
    is: (_, { message }) => message.endsWith('nothing prunes it'),
    last: 'done',
    why: 'objects of an older release that stay lie in the cluster alone; the stand-in has none',
  },
  {
    is: (name) => name.endsWith('gate soak shorter'),
    last: 'done',
    why: 'the same release arrives; under the weakened data half of the soak is over',
  },
  {
    is: (_, { events }) => events.at(-1)?.kind === 'resume',
    last: 'without effect',
    why: 'the explorer knows no contents: two promotions of one base change the same lines of release.yaml, so that git merges one of them, or the older one is closed by then',
  },
];

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

const override = { name: 'AppProject of prod: engineers sync any revision', desired: withOverride(desired) };
const all = weakenedOf(desired, intent, [override]);
const weakened = withViolations(all, isDelivered);
const boundsOf = (events: readonly TraceEvent[]): Bounds => ({ ...Bounds.full, commits: 4, deviations: events.length });

let world: World;
beforeAll(async () => {
  world = await startWorld(desired);
});
afterAll(() => world?.close());

/** What lies and runs in each environment, and whether live objects are as its branch says. */
type Outcome = Readonly<Record<string, Place & { readonly asMerged: boolean }>>;

/** Makes the calls of sequences under compiled data; the last of each may be refused. Gives where each leads. */
async function outcomes(data: DesiredState, sequences: readonly (readonly TraceEvent[])[]): Promise<ReadonlyMap<string, Outcome>> {
  const found = new Map<string, Outcome>();
  const own = await world.copy(data);
  try {
    await carryOut(own, branching(sequences), async (at, { ends, next }, events, called) => {
      if (!ends || next.length > 0) expect({ events, called }).toEqual({ events, called: { kind: 'done' } });
      if (ends) found.set(JSON.stringify(events), await outcomeOf(at, data));
    });
  } finally {
    await own.close();
  }
  return found;
}

async function outcomeOf({ disk, cluster, head, outcome }: World, data: DesiredState): Promise<Outcome> {
  const places = Object.entries(await outcome()).map(async ([name, place]) => {
    const branch = data.delivery.environments.find((environment) => environment.name === name)?.branch ?? '';
    const [live, merged] = await Promise.all(
      [(await cluster.runs(name)) ?? '', await head(branch)].map((commit) => disk.tryTree(commit, 'manifests')),
    );
    return [name, { ...place, asMerged: live === merged && !cluster.edited(name) }] as const;
  });
  return Object.fromEntries(await Promise.all(places));
}

const placesIn = (outcome: Outcome | undefined) =>
  outcome && Object.fromEntries(Object.entries(outcome).map(([name, { asMerged: _, ...place }]) => [name, place]));

test('every violation of every mutant is replayed: it is on GitHub alone, or releases move in it', () => {
  const found = all.flatMap(({ violations }) => violations);
  expect(found.length).toBeGreaterThan(400);
  expect(found.filter((one) => isOnGitHubAlone(one) === isDelivered(one)).map(({ lines }) => lines)).toEqual([]);
});

test('every kind of event that moves releases, or overtakes, edits and overrides, is in a sequence', () => {
  const kinds = new Set(weakened.flatMap(({ violations }) => violations.flatMap(({ events }) => events.map(({ kind }) => kind))));
  expect([...kinds].sort()).toEqual([
    ...['clock', 'decide', 'edit', 'healthy', 'land', 'lift', 'override', 'resume', 'roll-back', 'suspend', 'sync', 'unhealthy', 'verify'],
  ]);
});

/** Where a sequence leads when nothing is weakened: up to the first event that cannot happen, which is tried. */
function strictly(events: readonly TraceEvent[]) {
  const machine = wholeMachine(desired, intent, boundsOf(events));
  const { state, possible } = follow(machine, events);
  return { tried: events.slice(0, possible + 1), places: placesOf(machine, state) };
}

let unharmed: ReturnType<typeof outcomes> | undefined;

/** Where all sequences lead when nothing is weakened; found once for all. */
function unweakened(): ReturnType<typeof outcomes> {
  unharmed ??= outcomes(
    desired,
    weakened.flatMap(({ violations }) => violations.map(({ events }) => strictly(events).tried)),
  );
  return unharmed;
}

test('where nothing is weakened each sequence leads to where the explorer says', async () => {
  const found = await unweakened();
  for (const { events, lines } of weakened.flatMap(({ violations }) => violations)) {
    const { tried, places } = strictly(events);
    expect({ lines, places: placesIn(found.get(JSON.stringify(tried))) }).toEqual({ lines, places });
  }
});

test.each(weakened)(
  '$name: what moves releases can be done, and does the harm that the explorer finds',
  async ({ name, data, violations }) => {
    const [harmed, without] = [
      await outcomes(
        data,
        violations.map(({ events }) => events),
      ),
      await unweakened(),
    ];
    for (const violation of violations) {
      const { events, lines, environment = '' } = violation;
      const elsewhere = ELSEWHERE.find(({ is }) => is(name, violation));
      const machine = wholeMachine(data, intent, boundsOf(events));
      const effective = elsewhere?.last === 'without effect' ? events.slice(0, -1) : events;
      const outcome = harmed.get(JSON.stringify(events));
      expect({ lines, places: placesIn(outcome) }).toEqual({ lines, places: placesOf(machine, follow(machine, effective).state) });
      const strict = without.get(JSON.stringify(strictly(events).tried));
      if (elsewhere === undefined) expect({ lines, here: outcome?.[environment] }).not.toEqual({ lines, here: strict?.[environment] });
    }
  },
);

import { compile, type DesiredState, resolve } from 'stagegate';
import { comparable } from '../../lib/diff/comparable';
import type { ObjectChange } from '../../lib/diff/difference';
import { differenceOf, type ObjectDifference } from '../../lib/diff/difference-of';
import { fieldChanges } from '../../lib/diff/field-changes';
import { canonicalText, listComparison } from '../../lib/diff/list-shapes';
import { ITEM, placeOf, placeOfObject } from '../../lib/diff/places';
import type { Json } from '../../lib/model/platform-model';
import type { Draft } from '../generated/fault';
import { type Case, faultyCase, lawfulCase } from '../generated/planting';
import { buildProgram, type PlatformPlan } from '../generated/platform-generator';
import { Random } from '../generated/random';
import { applied, reversed } from './applied';
import { afterDifference, contentsOf } from './applied-difference';
import { edited } from './editing';

const sides = { base: { name: 'main' }, head: { name: 'working tree' } };
const difference = (base: DesiredState | undefined, head: DesiredState): ObjectDifference => differenceOf(base, head, sides);

function stateOf(one: Case): DesiredState {
  const program = buildProgram(one.plan);
  one.program(program);
  const desired: Draft<DesiredState> = JSON.parse(JSON.stringify(compile(resolve(program.platform))));
  one.compiled(desired);
  return desired as unknown as DesiredState;
}

/** A platform, and one that was made from it by a few mistakes; or another platform. */
function pairOf(seed: number): readonly [DesiredState, DesiredState] {
  const base = stateOf(lawfulCase(new Random(seed)));
  const head = seed % 3 === 0 ? lawfulCase(new Random(seed + 5_000)) : faultyCase(new Random(seed), 1 + (seed % 3), new Map());
  return [base, stateOf(head)];
}

const PAIRS = Array.from({ length: 24 }, (_, index) => pairOf(100 + index));

/** Secrets are told and not shown, so that what holds one cannot be made again. */
const isTold = (text: string): boolean => !text.includes('[secret]');

test('applying the changes that are reported gives the new platform, for pairs of platforms', () => {
  let compared = 0;
  for (const [base, head] of PAIRS) {
    const reported = difference(base, head);
    const hasSecrets = JSON.stringify(reported).includes('"secret":true');
    const [made, wanted] = [afterDifference(base, reported), contentsOf(head)];
    expect([...made.keys()].sort()).toEqual([...wanted.keys()].sort());
    for (const [key, text] of wanted)
      if (!hasSecrets && isTold(made.get(key) ?? '')) expect(`${key} ${made.get(key)}`).toBe(`${key} ${text}`);
    if (!hasSecrets) compared++;
  }
  expect(compared).toBeGreaterThan(PAIRS.length / 2);
});

describe('What bears another name', () => {
  /** A platform, and the same with an environment and a service under other names. */
  const renamed = (seed: number): readonly [DesiredState, DesiredState, string, string] => {
    const { plan } = lawfulCase(new Random(seed));
    const old = plan.environments.at(-1)?.name ?? '';
    const service = plan.services.at(-1)?.name ?? '';
    const named = (name: string): string => (name === old ? 'live' : name);
    const after: PlatformPlan = {
      ...plan,
      environments: plan.environments.map((environment) => ({ ...environment, name: named(environment.name) })),
      policies: plan.policies.map((policy) => ({ ...policy, from: named(policy.from), to: named(policy.to) })),
      services: plan.services.map((one) => ({ ...one, name: one.name === service ? 'depot' : one.name, uses: one.uses })),
    };
    const state = (one: PlatformPlan): DesiredState => compile(resolve(buildProgram(one).platform));
    return [state(plan), state(after), old, service];
  };

  test('an environment and a service are recognised, with all that they consist of, and nothing is lost', () => {
    for (let seed = 300; seed < 312; seed++) {
      const [base, head, old, service] = renamed(seed);
      const reported = difference(base, head);
      const environment = reported.environments.find(({ name }) => name === 'live');
      expect(environment).toMatchObject({ action: 'keep', previous: { name: old } });
      expect(reported.environments.filter(({ action }) => action !== 'keep')).toEqual([]);
      for (const { changes } of reported.environments) {
        expect(changes.filter(({ action }) => action === 'create' || action === 'delete')).toEqual([]);
        expect(
          changes.filter((change) => change.service === 'depot' && change.previous?.service !== service && change.action === 'rename'),
        ).toEqual([]);
      }
      expect([...afterDifference(base, reported)].sort()).toEqual([...contentsOf(head)].sort());
    }
  });

  test('another tier is told, and is the same environment', () => {
    const [base] = renamed(300);
    const [first, ...rest] = base.environments;
    const head = { ...base, environments: [{ ...first, tier: 'production' }, ...rest] } as DesiredState;
    expect(difference(base, head).environments).toMatchObject([
      { tier: 'production', previous: { name: first?.name, tier: first?.tier }, changes: [] },
    ]);
  });
});

test('of a platform and itself nothing is reported, in whatever order its keys, named items and objects are', () => {
  for (const [seed, [base]] of PAIRS.entries()) {
    const random = new Random(seed);
    expect(difference(base, structuredClone(base))).toMatchObject({ environments: [], repositories: [] });
    const other: Draft<DesiredState> = structuredClone(base) as Draft<DesiredState>;
    for (const environment of other.environments) {
      environment.services = random.shuffled(environment.services);
      for (const holder of [environment, ...environment.services] as { bootstrap?: object[]; objects?: object[] }[])
        for (const field of ['bootstrap', 'objects'] as const)
          if (holder[field] !== undefined)
            holder[field] = random
              .shuffled(holder[field])
              .map((object) => shuffled(placeOfObject(object as never), object as Json, random) as object);
    }
    for (const repository of other.repositories) {
      repository.rulesets = random.shuffled(repository.rulesets).map((one) => shuffled('ruleset', one as unknown as Json, random)) as never;
      repository.workflows = random
        .shuffled(repository.workflows)
        .map((one) => shuffled('workflow', one as unknown as Json, random)) as never;
    }
    expect(difference(base, other as unknown as DesiredState)).toMatchObject({ environments: [], repositories: [] });
  }
});

function shuffled(place: string, value: Json, random: Random): Json {
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map((item) => shuffled(placeOf(place, ITEM), item, random));
    const how = listComparison(place, items, []);
    return how.kind === 'set' || (how.kind === 'named' && !how.inOrder) ? random.shuffled(items) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    random.shuffled(Object.entries(value)).map(([key, item]) => [key, shuffled(placeOf(place, key), item as Json, random)]),
  );
}

test('the other way round the same changes are reported, with before and after swapped', () => {
  const telling = (changes: readonly ObjectChange[], turn: boolean): string[] =>
    changes
      .map(({ action, apiVersion, kind, namespace, name, service, previous, fields }) => {
        const now = { namespace, name, service };
        const same = action === 'create' || action === 'delete' || previous === undefined;
        const [before, after] = turn ? [now, previous ?? now] : [previous ?? now, now];
        const done = turn ? ({ create: 'delete', delete: 'create' } as Record<string, string>)[action] : undefined;
        // What is fixed may be so in one direction only: a volume may grow and not shrink.
        const shown = (done ?? action) === 'replace' ? 'update' : (done ?? action);
        const version = fields.some(({ path }) => path === 'apiVersion') ? '' : apiVersion;
        const told = (turn ? reversed(fields) : fields).map(({ follows: _follows, ...field }) => JSON.stringify(field)).sort();
        return JSON.stringify([shown, version, kind, same ? now : [before, after], told]);
      })
      .sort();
  for (const [base, head] of PAIRS) {
    const [there, back] = [difference(base, head), difference(head, base)];
    for (const environment of there.environments) {
      const other = back.environments.find(({ name, previous }) => (previous?.name ?? name) === environment.name);
      expect(telling(other?.changes ?? [], true)).toEqual(telling(environment.changes, false));
    }
    expect(back.environments.length).toBe(there.environments.length);
    expect(back.repositories.map(({ changes }) => changes.length).sort()).toEqual(
      there.repositories.map(({ changes }) => changes.length).sort(),
    );
  }
});

describe('Of objects that were edited at random', () => {
  const objects = PAIRS.slice(0, 12).flatMap(([base]) =>
    base.environments.flatMap(({ bootstrap, services }) => [...bootstrap, ...services.flatMap((service) => service.objects)]),
  );
  const settings = PAIRS.slice(0, 12).flatMap(([base]) =>
    base.repositories.flatMap(({ rulesets, environments, workflows, actions }) => [
      ...rulesets.map((value) => ({ place: 'ruleset', value: value as unknown as Json })),
      ...environments.map((value) => ({ place: 'environment', value: value as unknown as Json })),
      ...workflows.map((value) => ({ place: 'workflow', value: value as unknown as Json })),
      { place: 'actions permissions', value: actions as unknown as Json },
    ]),
  );
  const values = [
    ...objects.map((object) => ({ place: placeOfObject(object), value: comparable(object) as unknown as Json })),
    ...settings,
  ];

  test('what is reported makes the one from the other, and differs from nothing exactly where they mean something else', () => {
    for (let seed = 0; seed < 2000; seed++) {
      const random = new Random(seed);
      const { place, value: before } = random.pick(values);
      const pick = (): Json => random.pick<Json>([null, 0, 'x', { name: 'x' }, ['x'], random.pick(values).value]);
      let after = before;
      for (let edit = random.whole(0, 3); edit >= 0; edit--) after = edited(after, random, pick);
      const changes = fieldChanges(before, after, { place });
      const isSame = canonicalText(place, before) === canonicalText(place, after);
      expect([seed, changes.length === 0]).toEqual([seed, isSame]);
      if (JSON.stringify(changes).includes('secret')) continue;
      expect(canonicalText(place, applied(before, changes, place))).toBe(canonicalText(place, after));
    }
  });
});

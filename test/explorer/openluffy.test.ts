import { compile, type DesiredState } from 'stagegate';
import { Bounds, explore } from '../../lib/explorer/explore';
import { replay } from '../../lib/explorer/replay';
import { intentOf } from '../../lib/rules/intent';
import { openluffy } from '../compile/model-fixture';
import { mutants } from './mutants';

const model = openluffy();
const desired: DesiredState = compile(model);
const intent = intentOf(model);

test.each(Object.entries(Bounds))(
  'OpenLuffy is explored to closure within the %s bounds, and nothing goes against its intent',
  (_name, bounds) => {
    const result = explore(desired, intent, bounds);
    expect(result.violations).toEqual([]);
    expect(result.unreached).toEqual([]);
    expect(result.complete).toBe(true);
    expect(result.states).toBeGreaterThan(400);
  },
);

test('every environment is lawfully reached, production after the gates of both edges', () => {
  const { firstLawfulArrival } = explore(desired, intent, Bounds.quick);
  // push, healthy, 30 s, a run of the delivery app, healthy, verified, merged to main, approved, synced: waking it is one with the merge to main.
  expect(firstLawfulArrival).toEqual({ dev: 1, preprod: 4, prod: 8 });
});

test('wider bounds reach more states and the same verdict', () => {
  const [quick, full] = [explore(desired, intent, Bounds.quick), explore(desired, intent, Bounds.full)];
  expect(full.states).toBeGreaterThan(20 * quick.states);
  expect(full.firstLawfulArrival).toEqual(quick.firstLawfulArrival);
});

const weakened = mutants(desired);

test('the compiled data has well over a hundred things that can be weakened one by one', () => {
  expect(weakened.length).toBeGreaterThan(150);
  expect(new Set(weakened.map(({ name }) => name)).size).toBe(weakened.length);
});

const explored = weakened.map(({ name, desired: mutant }) => ({ name, mutant, result: explore(mutant, intent, Bounds.quick) }));

test.each(explored)('$name: harm is found, or an environment is out of reach', ({ mutant, result }) => {
  expect(result.complete).toBe(true);
  expect(result.violations.length + result.unreached.length).toBeGreaterThan(0);
  for (const violation of result.violations) {
    const outcome = replay(mutant, intent, violation.events);
    expect(outcome.refused).toBeUndefined();
    expect(outcome.harm?.kind).toBe(violation.kind);
    expect(outcome.harm?.message).toBe(violation.message);
    const before = replay(mutant, intent, violation.events.slice(0, -1));
    expect(before.harm).toBeUndefined();
  }
});

test('a harmful sequence is refused, or does no harm, where nothing is weakened', () => {
  const sequences = new Map(explored.flatMap(({ result }) => result.violations.map(({ events }) => [JSON.stringify(events), events])));
  expect(sequences.size).toBeGreaterThan(50);
  for (const events of sequences.values()) expect(replay(desired, intent, events).harm).toBeUndefined();
});

test('a gate that is lost in the compiled data is named with its policy, its environment and the shortest way around it', () => {
  const lost = weakened.find(({ name }) => name === 'preprod-to-prod: gate verified-integration removed');
  const [violation] = explore(lost?.desired ?? desired, intent, Bounds.quick).violations;
  expect(violation).toMatchObject({ kind: 'gate', environment: 'prod', policy: 'preprod-to-prod', gate: 'verified-integration' });
  expect(violation?.lines).toEqual([
    'developer pushes 4f2a1c to develop; dev runs 4f2a1c',
    'dev reports 4f2a1c healthy',
    'time passes, 4f2a1c stays healthy in dev',
    '4f2a1c is merged from develop to main; this starts the delivery app, which promotes 4f2a1c to preprod',
    'preprod reports 4f2a1c healthy',
    'member of engineers approves 4f2a1c for prod',
    '4f2a1c enters prod and integration has not passed for it in preprod',
  ]);
});

test('a required check from anybody is forged by a developer', () => {
  const unbound = weakened.find(({ name }) => name.endsWith('stagegate/gates from anybody'));
  const forged = explore(unbound?.desired ?? desired, intent, Bounds.quick).violations.filter(({ kind }) => kind === 'forged');
  expect(forged.map(({ environment }) => environment)).toEqual(['dev', 'preprod', 'prod']);
  expect(forged[2]?.lines).toEqual([
    'delivery app opens a pull request from promote/prod/0b5e55ed0b5e55ed onto env/prod',
    'developer reports stagegate/gates on it',
    'delivery app merges it (squash)',
    'env/prod takes a release of which developer says that its gates hold',
  ]);
});

test('a branch that need not be up to date takes an older release over a newer one', () => {
  const behind = weakened.find(({ name }) => name.endsWith('environments: required_status_checks not up to date'));
  const [violation] = explore(behind?.desired ?? desired, intent, Bounds.quick).violations;
  expect(violation).toMatchObject({ kind: 'gate', environment: 'dev', gate: 'contains' });
  expect(violation?.lines).toEqual([
    'the next run of the delivery app for dev is held up before its merge',
    'developer pushes 4f2a1c to develop',
    'developer pushes 8b03d7 to develop; dev runs 8b03d7',
    'the run of the delivery app for dev goes on',
    '4f2a1c enters dev and lacks commits of what runs there',
  ]);
});

test('a run that its budget of states cuts off says so', () => {
  const result = explore(desired, intent, { ...Bounds.full, states: 1000 });
  expect(result.complete).toBe(false);
  expect(result.states).toBeLessThan(1100);
});

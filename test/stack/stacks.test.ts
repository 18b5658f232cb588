import { compile, resolve, type Stack, stackNames, tryStack } from 'stagegate';
import { refuseInterpolatedOutputs } from '../../lib/stack/interpolated-output';
import { openluffy } from '../compile/model-fixture';
import { refusal } from '../declared';
import { buildProgram, lawfulPlan } from '../generated/platform-generator';
import { Random } from '../generated/random';

const desired = compile(openluffy());

test('each stack of any platform has every resource once, in an order that its dependencies allow', () => {
  let resources = 0;
  for (let seed = 0; seed < 40; seed += 1) {
    const { platform } = buildProgram(lawfulPlan(new Random(seed)));
    const state = compile(resolve(platform));
    for (const stack of stackNames(state).map((name) => tryStack(state, name) as Stack)) {
      const seen = new Set<string>();
      for (const { name, type, dependsOn, inputs } of stack.resources) {
        expect(seen.has(name)).toBe(false);
        expect(dependsOn.filter((other) => !seen.has(other))).toEqual([]);
        expect(type).toMatch(/^(kubernetes:[a-z0-9.]+\/v[a-z0-9]+:[A-Z]\w+|github:index\/[a-z]\w+:[A-Z]\w+)$/);
        expect(JSON.parse(JSON.stringify(inputs))).toEqual(inputs);
        seen.add(name);
        resources += 1;
      }
    }
  }
  expect(resources).toBeGreaterThan(1000);
});

test('nobody changes what a stack registers', () => {
  const stack = tryStack(desired, 'prod') as Stack;
  expect(() => Object.assign(stack.resources[0]?.inputs as object, { kind: 'Pod' })).toThrow(TypeError);
});

test('a stack is found by its name, and an environment may not take the name of the repositories’ stack', () => {
  expect(tryStack(desired, 'github')?.kind).toBe('repositories');
  expect(tryStack(desired, 'dev')?.name).toBe('dev');
  expect(tryStack(desired, 'develop')).toBeUndefined();
  const taken = { ...desired, environments: desired.environments.map((one) => (one.name === 'dev' ? { ...one, name: 'github' } : one)) };
  expect(refusal(() => stackNames(taken))).toMatchObject({ code: 'SG059', path: 'openluffy/github' });
});

describe('an Output that was put into a text', () => {
  const warning = 'https://Calling [toString] on an [Output<T>] is not supported.\n\nTo get the value of an Output<T> …';

  test.each([
    [{ environments: [{ name: 'prod', host: warning }] }, 'environments.prod.host'],
    [{ list: [1, 'a', [`x ${warning}`]] }, 'list.2.0'],
    [{ settings: { [warning]: 'a' } }, 'settings.a key'],
    [{ limits: { cpu: { __pulumiOutput: true } } }, 'limits.cpu'],
    [{ file: 'Calling [toJSON] on an [Output<T>] is not supported.' }, 'file'],
  ])('is found wherever it stands: %#', (data, place) => {
    expect(refusal(() => refuseInterpolatedOutputs(data, 'shop'))).toMatchObject({
      code: 'SG052',
      name: 'interpolated-output',
      path: 'shop',
      given: `an Output in ${place}`,
      remedy: expect.stringContaining('bindInput'),
    });
  });

  test('is not seen in data that have none', () => {
    expect(() => refuseInterpolatedOutputs(desired, 'shop')).not.toThrow();
  });
});

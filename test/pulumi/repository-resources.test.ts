import * as github from '@pulumi/github';
import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { Build, bind, compile, InvalidValueError, Platform, Repository, repositoryStack, resolve, ServiceStack } from 'stagegate';
import { bindInput, RepositoryResources, type RepositoryResourcesProps } from 'stagegate/pulumi';
import { known, type Recorded, type Recording, recorded } from './recording';
import { shop } from './shop';

const SECRET = '4dabf18193072939515e22adb298388d';
const declared = shop();
const ids = () => [bindInput('app/delivery', 11), bindInput('app/intake', 12)];

/** Registers the repositories of the shop with an account of this owner. */
function registered(
  props: Partial<RepositoryResourcesProps> = {},
  account: github.ProviderArgs = { owner: 'acme' },
  options: pulumi.ComponentResourceOptions = {},
): Promise<Recording<RepositoryResources>> {
  return recorded(
    () => {
      const provider = new github.Provider('account', account);
      return new RepositoryResources('github', { platform: declared.platform, inputs: ids(), ...props }, { provider, ...options });
    },
    { answers: { 'github:index/repositoryRuleset:RepositoryRuleset': { rulesetId: 7 } } },
  );
}

const codes = ({ errors }: Recording<unknown>): unknown[] =>
  errors.map((error) => (InvalidValueError.is(error) ? error.diagnostic.code : error));

function children({ resources }: Recording<unknown>): readonly Recorded[] {
  return resources.filter(({ name }) => name.startsWith('github/'));
}

test('what is registered is the stack of the repositories with the ids of the apps, by the types of the SDK and the provider that was passed', async () => {
  const recording = await registered();
  expect(recording.errors).toEqual([]);
  const { resources } = bind(repositoryStack(compile(resolve(declared.platform))), { 'app/delivery': 11, 'app/intake': 12 });
  const expected = resources.filter(({ secret }) => secret === undefined);
  expect(children(recording).map(({ name, type }) => [name, type])).toEqual(
    expected.map(({ name, type }) => [`github/${name}`, type]).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  );
  const inputs = new Map(children(recording).map((one) => [one.name, one.inputs]));
  for (const { name, type, inputs: planned } of expected) {
    const value = planned.value === undefined ? {} : { value: String(planned.value) };
    expect([type, inputs.get(`github/${name}`)]).toEqual([type, { ...planned, ...value }]);
  }
  expect(new Set(children(recording).map(({ provider }) => provider))).toEqual(
    new Set(['urn:pulumi:dev::stagegate::pulumi:providers:github::account::account id']),
  );
});

test('a variable is text, also when it holds the numeric id of an app', async () => {
  const recording = await registered({ inputs: [bindInput('app/delivery', pulumi.output(11)), bindInput('app/intake', 12)] });
  expect(children(recording).flatMap(({ type, inputs }) => (type.endsWith(':ActionsEnvironmentVariable') ? [inputs.value] : []))).toEqual([
    '12',
    '11',
  ]);
});

test('ids of rulesets and names of environments are handed on', async () => {
  const { result } = await registered();
  const { outputs } = result as RepositoryResources;
  const [rulesets, environments] = [await known(outputs.rulesets), await known(outputs.environments)];
  expect(environments).toEqual({ 'acme/shop': ['dev', 'prod', 'stagegate', 'stagegate-intake'] });
  expect(Object.keys(rulesets)).toEqual(['acme/shop']);
  expect(rulesets['acme/shop']).toMatchObject({ 'stagegate: environments': 7, 'stagegate: branch develop': 7 });
});

describe('secrets', () => {
  const key = 'stagegate/STAGEGATE_APP_PRIVATE_KEY';
  const secretsOf = (recording: Recording<unknown>) => children(recording).filter(({ type }) => type.endsWith(':ActionsEnvironmentSecret'));

  test('are registered when they have a value, which is secret whether it was or not', async () => {
    for (const value of ['KEY', pulumi.secret('KEY'), pulumi.output('KEY')]) {
      const recording = await registered({ secrets: { [key]: value, 'stagegate-intake/STAGEGATE_INTAKE_PRIVATE_KEY': undefined } });
      expect(recording.errors).toEqual([]);
      expect(secretsOf(recording).map(({ name, inputs }) => [name, inputs])).toEqual([
        [
          'github/ActionsEnvironmentSecret/acme/shop/stagegate/STAGEGATE_APP_PRIVATE_KEY',
          {
            repository: 'shop',
            environment: 'stagegate',
            secretName: 'STAGEGATE_APP_PRIVATE_KEY',
            plaintextValue: { [SECRET]: expect.any(String), value: 'KEY' },
          },
        ],
      ]);
    }
  });

  test('without a value are named to whoever sets them by hand', async () => {
    const recording = await registered({ secrets: { [key]: 'KEY' } });
    expect(secretsOf(recording)).toHaveLength(1);
    expect(recording.said).toEqual(['no value is given for stagegate-intake/STAGEGATE_INTAKE_PRIVATE_KEY: set by hand, not registered']);
  });

  test('that no environment has are refused, and their value is not shown', async () => {
    const recording = await registered({ secrets: { 'stagegate/OTHER': 'VALUE' } });
    expect([codes(recording), children(recording)]).toEqual([['SG061'], []]);
    expect(String(recording.errors[0])).toContain('stagegate/OTHER');
    expect(String(recording.errors[0])).not.toContain('VALUE');
  });
});

describe('the owner', () => {
  test('of the repositories is that of the provider, without regard to case; nobody is asked when the provider does not say', async () => {
    expect((await registered({}, { owner: 'Acme' })).errors).toEqual([]);
    expect((await registered({}, {})).errors).toEqual([]);
    const other = await registered({}, { owner: 'evil' });
    expect([codes(other)[0], children(other)]).toEqual(['SG060', []]);
  });

  test('is that of the older argument, where the provider has both: it beats the newer one', async () => {
    const other = await registered({}, { owner: 'acme', organization: 'evil' });
    expect([codes(other)[0], children(other)]).toEqual(['SG060', []]);
    expect((await registered({}, { owner: 'evil', organization: 'acme' })).errors).toEqual([]);
  });

  describe.each(['GITHUB_OWNER', 'GITHUB_ORGANIZATION'])('that the provider takes from %s', (variable) => {
    const before = process.env[variable];
    afterEach(() => {
      if (before === undefined) delete process.env[variable];
      else process.env[variable] = before;
    });

    test('is refused when it is another one, whatever the provider is told', async () => {
      process.env[variable] = 'evil';
      for (const account of [{ owner: 'acme' }, {}]) {
        const recording = await registered({}, account);
        expect(children(recording)).toEqual([]);
        expect(recording.errors).toEqual([
          expect.objectContaining({
            diagnostic: {
              code: 'SG060',
              name: 'wrong-owner',
              severity: 'error',
              path: 'shop',
              message: 'the provider of GitHub takes the owner from its surroundings, whatever it is told',
              given: `${variable}=evil`,
              expected: 'acme',
              remedy: `unset ${variable}`,
            },
          }),
        ]);
      }
    });

    test('may be the same one, or empty', async () => {
      for (const value of ['Acme', '']) {
        process.env[variable] = value;
        expect((await registered()).errors).toEqual([]);
      }
    });
  });

  test('is one: several have a component and a provider each', async () => {
    const platform = new Platform('two', { registry: 'ghcr.io/acme', domain: 'shop.example.com' });
    const delivery = new Repository(platform, 'delivery', { name: 'acme/delivery', delivery: true });
    const code = new Repository(platform, 'code', { name: 'other/code' });
    new ServiceStack(platform, 'web', { build: Build.dockerfile('web'), port: 8080, health: '/', repository: code });
    const together = await registered({ platform });
    expect([codes(together), children(together)]).toEqual([['SG060'], []]);
    const apart = await registered({ platform, repositories: [delivery], inputs: [bindInput('app/delivery', 11)] });
    expect(apart.errors).toEqual([]);
    expect(children(apart).every(({ name }) => name.includes('/acme/delivery'))).toBe(true);
  });
});

test('nothing is registered without a provider of GitHub, without an id, or with one that nothing asks for', async () => {
  const declaration = { platform: declared.platform, inputs: ids() };
  expect(codes(await recorded(() => new RepositoryResources('github', declaration)))).toEqual(['SG053']);
  const cluster = await recorded(() => new RepositoryResources('github', declaration, { provider: new k8s.Provider('cluster', {}) }));
  expect(codes(cluster)).toEqual(['SG053']);
  for (const [inputs, code] of [
    [[bindInput('app/delivery', 11)], 'SG023'],
    [[...ids(), bindInput('team/engineers', 3)], 'SG055'],
  ] as const) {
    const recording = await registered({ inputs });
    expect([codes(recording), children(recording)]).toEqual([[code], []]);
  }
});

test('an id that is no number is refused where it is given, or before anything with it is applied', async () => {
  expect(() => bindInput('app/delivery', '11')).toThrow(/SG022 wrong-slot-value app\/delivery/);
  const recording = await registered({
    inputs: [bindInput('app/delivery', pulumi.output('11' as unknown as number)), bindInput('app/intake', 12)],
  });
  expect(codes(recording)).toContain('SG022');
  expect(children(recording).filter(({ inputs }) => JSON.stringify(inputs).includes('stagegate/gates'))).toEqual([]);
});

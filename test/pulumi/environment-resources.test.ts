import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { compile, environmentStack, InvalidValueError, Kind, resolve, Slot } from 'stagegate';
import { bindInput, checkPlatform, EnvironmentResources, type EnvironmentResourcesProps, RefusedProgramError } from 'stagegate/pulumi';
import { known, type Recording, recorded } from './recording';
import { type Shop, type ShopOptions, shop } from './shop';

const SECRET = '4dabf18193072939515e22adb298388d';

interface Registered {
  readonly opts: pulumi.CustomResourceOptions;
  readonly type: string;
}

type More = Omit<Partial<EnvironmentResourcesProps>, 'inputs'> & { readonly inputs?: (shop: Shop) => EnvironmentResourcesProps['inputs'] };

/** Registers prod of a shop, and what Pulumi is told of each child beside its inputs. */
async function registered(
  declared: Shop,
  more: More = {},
  options: pulumi.ComponentResourceOptions | ((provider: k8s.Provider) => pulumi.ComponentResourceOptions) = (provider) => ({ provider }),
): Promise<Recording<EnvironmentResources> & { readonly told: ReadonlyMap<string, Registered> }> {
  const told = new Map<string, Registered>();
  const recording = await recorded(() => {
    const own = typeof options === 'function' ? options(new k8s.Provider('cluster', { kubeconfig: '{}' })) : options;
    const transformations: pulumi.ResourceTransformation[] = [
      ({ type, name, opts }) => {
        told.set(name, { type, opts });
        return undefined;
      },
    ];
    const { inputs, ...rest } = more;
    return new EnvironmentResources(
      'prod',
      { environment: declared.prod, ...rest, ...(inputs === undefined ? {} : { inputs: inputs(declared) ?? [] }) },
      { ...own, transformations },
    );
  });
  return { ...recording, told };
}

const names = ({ resources }: Recording<unknown>): string[] => resources.map(({ name }) => name);

/** The code that each error bears. */
const codes = ({ errors }: Recording<unknown>): unknown[] =>
  errors.map((error) => (InvalidValueError.is(error) ? error.diagnostic.code : error));

function withHost(options: ShopOptions = {}): Shop {
  const declared = shop({ ...options, prod: { host: Slot.host('main'), ...options.prod } });
  declared.prod.override(Kind.namespace, { metadata: { annotations: { 'example.com/host': `https://${Slot.host('main')}/` } } });
  return declared;
}

function metadata({ resources }: Recording<unknown>): Readonly<Record<string, unknown>> {
  const namespace = resources.find(({ name }) => name === 'prod/Namespace/shop-prod');
  return namespace?.inputs.metadata as Readonly<Record<string, unknown>>;
}

const annotation = (recording: Recording<unknown>): unknown =>
  (metadata(recording).annotations as Readonly<Record<string, unknown>>)['example.com/host'];

describe('what is registered', () => {
  const declared = shop();
  const plan = () => environmentStack(compile(resolve(declared.platform)), 'prod');

  test('is the stack of the environment, with its inputs, by the types of the SDK and the provider that was passed', async () => {
    const recording = await registered(declared);
    expect(recording.errors).toEqual([]);
    const children = recording.resources.filter(({ name }) => name.startsWith('prod/'));
    const expected = plan().resources.map(({ name, type, inputs }) => ({ name: `prod/${name}`, type, inputs }));
    expect(children.map(({ name, type, inputs }) => ({ name, type, inputs }))).toEqual(expected.sort((a, b) => (a.name < b.name ? -1 : 1)));
    expect(new Set(children.map(({ provider }) => provider))).toEqual(
      new Set(['urn:pulumi:dev::stagegate::pulumi:providers:kubernetes::cluster::cluster id']),
    );
  });

  test('has the component as parent, and comes after what it depends on', async () => {
    const { told, result } = await registered(declared);
    for (const { name, dependsOn } of plan().resources) {
      const opts = told.get(`prod/${name}`)?.opts;
      expect(opts?.parent).toBe(result);
      const urns = await Promise.all(((opts?.dependsOn ?? []) as pulumi.Resource[]).map(({ urn }) => known(urn)));
      expect(urns.map((urn) => urn.slice(urn.lastIndexOf('::') + 2))).toEqual(dependsOn.map((other) => `prod/${other}`));
    }
    expect(told.get('prod')?.type).toBe('stagegate:index:EnvironmentResources');
  });

  test('asks for the provider in the version of the installed SDK', async () => {
    const { told } = await registered(declared);
    const { version } = jest.requireActual('@pulumi/kubernetes/package.json') as { version: string };
    const versions = [...told].filter(([name]) => name.startsWith('prod/')).map(([, { opts }]) => opts.version);
    expect(new Set(versions)).toEqual(new Set([version]));
  });

  test('hands on namespace, addresses and Application, once they exist', async () => {
    const { result } = await registered(declared);
    const { environment, namespace, url, urls, application, release } = (result as EnvironmentResources).outputs;
    expect([environment, release]).toEqual(['prod', undefined]);
    expect(await known(pulumi.all([namespace, url, urls, application]))).toEqual([
      'shop-prod',
      'https://prod.shop.example.com',
      { web: 'https://prod.shop.example.com/' },
      'shop-prod',
    ]);
  });

  test('is protected by its tier, unless the options of the component say otherwise', async () => {
    const guarded = async (more: pulumi.ComponentResourceOptions) => {
      const { told } = await registered(declared, {}, (provider) => ({ provider, ...more }));
      return [...told].filter(([, { opts }]) => opts.protect === true).map(([name]) => name);
    };
    expect(await guarded({})).toEqual(['prod/Namespace/shop-prod', 'prod/Application.argoproj.io/argocd/shop-prod']);
    expect(await guarded({ protect: false })).toEqual([]);
    expect(await guarded({ protect: true })).toHaveLength(10);
    const { told } = await registered(declared, {}, (provider) => ({ provider, retainOnDelete: true }));
    expect([...told].filter(([, { opts }]) => opts.retainOnDelete !== true).map(([name]) => name)).toEqual([]);
  });

  test('waits for what the component depends on', async () => {
    const told = new Map<string, unknown>();
    await recorded(() => {
      const provider = new k8s.Provider('cluster', { kubeconfig: '{}' });
      const before = new k8s.core.v1.Namespace('before', {}, { provider });
      const transformations: pulumi.ResourceTransformation[] = [({ name, opts }) => void told.set(name, opts.dependsOn)];
      return new EnvironmentResources('prod', { environment: declared.prod }, { provider, dependsOn: before, transformations });
    });
    const waitsForIt = async ([name, dependsOn]: readonly [string, unknown]) => {
      const all = dependsOn as pulumi.Output<pulumi.Resource[]> | pulumi.Resource[];
      const urns = await known(pulumi.output(all).apply((resources) => pulumi.all(resources.map(({ urn }) => urn))));
      return urns.some((urn) => urn.endsWith('::before')) ? [name] : [];
    };
    const waiting = (await Promise.all([...told].filter(([name]) => name !== 'prod').map(waitsForIt))).flat();
    expect(waiting).toEqual(['prod/Namespace/shop-prod', 'prod/ValidatingAdmissionPolicy/shop-prod-images']);
  });

  test('keeps its identity when it is renamed: earlier names become aliases, and those of the component reach its children', async () => {
    const { told, result } = await registered(
      declared,
      { renamed: { 'Namespace/shop-prod': ['Namespace/shop', 'urn:pulumi:dev::shop::kubernetes:core/v1:Namespace::shop'] } },
      (provider) => ({
        provider,
        aliases: [{ name: 'production' }],
      }),
    );
    expect(told.get('prod/Namespace/shop-prod')?.opts.aliases).toEqual([
      { name: 'prod/Namespace/shop' },
      'urn:pulumi:dev::shop::kubernetes:core/v1:Namespace::shop',
    ]);
    expect(told.get('prod/LimitRange/shop-prod/environment')?.opts.aliases).toBeUndefined();
    const aliases = (result as unknown as { __aliases: pulumi.Output<string>[] }).__aliases;
    expect(await Promise.all(aliases.map(known))).toEqual(['urn:pulumi:dev::stagegate::stagegate:index:EnvironmentResources::production']);
  });
});

describe('nothing is registered', () => {
  const children = (recording: Recording<unknown>) => names(recording).filter((name) => name !== 'cluster');

  test('of a program in which check finds an error, and the message is that of check', async () => {
    const recording = await registered(shop({ careless: true }));
    expect(children(recording)).toEqual([]);
    const [error] = recording.errors;
    expect(error).toBeInstanceOf(RefusedProgramError);
    expect(pulumi.RunError.isInstance(error)).toBe(true);
    const { message, diagnostics } = error as RefusedProgramError;
    expect(message).toMatch(
      /^stagegate check refuses shop, nothing of it was registered\n\nerror SG101 simultaneous-deploy {2}shop\/prod\n/,
    );
    expect(message).toContain('  remedy     ');
    expect(diagnostics.map(({ severity }) => severity)).not.toContain('warning');
    expect((error as Error).stack).not.toContain('\n    at ');
  });

  test('not even a provider, where the platform is checked before it is made', async () => {
    const { platform } = shop({ careless: true });
    const recording = await recorded(() => {
      checkPlatform(platform);
      return new k8s.Provider('cluster', { kubeconfig: '{}' });
    });
    expect(names(recording)).toEqual([]);
    expect(recording.errors).toEqual([expect.any(RefusedProgramError)]);
  });

  test('without a provider, since the default one is whatever this machine is set to', async () => {
    const recording = await registered(shop(), {}, {});
    expect([codes(recording), children(recording)]).toEqual([['SG053'], []]);
  });

  test('with a provider of something else; one of a list, or of a parent, is enough', async () => {
    const declared = shop();
    const other = await recorded(() => {
      class Other extends pulumi.ProviderResource {}
      return new EnvironmentResources('prod', { environment: declared.prod }, { provider: new Other('aws', 'other', {}) });
    });
    expect(codes(other)).toEqual(['SG053']);
    const listed = await registered(declared, {}, (provider) => ({ providers: [provider] }));
    const named = await registered(declared, {}, (provider) => ({ providers: { kubernetes: provider } }));
    const inherited = await recorded(() => {
      const provider = new k8s.Provider('cluster', { kubeconfig: '{}' });
      const parent = new pulumi.ComponentResource('acme:index:Shop', 'shop', {}, { providers: { kubernetes: provider } });
      return new EnvironmentResources('prod', { environment: declared.prod }, { parent });
    });
    for (const recording of [listed, named, inherited]) {
      expect(recording.errors).toEqual([]);
      const namespace = recording.resources.find(({ name }) => name === 'prod/Namespace/shop-prod');
      expect(namespace?.provider).toContain('pulumi:providers:kubernetes::cluster');
    }
  });

  test('when a slot has no input, when an input has no slot, and when a slot has two', async () => {
    const host = Slot.host('main');
    const given = async (inputs: EnvironmentResourcesProps['inputs']) => {
      const recording = await registered(withHost(), { inputs: () => inputs });
      expect(children(recording)).toEqual([]);
      return codes(recording);
    };
    expect(await given([])).toEqual(['SG023']);
    expect(await given([bindInput(host, 'a.example.com'), bindInput('host/other', 'a.example.com')])).toEqual(['SG055']);
    expect(await given([bindInput(host, 'a.example.com'), bindInput('host/main', 'a.example.com')])).toEqual(['SG055']);
  });

  test('when an Output was put into a text', async () => {
    const recording = await recorded(() => {
      const declared = shop({ prod: { settings: { BUCKET: `s3://${pulumi.output('bucket')}` } } });
      return new EnvironmentResources('prod', { environment: declared.prod }, { provider: new k8s.Provider('cluster', {}) });
    });
    expect([codes(recording), children(recording)]).toEqual([['SG052'], []]);
  });

  test('when an Output is a declared value, or is part of one that is checked where it is declared', async () => {
    const bucket = pulumi.output('bucket');
    for (const host of [`${bucket}.example.com`, bucket as unknown as string]) {
      const recording = await recorded(() => shop({ prod: { host } }));
      expect(codes(recording)).toEqual(['SG052']);
    }
    const settings = { BUCKET: bucket as unknown as string };
    const recording = await recorded(() => checkPlatform(shop({ prod: { settings } }).platform));
    expect([codes(recording), recording.resources]).toEqual([['SG052'], []]);
  });

  test('when a release is given where Argo CD applies releases, or what was renamed does not exist', async () => {
    const release = { environment: 'prod', services: [], otherBootstrap: [] };
    expect(codes(await registered(shop(), { release }))).toEqual(['SG056']);
    expect(codes(await registered(shop(), { renamed: { 'Namespace/other': 'x' } }))).toEqual(['SG057']);
  });
});

describe('inputs of slots', () => {
  const given = (input: pulumi.Input<string>) => registered(withHost(), { inputs: () => [bindInput(Slot.host('main'), input)] });

  test('a plain value stands where its slot was', async () => {
    const recording = await given('shop.acme.example');
    expect(recording.errors).toEqual([]);
    expect(annotation(recording)).toBe('https://shop.acme.example/');
    expect(await known((recording.result as EnvironmentResources).outputs.url)).toBe('https://shop.acme.example');
  });

  test('an Output stands there as soon as it is known', async () => {
    const recording = await given(pulumi.output('shop.acme.example'));
    expect(annotation(recording)).toBe('https://shop.acme.example/');
    expect(await known((recording.result as EnvironmentResources).outputs.urls)).toEqual({ web: 'https://shop.acme.example/' });
  });

  test('a promise is as good', async () => {
    expect(annotation(await given(Promise.resolve('shop.acme.example')))).toBe('https://shop.acme.example/');
  });

  test('a secret stays secret wherever it goes', async () => {
    const recording = await given(pulumi.secret('shop.acme.example'));
    expect(metadata(recording)).toMatchObject({
      [SECRET]: expect.any(String),
      value: { annotations: { 'example.com/host': 'https://shop.acme.example/' } },
    });
    expect(await pulumi.isSecret((recording.result as EnvironmentResources).outputs.url)).toBe(true);
    const limits = recording.resources.find(({ name }) => name === 'prod/LimitRange/shop-prod/environment');
    expect(JSON.stringify(limits?.inputs)).not.toContain(SECRET);
  });

  test('a plain value that does not fit is refused where it is given', () => {
    expect(() => bindInput(Slot.host('main'), 'https://shop.acme.example')).toThrow(/SG022 wrong-slot-value host\/main/);
  });

  test('an Output that does not fit stops what has it before it is applied, and says which slot is wrong', async () => {
    const recording = await given(pulumi.output('https://shop.acme.example'));
    expect(codes(recording)).toContain('SG022');
    expect(recording.errors.map(String).join()).toContain('host/main');
    expect(names(recording)).not.toContain('prod/Namespace/shop-prod');
    expect(names(recording)).not.toContain('prod/LimitRange/shop-prod/environment');
    expect(pulumi.RunError.isInstance(recording.errors[0])).toBe(true);
    expect((recording.errors[0] as Error).stack).not.toContain('\n    at ');
  });

  test('an output of another stack is an Output like any other', async () => {
    const declared = withHost();
    const recording = await recorded(
      () => {
        const network = new pulumi.StackReference('acme/network/prod');
        const inputs = [bindInput(Slot.host('main'), network.requireOutput('host') as pulumi.Output<string>)];
        const provider = new k8s.Provider('cluster', { kubeconfig: '{}' });
        return new EnvironmentResources('prod', { environment: declared.prod, inputs }, { provider });
      },
      { answers: { 'pulumi:pulumi:StackReference': { outputs: { host: 'shop.acme.example' }, secretOutputNames: [] } } },
    );
    expect(recording.errors).toEqual([]);
    expect(annotation(recording)).toBe('https://shop.acme.example/');
  });
});

test('warnings of check are logged once in a program, however many environments it has', async () => {
  const declared = shop({ prod: { sync: { kind: 'manual' } } });
  const { errors, said } = await recorded(() => {
    const provider = new k8s.Provider('cluster', { kubeconfig: '{}' });
    new EnvironmentResources('dev', { environment: declared.dev }, { provider });
    return new EnvironmentResources('prod', { environment: declared.prod }, { provider });
  });
  expect(errors).toEqual([]);
  expect(said.map((message) => message.split('\n')[0])).toEqual(['SG406 shared-account-approval  shop/prod']);
});

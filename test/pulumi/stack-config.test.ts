import { readFileSync } from 'node:fs';
import * as github from '@pulumi/github';
import * as pulumi from '@pulumi/pulumi';
import { type BoundInput, ConfigKey, chosenStack, RefusedProgramError, type StackConfigOptions, stackConfig } from 'stagegate/pulumi';
import { PROVIDER_KEYS } from '../../lib/pulumi/provider-keys';
import { known, recorded } from './recording';

const keys = {
  'kubernetes:context': ConfigKey.text({ expected: 'a context' }),
  token: ConfigKey.optional(ConfigKey.secret({ expected: 'a token' })),
  protect: ConfigKey.optional(ConfigKey.flag({ expected: 'whether it is guarded' })),
  size: ConfigKey.optional(ConfigKey.oneOf(['small', 'large'])),
  port: ConfigKey.optional(ConfigKey.wholeNumber({ expected: 'a port' })),
  slots: ConfigKey.optional(ConfigKey.slots()),
};

/** What the keys come to in a stack `prod` with this configuration. */
async function read(config: Readonly<Record<string, string>>, secretKeys: readonly string[] = []) {
  const { result, errors } = await recorded(() => stackConfig(keys), { stack: 'prod', config, secretKeys });
  return { result, error: errors[0] as RefusedProgramError | undefined };
}

test('a value has the type of its key, and what is absent and may be is undefined', async () => {
  const { result } = await read({
    'kubernetes:context': 'main',
    'github:baseUrl': 'left to the default provider',
    'stagegate:token': 'T',
    'stagegate:protect': 'false',
    'stagegate:size': 'large',
    'stagegate:port': '8080',
  });
  const { token, slots, ...plain } = result ?? ({} as NonNullable<typeof result>);
  expect(plain).toEqual({ 'kubernetes:context': 'main', protect: false, size: 'large', port: 8080 });
  expect(slots).toBeUndefined();
  expect([await known(token as pulumi.Output<string>), await pulumi.isSecret(token as pulumi.Output<string>)]).toEqual(['T', true]);
});

test('everything that is wrong is said at once: what is missing, what has the wrong type, and what nobody reads', async () => {
  const { result, error } = await read({
    'stagegate:contxt': 'main',
    'stagegate:protect': 'maybe',
    'stagegate:port': '80a',
    'stagegate:size': '',
  });
  expect(result).toBeUndefined();
  expect(error).toBeInstanceOf(RefusedProgramError);
  expect(error?.message.split('\n')[0]).toBe('the configuration of stack prod does not fit, nothing was registered');
  expect(
    error?.diagnostics.map(({ code, path, message, given, expected, remedy }) => [code, path, message, given, expected, remedy]),
  ).toEqual([
    [
      'SG054',
      'prod',
      'the stack reads no such key',
      'contxt',
      'kubernetes:context, token, protect, size, port, slots',
      'rename it to kubernetes:context, or remove it: pulumi config rm contxt --stack prod',
    ],
    ['SG054', 'prod', 'kubernetes:context is missing', 'nothing', 'a context', 'pulumi config set kubernetes:context VALUE --stack prod'],
    [
      'SG054',
      'prod',
      'protect does not fit',
      '"maybe"',
      'whether it is guarded: true or false',
      'pulumi config set protect true --stack prod',
    ],
    ['SG054', 'prod', 'size does not fit', '""', 'small or large', 'pulumi config set size small --stack prod'],
    ['SG054', 'prod', 'port does not fit', '"80a"', 'a port', 'pulumi config set port 1 --stack prod'],
  ]);
});

describe('keys of providers', () => {
  const findings = async (config: Readonly<Record<string, string>>, whole?: StackConfigOptions['whole']) => {
    const { errors } = await recorded(() => stackConfig(keys, whole === undefined ? {} : { whole }), {
      stack: 'prod',
      config: { 'kubernetes:context': 'main', ...config },
    });
    return (errors as RefusedProgramError[]).flatMap(({ diagnostics }) => diagnostics);
  };
  const remedies = async (...given: Parameters<typeof findings>) => (await findings(...given)).map(({ remedy }) => remedy.split(',')[0]);

  test('are those that are read, where the stack reads some and makes the provider with them; the nearest one is named', async () => {
    expect(await findings({ 'kubernetes:contxt': 'main' })).toEqual([
      {
        code: 'SG054',
        name: 'wrong-stack-config',
        severity: 'error',
        path: 'prod',
        message: 'the stack reads no such key',
        given: 'kubernetes:contxt',
        expected: 'kubernetes:context',
        remedy: 'rename it to kubernetes:context, or remove it: pulumi config rm kubernetes:contxt --stack prod',
      },
    ]);
    expect(await remedies({ 'kubernetes:namespace': 'shop' })).toEqual(['correct its name']);
  });

  test('are those that the provider documents, where it gets all of them: the default one, or one that the stack says so of', async () => {
    expect(await findings({ 'github:baseUrl': 'https://github.acme.example', 'github:appAuth': '{}' })).toEqual([]);
    expect(await remedies({ 'github:baseUrI': 'https://github.acme.example' })).toEqual(['rename it to github:baseUrl']);
    expect(await findings({ 'kubernetes:namespace': 'shop' }, ['kubernetes'])).toEqual([]);
    expect(await remedies({ 'kubernetes:kubeconfg': 'k' }, ['kubernetes'])).toEqual(['rename it to kubernetes:kubeconfig']);
    expect(await remedies({ 'kubernetes:protect': 'true' }, ['kubernetes'])).toEqual(['rename it to protect']);
    expect(await remedies({ 'github:baseUrI': 'x' }, ['kubernetes'])).toEqual(['rename it to github:baseUrl']);
  });

  test('of providers that nobody knows here are left to them', async () => {
    expect(await findings({ 'aws:regin': 'eu-west-1', 'pulumi:disable-default-providers': '["kubernetes"]' })).toEqual([]);
  });

  test('that are documented are those of the installed SDKs, and what the provider of Kubernetes reads beside its arguments', () => {
    const declarations = readFileSync(require.resolve('@pulumi/kubernetes/provider.d.ts'), 'utf8');
    const [, body = ''] = /interface ProviderArgs \{(.*)^\}/ms.exec(declarations) ?? [];
    const args = [...body.matchAll(/^ {4}(\w+)\?:/gm)].map(([, name]) => name);
    expect(args.length).toBeGreaterThan(10);
    expect(PROVIDER_KEYS).toEqual({
      github: Object.keys(github.config).sort(),
      kubernetes: [...args, 'enableReplaceCRD', 'strictMode'].sort(),
    });
  });
});

test('a secret that does not fit is not shown', async () => {
  const { error } = await read({ 'kubernetes:context': 'main', 'stagegate:size': 'HUSH' }, ['stagegate:size']);
  expect(error?.diagnostics.map(({ given }) => given)).toEqual(['a secret']);
  expect(error?.message).not.toContain('HUSH');
});

describe('slots', () => {
  const slots = async (value: string, secret = false) =>
    read({ 'kubernetes:context': 'main', 'stagegate:slots': value }, secret ? ['stagegate:slots'] : []);

  test('are values by name, each held to what its slot takes', async () => {
    const { result } = await slots('{"app/delivery":11,"host/main":"shop.example.com"}');
    expect(result?.slots).toEqual([
      { slot: 'app/delivery', input: 11 },
      { slot: 'host/main', input: 'shop.example.com' },
    ]);
    const { error } = await slots('{"app/delivery":"eleven","host/main":"https://shop"}');
    expect(error?.diagnostics.map(({ code, path }) => [code, path])).toEqual([
      ['SG022', 'app/delivery'],
      ['SG022', 'host/main'],
    ]);
    for (const wrong of ['11', '[]', 'null', '{"app']) expect((await slots(wrong)).error?.diagnostics[0]?.code).toBe('SG054');
  });

  test('that were set as a secret stay secret, and are not shown when they do not fit', async () => {
    const { result } = await slots('{"host/main":"shop.example.com"}', true);
    const [bound] = (result as { readonly slots: readonly BoundInput[] }).slots;
    expect(await pulumi.isSecret(bound?.input as pulumi.Output<string>)).toBe(true);
    const { error } = await slots('{"host/main":"HUSH"}', true);
    expect(error?.diagnostics.map(({ code, given }) => [code, given])).toEqual([['SG022', 'a secret']]);
    expect(error?.message).not.toContain('HUSH');
  });
});

describe('one entry for several stacks', () => {
  test('runs the program of the stack that is named, and gives its outputs', async () => {
    const ran: string[] = [];
    const program = (name: string) => async () => {
      ran.push(name);
      return { name };
    };
    const { result } = await recorded(() => chosenStack({ dev: program('dev'), prod: program('prod') }), { stack: 'prod' });
    expect([result, ran]).toEqual([{ name: 'prod' }, ['prod']]);
  });

  test.each(['production', 'toString'])('names the stacks that exist when %s is none of them', async (stack) => {
    const { errors, resources } = await recorded(() => chosenStack({ prod: () => ({}), dev: () => ({}) }), { stack });
    const [error] = errors as RefusedProgramError[];
    expect(error?.diagnostics).toEqual([expect.objectContaining({ code: 'SG051', given: stack, expected: 'dev, prod' })]);
    expect(resources).toEqual([]);
  });
});

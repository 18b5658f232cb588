import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BuiltPackage, builtPackage } from '../built-package';
import { type Bed, refusal, startBed, strictDryRun } from './bed';
import { announced, done, messages, type Project, type Pulumi, registeredBelow, type Stack, startPulumi } from './bed/pulumi';

const EXAMPLE = 'examples/in-a-pulumi-program';
const FILES = ['Pulumi.yaml', 'Pulumi.main.yaml', 'package.json', 'tsconfig.json', 'cluster.ts', 'main.ts', 'stagegate.config.ts'];
const ENVIRONMENTS = ['staging', 'prod'] as const;
const OBJECTS = 9;
/** Two environments with a component around each; of theirs a component, its provider, a namespace and settings; the stack. */
const RESOURCES = 2 * (OBJECTS + 1) + 4 + 1;

/** A stack that gives a host. */
const NETWORK = `
const pulumi = require('@pulumi/pulumi');
const config = new pulumi.Config();
exports.host = config.get('host') ?? config.requireSecret('unlisted');
`;

/** A stack that takes it. */
const SHOP = `
import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { Kind, Slot } from 'stagegate';
import { bindInput, EnvironmentResources } from 'stagegate/pulumi';
import { shop } from './shop';

const host = Slot.host('shop');
const { prod } = shop({ prod: { host } });
prod.override(Kind.namespace, { metadata: { annotations: { 'example.com/address': \`https://\${host}/\` } } });

const network = new pulumi.StackReference('organization/network/main');
const inputs = [bindInput(host, network.requireOutput('host') as pulumi.Output<string>)];
const provider = new k8s.Provider('cluster', {});
export const { url } = new EnvironmentResources('prod', { environment: prod, inputs }, { provider, protect: false }).outputs;
`;

let built: BuiltPackage;
let bed: Bed;
let pulumi: Pulumi;
let project: Project;
let stack: Stack;

beforeAll(async () => {
  built = builtPackage();
  // What is in the surroundings leads nowhere: the program takes the kubeconfig of its configuration.
  pulumi = startPulumi({ stagegate: built.folder, kubeconfig: join(built.folder, 'no-kubeconfig') });
  project = pulumi.project('checkout', Object.fromEntries(FILES.map((name) => [name, { from: `${EXAMPLE}/${name}` }])));
  [bed] = await Promise.all([startBed(), built.declare().then(() => compiled())]);
  stack = await project.stack('main', { secrets: { kubeconfig: await bed.kubectl(['config', 'view', '--raw']) } });
});

afterAll(async () => {
  await pulumi?.stop();
  await bed?.stop();
  built?.remove();
});

/** `npx tsc`, as its README says. */
async function compiled(...args: readonly string[]): Promise<void> {
  const tsc = require.resolve('typescript/lib/tsc.js');
  await promisify(execFile)(process.execPath, [tsc, ...args], { cwd: project.folder }).catch(({ stdout }) => {
    throw new Error(stdout);
  });
}

/** Changes the program, which is built anew; that its types are right was seen before. */
async function changed(path: string, ...changes: readonly (readonly [string, string])[]): Promise<void> {
  project.write(path, (before) =>
    changes.reduce((text, [from, to]) => {
      expect(text).toContain(from);
      return text.replace(from, () => to);
    }, before),
  );
  await compiled('--noCheck', '--noResolve', '-p', narrow(path));
}

/** Settings under which one file is translated alone. */
function narrow(path: string): string {
  const settings = join(project.folder, 'tsconfig.narrow.json');
  writeFileSync(settings, JSON.stringify({ extends: './tsconfig.json', files: [path] }));
  return settings;
}

/** Identities of the objects of both environments in the cluster, sorted. */
async function uids(): Promise<string[]> {
  const kinds = 'namespaces,resourcequotas,limitranges,networkpolicies,appprojects,applications';
  const found = await bed.kubectl([
    ...['get', `${kinds},validatingadmissionpolicies,validatingadmissionpolicybindings`, '--all-namespaces'],
    ...['-l', `stagegate.dev/environment in (${ENVIRONMENTS.join()})`, '-o', 'jsonpath={.items[*].metadata.uid}'],
  ]);
  return found.split(' ').filter(Boolean).sort();
}
const component = (name: string) =>
  stack.state().resources.find(({ type, urn }) => type === 'stagegate:index:EnvironmentResources' && urn.endsWith(`::${name}`));

test('a preview shows the objects of both environments as stagegate preview does, and makes nothing', async () => {
  const preview = await stack.preview();
  expect(preview).toMatchObject({ code: 0, changes: { create: RESOURCES } });
  const environments = announced({ cli: built.cli, folder: project.folder }, ...ENVIRONMENTS);
  expect(environments).toHaveLength(2 * OBJECTS);
  expect(registeredBelow(preview, ...ENVIRONMENTS)).toEqual(environments);
  expect(await uids()).toEqual([]);
});

test('an update that the API server refuses half-way keeps what it took, and the next one makes the rest', async () => {
  const message = 'Applications of production are frozen';
  await bed.apply(refusal({ group: 'argoproj.io', resource: 'applications', name: 'checkout-prod', message }));
  // Without the option the engine begins nothing more after the refusal, and how far it is by then differs.
  const refused = await stack.up({ args: ['--continue-on-error'] });
  expect(refused.code).not.toBe(0);
  expect(messages(refused)).toContain(message);
  expect(await uids()).toHaveLength(2 * OBJECTS - 1);

  await bed.kubectl(['delete', 'validatingadmissionpolicybinding,validatingadmissionpolicy', 'frozen']);
  const next = await stack.up();
  expect(next.code).toBe(0);
  expect(done(next)).toEqual(['create prod/Application.argoproj.io/argocd/checkout-prod']);
  expect(await uids()).toHaveLength(2 * OBJECTS);
});

test('the host of production is the one that the cluster gives, in the outputs of the stack and of the component', async () => {
  expect(await stack.outputs()).toEqual({
    applications: ['checkout-staging', 'checkout-prod'],
    urls: ['https://staging.acme.example.com', 'https://checkout.acme.example.com'],
  });
  expect(component('prod')?.outputs).toEqual({
    application: 'checkout-prod',
    environment: 'prod',
    namespace: 'checkout-prod',
    url: 'https://checkout.acme.example.com',
    urls: { checkout: 'https://checkout.acme.example.com/' },
  });
});

test('nothing changes in a second update, nor by what Argo CD writes into its objects', async () => {
  const same = { code: 0, changes: { same: RESOURCES } };
  expect(await stack.up({ args: ['--expect-no-changes'] })).toMatchObject(same);
  const seen = 'jsonpath={.items[*].status.sync.status}';
  const both = async () => (await bed.kubectl(['-n', 'argocd', 'get', 'applications', '-o', seen])).split(' ').length === 2 || undefined;
  await bed.until('Argo CD to have seen both Applications', both, 60_000);
  expect(await stack.refresh({ args: ['--expect-no-changes'] })).toMatchObject(same);
});

test('a change of the service in production changes the quota of production alone', async () => {
  const before = await uids();
  await changed(
    'stagegate.config.ts',
    ["new ServiceStack(platform, 'checkout'", "const checkout = new ServiceStack(platform, 'checkout'"],
    [
      "new PromotionPolicy(platform, 'staging-to-prod'",
      "checkout.in(prod, { replicas: 5 });\nnew PromotionPolicy(platform, 'staging-to-prod'",
    ],
  );
  const run = await stack.up();
  expect(run.code).toBe(0);
  expect(done(run)).toEqual(['update prod/ResourceQuota/checkout-prod/environment']);
  expect(await uids()).toEqual(before);
});

test('what somebody changed by hand is found by a refresh, and taken back by an update', async () => {
  const pods = () => bed.kubectl(['-n', 'checkout-prod', 'get', 'resourcequota', 'environment', '-o', 'jsonpath={.spec.hard.pods}']);
  const before = await pods();
  const patch = ['patch', 'resourcequota', 'environment', '--type=merge', '-p', '{"spec":{"hard":{"pods":"99"}}}'];
  await bed.kubectl(['-n', 'checkout-prod', ...patch]);
  await bed.kubectl(['-n', 'checkout-staging', 'delete', 'networkpolicy', 'environment.default-deny']);
  expect(done(await stack.refresh()).sort()).toEqual([
    'delete staging/NetworkPolicy/checkout-staging/environment.default-deny',
    'update prod/ResourceQuota/checkout-prod/environment',
  ]);
  const repaired = await stack.up();
  expect(repaired.code).toBe(0);
  expect(done(repaired).sort()).toEqual([
    'create staging/NetworkPolicy/checkout-staging/environment.default-deny',
    'update prod/ResourceQuota/checkout-prod/environment',
  ]);
  expect(await pods()).toBe(before);
  expect(await uids()).toHaveLength(2 * OBJECTS);
});

test('a kubeconfig that reaches the cluster in another way changes the provider alone', async () => {
  await stack.secret('kubeconfig', await bed.kubectl(['config', 'view', '--raw', '--flatten']));
  const run = await stack.up();
  expect(run.code).toBe(0);
  expect(done(run)).toEqual(['update main']);
});

test('a component that is renamed with an alias replaces nothing, and changes no object', async () => {
  const before = await uids();
  await changed(
    'main.ts',
    ["'prod', { environment: prod,", "'production', { environment: prod,"],
    ['{ provider }),\n];', "{ provider, aliases: [{ name: 'prod' }] }),\n];"],
  );
  expect(await stack.up()).toMatchObject({ code: 0, changes: { same: RESOURCES } });
  expect([component('production')?.outputs?.environment, component('prod')]).toEqual(['prod', undefined]);
  expect(await uids()).toEqual(before);
});

test('nothing is destroyed while production is protected, then nothing is left', async () => {
  const before = await uids();
  const refused = await stack.destroy({ args: ['--skip-preview=false'] });
  expect(refused.code).not.toBe(0);
  expect(messages(refused)).toContain('because it is protected');
  expect(await uids()).toEqual(before);

  await changed('main.ts', ["aliases: [{ name: 'prod' }] }", 'protect: false }']);
  expect(await stack.up()).toMatchObject({ code: 0 });
  expect(await stack.destroy()).toMatchObject({ code: 0 });
  expect(stack.state().resources).toEqual([]);
  expect(await uids()).toEqual([]);
  expect(await bed.kubectl(['get', 'namespaces', '-o', 'name'])).not.toMatch(/checkout|ingress/);
});

test('what is rendered of both environments is taken by a strict dry run of the API server', async () => {
  project.write('images.yaml', `checkout: ghcr.io/acme/checkout@sha256:${'a'.repeat(64)}\n`);
  project.write('values.yaml', 'host/checkout: checkout.acme.example.com\n');
  for (const environment of ENVIRONMENTS) {
    await promisify(execFile)(process.execPath, [built.cli, 'render', '--env', environment], { cwd: project.folder });
    const answers = await strictDryRun(bed, join(project.folder, 'rendered', environment));
    expect(answers.filter(({ accepted }) => !accepted)).toEqual([]);
    expect(answers.length).toBeGreaterThan(OBJECTS);
  }
});

describe('a stack that takes a host from another stack', () => {
  let pulumi: Pulumi;
  let network: Stack;
  let shop: Stack;

  beforeAll(async () => {
    pulumi = startPulumi({ kubeconfig: bed.kubeconfig, stagegate: built.folder });
    network = await pulumi.project('network', { 'index.js': NETWORK }).stack('main', { config: { 'network:host': 'shop.acme.example' } });
    shop = await pulumi.project('shop', { 'index.ts': SHOP, 'shop.ts': { from: 'test/pulumi/shop.ts' } }).stack('prod');
  });
  afterAll(() => pulumi?.stop());

  const address = (): Promise<string> =>
    bed.kubectl(['get', 'namespace', 'shop-prod', '-o', 'jsonpath={.metadata.annotations.example\\.com/address}']);
  /** What happened to resources of Kubernetes. */
  const changes = (run: Parameters<typeof done>[0]): string[] => done(run).filter((step) => step.includes('prod/'));

  test('a host that the other stack gives fills the slot', async () => {
    expect(await network.up()).toMatchObject({ code: 0 });
    expect(await shop.up()).toMatchObject({ code: 0 });
    expect(await address()).toBe('https://shop.acme.example/');
    expect(await shop.outputs()).toEqual({ url: 'https://shop.acme.example' });
    expect(await shop.up({ args: ['--expect-no-changes'] })).toMatchObject({ code: 0 });
  });

  test('another host there changes what has it here, and nothing else', async () => {
    network.configure({ 'network:host': 'shop.acme.test' });
    expect(await network.up()).toMatchObject({ code: 0 });
    expect(changes(await shop.up())).toEqual(['update prod/Namespace/shop-prod']);
    expect(await address()).toBe('https://shop.acme.test/');
  });

  test('a host that is none stops before anything is changed, and names the slot', async () => {
    network.configure({ 'network:host': 'https://shop.acme.test' });
    expect(await network.up()).toMatchObject({ code: 0 });
    const refused = await shop.up();
    expect(refused.code).not.toBe(0);
    expect(messages(refused)).toMatch(/SG022[\s\S]*host\/shop/);
    expect(changes(refused)).toEqual([]);
    expect(await address()).toBe('https://shop.acme.test/');
  });

  test('a host that is a secret there is a secret here', async () => {
    network.configure({ 'network:host': undefined });
    await network.secret('unlisted', 'unlisted.acme.test');
    expect(await network.up()).toMatchObject({ code: 0 });
    expect(await shop.up()).toMatchObject({ code: 0 });
    expect(await address()).toBe('https://unlisted.acme.test/');
    expect(shop.state().text).not.toContain('unlisted.acme.test');
    expect(await shop.outputs()).toEqual({ url: '[secret]' });
  });

  test('destroying the stack that takes the host leaves the other one as it is', async () => {
    expect(await shop.destroy()).toMatchObject({ code: 0 });
    expect(shop.state().resources).toEqual([]);
    await expect(address()).rejects.toThrow('not found');
    expect(await network.outputs()).toEqual({ host: '[secret]' });
  });
});

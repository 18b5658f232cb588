import { type BuiltPackage, builtPackage } from '../built-package';
import { type Bed, startBed } from './bed';
import { done, messages, type Pulumi, type Stack, startPulumi } from './bed/pulumi';

const NETWORK = `
const pulumi = require('@pulumi/pulumi');
const config = new pulumi.Config();
exports.host = config.get('host') ?? config.requireSecret('unlisted');
`;

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
let network: Stack;
let shop: Stack;

beforeAll(async () => {
  built = builtPackage();
  bed = await startBed();
  pulumi = startPulumi({ kubeconfig: bed.kubeconfig, stagegate: built.folder });
  network = await pulumi.project('network', { 'index.js': NETWORK }).stack('main', { config: { 'network:host': 'shop.acme.example' } });
  shop = await pulumi.project('shop', { 'index.ts': SHOP, 'shop.ts': { from: 'test/pulumi/shop.ts' } }).stack('prod');
});

afterAll(async () => {
  await pulumi?.stop();
  await bed?.stop();
  built?.remove();
});

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

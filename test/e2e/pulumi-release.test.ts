import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { compile, type DesiredState, resolve, Sync } from 'stagegate';
import { openGitStore, type Store } from '../../lib/delivery';
import { type BuiltPackage, builtPackage } from '../built-package';
import { imageOf, recordRelease } from '../pulumi/releasing';
import { shop } from '../pulumi/shop';
import { type Cluster, startCluster } from './bed';
import { done, messages, type Pulumi, type Stack, startPulumi } from './bed/pulumi';

const PROGRAM = `
import * as k8s from '@pulumi/kubernetes';
import { Sync } from 'stagegate';
import { EnvironmentResources, recordedRelease } from 'stagegate/pulumi';
import { shop } from './shop';

export = async () => {
  const { prod } = shop({ prod: { sync: Sync.pulumi() } });
  const release = await recordedRelease(prod, { remote: process.env.REMOTE });
  const provider = new k8s.Provider('cluster', {});
  return new EnvironmentResources('prod', { environment: prod, release }, { provider, protect: false }).outputs;
};
`;

const [first, second] = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];
const desired: DesiredState = compile(resolve(shop({ prod: { sync: Sync.pulumi() } }).platform));

let built: BuiltPackage;
let cluster: Cluster;
let pulumi: Pulumi;
let stack: Stack;
let store: Store;

beforeAll(async () => {
  built = builtPackage();
  cluster = await startCluster();
  const remote = join(cluster.folder, 'delivery.git');
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', remote]);
  store = await openGitStore({ remote, as: 'stagegate' });
  pulumi = startPulumi({ kubeconfig: cluster.kubeconfig, stagegate: built.folder, env: { REMOTE: remote } });
  const project = pulumi.project('shop', { 'index.ts': PROGRAM, 'shop.ts': { from: 'test/pulumi/shop.ts' } });
  stack = await project.stack('prod');
});

afterAll(async () => {
  await pulumi?.stop();
  await cluster?.stop();
  built?.remove();
});

const release = (digest: string, branch?: (files: Map<string, string>) => void) =>
  recordRelease({ desired, store, environment: 'prod', digest, ...(branch === undefined ? {} : { branch }) });
const image = (): Promise<string> =>
  cluster.kubectl(['-n', 'shop-prod', 'get', 'deployment', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}']);

test('before the first release there is what precedes it, and nothing else', async () => {
  const run = await stack.up();
  expect(run).toMatchObject({ code: 0, changes: { create: 7 + 3 } });
  expect(run.text).toContain('env/prod records no release yet');
});

test('the release that the branch records is applied, and runs', async () => {
  const { id } = await release(first);
  const run = await stack.up();
  expect(run).toMatchObject({ code: 0 });
  expect(await stack.outputs()).toMatchObject({ environment: 'prod', namespace: 'shop-prod', release: id });
  expect(await image()).toBe(imageOf(first));
  const order = done(run).map((line) => line.replace(/^create prod\/(\w+).*$/, '$1'));
  expect(order.indexOf('ServiceAccount')).toBeLessThan(order.indexOf('Deployment'));
  expect(order.indexOf('Deployment')).toBeLessThan(order.indexOf('Service'));
  expect(order.indexOf('Service')).toBeLessThan(order.indexOf('Ingress'));
  expect(await stack.up({ args: ['--expect-no-changes'] })).toMatchObject({ code: 0 });
});

test('the next release changes what is different in it', async () => {
  await release(second);
  expect(done(await stack.up())).toEqual(['update prod/Deployment/shop-prod/web']);
  expect(await image()).toBe(imageOf(second));
});

test('what somebody wrote to the branch is not applied', async () => {
  await release(first, (files) => {
    for (const [path, text] of files) if (path.startsWith('manifests/')) files.set(path, text.replace('replicas: 2', 'replicas: 9'));
  });
  const run = await stack.up();
  expect(run.code).not.toBe(0);
  expect(messages(run)).toContain('env/prod does not hold the manifests of release');
  expect(await image()).toBe(imageOf(second));
});

test('destroying the stack leaves nothing', async () => {
  expect(await stack.destroy()).toMatchObject({ code: 0 });
  expect(await cluster.kubectl(['get', 'namespaces', '-l', 'app.kubernetes.io/part-of=shop', '-o', 'name'])).toBe('');
  expect(stack.state().resources).toEqual([]);
});
